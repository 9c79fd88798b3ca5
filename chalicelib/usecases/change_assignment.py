"""What managers do to an assignment that exists, and to the record of a request (R35, R41, R45)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState, Moved, RequestType
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.lifetimes import end_of, is_over, request_state_at, span
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import Actor
from chalicelib.domain.resources import outside
from chalicelib.usecases.assign import (
    CATEGORY,
    check_takes_assignments,
    end_assignment,
    event_of,
    holding_of,
    request_of,
    scheduled_request_changes,
)
from chalicelib.usecases.cancel_items import reviews_of
from chalicelib.usecases.last_ones import let_go
from chalicelib.usecases.plan_delivery import agenda_changes, hint, taking_back
from chalicelib.usecases.ports import Change, Create, Delete, Drop, Put, Save, Services, Unchanged
from chalicelib.usecases.seeing import find_assignment, find_request, require_assigner, sees_package, unknown
from chalicelib.usecases.timers import ended_changes, send_hints, timer_changes

CHANGED = "Update access package assignment"
CANCELLED = "Cancel access package assignment request"
UNDELIVERED = ("scheduled", "delivering", "partiallyDelivered", "deliveryFailed")
RECORD_DELETED = "Delete access package assignment request"


def change_assignment(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    assignment_id: str,
    *,
    starts: datetime | None = None,
    expiration: Mapping[str, Any] | None = None,
    policy_id: str = "",
    justification: str = "",
) -> AssignmentRequest:
    """Give an assignment another end or policy, or a scheduled one another start (`adminUpdate`).

    Moved to another policy of its package it keeps its id and its dates, and a review that is open keeps its item
    (G34). Repeating it is harmless. Raises NotFound, Forbidden, InvalidInput, Conflict (it is over, or was changed
    meanwhile).
    """
    assignment = _managed(services, actor, assignment_id)
    if is_over(assignment, now):
        raise Conflict("The assignment has ended.", "assignment/id")
    policy = _other_policy(services, actor, assignment, policy_id)
    begins, ends = _dates(assignment, starts, expiration, now, needed=not policy_id)
    changed = replace(assignment, starts=begins, ends=ends)
    if policy is not None:
        former = (*(one for one in assignment.former_policies if one != policy.id), assignment.policy_id)
        changed = replace(changed, policy_id=policy.id, former_policies=former)
    request = request_of(changed, RequestType.ADMIN_UPDATE, now, actor, justification)
    recorded = event_of(now, actor, CHANGED, changed, operation, request)
    recorded.changes.update(starts=[assignment.starts, begins], ends=[assignment.ends, ends])
    recorded.changes.update(assignmentPolicy=[assignment.policy_id, changed.policy_id])
    adding = scheduled_request_changes(services, assignment, now, starts=begins, ends=ends)
    moving = _moving(assignment, changed, policy) if policy else [Save(changed)]
    if (begins, ends) != (assignment.starts, assignment.ends):
        moving += timer_changes(services, changed, now)
    services.writer.commit(operation, Create(request), Create(recorded), *moving, *adding)
    return request


def _other_policy(services: Services, actor: Actor, assignment: Assignment, policy_id: str) -> AssignmentPolicy | None:
    """The policy to move to; None when the assignment stays where it is. Raises InvalidInput, NotFound, Conflict."""
    if policy_id in ("", assignment.policy_id):
        return None
    policy = services.entitlements.policy(policy_id)
    if policy is None or not sees_package(actor, policy.catalog_id, policy.package_id):
        raise unknown(actor, "assignment policy", "assignment/assignmentPolicyId")
    if policy.package_id != assignment.package_id:
        raise InvalidInput("The policy belongs to another access package.", "assignment/assignmentPolicyId")
    check_takes_assignments(policy)
    return policy


def _moving(before: Assignment, after: Assignment, policy: AssignmentPolicy) -> list[Change]:
    """The changes that lay an assignment to its new policy. Its id names the policy it was made through; a pointer
    leads from there to where it is now."""
    pointer = Moved(assignment_id=after.id, policy_id=policy.id)
    home = ids.place(after.id) == ids.place(policy.id)
    return [Delete(before), Create(after), Drop(pointer) if home else Put(pointer), Unchanged(policy)]


def _dates(
    assignment: Assignment,
    starts: datetime | None,
    expiration: Mapping[str, Any] | None,
    now: datetime,
    needed: bool,
) -> tuple[datetime, datetime | None]:
    """From when to when the assignment is to last. Raises InvalidInput naming the member."""
    if starts is None and expiration is None and needed:
        raise InvalidInput("Give a schedule with a startDateTime, an expiration, or both.", "schedule")
    moved = starts is not None and starts.replace(microsecond=0) != assignment.starts
    if moved and assignment.starts <= now:
        raise InvalidInput("The assignment has begun: its start stays.", "schedule/startDateTime")
    begins = span(starts, {}, now)[0] if moved else assignment.starts
    ends = assignment.ends if expiration is None else end_of(expiration, begins)
    if ends is not None and ends <= max(begins, now):
        raise InvalidInput("The end must lie after the start and in the future.", "schedule/expiration")
    return begins, ends


def remove_assignment(
    services: Services,
    actor: Actor,
    now: datetime,
    assignment_id: str,
    justification: str = "",
    retried: bool = False,
) -> AssignmentRequest:
    """End an assignment by hand (`adminRemove`).

    With `retried`, one that was ended already gives the request that did. Raises NotFound, Forbidden,
    Conflict (it has ended already; nobody else holds what somebody must keep).
    """
    assignment = _managed(services, actor, assignment_id)
    kind = RequestType.ADMIN_REMOVE
    refusal = "" if is_over(assignment, now) else let_go(services, assignment)
    if refusal:
        raise Conflict(f"{refusal} Assign somebody else first.", "assignment/id")
    operation = f"remove:{assignment.id}"  # an assignment ends once, so that a retry finds what it did
    done = end_assignment(services, actor, now, operation, assignment, kind, justification=justification)
    if done is None and retried and assignment.expired:
        done = services.entitlements.request(ids.request_id(assignment.expired, operation))
    if done is None:
        raise Conflict("The assignment has ended already.", "assignment/id")
    return done


def _managed(services: Services, actor: Actor, assignment_id: str) -> Assignment:
    found = find_assignment(services, actor, assignment_id)
    _require_assigner_of(services, actor, found.package_id)
    return found


def _require_assigner_of(services: Services, actor: Actor, package_id: str) -> None:
    package = services.entitlements.package(package_id)
    require_assigner(actor, package.catalog_id if package else "", package_id)


def cancel_request(services: Services, actor: Actor, now: datetime, request_id: str) -> None:
    """Cancel what has not been delivered, or whose delivery failed (R39): the request is `canceled`, its assignment
    is over, and what was granted of it already is taken back.

    Repeating it is harmless. Raises NotFound, Forbidden, Conflict (there is nothing left to cancel, or it was
    delivered this very moment).
    """
    request = find_request(services, actor, request_id)
    _require_assigner_of(services, actor, request.package_id)
    if request.state == "canceled":
        return
    assignment = services.entitlements.assignment(request.assignment_id)
    if assignment is None or is_over(assignment, now) or not _cancellable(request, assignment, now):
        raise Conflict("There is nothing left to cancel. Remove the assignment instead (adminRemove).")
    package = services.entitlements.package(assignment.package_id)
    cancelled = replace(request, state="canceled", completed=now)
    over = replace(assignment, state=AssignmentState.EXPIRED, status="Canceled", expired=now)
    ended = taking_back(over, outside(package.role_scopes) if package else (), now, "")
    operation = f"cancel:{request.id}"
    recorded = event_of(now, actor, CANCELLED, ended, operation, cancelled)
    planned = agenda_changes(assignment, ended)  # what was to be granted never is
    hints = ended_changes(services, assignment.id) if reviews_of(services, assignment) else []
    changes: list[Change] = [Save(cancelled), Save(ended), Drop(holding_of(ended)), Create(recorded), *planned, *hints]
    services.writer.commit(operation, *changes)
    if ended.delivery:
        hint(services, ended.id)
    send_hints(services, hints)


def _cancellable(request: AssignmentRequest, assignment: Assignment, now: datetime) -> bool:
    """Is this the request that makes the assignment, and has it not been delivered in full?"""
    if request.type is not RequestType.ADMIN_ADD:
        return False
    waits = request_state_at(request, now) == "scheduled"
    return waits or (request.state in UNDELIVERED and assignment.state is not AssignmentState.DELIVERED)


def delete_request(services: Services, actor: Actor, now: datetime, operation: str, request_id: str) -> None:
    """Delete the record of a completed request, never the assignment (R41).

    Raises NotFound, Forbidden, Conflict (it is not completed, or is evidence of a review).
    """
    request = find_request(services, actor, request_id)
    _require_assigner_of(services, actor, request.package_id)
    if request_state_at(request, now) in ("scheduled", "delivering"):
        raise Conflict("The request is not completed. Remove the assignment instead (adminRemove).")
    if request.instance_id:
        raise Conflict("The request is evidence of an access review and stays.")
    target = ("assignmentRequest", request.id)
    recorded = event(now, actor, CATEGORY, RECORD_DELETED, target, operation)
    services.writer.commit(operation, Drop(request), Create(recorded))
