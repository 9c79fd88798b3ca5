"""The sources of data and when they last succeeded."""

from __future__ import annotations

from typing import Protocol

from chalicelib.domain.sources import Source


class Sources(Protocol):
    """The sources of data (dozens at most)."""

    def source(self, source_id: str) -> Source | None: ...
    def sources(self) -> list[Source]:
        """All of them, by id."""

    def note(self, source: Source) -> bool:
        """Replace a source that still has the version it was read with; False when it was changed meanwhile."""
