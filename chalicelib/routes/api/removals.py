"""Our own root for removals: what was done and seen about each denied access, and what a person does about those
that no connector could make, or that came back."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.removals import Needs
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes.api.removal_shapes import (
    STANDINGS,
    RemovalShown,
    RemovalsOfReview,
    Settlement,
    removal_object,
    watch_object,
)
from chalicelib.routes.api.review_series import series_head
from chalicelib.routes.api.review_shapes import SeriesHead
from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.graph.lists import next_page, position
from chalicelib.routes.http import Answer, Call, Created, route
from chalicelib.routes.shapes import Listed, Nothing
from chalicelib.usecases.confirm_removals import check_reason
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.list_removals import removals_of_review, removals_that_need
from chalicelib.usecases.removals import retry, settle
from chalicelib.usecases.review_regrant import review_regrant

door = Blueprint(__name__)
ONE = REVIEW + "/removals/{item_id}"


def _seen(call: Call, review_id: str, item_id: str = "") -> ReviewInstance:
    """The review, for those who see all of it. Raises NotFound (also for an item that can be none), Forbidden."""
    if item_id and not ids.is_guid(item_id):
        raise errors.NotFound("There is no such removal.")
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review see its removals.")
    return found


@route(door, "GET", REVIEW + "/removals", query=("outcome", "$skiptoken"), gives=RemovalsOfReview)
def list_removals(call: Call, review_id: str) -> Answer:
    """Every denied access with what was done and seen about it, a hundred a page; with `outcome` those that stand
    so, or that came back (`regranted`): a page may then be short, or empty, before the last one."""
    found = _seen(call, review_id)
    outcome = _option(call, "outcome")
    if outcome and outcome not in STANDINGS:
        raise errors.InvalidInput(f"Must be one of: {', '.join(STANDINGS)}.", "outcome")
    page, watch = removals_of_review(call.services, found, outcome, _after(call))
    body: dict[str, Any] = {"value": [removal_object(one) for one in page.items], "watch": watch_object(watch)}
    return body | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


@route(door, "GET", "/api/v1/removals", query=("needs", "$skiptoken"), gives=Listed[RemovalShown])
def list_needing(call: Call) -> Answer:
    """The removals of all reviews that want something of an administrator, the latest first: one that no connector
    can make (`needs=person`), or one that is undone (`needs=regranted`)."""
    needs = _option(call, "needs") or Needs.PERSON.value
    if needs not in [one.value for one in Needs]:
        raise errors.InvalidInput(f"Must be one of: {', '.join(Needs)}.", "needs")
    page = removals_that_need(call.services, call.actor, Needs(needs), _after(call))
    body: dict[str, Any] = {"value": [removal_object(one) for one in page.items]}
    return body | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


@route(door, "POST", ONE + "/settle", takes=Settlement, gives=None)
def settle_removal(call: Call, review_id: str, item_id: str) -> Answer:
    """Say what became of a removal that no connector could make: somebody ended the access elsewhere, which is read
    again where possible, or it is to be kept. A re-grant that is kept may stay."""
    body: Settlement = call.body
    found = _seen(call, review_id, item_id)
    settle(call.services, call.actor, call.now, call.operation, found, item_id, body.how, check_reason(body.reason))
    return None


@route(door, "POST", ONE + "/retry", takes=Nothing, gives=None)
def retry_removal(call: Call, review_id: str, item_id: str) -> Answer:
    """Have what is not removed tried again at once."""
    retry(call.services, call.actor, call.now, call.operation, _seen(call, review_id, item_id), item_id)
    return None


@route(door, "POST", ONE + "/review", takes=Nothing, gives={201: SeriesHead})
def review_again(call: Call, review_id: str, item_id: str) -> Answer:
    """Begin a review of an access that came back; the one that was begun before, if there is one. What came back
    outside becomes an assignment first, which that review can end."""
    found = _seen(call, review_id, item_id)
    return Created(series_head(review_regrant(call.services, call.actor, call.now, call.operation, found, item_id)))


def _option(call: Call, name: str) -> str:
    return next(iter(call.query.get(name, ())), "") or ""


def _after(call: Call) -> str | None:
    return position(call, _option(call, "$skiptoken")).get("after")
