"""What people said of closed reviews, and which accesses came back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.dossiers import Disposition, Dossier, Regranted
    from chalicelib.usecases.ports.changes import Page


class Dossiers(Protocol):
    """Dispositions, signatures, and accesses that came back; written by Writer.commit."""

    def dossier(self, instance_id: str) -> Dossier | None: ...
    def dossiers(self, instance_ids: Iterable[str]) -> dict[str, Dossier]:
        """Those of several reviews, of which anything was said; may lag by a second."""

    def dispositions(self, instance_id: str) -> list[Disposition]:
        """Every disposition of a review, in the order in which they were made."""

    def regranted(self, limit: int, after: str | None, of: tuple[datetime, str] | None = None) -> Page[Regranted]:
        """Accesses that came back, newest review first; `of` one review (its opening and id) the latest first."""
