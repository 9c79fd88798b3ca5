"""Reading the audit trail: newest first, filtered, a page at a time (R159-R164)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.domain import ids
from chalicelib.domain.audit import ROW_SPAN, AuditEvent, unfold
from chalicelib.domain.errors import FilterTooBroad, Forbidden
from chalicelib.domain.people import Actor
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Page, Services

PAGE = 100
MOST_EXAMINED = 10_000
MOST_DAYS = 100  # days without an event that one page looks through; each costs a query a partition
SECONDS = 3.0  # after which a page ends with the day it looks at, and a link to go on
_FEWEST_READ = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which events: from `since` on and before `until`; "" asks for every activity, category, actor and target.
    `activity` may be several, with commas between."""

    since: datetime
    until: datetime
    activity: str = ""
    category: str = ""
    actor_id: str = ""
    target_id: str = ""

    def wants(self, event: AuditEvent) -> bool:
        """Does an event answer the query? Activities and categories are compared without case."""
        return (
            self.since <= event.time < self.until
            and (not self.activity or event.activity.lower() in self.activity.lower().split(","))
            and self.category.lower() in ("", event.category.lower())
            and self.actor_id in ("", event.actor_id)
            and self.target_id in ("", event.target_id)
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Where a walk stands: events with ids from `after` on were looked at; stored rows are read again from `row`."""

    after: str
    row: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some events and where to go on; None at the end. `exhausted`: the walk gave up before the page was full."""

    events: list[AuditEvent]
    next: Position | None
    exhausted: bool = False


def list_events(
    services: Services, actor: Actor, query: AuditQuery, position: Position | None
) -> tuple[list[AuditEvent], Position | None]:
    """A page of events. Administrators and auditors see all; who manages an object sees the events about it.

    Raises Forbidden, and FilterTooBroad when more than 10,000 events would have to be examined.
    """
    require_reader(services, actor, query.target_id)
    part = walk_events(services, query, position, PAGE)
    if part.exhausted:
        raise FilterTooBroad(
            f"More than {MOST_EXAMINED:,} events would have to be examined. Give a shorter time with from and to, "
            "or filter by target or actor, which have an index."
        )
    return part.events, part.next


def require_reader(services: Services, actor: Actor, target_id: str = "") -> None:
    """Raises Forbidden unless the caller may read the audit trail, or the part about this object."""
    if actor.reads_everything or (ids.is_guid(target_id) and _manages(services, actor, target_id)):
        return
    raise Forbidden(
        "Administrators and auditors read the audit trail; who manages a catalog, access package, policy or review "
        "reads what concerns it, by naming it as target."
    )


class _Located(Protocol):
    """Something inside a package."""

    @property
    def catalog_id(self) -> str: ...
    @property
    def package_id(self) -> str: ...


def _manages(services: Services, actor: Actor, target_id: str) -> bool:
    """Is this an object the caller manages? Objects that are gone are nobody's any more."""
    if services.entitlements.catalog(target_id):
        return actor.manages(target_id)
    package = services.entitlements.package(target_id)
    if package:
        return actor.manages(package.catalog_id, package.id)
    within: _Located | None = (
        services.entitlements.policy(target_id)
        or services.reviews.definition(target_id)
        or services.reviews.instance(target_id)
    )
    return within is not None and actor.manages(within.catalog_id, within.package_id)


def walk_events(services: Services, query: AuditQuery, position: Position | None, limit: int) -> Part:
    """Up to `limit` events, newest first; fewer with a position to go on from, when the walk was long.

    A row of decisions lies where its last one does in time, so its earlier ones wait in a heap until the rows
    between have been read. Rows that overlap tell the same decision twice; the second is dropped.
    """
    waiting: list[tuple[int, str, AuditEvent]] = []
    found: list[AuditEvent] = []
    after, examined = position.after if position else "", 0
    for row in _rows(services, query, position, max(limit // 4, _FEWEST_READ)):
        if isinstance(row, _Pause):
            rest = _rest(query, waiting, found, after, limit)
            return rest if rest.next else Part(found, Position(row.bound, row.bound))
        for event in _until(waiting, row):
            if len(found) == limit or examined == MOST_EXAMINED:
                held = max([row.id, event[1], *(one[1] for one in waiting)])
                return Part(found, Position(after, held), len(found) < limit)
            if not after or event[2].id < after:
                after, examined = event[2].id, examined + 1
                found += [event[2]] if query.wants(event[2]) else []
        for one in unfold(row):
            heapq.heappush(waiting, (-int(ids.bare(one.id), 16), row.id, one))
    return _rest(query, waiting, found, after, limit)


def _until(waiting: list[tuple[int, str, AuditEvent]], row: AuditEvent) -> Iterator[tuple[int, str, AuditEvent]]:
    """Take the events that lie behind every row still to be read: those of a later millisecond than this one."""
    while waiting and ids.place(waiting[0][2].id) > ids.place(row.id):
        yield heapq.heappop(waiting)


def _rest(
    query: AuditQuery, waiting: list[tuple[int, str, AuditEvent]], found: list[AuditEvent], after: str, limit: int
) -> Part:
    """Every row was read: what still waits."""
    while waiting:
        _, row, event = heapq.heappop(waiting)
        if after and event.id >= after:
            continue
        if len(found) == limit:
            held = max([row, *(one[1] for one in waiting)])
            return Part(found, Position(after, held))
        after = event.id
        found += [event] if query.wants(event) else []
    return Part(found, None)


@dataclass(frozen=True, slots=True)
class _Pause:
    """The walk has seen many empty days, or taken long: it may go on from this bound."""

    bound: str


def _rows(services: Services, query: AuditQuery, position: Position | None, size: int) -> Iterator[AuditEvent | _Pause]:
    """The stored rows that may hold events of the query, newest first, through the narrowest way in."""
    latest = query.until.replace(second=0, microsecond=0) + ROW_SPAN  # a row lies up to its span behind its first
    before = f"{position.row}~" if position else ids.request_bound(latest)
    earliest = ids.request_bound(query.since)
    if query.target_id or query.actor_id:
        yield from _indexed(services, query, before, earliest, size)
        return
    day, empty, budget = ids.request_moment(before[:36]), 0, Budget(services.clock, SECONDS)
    while ids.request_bound(_midnight(day) + timedelta(days=1)) > earliest:
        cursor: str | None = before
        seen = False
        while cursor is not None:
            page = services.audit.events(f"{day:%Y-%m-%d}", size, cursor)
            for row in page.items:
                if row.id < earliest:
                    return
                seen = True
                yield row
            cursor = page.next
        day, empty = _midnight(day) - timedelta(days=1), 0 if seen else empty + 1
        if empty == MOST_DAYS or not budget.left():
            yield _Pause(ids.request_bound(_midnight(day) + timedelta(days=1)))
            return


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _indexed(services: Services, query: AuditQuery, before: str, earliest: str, size: int) -> Iterator[AuditEvent]:
    audit = services.audit
    listed = audit.events_of_target if query.target_id else audit.events_of_actor
    cursor: str | None = before
    while cursor is not None:
        page: Page[AuditEvent] = listed(query.target_id or query.actor_id, size, cursor)
        for row in page.items:
            if row.id < earliest:
                return
            yield row
        cursor = page.next
