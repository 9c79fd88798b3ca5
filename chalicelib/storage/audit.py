"""Reading audit events by day; they are written by the transactions of the changes they tell of."""

from __future__ import annotations

from chalicelib.domain.audit import AuditEvent
from chalicelib.storage.walks import walk
from chalicelib.usecases.ports import Page

_PARTS = 4  # keys.audit_day spreads a day's events over as many partitions


class AuditTable:
    """Implements ports.Audit."""

    def events(self, day: str, limit: int, after: str | None) -> Page[AuditEvent]:
        """The events of a day (`2026-03-02`, UTC): each of its partitions by time, one after the other."""
        return walk(AuditEvent, [f"{day}#{part}" for part in range(_PARTS)], limit, after)
