"""Reading audit events by day; they are written by the transactions of the changes they tell of."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib.domain.audit import AuditEvent
from chalicelib.storage.tables import AuditRow
from chalicelib.storage.walks import walk
from chalicelib.usecases.ports import Page

_PARTS = 4  # keys.audit_day spreads a day's events over as many partitions


class AuditTable:
    """Implements ports.Audit."""

    def events(self, day: str, limit: int, after: str | None) -> Page[AuditEvent]:
        """The events of a day (`2026-03-02`, UTC): each of its partitions by time, one after the other."""
        return walk(_read, [f"{day}#{part}" for part in range(_PARTS)], limit, after)


def _read(partition: str, limit: int, after: str | None) -> Page[AuditEvent]:
    """A page of one partition. Events never change and so, unlike other entities, carry no version."""
    start: Any = {"pk": {"S": partition}, "sk": {"S": after}} if after else None
    rows = AuditRow.query(partition, limit=limit, page_size=limit, last_evaluated_key=start, consistent_read=True)
    found = tuple(_event(row) for row in rows)
    last = rows.last_evaluated_key
    return Page(found, last["sk"]["S"] if last else None)


def _event(row: AuditRow) -> AuditEvent:
    """The event of a row, whose id may be told by the sort key alone."""
    return msgspec.convert({"id": row.sk, **msgspec.json.decode(row.data or "{}")}, AuditEvent)
