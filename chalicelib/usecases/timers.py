"""Putting assignments on the agenda: the rows that go into the commit which makes, changes or ends one.

Timer   entitlements, one per assignment and minute    what is to be looked at
Due     the agenda, one per policy and minute          that there is something to look at
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.assignments import Assignment, Timer, minute_of
from chalicelib.usecases.ports import Change, Put, Services

KIND = "assignments"
_SOON = timedelta(minutes=10)  # an agenda row this near may be worked off and removed at any moment


def due_of(row_id: str) -> Due:
    """The agenda row an id names: 12 digits of the assignments' place, then the minute."""
    minute = datetime.strptime(row_id[12:], "%Y%m%d%H%M").replace(tzinfo=UTC)
    return Due(when=minute, kind=KIND, id=row_id)


def timer_changes(services: Services, assignment: Assignment, now: datetime) -> list[Change]:
    """The rows that bring an assignment's start, when it lies ahead, and its end to notice. None without both."""
    moments = [assignment.starts] if assignment.starts > now else []
    moments += [assignment.ends] if assignment.ends is not None else []
    return [change for moment in moments for change in _at(services, assignment.id, minute_of(moment), now)]


def ended_changes(services: Services, assignment_id: str) -> list[Change]:
    """The rows that make a review which is open notice that an assignment was ended (G46)."""
    now = services.clock.now()
    return _at(services, assignment_id, minute_of(now), now)


def _at(services: Services, assignment_id: str, minute: datetime, now: datetime) -> list[Change]:
    """A row that many assignments share is written once and not fought over by transactions."""
    timer = Put(Timer(minute=minute, assignment_id=assignment_id))
    row = due_of(f"{ids.place(assignment_id)}{minute:%Y%m%d%H%M}")
    if minute > now + _SOON and services.reviews.due(row.when, row.kind, row.id):
        return [timer]
    return [timer, Put(row)]


def send_hints(services: Services, changes: Sequence[Change]) -> None:
    """Have the agenda rows among these changes worked off now; a lost message is made good by the next tick."""
    for change in changes:
        if isinstance(change.entity, Due):
            services.queue.send(change.entity.kind, change.entity.id)
