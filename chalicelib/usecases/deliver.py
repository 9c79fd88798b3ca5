"""Delivering what is owed: granting and revoking through connectors, each time verified, until the world outside
agrees with the assignment (R9-R11, R40, R119, R120).

Everything here may run twice, at once, late, or die between two calls: connectors take repeats, and whoever loses
the race to record a result has what they touched put on order again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.assignments import ACTIVE, Assignment, AssignmentRequest, AssignmentState, Delivery
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict
from chalicelib.domain.items import ApplyResult
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import SYSTEM, User
from chalicelib.domain.resources import Right, outside
from chalicelib.domain.reviews import Status
from chalicelib.usecases import notify_others
from chalicelib.usecases.plan_delivery import agenda_changes, hint, retry_at
from chalicelib.usecases.ports import Change, Create, Save, Services

LOG = logging.getLogger("access_reviews")
CATEGORY = "EntitlementManagement"
FULFILLED = "Fulfill access package assignment request"
PARTLY = "Partially fulfill access package assignment request"
FAILED = "Failed to fulfill access package assignment request"
TAKEN = "Remove resource assignment"
GIVEN = "Add resource assignment"
_TRIES = 5


@dataclass(frozen=True)
class Attempt:
    """What one try left undone. `missing`: the person is no longer in the directory."""

    grant: tuple[Right, ...]
    revoke: tuple[Right, ...]
    error: str = ""
    missing: bool = False

    @property
    def done(self) -> bool:
        """Is nothing owed any more?"""
        return not self.grant and not self.revoke


def advance_delivery(services: Services, assignment_id: str) -> None:
    """The worker: one try at what an assignment is owed, when it is due."""
    now = services.clock.now()
    assignment = services.entitlements.assignment(assignment_id)
    delivery = assignment.delivery if assignment else None
    if assignment is None or delivery is None or delivery.due is None or delivery.due > now:
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
    if request and request.instance_id and attempt.done:
        _tell_review(services, assignment, request, attempt)
    record(services, assignment, attempt, request, count_late=True)


def _still_applying(services: Services, instance_id: str) -> bool:
    state = services.reviews.state(instance_id)
    return state is not None and state.status is not Status.APPLIED


def _tell_review(services: Services, assignment: Assignment, request: AssignmentRequest, attempt: Attempt) -> None:
    """A removal that failed at first has succeeded: its item and the person learn of it."""
    now, state = services.clock.now(), services.reviews.state(request.instance_id)
    result = ApplyResult.GONE if attempt.missing else ApplyResult.DONE
    services.items.applied(request.instance_id, request.item_id, result, now, state.confirmed_by if state else "")
    instance = services.reviews.instance(request.instance_id)
    item = services.items.get(request.instance_id, request.item_id)
    if instance and item:
        notify_others.access_ended(services, instance, item, assignment, now)


def try_now(services: Services, assignment: Assignment, delivery: Delivery) -> Attempt:
    """Grant and revoke what is owed, and verify each. The failure of one right does not stop the others."""
    person = services.people.user(assignment.target_id)
    if person is None:
        grant = () if is_over(assignment, services.clock.now()) else delivery.grant
        return Attempt(grant, (), "The person is no longer in the directory." if grant else "", missing=True)
    problems: list[str] = []
    kept = _kept_elsewhere(services, assignment)
    grant = tuple(one for one in delivery.grant if not _made_so(services, one, person, True, problems))
    revoke = tuple(one for one in delivery.revoke if not _made_so(services, one, person, one in kept, problems))
    revoke += _given_back(services, assignment, person, set(delivery.revoke) - kept, problems)
    return Attempt(grant, tuple(dict.fromkeys(revoke)), "; ".join(dict.fromkeys(problems))[:500])


def _given_back(
    services: Services, assignment: Assignment, person: User, taken: set[Right], problems: list[str]
) -> tuple[Right, ...]:
    """Rights that an assignment made this very moment contains too are granted again; those that could not be."""
    again = taken & _kept_elsewhere(services, assignment) if taken else set()
    return tuple(one for one in again if not _made_so(services, one, person, True, problems))


def _made_so(services: Services, right: Right, person: User, held: bool, problems: list[str]) -> bool:
    """Have a right held, or not, and verify it."""
    connector = services.connectors.get(right.connector)
    if connector is None:
        problems.append(f"There is no connector {right.connector!r}.")
        return False
    try:
        (connector.grant if held else connector.revoke)(right, person)
        agreed = connector.verify(right, person) is held
    except Exception as problem:  # whatever a system outside does must not stop the other rights
        LOG.exception("connector %s failed for %s", right.connector, person.id)
        problems.append(f"{right.connector}: {type(problem).__name__}")
        return False
    if not agreed:
        problems.append(f"{right.connector}: the right is {'not there' if held else 'still there'} afterwards")
    return agreed


def _kept_elsewhere(services: Services, assignment: Assignment) -> set[Right]:
    """The rights that the person's other live assignments contain (R9)."""
    entitlements, now = services.entitlements, services.clock.now()
    others = [
        one for one in entitlements.holdings_of_person(assignment.target_id) if one.assignment_id != assignment.id
    ]
    if not others:
        return set()
    live = entitlements.assignments(one.assignment_id for one in others)
    begun = {one.package_id for one in live.values() if not is_over(one, now) and one.starts <= now}
    packages = (entitlements.package(package_id) for package_id in sorted(begun))
    return {right for package in packages if package for right in outside(package.role_scopes)}


def taken_back_first(services: Services, assignment: Assignment, rights: tuple[Right, ...]) -> bool:
    """For a review: revoke before the assignment ends, so that its end is one cheap commit that says it is gone.

    False when something is left to do after the end: a failure, or a right that another live assignment contains.
    """
    person = services.people.user(assignment.target_id)
    if person is None:
        return True
    if assignment.delivery is not None or _kept_elsewhere(services, assignment) & set(rights):
        return False
    problems: list[str] = []
    gone = [_made_so(services, right, person, False, problems) for right in rights]
    return all(gone) and not _kept_elsewhere(services, assignment) & set(rights)


def record(
    services: Services,
    assignment: Assignment,
    attempt: Attempt,
    request: AssignmentRequest | None,
    *,
    count_late: bool = False,
) -> Assignment | None:
    """Write what a try achieved, with the request it belongs to; None when somebody changed the assignment meanwhile
    (then everything that was touched is owed again). `count_late`: a finished review counts one failure less."""
    now = services.clock.now()
    after = _after(assignment, attempt, now)
    operation = f"deliver:{assignment.id}:{assignment.version}"
    changes: list[Change] = [Save(after), *agenda_changes(assignment, after)]
    if request is not None:
        changes.append(Save(_request_after(request, after, attempt, now)))
        changes += _review_counts(services, request) if count_late and attempt.done else []
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


def _after(assignment: Assignment, attempt: Attempt, now: datetime) -> Assignment:
    """The assignment after a try."""
    before = assignment.delivery
    if before is None or attempt.done:
        if assignment.state is AssignmentState.EXPIRED:
            return replace(assignment, delivery=None)
        return replace(assignment, state=AssignmentState.DELIVERED, status="", delivery=None)
    granted = before.granted + len(before.grant) - len(attempt.grant)
    left = replace(before, grant=attempt.grant, revoke=attempt.revoke, granted=granted, error=attempt.error)
    owed = replace(left, attempts=before.attempts + 1, due=retry_at(before, now))
    state, status = assignment.state, assignment.status
    if state is not AssignmentState.EXPIRED and attempt.grant:
        partly = granted > 0 or state in ACTIVE
        waiting = AssignmentState.DELIVERING if owed.due else AssignmentState.DELIVERY_FAILED
        state, status = (AssignmentState.PARTIALLY_DELIVERED if partly else waiting), ""
        status = "Delivering" if state is AssignmentState.DELIVERING else ""
    return replace(assignment, state=state, status=status, delivery=owed)


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
    if owed and owed.revoke:
        return TAKEN
    return GIVEN if assignment.state is AssignmentState.DELIVERED else FULFILLED


def _review_counts(services: Services, request: AssignmentRequest) -> list[Change]:
    """A review that ended with this failure has one removal more."""
    state = services.reviews.state(request.instance_id) if request.instance_id else None
    if state is None or not state.removal_failures:
        return []
    return [Save(replace(state, removed=state.removed + 1, removal_failures=state.removal_failures - 1))]


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
        after = replace(current, delivery=_owing(current, (*delivery.grant, *delivery.revoke), wanted, now))
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
