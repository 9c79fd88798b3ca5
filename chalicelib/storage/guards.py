"""What guards removals: exclusions, undone removals, denials that stand, and the last holders of rights."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.domain.guards import DenialStands, Exclusions, LastOnes, Restored
from chalicelib.storage import guard_keys
from chalicelib.storage.base import fetch, fetch_many, query

MOST_DENIALS = 1_000  # packages that reviews took from one person: far more than there are


class GuardTable:
    """Implements ports.Guards on DynamoDB."""

    def exclusions(self, instance_id: str) -> Exclusions | None:
        """See ports.Guards."""
        return fetch(Exclusions, guard_keys.exclusions(instance_id))

    def restored(self, instance_id: str, item_ids: Iterable[str]) -> dict[str, Restored]:
        """See ports.Guards."""
        wanted = [guard_keys.restored(instance_id, one) for one in item_ids]
        return {one.item_id: one for one in fetch_many(Restored, wanted, consistent=True)}

    def denials(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], DenialStands]:
        """See ports.Guards."""
        found = fetch_many(DenialStands, [guard_keys.denial(*pair) for pair in pairs], consistent=True)
        return {(one.person_id, one.package_id): one for one in found}

    def denials_of(self, person_id: str) -> list[DenialStands]:
        """See ports.Guards."""
        return list(query(DenialStands, guard_keys.denials(person_id), MOST_DENIALS).items)

    def last_ones(self, key: str) -> LastOnes | None:
        """See ports.Guards."""
        return fetch(LastOnes, guard_keys.last_ones(key))
