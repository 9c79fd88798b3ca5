"""What guards removals: exclusions, undone removals, and the last holders of rights."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.domain.guards import Exclusions, LastOnes, Restored
from chalicelib.storage import guard_keys
from chalicelib.storage.base import fetch, fetch_many


class GuardTable:
    """Implements ports.Guards on DynamoDB."""

    def exclusions(self, instance_id: str) -> Exclusions | None:
        """See ports.Guards."""
        return fetch(Exclusions, guard_keys.exclusions(instance_id))

    def restored(self, instance_id: str, item_ids: Iterable[str]) -> dict[str, Restored]:
        """See ports.Guards."""
        wanted = [guard_keys.restored(instance_id, one) for one in item_ids]
        return {one.item_id: one for one in fetch_many(Restored, wanted, consistent=True)}

    def last_ones(self, key: str) -> LastOnes | None:
        """See ports.Guards."""
        return fetch(LastOnes, guard_keys.last_ones(key))
