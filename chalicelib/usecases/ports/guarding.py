"""What guards removals remember."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.guards import Exclusions, LastOnes, Restored


class Guards(Protocol):
    """Exclusions, undone removals, and the last holders of rights."""

    def exclusions(self, instance_id: str) -> Exclusions | None:
        """Whom the confirmation of a review left out."""

    def restored(self, instance_id: str, item_ids: Iterable[str]) -> dict[str, Restored]:
        """Those of these items whose removal was undone, by item."""

    def last_ones(self, key: str) -> LastOnes | None:
        """Who was let go of a right lately."""
