"""Removals: what became of denied accesses outside, and the watch over them."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.domain.removals import Needs, Removal, Watch
from chalicelib.storage import removal_keys
from chalicelib.storage.base import fetch, fetch_many, query, query_other
from chalicelib.usecases.ports import Page


class RemovalTable:
    """Implements ports.Removals on DynamoDB, in the table of entitlements."""

    def removal(self, instance_id: str, item_id: str) -> Removal | None:
        """One removal."""
        return fetch(Removal, removal_keys.removal(instance_id, item_id))

    def removals(self, instance_id: str, item_ids: Iterable[str]) -> dict[str, Removal]:
        """See ports.Removals."""
        wanted = (removal_keys.removal(instance_id, one) for one in item_ids)
        return {one.item_id: one for one in fetch_many(Removal, wanted, consistent=True)}

    def removals_of_review(self, instance_id: str, limit: int, after: str | None) -> Page[Removal]:
        """See ports.Removals."""
        return query(Removal, removal_keys.removals_of(instance_id), limit, after)

    def needing(self, needs: Needs, limit: int, after: str | None) -> Page[Removal]:
        """See ports.Removals."""
        return query_other(Removal, removal_keys.needing(needs), limit, after, forward=False)

    def watch(self, instance_id: str) -> Watch | None:
        """The watch over what one review removed."""
        return fetch(Watch, removal_keys.watch(instance_id))
