"""Giving a person a package directly, and ending an assignment (R35, R43, R45).

An assignment to a package whose rights are merely recorded counts as delivered in the transaction that makes it;
any other is owed its rights by the same transaction (`plan_delivery`). A person has at most one live assignment to
a package; the `Holding` row sees to that. One whose own end has passed makes room
for a new one without anybody having ended it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState, Denied, Holding, RequestType
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.lifetimes import is_over, span
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.resources import Right
from chalicelib.usecases.cancel_items import reviews_of
from chalicelib.usecases.deleting import refuse_if_deleting
from chalicelib.usecases.plan_delivery import hint, owed, owing_back
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services, Unchanged
from chalicelib.usecases.seeing import require_assigner, sees_package, unknown
from chalicelib.usecases.terms import check_catalog, on_terms
from chalicelib.usecases.timers import ended_changes, send_hints, timer_changes

CATEGORY = "EntitlementManagement"
ADDED = "Administrator directly assigns user to access package"
REMOVED = "Administrator directly removes user access package assignment"
REMOVED_BY_SYSTEM = "Remove access package assignment"
RAN_OUT = "Expired"  # the finer text of an assignment's state (R42); a removed one says who removed it
REMOVED_BY_REVIEW = "RemovedByReview"
More = Callable[[Assignment, str], list[Change]]  # of the assignment and the id of its request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A direct assignment as asked for. `package_id` may be left out. `expiration` is a checked pattern as a
    policy stores it; None means the policy's. `starts` None means now."""

    target_id: str
    policy_id: str
    package_id: str = ""
    justification: str = ""
    starts: datetime | None = None
    expiration: Mapping[str, Any] | None = None


def assign(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    wish: Wish,
    retried: bool = False,
    more: More | None = None,
) -> AssignmentRequest:
    """Assign a person to a package through a policy; the request that records it, delivered or `scheduled`.

    The same operation, or a repeat of the same wish with `retried`, gives the request already made (brief,
    decision 13). `more` gives further changes for the same commit. Raises NotFound, Forbidden, InvalidInput (naming
    the field), Conflict.
    """
    policy = _assignable(services, actor, wish)
    starts, ends = span(wish.starts, wish.expiration or policy.expiration, now)
    assignment = Assignment(
        id=ids.assignment_id(policy.id, wish.target_id, operation),
        policy_id=policy.id,
        package_id=policy.package_id,
        target_id=wish.target_id,
        created=now,
        starts=starts,
        ends=ends,
    )
    try:
        return _make(services, actor, operation, assignment, policy, wish.justification, retried, more)
    except Conflict:  # the policy was edited or the person was assigned this very moment: look again, once
        policy = _assignable(services, actor, wish)
        return _make(services, actor, operation, assignment, policy, wish.justification, retried, more)


def _assignable(services: Services, actor: Actor, wish: Wish) -> AssignmentPolicy:
    """The policy of a wish whose ids are right and which the caller may carry out."""
    policy = services.entitlements.policy(wish.policy_id)
    if policy is None or not sees_package(actor, policy.catalog_id, policy.package_id):
        raise unknown(actor, "assignment policy", "assignment/assignmentPolicyId")
    require_assigner(actor, policy.catalog_id, policy.package_id)
    check_takes_assignments(policy)
    if wish.package_id not in ("", policy.package_id):
        raise InvalidInput("The policy belongs to another access package.", "assignment/accessPackageId")
    person = services.people.user(wish.target_id)
    if person is None:
        raise InvalidInput("There is no such person.", "assignment/targetId")
    if not person.enabled:
        raise InvalidInput("The account of this person is disabled.", "assignment/targetId")
    check_catalog(services, policy.catalog_id, person)
    return policy


def check_takes_assignments(policy: AssignmentPolicy) -> None:
    """Raises Conflict for a policy that is being deleted or not enabled (R21)."""
    refuse_if_deleting(policy, "assignment policy", "assignment/assignmentPolicyId")
    if not policy.enabled:
        raise Conflict("The policy is not enabled: nobody is assigned through it.", "assignment/assignmentPolicyId")


def _make(
    services: Services,
    actor: Actor,
    operation: str,
    assignment: Assignment,
    policy: AssignmentPolicy,
    justification: str,
    retried: bool,
    more: More | None,
) -> AssignmentRequest:
    """Write it all in one commit, unless the person holds the package."""
    holding = services.entitlements.holding(assignment.target_id, assignment.package_id)
    held = services.entitlements.assignment(holding.assignment_id) if holding else None
    if held is not None and not is_over(held, assignment.created):
        return _already_made(services, held, assignment, retried)
    if held is not None and held.state is not AssignmentState.EXPIRED:
        end_run_out(services, held)  # its timer is not looked at yet; this makes room, the timer does the rest
        holding = None
    request_id, kind = adding_request_id(assignment), RequestType.ADMIN_ADD
    assignment, terms = on_terms(services, assignment, request_id)
    request = owed(request_of(assignment, kind, assignment.created, actor, justification, id=request_id), assignment)
    hold = holding_of(assignment)
    changes: list[Change] = [Create(assignment), Create(request), Unchanged(policy)]
    changes.append(Save(replace(hold, version=holding.version)) if holding else Create(hold))
    changes += timer_changes(services, assignment, assignment.created)
    recorded = event_of(assignment.created, actor, ADDED, assignment, operation, request)
    changes += more(assignment, request.id) if more else []
    services.writer.commit(operation, *changes, *terms, Create(recorded))
    if assignment.delivery:
        hint(services, assignment.id)
    return request


def _already_made(services: Services, held: Assignment, wanted: Assignment, retried: bool) -> AssignmentRequest:
    """The request that made the live assignment, when this is a repeat of it. Raises Conflict otherwise."""
    if held.id == wanted.id or (retried and held.policy_id == wanted.policy_id):
        made = services.entitlements.request(adding_request_id(held))
        if made is not None:
            return made
    raise Conflict("The person has an assignment to this access package already.", "assignment/targetId")


def adding_request_id(assignment: Assignment) -> str:
    """The id of the request that made an assignment."""
    return ids.request_id(assignment.created, RequestType.ADMIN_ADD, assignment.id)


def end_assignment(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    assignment: Assignment,
    request_type: RequestType,
    *,
    justification: str = "",
    instance_id: str = "",
    item_id: str = "",
    rights: tuple[Right, ...] | None = None,
    also: Sequence[Change] = (),
) -> AssignmentRequest | None:
    """End an assignment in one commit of four small rows (8 write units); the caller has authorised it.

    The request's id follows from `now` and `operation`, so that a repeated handler recognises its own work.
    None, and nothing written, when the assignment is over already, whoever ended it. Raises Conflict when it
    was changed, not ended, meanwhile. Its rights are owed back, or only those of `rights` where others are gone
    already. `also` is committed with it.
    """
    if is_over(assignment, now):
        return None
    status, request_id = REMOVED_BY_REVIEW if instance_id else "Removed", ids.request_id(now, operation)
    ended = replace(assignment, state=AssignmentState.EXPIRED, status=status, expired=now)
    ended, owing = owing_back(services, assignment, ended, now, request_id, rights)
    review = {"id": request_id, "instance_id": instance_id, "item_id": item_id}
    request = owed(request_of(ended, request_type, now, actor, justification, starts=None, ends=None, **review), ended)
    activity = REMOVED if request_type is RequestType.ADMIN_REMOVE else REMOVED_BY_SYSTEM
    recorded = event_of(now, actor, activity, ended, operation, request)
    changes: list[Change] = [Create(request), Save(ended), _let_go(ended, request), Create(recorded)]
    changes += scheduled_request_changes(services, assignment, now, state="canceled", completed=now)
    held_elsewhere = [one for one in reviews_of(services, assignment) if one.id != instance_id]
    hints = ended_changes(services, assignment.id) if held_elsewhere else []
    if not _ended_now(services, operation, assignment.id, [*changes, *owing, *hints, *also], now):
        return None
    if ended.delivery:
        hint(services, assignment.id)
    send_hints(services, hints)
    return request


def end_run_out(services: Services, assignment: Assignment) -> Assignment:
    """Record the end of an assignment whose own end has passed, in one commit of four small rows (R161).

    The request and its event bear the instant of the end, however late this is done, and are the same whoever does
    it. Returns the ended assignment. Raises Conflict when it was changed meanwhile, to a later end for example.
    """
    ends = assignment.ends or assignment.created
    operation = f"expire:{assignment.id}:{assignment.version}"
    ended = replace(assignment, state=AssignmentState.EXPIRED, status=RAN_OUT, expired=ends)
    request_id = ids.request_id(ends, operation)
    ended, owing = owing_back(services, assignment, ended, ends, request_id)
    more = {"id": request_id, "starts": None, "ends": None}
    request = request_of(ended, RequestType.SYSTEM_REMOVE, ends, SYSTEM, "The assignment reached its end.", **more)
    recorded = event_of(ends, SYSTEM, REMOVED_BY_SYSTEM, ended, operation, request)
    recorded.details["cause"] = "expired"
    changes: list[Change] = [Create(owed(request, ended)), Save(ended), Drop(holding_of(ended)), Create(recorded)]
    services.writer.commit(operation, *changes, *owing)
    if ended.delivery:
        hint(services, assignment.id)
    return replace(ended, version=ended.version + 1)


def holding_of(assignment: Assignment) -> Holding:
    """The row that says that the person holds the package by this assignment."""
    target, package = assignment.target_id, assignment.package_id
    return Holding(target_id=target, package_id=package, assignment_id=assignment.id)


def _let_go(ended: Assignment, removal: AssignmentRequest) -> Change:
    """The change that says that the person holds the package no more: after a review the row stays and says that it
    was denied, for the price of taking it away (G27)."""
    hold = holding_of(ended)
    if not removal.instance_id:
        return Drop(hold)
    denied = Denied(instance_id=removal.instance_id, item_id=removal.item_id, since=removal.created)
    return Put(replace(hold, denied=denied))


def _ended_now(services: Services, operation: str, assignment_id: str, changes: list[Change], now: datetime) -> bool:
    """Write the end of an assignment; False when somebody else had ended it. Raises Conflict for other changes."""
    try:
        services.writer.commit(operation, *changes)
    except Conflict:
        current = services.entitlements.assignment(assignment_id)
        if current is not None and is_over(current, now):
            return False
        raise
    return True


def scheduled_request_changes(
    services: Services, assignment: Assignment, now: datetime, **members: Any
) -> list[Change]:
    """The change that keeps the request of an assignment that has not begun true to it; none once it has."""
    if assignment.starts <= now:
        return []
    request = services.entitlements.request(adding_request_id(assignment))
    return [Save(replace(request, **members))] if request else []


def request_of(
    assignment: Assignment, kind: RequestType, now: datetime, actor: Actor, justification: str, **more: Any
) -> AssignmentRequest:
    """The record of a change to an assignment, delivered at once unless its start lies ahead. `more` overrides."""
    scheduled = kind is RequestType.ADMIN_ADD and assignment.starts > now
    request = AssignmentRequest(
        id=ids.request_id(now, kind, assignment.id, assignment.version),
        type=kind,
        state="scheduled" if scheduled else "delivered",
        assignment_id=assignment.id,
        policy_id=assignment.policy_id,
        package_id=assignment.package_id,
        target_id=assignment.target_id,
        requestor_id=actor.id,
        justification=justification,
        created=now,
        completed=None if scheduled else now,
        starts=assignment.starts,
        ends=assignment.ends,
    )
    return replace(request, **more)


def event_of(
    now: datetime,
    actor: Actor,
    activity: str,
    assignment: Assignment,
    operation: str,
    request: AssignmentRequest,
) -> AuditEvent:
    details = {"person": assignment.target_id, "request": request.id}
    if request.instance_id:
        details |= {"review": request.instance_id, "item": request.item_id}
    if assignment.expired is None:
        details |= {"accessPackage": assignment.package_id, "assignmentPolicy": assignment.policy_id}
    return event(now, actor, CATEGORY, activity, ("assignment", assignment.id), operation, details=details)
