"""Our own root for who reviews: handing over, taking back, standing delegates, items that need a reviewer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.delegation import StandingDelegate
from chalicelib.routes.api.delegation_shapes import (
    Absence,
    Assign,
    Delegate,
    HandedOver,
    HandOver,
    NeedsReviewer,
    TakeBack,
)
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.assign_reviewer import Assigning, assign_reviewer
from chalicelib.usecases.control_review import check_manages, current
from chalicelib.usecases.decide import open_instance
from chalicelib.usecases.delegates import delegate_of, dismiss_delegate, name_delegate
from chalicelib.usecases.hand_over import Wish, hand_over
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.needs_reviewer import Waiting, waiting_items
from chalicelib.usecases.take_back import take_back

door = Blueprint(__name__)
REVIEW = "/api/v1/reviews/{review_id}"
MINE = "/api/v1/me/delegate"


@route(door, "POST", REVIEW + "/hand-over", takes=HandOver, gives=HandedOver)
def post_hand_over(call: Call, review_id: str) -> Answer:
    """Hand items, or all of one's part, over to somebody else; the answer names items that went to the fallback
    reviewers instead, since nobody reviews their own access."""
    body: HandOver = call.body
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    open_instance(call.services, found.id, call.now)
    wish = Wish(to=body.to, reason=body.reason.strip(), items=_items(body.items))
    return {"toFallback": hand_over(call.services, call.person, found, wish, call.now, call.operation)}


@route(door, "POST", REVIEW + "/take-back", takes=TakeBack, gives=None)
def post_take_back(call: Call, review_id: str) -> Answer:
    """Take back what one handed over; decisions made meanwhile stand."""
    body: TakeBack = call.body
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    open_instance(call.services, found.id, call.now)
    if body.to and not ids.is_guid(body.to):
        raise errors.InvalidInput("Must be the id of somebody you handed to; leave it out for everybody.", "to")
    take_back(call.services, call.person, found, body.to, _items(body.items), call.now, call.operation)
    return None


@route(door, "GET", REVIEW + "/needs-reviewer", query=("$skiptoken",), gives=Listed[NeedsReviewer])
def list_needing(call: Call, review_id: str) -> Answer:
    """The undecided items nobody can decide now, with the reviewer who was to (G10). A page may be short."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review see what needs a reviewer.")
    token = "".join(call.query.get("$skiptoken", [])) or None
    state = current(call.services, found)
    page = waiting_items(call.services, found, state, 100, position(call, token).get("after"))
    body: dict[str, Any] = {"value": [_waiting(one) for one in page.items]}
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next})
    return body


def _waiting(one: Waiting) -> dict[str, Any]:
    reviewer = one.reviewer
    return {
        "id": one.item.id,
        "principal": {
            "id": one.item.principal_id,
            "displayName": one.item.display_name,
            "userPrincipalName": one.item.principal_name,
        },
        "reviewer": {"id": reviewer.user_id, "displayName": reviewer.display_name} if reviewer else None,
        "reviewerReason": one.item.why,
    }


@route(door, "POST", REVIEW + "/assign-reviewer", takes=Assign, gives=None)
def post_assign(call: Call, review_id: str) -> Answer:
    """Give items that need a reviewer one: some `items`, or all of a `reviewer`."""
    body: Assign = call.body
    if body.reviewer and not ids.is_guid(body.reviewer):
        raise errors.InvalidInput("Must be the id of a reviewer.", "reviewer")
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    check_manages(call.actor, found)
    if bool(body.items) == bool(body.reviewer):
        raise errors.InvalidInput("Give either items or reviewer.", "items")
    wish = Assigning(to=body.to, reason=body.reason.strip(), items=_items(body.items), reviewer=body.reviewer)
    assign_reviewer(call.services, call.actor, found, wish, call.now, call.operation)
    return None


@route(door, "GET", MINE, gives=Delegate)
def get_delegate(call: Call) -> Answer:
    """Who stands in for the caller."""
    return _delegate(call, delegate_of(call.services, call.person, call.now))


@route(door, "PUT", MINE, takes=Absence, gives=Delegate)
def put_delegate(call: Call) -> Answer:
    """Name who stands in for the caller during an absence."""
    body: Absence = call.body
    wish = StandingDelegate(
        user_id=call.person.id,
        delegate_id=body.to,
        starts=_utc(body.start_date_time, "startDateTime"),
        ends=_utc(body.end_date_time, "endDateTime"),
        reason=body.reason.strip(),
    )
    return _delegate(call, name_delegate(call.services, call.person, wish, call.now, call.operation))


@route(door, "DELETE", MINE, gives=None)
def delete_delegate(call: Call) -> Answer:
    """End the arrangement for reviews to come."""
    dismiss_delegate(call.services, call.person, call.now, call.operation)
    return None


def _items(given: list[str]) -> tuple[str, ...]:
    """Ids of decision items, each once. Raises InvalidInput."""
    for number, one in enumerate(given):
        if not ids.is_guid(one):
            raise errors.InvalidInput("Must be the id of a decision item.", f"items/{number}")
    return tuple(dict.fromkeys(given))


def _utc(moment: datetime, name: str) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as problem:
        raise errors.InvalidInput("Must be a date between the years 1 and 9999.", name) from problem


def _delegate(call: Call, found: StandingDelegate) -> dict[str, Any]:
    user = call.services.people.user(found.delegate_id)
    return {
        "to": found.delegate_id,
        "displayName": user.display_name if user else "",
        "reason": found.reason,
        "startDateTime": stamp(found.starts),
        "endDateTime": stamp(found.ends),
    }
