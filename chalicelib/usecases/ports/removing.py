"""What became of denied accesses outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.removals import Needs, Removal, Watch
    from chalicelib.usecases.ports.changes import Page


class Removals(Protocol):
    """The removals of reviews, each found by its review and item."""

    def removal(self, instance_id: str, item_id: str) -> Removal | None: ...
    def removals(self, instance_id: str, item_ids: Iterable[str]) -> dict[str, Removal]:
        """Several of one review by item, those that there are."""

    def removals_of_review(self, instance_id: str, limit: int, after: str | None) -> Page[Removal]:
        """All of one review, by item."""

    def needing(self, needs: Needs, limit: int, after: str | None) -> Page[Removal]:
        """Those of all reviews that want this of a person, the latest first; may lag."""

    def watch(self, instance_id: str) -> Watch | None: ...
