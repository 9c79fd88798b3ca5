"""Sources of data: what brings people, sign-ins and memberships in, and up to when it is known to work.

A source that fails or falls silent says nothing about anybody's access: it only makes what is known old.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from chalicelib.domain import ids

SOURCE = "source"  # agenda kind: look whether a source has fallen silent
WAITS = "waitsForData"  # agenda kind: tell those who run reviews which of them wait
EVERYBODY = "all"  # the only id of that kind: one mail tells of all of them
USUAL = timedelta(days=7)  # within which a continuous source is expected to succeed, unless it has its own interval
STEP = timedelta(minutes=1)  # successes closer together than this are one
LONGEST_ERROR = 300
LONGEST_INTERVAL = 8_760  # hours


class SourceKind(StrEnum):
    """What a source brings, and how."""

    SCIM = "scim"
    CSV = "csv"
    SIGN_INS = "signIns"
    CLOUD_TRAIL = "cloudTrail"
    TARGET = "target"


PEOPLE = frozenset({SourceKind.SCIM, SourceKind.CSV})
SIGN_INS = frozenset({SourceKind.SIGN_INS, SourceKind.CLOUD_TRAIL})
_BY_ITSELF = frozenset({SourceKind.SCIM, *SIGN_INS})  # bring news without being asked; the others when somebody asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source. `subject_id` is its id among its kind (a provisioning client, a connection, a name given by the
    sender); `covers` the instant up to which its data reaches, where that is not the moment of the last success.

    `error` tells the last failure and is empty after a success. `every_hours` is how often it is expected, 0 for
    the usual. `stale` was noted, with its audit event; `awaited`: openings wait for it. A retired source holds
    nothing up until it brings data again.
    """

    id: str
    kind: SourceKind
    subject_id: str
    display_name: str
    created: datetime
    last_success: datetime | None = None
    last_failure: datetime | None = None
    error: str = ""
    covers: datetime | None = None
    every_hours: int = 0
    stale: bool = False
    awaited: bool = False
    retired: datetime | None = None
    version: int = 0

    @property
    def known_until(self) -> datetime | None:
        """The instant up to which this source's data is known; None before its first success."""
        return self.covers or self.last_success

    @property
    def expected(self) -> datetime | None:
        """When it has fallen silent unless it succeeds before; None for one that nobody expects regularly."""
        if self.retired is not None or not (self.every_hours or self.kind in _BY_ITSELF):
            return None
        within = timedelta(hours=self.every_hours) if self.every_hours else USUAL
        return (self.known_until or self.created) + within


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """How far a source reached when a review opened: part of its evidence."""

    source_id: str
    kind: SourceKind
    display_name: str
    known_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anyway:
    """Somebody's decision to open a review although its data is old."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOpening:
    """The occurrence of a series that waits for data: since when, for which sources (ids), and the last day (UTC) on
    which its administrators were told."""

    definition_id: str
    catalog_id: str
    package_id: str
    display_name: str
    day: date
    opens: datetime
    since: datetime
    sources: tuple[str, ...]
    told: date
    anyway: Anyway | None = None
    version: int = 0


def source_id(kind: SourceKind, subject_id: str) -> str:
    """The id of a source: the same one for the same kind and subject."""
    return ids.guid("source", kind, subject_id)


def new_source(kind: SourceKind, subject_id: str, name: str, now: datetime) -> Source:
    """A source that was not heard of before."""
    return Source(id=source_id(kind, subject_id), kind=kind, subject_id=subject_id, display_name=name, created=now)


def after_success(source: Source, now: datetime, name: str, covers: datetime | None = None) -> Source:
    """The source after data came in; the same object when that tells nothing new. No instant moves backwards, and
    `covers` never reaches beyond `now`."""
    reaches = _later(source.covers, min(covers, now) if covers else None)
    after = replace(
        source,
        display_name=name or source.display_name,
        last_success=_later(source.last_success, now),
        covers=reaches,
        error="" if source.last_failure is None or now >= source.last_failure else source.error,
        awaited=False,
        retired=None,
    )
    moment = replace(after, last_success=source.last_success, covers=source.covers)
    soon = _close(source.last_success, after.last_success) and _close(source.covers, reaches)
    return source if moment == source and soon else after


def after_failure(source: Source, now: datetime, name: str, error: str) -> Source:
    """The source after a try to read it failed; the same object when the same failure was noted a moment ago."""
    later = _later(source.last_failure, now)
    overtaken = source.last_success is not None and source.last_success > now
    text = source.error if overtaken else error[:LONGEST_ERROR]
    after = replace(source, display_name=name or source.display_name, last_failure=later, error=text)
    same = replace(after, last_failure=source.last_failure) == source
    return source if same and _close(source.last_failure, later) else after


def too_old(source: Source, max_age: timedelta, now: datetime) -> bool:
    """Is its data older than a policy allows? A source that is expected more rarely is allowed its own interval; a
    target is read when it is needed, so it only counts once that failed."""
    if source.retired is not None or source.last_success is None or source.known_until is None:
        return False
    if source.kind is SourceKind.TARGET and not source.error:
        return False
    return now - source.known_until > max(max_age, timedelta(hours=source.every_hours))


def fell_silent(source: Source, now: datetime) -> bool:
    """Is it overdue at `now`?"""
    return source.expected is not None and source.expected <= now


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _close(before: datetime | None, after: datetime | None) -> bool:
    return before == after or (before is not None and after is not None and after - before < STEP)
