"""What a person holds, for those who may see it."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Instant, Listed
from chalicelib.usecases.held_packages import Held, held_packages

door = Blueprint(__name__)


class Named(Shape, kw_only=True):
    """An object by id and name; null for one that is gone."""

    id: str
    display_name: str | None


class Giving(Shape, kw_only=True):
    """The request that gave a package."""

    id: str
    request_type: str
    requestor_id: str
    requestor_name: str


class HeldPackage(Shape, kw_only=True):
    """A package somebody holds; `request` is null for an imported assignment."""

    access_package: Named
    assignment_policy: Named
    assignment_id: str
    start_date_time: Instant
    end_date_time: Instant | None
    request: Giving | None


@route(door, "GET", "/api/v1/people/{person_id}/packages", gives=Listed[HeldPackage])
def list_packages(call: Call, person_id: str) -> Answer:
    """The access packages a person holds, with the policy, since when, until when, and the request that gave it."""
    if not ids.is_guid(person_id):
        raise errors.NotFound("There is no such person.")
    return {"value": [_object(one) for one in held_packages(call.services, call.actor, person_id, call.now)]}


def _object(held: Held) -> dict[str, object]:
    assignment, package, request = held.assignment, held.package, held.request
    return {
        "accessPackage": {"id": package.id, "displayName": package.display_name},
        "assignmentPolicy": {"id": assignment.policy_id, "displayName": held.policy_name or None},
        "assignmentId": assignment.id,
        "startDateTime": stamp(assignment.starts),
        "endDateTime": stamp(assignment.ends),
        "request": {
            "id": request.id,
            "requestType": request.type,
            "requestorId": request.requestor_id,
            "requestorName": held.requestor,
        }
        if request
        else None,
    }
