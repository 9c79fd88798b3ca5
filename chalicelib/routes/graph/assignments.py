"""Assignments, and the requests that alone make, change and end them, in Graph's shape (R35, R45)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.assignments import Assignment, AssignmentRequest
from chalicelib.domain.errors import MethodNotAllowed
from chalicelib.routes import http
from chalicelib.routes.declared import COUNTED, LIST, SORTED
from chalicelib.routes.graph import expand_entitlements as expand
from chalicelib.routes.graph import lists
from chalicelib.routes.graph import present_entitlements as present
from chalicelib.routes.graph.addresses import EM, EM_CONTEXT, body_of, found_by_id, only_id, part_of, plain_id
from chalicelib.routes.graph.assignment_bodies import asked_change, asked_wish, kind_and_assignment
from chalicelib.routes.graph.bodies import Anything, RequestBody
from chalicelib.routes.graph.odata_match import Filter
from chalicelib.routes.graph.reading import LONGEST_JUSTIFICATION, Reader
from chalicelib.routes.graph.shapes import Assignment as AssignmentShape
from chalicelib.routes.graph.shapes import AssignmentRequest as RequestShape
from chalicelib.routes.graph.walking import Source
from chalicelib.routes.http import Answer, Call, Created
from chalicelib.routes.shapes import Collection
from chalicelib.usecases import list_entitlements, seeing
from chalicelib.usecases.assign import assign
from chalicelib.usecases.change_assignment import (
    cancel_request,
    change_assignment,
    delete_request,
    remove_assignment,
)

door = Blueprint(__name__)

_SHOWN = timedelta(seconds=1)  # answers show whole seconds, and filters compare what answers show
ONE = ("$select", "$expand")
ASSIGNMENTS, REQUESTS = f"{EM}/assignments", f"{EM}/assignmentRequests"


@http.route(door, "GET", ASSIGNMENTS, query=(*LIST, "$expand"), gives=Collection[AssignmentShape])
def assignments(call: Call) -> Answer:
    """The assignments the caller may see."""
    return _assignments(call)


@http.route(door, "GET", f"{ASSIGNMENTS}/{{id}}", query=ONE, gives=AssignmentShape, named=(COUNTED,))
def assignment(call: Call, id: str) -> Answer:
    """One assignment, or `$count`."""
    if id == "$count":
        return _assignments(call, count_only=True)
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


@http.route(door, "GET", REQUESTS, query=(*SORTED, "$expand"), gives=Collection[RequestShape])
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


@http.route(door, "GET", f"{REQUESTS}/{{id}}", query=ONE, gives=RequestShape, named=(COUNTED,))
def request(call: Call, id: str) -> Answer:
    """One assignment request, or `$count`."""
    if id == "$count":
        return _requests(call, count_only=True)
    return _request(call, seeing.find_request(call.services, call.actor, only_id(id)))


@http.route(door, "DELETE", f"{REQUESTS}/{{id}}", gives=None)
def drop_request(call: Call, id: str) -> Answer:
    """Delete the record of a completed request; the assignment stays as it is (R41)."""
    delete_request(call.services, call.actor, call.now, call.operation, only_id(id))
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
        present=lambda requests: present.request_objects(requests, call.now),
        expandable=expand.of_request(call),
    )


def _assignments(call: Call, *, count_only: bool = False) -> Answer:
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/assignments",
        known=present.KNOWN_OF_ASSIGNMENT,
        source=list_entitlements.assignments(call.services, call.actor),
        present=lambda found: present.assignment_objects(found, call.now),
        properties=present.ASSIGNMENT_PROPERTIES,
        expandable=expand.of_assignment(call),
        where=_seen(call),
        narrower=lambda chosen: _narrower(call, chosen),
        indexed="id eq, assignmentPolicy/id eq, accessPackage/id eq, target/objectId eq",
        count_only=count_only,
    )


def _requests(call: Call, *, count_only: bool = False) -> Answer:
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/assignmentRequests",
        known=present.KNOWN_OF_REQUEST,
        source=list_entitlements.requests(call.services, call.actor),
        present=lambda found: present.request_objects(found, call.now),
        properties=present.REQUEST_PROPERTIES,
        expandable=expand.of_request(call),
        orderable={"createddatetime"},
        natural=(("createddatetime", True),),
        where=_seen(call),
        narrower=lambda chosen: _narrower_requests(call, chosen),
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
