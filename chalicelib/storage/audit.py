"""Reading audit events newest first: a day's, those of an object, those by a person. They are written by the
transactions of the changes they tell of, and by the table stream's worker."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Any

import msgspec

from chalicelib.domain.audit import AuditEvent
from chalicelib.storage import keys
from chalicelib.storage.tables import AuditRow
from chalicelib.usecases.ports import Page

_SMALLEST_READ = 10


class AuditTable:
    """Implements ports.Audit. A cursor is an event's id: the page holds what sorts before it."""

    def events(self, day: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """See ports.Audit: the day's partitions merged, each read ahead by about its share."""
        share = max(_SMALLEST_READ, limit // keys.AUDIT_PARTS + 1)
        parts = [_partition(partition, share, before) for partition in keys.audit_partitions(day)]
        found = tuple(islice(merge(*parts, key=lambda one: one.id, reverse=True), limit))
        return Page(found, found[-1].id if len(found) == limit else None)

    def events_of_target(self, target_id: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """See ports.Audit."""
        return _listed(AuditRow.by_target, target_id, limit, before)

    def events_of_actor(self, actor_id: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """See ports.Audit."""
        return _listed(AuditRow.by_actor, actor_id, limit, before)


def _partition(partition: str, share: int, before: str | None) -> Iterator[AuditEvent]:
    rows = AuditRow.query(
        partition,
        AuditRow.sk < before if before else None,
        page_size=share,
        scan_index_forward=False,
        consistent_read=True,
    )
    return map(_event, rows)


def _listed(index: Any, value: str, limit: int, before: str | None) -> Page[AuditEvent]:
    """One index query and one batch read."""
    condition = AuditRow.sk < before if before else None
    found = [(row.pk, row.sk) for row in index.query(value, condition, limit=limit, scan_index_forward=False)]
    events = {row.sk: _event(row) for row in AuditRow.batch_get(found, consistent_read=True)}
    return Page(tuple(events[sk] for _, sk in found if sk in events), found[-1][1] if len(found) == limit else None)


def _event(row: AuditRow) -> AuditEvent:
    """The event of a row, whose id may be told by the sort key alone. Events never change and so, unlike other
    entities, carry no version."""
    return msgspec.convert({"id": row.sk, **msgspec.json.decode(row.data or "{}")}, AuditEvent)
