"""Delivering what is owed: granting and revoking through connectors, each time verified, until the world outside
agrees with the assignment (R9-R11, R40, R119, R120).

A grant is delivered when a read finds it, a removal when two reads, a minute apart, do not. Everything here may run
twice, at once, late, or die between two calls: connectors take repeats, and whoever loses the race to record a result
has what they touched put on order again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.assignments import ACTIVE, Assignment, AssignmentRequest, AssignmentState, Delivery
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.removals import BETWEEN_LOOKS
from chalicelib.domain.resources import Right, outside
from chalicelib.domain.reviews import Status
from chalicelib.usecases.bring_about import End
from chalicelib.usecases.judge_removals import judged, removal_changes, tell_result
from chalicelib.usecases.plan_delivery import agenda_changes, hint, look_again_at, retry_at
from chalicelib.usecases.ports import Change, Create, Save, Services
from chalicelib.usecases.try_delivery import Attempt, try_now

CATEGORY = "EntitlementManagement"
FULFILLED = "Fulfill access package assignment request"
PARTLY = "Partially fulfill access package assignment request"
FAILED = "Failed to fulfill access package assignment request"
TAKEN = "Remove resource assignment"
GIVEN = "Add resource assignment"
_TRIES = 5


def advance_delivery(services: Services, assignment_id: str) -> None:
    """The worker: one try at what an assignment is owed, when it is due."""
    now = services.clock.now()
    assignment = services.entitlements.assignment(assignment_id)
    delivery = assignment.delivery if assignment else None
    if assignment is None or delivery is None or delivery.due is None:
        return
    if delivery.due > now and not delivery.looks:  # a hint may come early to what somebody outside is to do
        return
    if not is_over(assignment, now) and assignment.starts > now:  # its start was moved
        moved = replace(assignment, delivery=replace(delivery, began=assignment.starts, due=assignment.starts))
        operation = f"deliver:{assignment.id}:{assignment.version}"
        services.writer.commit(operation, Save(moved), *agenda_changes(assignment, moved))
        return
    request = services.entitlements.request(delivery.request_id) if delivery.request_id else None
    if request and request.instance_id and _still_applying(services, request.instance_id):
        return  # the review's own worker counts its results first; the agenda asks again
    attempt = try_now(services, assignment, delivery)
    if attempt is not None:
        record(services, assignment, attempt, request)


def _still_applying(services: Services, instance_id: str) -> bool:
    """Is the review about to count its removals, or doing so? One that removes at once is not, while it is open."""
    state = services.reviews.state(instance_id)
    return state is not None and state.status not in (Status.IN_PROGRESS, Status.APPLIED)


def record(
    services: Services, assignment: Assignment, attempt: Attempt, request: AssignmentRequest | None
) -> Assignment | None:
    """Write what a try achieved, with the request it belongs to, and the removal if a review's; None when somebody
    changed the assignment meanwhile (then everything that was touched is owed again)."""
    now = services.clock.now()
    after = _after(assignment, attempt, now)
    operation = f"deliver:{assignment.id}:{assignment.version}"
    changes: list[Change] = [Save(after), *agenda_changes(assignment, after)]
    if request is not None:
        changes.append(Save(_request_after(request, after, attempt, now)))
        changes += _of_removal(services, assignment, request, attempt, operation)
    if attempt.done or (after.delivery and after.delivery.due is None):
        details = {"person": assignment.target_id, "error": attempt.error} if attempt.error else {}
        target = ("assignment", assignment.id)
        activity = _activity(assignment, after, attempt)
        changes.append(Create(event(now, SYSTEM, CATEGORY, activity, target, operation, details=details)))
    try:
        services.writer.commit(operation, *changes)
    except Conflict:
        _owe_again(services, assignment)
        return None
    return replace(after, version=after.version + 1)


def _of_removal(
    services: Services, assignment: Assignment, request: AssignmentRequest, attempt: Attempt, operation: str
) -> list[Change]:
    """What a try says about the removal a review asked for: its item and the person learn of it first, which may be
    repeated; then the changes that record it."""
    verdict = judged(services, assignment, request, attempt) if request.instance_id else None
    if verdict is None:
        return []
    tell_result(services, assignment, *verdict)
    return removal_changes(services, *verdict, operation)


def _after(assignment: Assignment, attempt: Attempt, now: datetime) -> Assignment:
    """The assignment after a try."""
    before = assignment.delivery
    if before is None or attempt.done:
        if assignment.state is AssignmentState.EXPIRED:
            return replace(assignment, delivery=None)
        return replace(assignment, state=AssignmentState.DELIVERED, status="", delivery=None)
    granted = before.granted + sum(1 for one in before.grant if one not in attempt.grant)
    owed = replace(_owed(before, attempt, now), granted=granted)
    state, status = assignment.state, assignment.status
    if state is not AssignmentState.EXPIRED and attempt.grant:
        partly = granted > 0 or state in ACTIVE
        waiting = AssignmentState.DELIVERING if owed.due else AssignmentState.DELIVERY_FAILED
        state, status = (AssignmentState.PARTIALLY_DELIVERED if partly else waiting), ""
        status = "Delivering" if state is AssignmentState.DELIVERING else ""
    return replace(assignment, state=state, status=status, delivery=owed)


def _owed(before: Delivery, attempt: Attempt, now: datetime) -> Delivery:
    """What is still owed, and when to go on: the soonest of what its parts wait for. Only failures count as attempts
    and use up the hours of R40, which begin anew with the first failure after waiting for somebody outside."""
    failed, pending = attempt.came_to(End.FAILED), attempt.came_to(End.PENDING)
    fresh = [right for right in attempt.leaving if right not in before.leaving]
    left = now if fresh or not before.left else before.left
    waited = before.looks > 0 and not pending if failed else bool(pending)
    began = now if waited else before.began
    waits = [now + one.wait for one in attempt.came_to(End.THROTTLED)]
    again = retry_at(replace(before, began=began), now) if failed else None
    waits += [again] if again else []
    waits += [look_again_at(before, now)] if pending else []
    waits += [left + BETWEEN_LOOKS] if attempt.leaving and not failed else []
    return replace(
        before,
        grant=tuple(attempt.grant),
        revoke=tuple(attempt.revoke),
        leaving=tuple(attempt.leaving),
        left=left if attempt.leaving else None,
        began=began,
        attempts=before.attempts + bool(failed),
        looks=before.looks + 1 if pending else 0,
        due=min(waits, default=None),
        error=attempt.error,
    )


def _request_after(request: AssignmentRequest, after: Assignment, attempt: Attempt, now: datetime) -> AssignmentRequest:
    """The request in step with its assignment: completed when it is done or given up."""
    if attempt.done:
        return replace(request, state="delivered", status="", completed=now)
    owed = after.delivery
    partly = after.state is AssignmentState.PARTIALLY_DELIVERED
    if owed is not None and owed.due is not None:
        return replace(request, state="partiallyDelivered" if partly else "delivering", status="", completed=None)
    return replace(
        request, state="partiallyDelivered" if partly else "deliveryFailed", status=attempt.error[:200], completed=now
    )


def _activity(assignment: Assignment, after: Assignment, attempt: Attempt) -> str:
    owed = assignment.delivery
    if not attempt.done:
        return PARTLY if after.state is AssignmentState.PARTIALLY_DELIVERED else FAILED
    if owed and owed.to_end:
        return TAKEN
    return GIVEN if assignment.state is AssignmentState.DELIVERED else FULFILLED


def _owe_again(services: Services, touched: Assignment) -> None:
    """Somebody changed the assignment while its rights were being changed outside: what it says now about each of
    them is owed, whatever the order the calls arrived in. Raises Conflict when it changes all the time."""
    now, delivery = services.clock.now(), touched.delivery
    for attempt in range(_TRIES):
        current = services.entitlements.assignment(touched.id)
        if current is None or delivery is None:
            return
        package = services.entitlements.package(current.package_id)
        wanted = set(outside(package.role_scopes)) if package and not is_over(current, now) else set()
        touched_rights = (*delivery.grant, *delivery.to_end)
        after = replace(current, delivery=_owing(current, touched_rights, wanted, now))
        changes = [Save(after), *agenda_changes(current, after)]
        try:
            services.writer.commit(f"again:{current.id}:{current.version}", *changes)
        except Conflict:
            if attempt == _TRIES - 1:
                raise
            continue
        return hint(services, current.id)


def _owing(current: Assignment, rights: Iterable[Right], wanted: set[Right], now: datetime) -> Delivery:
    before = current.delivery or Delivery(began=now)
    grant = dict.fromkeys((*before.grant, *(one for one in rights if one in wanted)))
    revoke = dict.fromkeys((*before.revoke, *(one for one in rights if one not in wanted)))
    return replace(before, grant=tuple(grant), revoke=tuple(revoke), due=now)
