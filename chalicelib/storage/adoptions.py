"""The adoptions there were."""

from __future__ import annotations

from chalicelib.domain.adoptions import AdoptionBegun
from chalicelib.storage.base import query
from chalicelib.usecases.ports import Page


class AdoptionTable:
    """Implements ports.Adoptions on DynamoDB."""

    def adoptions(self, limit: int, after: str | None) -> Page[AdoptionBegun]:
        """See ports.Adoptions."""
        return query(AdoptionBegun, "ADOPTIONS", limit, after, forward=False)
