"""The adoptions there were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.adoptions import AdoptionBegun
    from chalicelib.usecases.ports.changes import Page


class Adoptions(Protocol):
    """Adoptions of what exists outside; each is a job."""

    def adoptions(self, limit: int, after: str | None) -> Page[AdoptionBegun]:
        """Newest first."""
