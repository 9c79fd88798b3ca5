"""Assignments, and the requests that alone make, change and end them, in Graph's shape (R35, R45)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, partial
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.assignments import Assignment, AssignmentRequest
from chalicelib.domain.errors import MethodNotAllowed
from chalicelib.routes import http
from chalicelib.routes.declared import COUNTED, LIST, SORTED, Named
from chalicelib.routes.graph import expand_entitlements as expand
from chalicelib.routes.graph import lists
from chalicelib.routes.graph import present_entitlements as present
from chalicelib.routes.graph.addresses import (
    EM,
    EM_CONTEXT,
    current_user,
    found_by_id,
    only_id,
    part_of,
    plain_id,
    views_of_caller,
)
from chalicelib.routes.graph.assignment_bodies import asked_change, asked_wish, kind_and_assignment
from chalicelib.routes.graph.bodies import Anything, RequestBody
from chalicelib.routes.graph.denials import requests_with_denials
from chalicelib.routes.graph.odata import parse_segment
from chalicelib.routes.graph.odata_match import Filter
from chalicelib.routes.graph.reading import LONGEST_JUSTIFICATION, Reader, body_of
from chalicelib.routes.graph.separation import additional_access
from chalicelib.routes.graph.shapes import Assignment as AssignmentShape
from chalicelib.routes.graph.shapes import AssignmentRequest as RequestShape
from chalicelib.routes.graph.walking import Source
from chalicelib.routes.http import Answer, Call, Created
from chalicelib.routes.shapes import Collection
from chalicelib.usecases import list_entitlements, list_own, seeing
from chalicelib.usecases.assign import assign
from chalicelib.usecases.change_assignment import (
    cancel_request,
    change_assignment,
    delete_request,
    remove_assignment,
)
from chalicelib.usecases.reprocess import reprocess_assignment, reprocess_request

door = Blueprint(__name__)

_SHOWN = timedelta(seconds=1)  # answers show whole seconds, and filters compare what answers show
ONE = ("$select", "$expand")
OPTIONS, REQUEST_OPTIONS = (*LIST, "$expand"), (*SORTED, "$expand")
ASSIGNMENTS, REQUESTS = f"{EM}/assignments", f"{EM}/assignmentRequests"
_PAIR = "accessPackageId='{accessPackageId}',incompatibleAccessPackageId='{incompatibleAccessPackageId}'"
BOTH = tuple(
    Named(f"additionalAccess({pair})", (*LIST, "$expand"), Collection[AssignmentShape]) for pair in ("", _PAIR)
)


@http.route(door, "GET", ASSIGNMENTS, query=OPTIONS, gives=Collection[AssignmentShape])
def assignments(call: Call) -> Answer:
    """The assignments the caller may see."""
    return _assignments(call)


@http.route(
    door,
    "GET",
    f"{ASSIGNMENTS}/{{id}}",
    query=ONE,
    gives=AssignmentShape,
    named=(COUNTED, *BOTH, *views_of_caller(list_own.ASSIGNMENTS_ON, OPTIONS, Collection[AssignmentShape])),
)
def assignment(call: Call, id: str) -> Answer:
    """One assignment, `$count`, or those on the caller."""
    if id == "$count":
        return _assignments(call, count_only=True)
    on = current_user(id, list_own.ASSIGNMENTS_ON)
    if on:
        return _assignments(call, on=on)
    asked = parse_segment(id)
    if asked.kind == "function" and asked.name == "additionalAccess":
        return additional_access(call, asked.arguments)
    return lists.single(
        call,
        seeing.find_assignment(call.services, call.actor, only_id(id)),
        context=f"{EM_CONTEXT}/assignments",
        properties=present.ASSIGNMENT_PROPERTIES,
        present=lambda found: present.assignment_objects(found, call.now),
        expandable=expand.of_assignment(call),
    )


def _refuse(call: Call, id: str = "") -> Answer:
    """Refused: assignments change through assignment requests."""
    raise MethodNotAllowed("Assignments change through assignmentRequests: adminAdd, adminUpdate, adminRemove.")


for _method in ("POST", "PUT", "PATCH", "DELETE"):
    http.route(door, _method, ASSIGNMENTS, refuses=(405,))(_refuse)
    http.route(door, _method, f"{ASSIGNMENTS}/{{id}}", refuses=(405,))(_refuse)


@http.route(door, "GET", REQUESTS, query=REQUEST_OPTIONS, gives=Collection[RequestShape])
def requests(call: Call) -> Answer:
    """The assignment requests the caller may see, newest first."""
    return _requests(call)


@http.route(door, "POST", REQUESTS, takes=RequestBody, headers=("Retry-Attempt",), gives={201: RequestShape})
def add_request(call: Call) -> Answer:
    """Assign somebody, change an assignment's dates, or remove an assignment."""
    reader = body_of(call)
    kind, given = kind_and_assignment(reader)
    act: Mapping[str, Callable[[Call, Reader, Reader], AssignmentRequest]] = {
        "adminAdd": _add,
        "adminUpdate": _change,
        "adminRemove": _remove,
    }
    made = act[kind](call, reader, given)
    inside = expand.assignment_inside(call, made.assignment_id)
    return Created({**_request(call, made), "assignment": inside})


@http.route(
    door,
    "GET",
    f"{REQUESTS}/{{id}}",
    query=ONE,
    gives=RequestShape,
    named=(COUNTED, *views_of_caller(list_own.REQUESTS_ON, REQUEST_OPTIONS, Collection[RequestShape])),
)
def request(call: Call, id: str) -> Answer:
    """One assignment request, `$count`, or those on the caller."""
    if id == "$count":
        return _requests(call, count_only=True)
    on = current_user(id, list_own.REQUESTS_ON)
    if on:
        return _requests(call, on=on)
    return _request(call, seeing.find_request(call.services, call.actor, only_id(id)))


@http.route(door, "DELETE", f"{REQUESTS}/{{id}}", gives=None)
def drop_request(call: Call, id: str) -> Answer:
    """Delete the record of a completed request; the assignment stays as it is (R41)."""
    delete_request(call.services, call.actor, call.now, call.operation, only_id(id))
    return None


@http.route(door, "POST", f"{ASSIGNMENTS}/{{id}}/reprocess", takes=Anything, gives=None, refuses=(409,))
def deliver_again(call: Call, id: str) -> Answer:
    """Deliver what an assignment grants once more (R40)."""
    body_of(call)
    reprocess_assignment(call.services, call.actor, call.now, call.operation, only_id(id))
    return None


@http.route(door, "POST", f"{REQUESTS}/{{id}}/reprocess", takes=Anything, gives=None, refuses=(409,))
def try_again(call: Call, id: str) -> Answer:
    """Try a failed or partial delivery again, within seven days (R40)."""
    body_of(call)
    reprocess_request(call.services, call.actor, call.now, call.operation, only_id(id))
    return None


@http.route(door, "POST", f"{REQUESTS}/{{id}}/cancel", takes=Anything, gives=None)
def cancel(call: Call, id: str) -> Answer:
    """Cancel a request that has not been delivered, such as a scheduled one (R39)."""
    cancel_request(call.services, call.actor, call.now, only_id(id))
    return None


def _add(call: Call, reader: Reader, given: Reader) -> AssignmentRequest:
    wish = asked_wish(call.services.people, reader, given)
    return assign(call.services, call.actor, call.now, call.operation, wish, call.retried)


def _change(call: Call, reader: Reader, given: Reader) -> AssignmentRequest:
    asked = asked_change(reader, given)
    return change_assignment(call.services, call.actor, call.now, call.operation, _id_of(given), **asked)


def _remove(call: Call, reader: Reader, given: Reader) -> AssignmentRequest:
    reason = reader.text("justification", longest=LONGEST_JUSTIFICATION)
    return remove_assignment(call.services, call.actor, call.now, _id_of(given), reason, call.retried)


def _id_of(given: Reader) -> str:
    found = given.identifier("id")
    if not found:
        raise given.refused("id", "Must name the assignment.")
    return found


def _request(call: Call, found: AssignmentRequest) -> Mapping[str, Any]:
    return lists.single(
        call,
        found,
        context=f"{EM_CONTEXT}/assignmentRequests",
        properties=present.REQUEST_PROPERTIES,
        present=partial(requests_with_denials, call),
        expandable=expand.of_request(call),
    )


def _assignments(call: Call, *, on: str = "", count_only: bool = False) -> Answer:
    """Every assignment the caller may see, or those `on` the caller: managers see those of their people."""
    whole = list_entitlements.assignments if not on else partial(list_own.own_assignments, on=on)
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/assignments",
        known=present.KNOWN_OF_ASSIGNMENT,
        source=whole(call.services, call.actor),
        present=lambda found: present.assignment_objects(found, call.now),
        properties=present.ASSIGNMENT_PROPERTIES,
        expandable=expand.of_assignment(call),
        where=_seen(call) if on in ("", "createdBy") else None,
        narrower=(lambda chosen: _narrower(call, chosen)) if not on else None,
        indexed="id eq, assignmentPolicy/id eq, accessPackage/id eq, target/objectId eq",
        count_only=count_only,
    )


def _requests(call: Call, *, on: str = "", count_only: bool = False) -> Answer:
    """Every request the caller may see, or those `on` the caller."""
    source: Source[AssignmentRequest] = list_entitlements.requests(call.services, call.actor)
    where: list_own.Where = _seen(call)
    if on:
        source, where = list_own.own_requests(call.services, call.actor, on)
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/assignmentRequests",
        known=present.KNOWN_OF_REQUEST,
        source=source,
        present=lambda found: present.request_objects(found, call.now),
        properties=present.REQUEST_PROPERTIES,
        expandable=expand.of_request(call),
        orderable={"createddatetime"},
        natural=(("createddatetime", True),) if on != "targetManager" else (),
        where=where,
        narrower=(lambda chosen: _narrower_requests(call, chosen)) if not on else None,
        indexed="id eq, assignment/target/objectId eq, createdDateTime (ge, gt, le, lt)",
        count_only=count_only,
    )


def _seen(call: Call) -> Callable[[Assignment | AssignmentRequest], bool] | None:
    """What hides other people's assignments and requests from those who do not manage their package."""
    actor = call.actor
    if actor.reads_everything:
        return None
    managed = cache(lambda package_id: seeing.administers_package(call.services, actor, package_id))
    return lambda found: found.target_id == actor.id or managed(found.package_id)


def _narrower(call: Call, chosen: Filter) -> Source[Assignment] | None:
    """The shorter list that holds every match of a filter; what the caller may not see is hidden from it."""
    entitlements, same = call.services.entitlements, chosen.equalities()
    if "id" in same:
        return found_by_id(entitlements.assignment, same["id"])
    if "target/objectid" in same:
        return part_of(entitlements.assignments_of_person, same["target/objectid"])
    if "assignmentpolicy/id" in same:
        policy = entitlements.policy(plain_id(same["assignmentpolicy/id"]) or "-")
        seen = policy is None or seeing.administers(call.actor, policy.catalog_id, policy.package_id)
        return part_of(entitlements.assignments_of_policy, same["assignmentpolicy/id"]) if seen else None
    if "accesspackage/id" in same and plain_id(same["accesspackage/id"]):
        package_id = plain_id(same["accesspackage/id"])
        if seeing.administers_package(call.services, call.actor, package_id):
            policies = part_of(entitlements.policies_of_package, package_id)
            return list_entitlements.through(call.services, policies)
    return None


def _narrower_requests(call: Call, chosen: Filter) -> Source[AssignmentRequest] | None:
    """The same for requests; between two moments only for those who do not see their own alone anyway."""
    entitlements, same = call.services.entitlements, chosen.equalities()
    if "id" in same:
        return found_by_id(entitlements.request, same["id"])
    if "assignment/target/objectid" in same:
        return part_of(entitlements.requests_of_person, same["assignment/target/objectid"])
    since, until = chosen.bounds("createddatetime")
    if list_entitlements.sees_own_requests_only(call.actor) or (since is None and until is None):
        return None
    before = until + _SHOWN if until and until < call.now else None
    return lambda limit, after: entitlements.list_requests(limit, after, since, before)
