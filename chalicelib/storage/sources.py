"""The sources of data and when they last succeeded."""

from __future__ import annotations

from typing import Any

from pynamodb.exceptions import PutError

from chalicelib.domain.sources import Source, WaitingOpening
from chalicelib.storage import source_keys
from chalicelib.storage.base import fetch, query_all
from chalicelib.storage.rows import PLACES, to_row


class SourceTable:
    """Implements ports.Sources."""

    def source(self, source_id: str) -> Source | None:
        """One source by id."""
        return fetch(Source, source_keys.source(source_id))

    def sources(self) -> list[Source]:
        """See ports.Sources."""
        return query_all(Source, source_keys.source("")[0])

    def waiting_opening(self, definition_id: str) -> WaitingOpening | None:
        """See ports.Sources."""
        return fetch(WaitingOpening, source_keys.waiting_opening(definition_id))

    def waiting_openings(self) -> list[WaitingOpening]:
        """See ports.Sources."""
        return query_all(WaitingOpening, source_keys.waiting_opening("")[0])

    def note(self, source: Source) -> bool:
        """See ports.Sources."""
        table: Any = PLACES[Source].table
        try:
            to_row(source, source.version + 1, "note").save(condition=table.v == source.version)
        except PutError as problem:
            if problem.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True
