"""What a change of an assignment owes the world outside, written in the change's own transaction (R9, R11, R40).

An assignment holds what is owed to it (`Delivery`), and the agenda a row that outlives lost messages; `deliver`
does the work. A package whose rights are all merely recorded owes nothing and costs nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.agenda import Due
from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState, Delivery
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.resources import Right, outside
from chalicelib.usecases.ports import Change, Drop, Put, Save, Services

DELIVERY = "delivery"  # agenda kind
PATIENCE = timedelta(hours=6)  # R40: retried for several hours
_LONGEST_WAIT = timedelta(minutes=60)
_LONGEST_LOOK = timedelta(hours=4)


def retry_at(delivery: Delivery, now: datetime) -> datetime | None:
    """When to try again after another failure: after 1, 2, 4, ... 60 minutes; None after six hours."""
    if now - delivery.began >= PATIENCE:
        return None
    return now + min(timedelta(minutes=2 ** min(delivery.attempts, 6)), _LONGEST_WAIT)


def look_again_at(delivery: Delivery, now: datetime) -> datetime:
    """When to ask again after what somebody outside has taken on: after 1, 2, 4 ... minutes, at last every four
    hours; a word from outside comes as a hint before."""
    return now + min(timedelta(minutes=2 ** min(delivery.looks, 8)), _LONGEST_LOOK)


def hint(services: Services, assignment_id: str) -> None:
    """Have the delivery begin without waiting for the next tick."""
    services.queue.send(DELIVERY, assignment_id)


def agenda_changes(before: Assignment, after: Assignment) -> list[Change]:
    """The changes that keep the agenda true to what an assignment is owed."""
    old = before.delivery.due if before.delivery else None
    new = after.delivery.due if after.delivery else None
    if old == new:
        return []
    changes: list[Change] = [Put(Due(when=new, kind=DELIVERY, id=after.id))] if new else []
    return changes + ([Drop(Due(when=old, kind=DELIVERY, id=before.id))] if old else [])


def granting(assignment: Assignment, rights: tuple[Right, ...], request_id: str) -> Assignment:
    """A new assignment that is owed its package's rights from its start on; unchanged when there are none."""
    if not rights:
        return assignment
    begins = max(assignment.starts, assignment.created)
    owed = Delivery(grant=rights, request_id=request_id, began=begins, due=begins)
    return replace(assignment, state=AssignmentState.DELIVERING, status="Delivering", delivery=owed)


def taking_back(assignment: Assignment, rights: tuple[Right, ...], now: datetime, request_id: str) -> Assignment:
    """An assignment that ends and is owed the end of its rights, also of those a change of its package took away.
    One that had not begun never got any."""
    before = assignment.delivery
    owed = tuple(dict.fromkeys((*rights, *(before.to_end if before else ()))))
    if not owed or (assignment.starts > now and before is not None and not before.attempts):
        return replace(assignment, delivery=None)
    return replace(assignment, delivery=Delivery(revoke=owed, request_id=request_id, began=now, due=now))


def with_right(assignment: Assignment, right: Right, granted: bool, now: datetime) -> list[Change]:
    """The changes that owe a live assignment a right its package was given, or the end of one that was taken from
    the package; none when it is over, or owed just that already."""
    if is_over(assignment, now):
        return []
    before = assignment.delivery or Delivery(began=now)
    grant = tuple(one for one in before.grant if one != right) + ((right,) if granted else ())
    revoke = tuple(one for one in before.revoke if one != right) + (() if granted else (right,))
    if (set(grant), set(revoke)) == (set(before.grant), set(before.revoke)) and right not in before.leaving:
        return []
    due = max(assignment.starts, now)
    leaving = tuple(one for one in before.leaving if one != right)
    owed = replace(before, grant=grant, revoke=revoke, leaving=leaving, began=due, attempts=0, due=due)
    after = replace(assignment, delivery=owed)
    return [Save(after), *agenda_changes(assignment, after)]


def owed(request: AssignmentRequest, assignment: Assignment) -> AssignmentRequest:
    """A request that was delivered at once, unless the world outside owes its assignment something."""
    if assignment.delivery is None or request.state != "delivered":
        return request
    return replace(request, state="delivering", completed=None)


def owing_back(
    services: Services,
    before: Assignment,
    ended: Assignment,
    now: datetime,
    request_id: str,
    rights: tuple[Right, ...] | None = None,
) -> tuple[Assignment, list[Change]]:
    """An assignment that ends, with the rights it is to lose, and the changes that come with that (R9).

    `before` is how it stood, `request_id` the request that ends it. `rights` are those that are left to take back
    (None: all of its package's). The request that was to deliver it, if it still is to, counts as cancelled.
    """
    if rights is None:
        package = services.entitlements.package(ended.package_id)
        rights = outside(package.role_scopes) if package else ()
    after = taking_back(ended, rights, now, request_id)
    changes = agenda_changes(before, after)
    waiting = before.delivery if before.delivery and before.delivery.grant and before.starts <= now else None
    adding = services.entitlements.request(waiting.request_id) if waiting and waiting.request_id else None
    if adding is not None and adding.state == "delivering":
        changes.append(Save(replace(adding, state="canceled", completed=now)))
    return after, changes
