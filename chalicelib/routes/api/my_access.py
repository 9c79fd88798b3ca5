"""Our own root: what the caller holds, until when, and the results of closed reviews about them (G18, R97)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import ids
from chalicelib.domain.errors import NotFound
from chalicelib.domain.items import BY_RULE, ApplyResult, Decision, DecisionItem
from chalicelib.domain.lifetimes import state_at
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.resources import Resource, ResourceRole
from chalicelib.routes.api.past_shapes import OwnAssignment
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.item_history import PastReview
from chalicelib.usecases.my_access import Asked, OwnAccess, own_access, own_assignments, with_last_review
from chalicelib.usecases.package_contents import Grant, grants_of

door = Blueprint(__name__)
Json = dict[str, Any]
PAGE = 25


@route(door, "GET", "/api/v1/my-access", query=("$skiptoken",), gives=Listed[OwnAssignment])
def my_access(call: Call) -> Answer:
    """The caller's assignments, live ones first, each with the last closed review it was in."""
    token = (call.query.get("$skiptoken") or [""])[0]
    start = int(position(call, token).get("offset", 0))
    held = own_assignments(call.services, call.person, call.now)
    page = with_last_review(call.services, call.person, held[start : start + PAGE], call.now)
    value = []
    for one, shown in zip(page, _access(call, page), strict=True):
        value.append({**shown, "lastReview": _result(one.reviews[0]) if one.reviews else None})
    body: Json = {"value": value}
    if start + PAGE < len(held):
        body["nextLink"] = next_page(call, {"offset": start + PAGE})
    return body


@route(door, "GET", "/api/v1/my-access/{assignment_id}", gives=OwnAssignment)
def my_assignment(call: Call, assignment_id: str) -> Answer:
    """One assignment of the caller's with up to five closed reviews of it: where a removal mail's link leads."""
    if not ids.is_guid(assignment_id):
        raise NotFound("There is no such assignment.")
    found = own_access(call.services, call.person, assignment_id, call.now)
    (shown,) = _access(call, [found])
    return {**shown, "reviews": [_result(past) for past in found.reviews]}


def _access(call: Call, several: list[OwnAccess]) -> list[Json]:
    packages = call.services.entitlements.packages(one.assignment.package_id for one in several)
    grants = grants_of(call.services, packages.values())
    return [_one(call, own, packages.get(own.assignment.package_id), grants) for own in several]


def _one(call: Call, own: OwnAccess, package: AccessPackage | None, grants: dict[str, list[Grant]]) -> Json:
    assignment, asked = own.assignment, own.asked
    named = package.display_name if package else own.reviews[0].instance.package_name if own.reviews else ""
    return {
        "id": assignment.id,
        "accessPackage": {
            "id": assignment.package_id,
            "displayName": named,
            "description": package.description if package else "",
            "grants": [_grant(*one) for one in grants.get(assignment.package_id, ())],
        },
        "state": state_at(assignment, call.now).value,
        "startDateTime": stamp(assignment.starts),
        "endDateTime": stamp(assignment.expired or assignment.ends),
        "openReview": _open(asked) if asked else None,
    }


def _grant(resource: Resource, role: ResourceRole) -> Json:
    return {
        "displayName": resource.display_name,
        "description": resource.description,
        "originSystem": resource.origin_system,
        "role": role.display_name,
    }


def _open(asked: Asked) -> Json:
    return {
        "reviewId": asked.instance.id,
        "displayName": asked.instance.name,
        "endDateTime": stamp(asked.state.ends),
        "decision": asked.item.decision.value,
    }


def _result(past: PastReview) -> Json:
    """A closed review as the person it was about may see it: the reason, never a reviewer's name (G15, G18)."""
    item, last = past.item, past.item.last
    return {
        "reviewId": past.instance.id,
        "displayName": past.instance.name,
        "closedDateTime": stamp(past.state.ends),
        "decision": item.decision.value,
        "decidedDateTime": stamp(datetime.fromtimestamp(last.at / 1000, UTC)) if last else None,
        "byRule": last is not None and last.by == BY_RULE,
        "justification": last.reason if last else "",
        "outcome": _outcome(item),
        "appliedDateTime": stamp(item.applied),
        "cancelled": item.cancelled.value if item.cancelled else None,
        "cancelledDateTime": stamp(item.cancelled_at),
    }


def _outcome(item: DecisionItem) -> str:
    """`kept`, `removed`, `removalPending` while a denial has not taken effect, or `cancelled`: the access ended by
    itself while the review was open (G46)."""
    if item.cancelled is not None:
        return "cancelled"
    if item.decision is not Decision.DENY or item.apply_result is ApplyResult.UNSUPPORTED:
        return "kept"
    return "removalPending" if item.apply_result in (ApplyResult.NEW, ApplyResult.FAILED) else "removed"
