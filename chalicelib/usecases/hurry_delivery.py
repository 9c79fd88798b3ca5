"""Something became known about a right: whatever waits for it is tried now instead of at its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.assignments import Assignment
from chalicelib.domain.errors import Conflict
from chalicelib.domain.resources import Right
from chalicelib.usecases.plan_delivery import agenda_changes, hint
from chalicelib.usecases.ports import Save, Services

_PAGE = 100
_TRIES = 5


def hurry_delivery(services: Services, right: Right, person_id: str) -> None:
    """Have every delivery to this person that owes the right, one given up included, look again."""
    for assignment in _owing(services, right, person_id):
        if _due_now(services, assignment, right):
            hint(services, assignment.id)


def _owing(services: Services, right: Right, person_id: str) -> Iterator[Assignment]:
    after: str | None = None
    while True:
        page = services.entitlements.assignments_of_person(person_id, _PAGE, after)
        yield from (one for one in page.items if _owes(one, right))
        after = page.next
        if after is None:
            return


def _owes(assignment: Assignment, right: Right) -> bool:
    owed = assignment.delivery
    return owed is not None and (right in owed.grant or right in owed.revoke)


def _due_now(services: Services, assignment: Assignment, right: Right) -> bool:
    """Put it on the agenda for now; False when nothing is owed any more. Raises Conflict when it changes all the
    time."""
    current: Assignment | None = assignment
    for attempt in range(_TRIES):
        if current is None or not _owes(current, right):
            return False
        moved = _moved(current, services.clock.now())
        if moved == current:
            return True
        try:
            services.writer.commit(
                f"hurry:{current.id}:{current.version}", Save(moved), *agenda_changes(current, moved)
            )
        except Conflict:
            if attempt == _TRIES - 1:
                raise
            current = services.entitlements.assignment(assignment.id)
            continue
        return True
    return False


def _moved(assignment: Assignment, now: datetime) -> Assignment:
    owed = assignment.delivery
    if owed is None or (owed.due is not None and owed.due <= now):
        return assignment
    return replace(assignment, delivery=replace(owed, due=now))
