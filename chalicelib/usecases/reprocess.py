"""Trying a failed or partial delivery again by hand, for a week (R40)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.assignments import Assignment, AssignmentRequest, Delivery
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import Actor
from chalicelib.domain.resources import outside
from chalicelib.usecases.plan_delivery import agenda_changes, hint
from chalicelib.usecases.ports import Change, Create, Save, Services
from chalicelib.usecases.seeing import find_assignment, find_request, require_assigner
from chalicelib.usecases.signed import unsigned

CATEGORY = "EntitlementManagement"
ACTIVITY = "Reprocess access package assignment"
WEEK = timedelta(days=7)


def reprocess_assignment(services: Services, actor: Actor, now: datetime, operation: str, assignment_id: str) -> None:
    """Have everything an assignment grants delivered again, also what was delivered once.

    Raises NotFound, Forbidden, Conflict (it has ended, or its delivery failed more than seven days ago).
    """
    assignment = find_assignment(services, actor, assignment_id)
    _require_assigner(services, actor, assignment.package_id)
    if is_over(assignment, now) and assignment.delivery is None:
        raise Conflict("The assignment has ended.", "id")
    owed = assignment.delivery
    request = services.entitlements.request(owed.request_id) if owed and owed.request_id else None
    if owed is None:
        package = services.entitlements.package(assignment.package_id)
        owed = Delivery(grant=outside(package.role_scopes) if package else (), began=now)
    if owed.grant or owed.revoke or owed.leaving:
        _again(services, actor, now, operation, assignment, owed, request)


def reprocess_request(services: Services, actor: Actor, now: datetime, operation: str, request_id: str) -> None:
    """Have a request that failed, or was delivered partly, tried again.

    Raises NotFound, Forbidden, Conflict (it is in another state, or was completed more than seven days ago).
    """
    request = find_request(services, actor, request_id)
    _require_assigner(services, actor, request.package_id)
    if request.state not in ("deliveryFailed", "partiallyDelivered"):
        raise Conflict(f"Only a failed or partial delivery can be tried again; this request is {request.state}.", "id")
    assignment = services.entitlements.assignment(request.assignment_id)
    if assignment is None or assignment.delivery is None or assignment.delivery.request_id != request.id:
        raise Conflict("A later change of the assignment has replaced this request.", "id")
    _again(services, actor, now, operation, assignment, assignment.delivery, request)


def _again(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    assignment: Assignment,
    owed: Delivery,
    request: AssignmentRequest | None,
) -> None:
    if request and request.completed and now - request.completed > WEEK:
        raise Conflict("It was completed more than seven days ago. Remove the assignment and make a new one.", "id")
    due = max(now, assignment.starts) if owed.grant else now
    after = replace(assignment, delivery=replace(owed, began=due, attempts=0, due=due, error=""))
    changes: list[Change] = [Save(after), *agenda_changes(assignment, after)]
    if request is not None:
        changes.append(Save(replace(request, state="delivering", status="", completed=None)))
        changes += [unsigned(services, request.instance_id)] if request.instance_id else []
    target = ("assignment", assignment.id)
    changes.append(Create(event(now, actor, CATEGORY, ACTIVITY, target, operation)))
    services.writer.commit(operation, *changes)
    hint(services, assignment.id)


def _require_assigner(services: Services, actor: Actor, package_id: str) -> None:
    package = services.entitlements.package(package_id)
    require_assigner(actor, package.catalog_id if package else "", package_id)
