"""What managers do to an assignment that exists, and to the record of a request (R35, R41, R45)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, RequestType
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.lifetimes import end_of, is_over, request_state_at
from chalicelib.domain.people import Actor
from chalicelib.usecases.assign import (
    CATEGORY,
    end_assignment,
    event_of,
    request_of,
    scheduled_request_changes,
    span,
)
from chalicelib.usecases.ports import Create, Drop, Save, Services
from chalicelib.usecases.seeing import find_assignment, find_request, require_manager

CHANGED = "Update access package assignment"
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
    """Give an assignment another end, or a scheduled one another start (`adminUpdate`).

    Repeating it is harmless. Raises NotFound, Forbidden, InvalidInput, Conflict (it is over, or was changed
    meanwhile).
    """
    assignment = _managed(services, actor, assignment_id)
    if is_over(assignment, now):
        raise Conflict("The assignment has ended.", "assignment/id")
    if policy_id not in ("", assignment.policy_id):
        raise InvalidInput("Another policy needs another assignment.", "assignment/assignmentPolicyId")
    begins, ends = _dates(assignment, starts, expiration, now)
    changed = replace(assignment, starts=begins, ends=ends)
    request = request_of(changed, RequestType.ADMIN_UPDATE, now, actor, justification)
    recorded = event_of(now, actor, CHANGED, changed, operation, request)
    recorded.changes.update(starts=[assignment.starts, begins], ends=[assignment.ends, ends])
    adding = scheduled_request_changes(services, assignment, now, starts=begins, ends=ends)
    services.writer.commit(operation, Save(changed), Create(request), Create(recorded), *adding)
    return request


def _dates(
    assignment: Assignment, starts: datetime | None, expiration: Mapping[str, Any] | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """From when to when the assignment is to last. Raises InvalidInput naming the member."""
    if starts is None and expiration is None:
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
    Conflict (it has ended already).
    """
    assignment = _managed(services, actor, assignment_id)
    kind = RequestType.ADMIN_REMOVE
    operation = f"remove:{assignment.id}"  # an assignment ends once, so that a retry finds what it did
    done = end_assignment(services, actor, now, operation, assignment, kind, justification=justification)
    if done is None and retried and assignment.expired:
        done = services.entitlements.request(ids.request_id(assignment.expired, operation))
    if done is None:
        raise Conflict("The assignment has ended already.", "assignment/id")
    return done


def _managed(services: Services, actor: Actor, assignment_id: str) -> Assignment:
    found = find_assignment(services, actor, assignment_id)
    _require_manager_of(services, actor, found.package_id)
    return found


def _require_manager_of(services: Services, actor: Actor, package_id: str) -> None:
    package = services.entitlements.package(package_id)
    require_manager(actor, package.catalog_id if package else "", package_id)


def delete_request(services: Services, actor: Actor, now: datetime, operation: str, request_id: str) -> None:
    """Delete the record of a completed request, never the assignment (R41).

    Raises NotFound, Forbidden, Conflict (it is not completed, or is evidence of a review).
    """
    request = find_request(services, actor, request_id)
    _require_manager_of(services, actor, request.package_id)
    if request_state_at(request, now) in ("scheduled", "delivering"):
        raise Conflict("The request is not completed. Remove the assignment instead (adminRemove).")
    if request.instance_id:
        raise Conflict("The request is evidence of an access review and stays.")
    target = ("assignmentRequest", request.id)
    recorded = event(now, actor, CATEGORY, RECORD_DELETED, target, operation)
    services.writer.commit(operation, Drop(request), Create(recorded))
