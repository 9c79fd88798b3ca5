"""Looking at the sources of data, saying how often one is expected, and retiring one that is dead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.audit import event
from chalicelib.domain.people import Actor, Right
from chalicelib.domain.sources import SOURCE, Source, WaitingOpening, fell_silent
from chalicelib.usecases.ports import Change, Create, Put, Save, Services
from chalicelib.usecases.sources import CATEGORY, wake

UPDATED = "Update data source"


@dataclass(frozen=True, slots=True)
class SourcesSeen:
    """The sources by name, and what waits for them with the names of their packages, the longest wait first."""

    sources: tuple[Source, ...]
    waiting: tuple[tuple[WaitingOpening, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """What to change of a source; None leaves it as it is."""

    every_hours: int | None = None
    retired: bool | None = None


def look_at_sources(services: Services, actor: Actor) -> SourcesSeen:
    """Every source and what waits for them. Raises Forbidden for who neither administers nor audits everything."""
    if not actor.reads_everything:
        raise errors.Forbidden("Only administrators and auditors see the sources of data.")
    sources = sorted(services.sources.sources(), key=lambda one: (one.kind.value, one.display_name.lower(), one.id))
    return SourcesSeen(tuple(sources), tuple(waiting_for_data(services, actor)))


def waiting_for_data(services: Services, actor: Actor) -> list[tuple[WaitingOpening, str]]:
    """The reviews that wait for data, of those the caller may look into, each with the name of its package."""
    found = [
        one
        for one in services.sources.waiting_openings()
        if actor.may(Right.SEE_DECISIONS, one.catalog_id, one.package_id)
    ]
    packages = services.entitlements.packages({one.package_id for one in found})
    named = [(one, packages[one.package_id].display_name) for one in found if one.package_id in packages]
    return sorted(named, key=lambda pair: (pair[0].since, pair[1], pair[0].definition_id))


def change_source(
    services: Services, actor: Actor, now: datetime, operation: str, source_id: str, draft: SourceDraft
) -> Source:
    """Change a source; the source after it. Raises NotFound, Forbidden, Conflict."""
    if not actor.reads_everything:
        raise errors.NotFound("There is no such source of data.")
    found = services.sources.source(source_id) if ids.is_guid(source_id) else None
    if found is None:
        raise errors.NotFound("There is no such source of data.")
    if not actor.is_administrator:
        raise errors.Forbidden("Only administrators change sources of data.")
    retired = found.retired if draft.retired is None else (found.retired or now) if draft.retired else None
    every = found.every_hours if draft.every_hours is None else draft.every_hours
    after = replace(found, every_hours=every, retired=retired)
    if after == found:
        return found
    after = replace(after, stale=fell_silent(after, now), awaited=False)
    changes = {
        name: [before, now_]
        for name, before, now_ in (
            ("everyHours", found.every_hours, after.every_hours),
            ("retired", found.retired is not None, after.retired is not None),
        )
        if before != now_
    }
    target, details = ("source", found.id), {"source": found.display_name}
    recorded = event(now, actor, CATEGORY, UPDATED, target, operation, changes=changes, details=details)
    written: list[Change] = [Save(after), Create(recorded)]
    if after.expected is not None and not after.stale:
        written.append(Put(Due(when=after.expected, kind=SOURCE, id=after.id)))
    services.writer.commit(operation, *written)
    wake(services)
    return replace(after, version=after.version + 1)
