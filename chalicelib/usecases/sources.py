"""Noting that a source of data succeeded or failed, and that one has fallen silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.agenda import Due
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.sources import (
    SOURCE,
    Source,
    SourceKind,
    after_failure,
    after_success,
    fell_silent,
    new_source,
    source_id,
)
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.ports import Change, Create, Put, Save, Services

CATEGORY = "DirectoryManagement"
ADDED, STALE, RECOVERED = "Add data source", "Data source stale", "Data source recovered"
_TRIES = 3


def succeeded(
    services: Services, kind: SourceKind, subject_id: str, name: str, *, covers_until: datetime | None = None
) -> None:
    """Note that data of this source came in just now, reaching up to `covers_until` (default: now).

    One read, and one write when the last one noted is a minute old. Never moves backwards, never raises Conflict.
    """
    now = services.clock.now()
    _note(services, kind, subject_id, name, lambda source: after_success(source, now, name, covers_until))


def failed(services: Services, kind: SourceKind, subject_id: str, name: str, error: str) -> None:
    """Note that this source could not be read; `error` is shown to administrators and must hold nothing secret."""
    now = services.clock.now()
    _note(services, kind, subject_id, name, lambda source: after_failure(source, now, name, error))


def wake(services: Services) -> None:
    """Have every review that waits for data look again with the next tick; each does so by itself once an hour."""
    now = services.clock.now()
    waiting = services.sources.waiting_openings()
    services.writer.put_all([Due(when=now, kind="series", id=one.definition_id) for one in waiting])


def look_at_source(services: Services, identity: str) -> None:
    """Agenda work: note that a source has fallen silent, or look again when it is expected next."""
    rows = due_now(services, SOURCE, identity)
    source, now = services.sources.source(identity), services.clock.now()
    if source is not None and source.expected is not None and not source.stale:
        try:
            if fell_silent(source, now):
                _commit(services, replace(source, stale=True), STALE)
            else:
                services.writer.put_all([_due(source)])
        except errors.Conflict:
            return  # it succeeded this moment; the row stays and brings us back
    done(services, rows)


def _note(
    services: Services, kind: SourceKind, subject_id: str, name: str, following: Callable[[Source], Source]
) -> None:
    """Write what follows from the source as it is. Of several at once each is told anew what the other one wrote;
    one that loses every time told nothing new."""
    for _ in range(_TRIES):
        known = services.sources.source(source_id(kind, subject_id))
        before = known or new_source(kind, subject_id, name, services.clock.now())
        after = following(before)
        recovered = before.stale and not fell_silent(after, services.clock.now())
        try:
            if known is None:
                _commit(services, after, ADDED)
                break
            if recovered:
                _commit(services, replace(after, stale=False), RECOVERED)
                break
        except errors.Conflict:
            continue
        if after is before or services.sources.note(after):
            break
    if before.awaited and not after.awaited:
        wake(services)


def _commit(services: Services, source: Source, activity: str) -> None:
    """Write a source with its audit event and the agenda row that looks at it next. Raises Conflict."""
    operation = services.clock.new_id()
    changes: list[Change] = [Save(source) if source.version else Create(source)]
    changes.append(Create(_event(source, activity, services.clock.now(), operation)))
    if source.expected is not None and not source.stale:
        changes.append(Put(_due(source)))
    services.writer.commit(operation, *changes)


def _event(source: Source, activity: str, now: datetime, operation: str) -> AuditEvent:
    details = {"kind": source.kind.value, "source": source.display_name, "knownUntil": source.known_until}
    return event(now, SYSTEM, CATEGORY, activity, ("source", source.id), operation, details=details)


def _due(source: Source) -> Due:
    assert source.expected is not None
    return Due(when=source.expected, kind=SOURCE, id=source.id)
