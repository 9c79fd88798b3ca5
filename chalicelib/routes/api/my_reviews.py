"""A reviewer's own list of reviews: what is asked, until when, how far they are, and who reviews in whose place."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from chalicelib.domain.delegation import HandedOver
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance, Status, Tally
from chalicelib.routes.api.past_shapes import Person
from chalicelib.routes.api.review_shapes import Counts, Reference, ReviewSummary
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Flag, Instant, Text
from chalicelib.usecases.brief_reviewer import removes
from chalicelib.usecases.hand_over import is_delegable
from chalicelib.usecases.watch_review import ToDo, to_do

Json = dict[str, Any]
PAGE = 100


class Handed(Shape, kw_only=True):
    """What a reviewer handed over to one person (an id): these items, or everything when there are none; `standing`
    when it was for an absence."""

    to: str
    items: list[str]
    reason: str
    date_time: Instant
    standing: bool


class ListedReview(Shape, kw_only=True):
    """One of the caller's reviews; of a package, a series with its newest review.

    `counts` are all decisions in the caller's parts, by whomever. While the review is not closed: its time zone, what
    it asks for, what becomes of people nobody decides about, when a Deny takes effect, and whether the caller can hand
    their part over now.
    """

    definition_id: str
    display_name: str
    id: Text = UNSET
    access_package: Reference | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    start_date_time: Instant | UnsetType = UNSET
    end_date_time: Instant | UnsetType = UNSET
    items: int | UnsetType = UNSET
    undecided: int | UnsetType = UNSET
    counts: Counts | UnsetType = UNSET
    self_review: bool | UnsetType = UNSET
    reviewer_reason: Text = UNSET
    on_behalf_of: list[str] | UnsetType = UNSET
    handed_over: list[Handed] | UnsetType = UNSET
    time_zone: Text = UNSET
    justification_required: Flag = UNSET
    no_response: NoResponse | UnsetType = UNSET
    removes: Literal["atOnce", "atClose", "afterConfirmation"] | UnsetType = UNSET
    may_hand_over: Flag = UNSET
    latest: ReviewSummary | UnsetType | None = UNSET


class ListedReviews(Shape, kw_only=True):
    """A page of reviews; `people` are those its reviews name by id only."""

    value: list[ListedReview]
    people: list[Person] | UnsetType = UNSET
    next_link: Text = UNSET


def my_reviews(call: Call) -> Answer:
    """The caller's reviews as a reviewer, newest first, with progress: one query and a batch read of each kind."""
    after = position(call, "".join(call.query.get("$skiptoken", []))).get("after")
    page = call.services.reviews.my_reviews(call.person.id, PAGE, after)
    found = [one for one in to_do(call.services, page.items) if not (one.state and one.state.hidden)]
    shown = [_mine(one, call.now) for one in found]
    body: Json = {"value": shown, "people": _people(call, shown)}
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next})
    return body


def tally_object(tally: Tally) -> dict[str, int]:
    """Items by decision."""
    return {
        "total": tally.total,
        "approved": tally.approved,
        "denied": tally.denied,
        "dontKnow": tally.dont_know,
        "cancelled": tally.cancelled,
        "notReviewed": tally.undecided,
    }


def _mine(one: ToDo, now: datetime) -> Json:
    """One review as its reviewer lists it; their own part in it first, then what was handed to them."""
    part, state = min(one.parts, key=lambda each: each.on_behalf_of), one.state
    return {
        "id": part.instance_id,
        "definitionId": part.definition_id,
        "displayName": part.name,
        "accessPackage": {"displayName": part.package_name},
        "status": state.status.value if state else "Initializing",
        "startDateTime": stamp(part.opens),
        "endDateTime": stamp(state.ends if state else part.closes),
        "items": one.items,
        "undecided": one.undecided,
        "counts": tally_object(one.tally),
        "selfReview": part.self_review,
        "reviewerReason": part.reason,
        "onBehalfOf": sorted({each.on_behalf_of for each in one.parts} - {""}),
        "handedOver": [_handed(given) for each in one.parts for given in each.handed],
        **(_rules(one, one.instance, now) if one.instance else {}),
    }


def _handed(given: HandedOver) -> Json:
    return {
        "to": given.to,
        "items": list(given.only),
        "reason": given.reason,
        "dateTime": stamp(given.at),
        "standing": given.standing,
    }


def _rules(one: ToDo, instance: ReviewInstance, now: datetime) -> Json:
    """What a reviewer must know of the settings before they decide."""
    settings, state = instance.settings, one.state
    running = state is not None and state.status is Status.IN_PROGRESS and now < state.ends
    own = any(not part.on_behalf_of for part in one.parts)
    return {
        "timeZone": instance.zone,
        "justificationRequired": settings.justification_required,
        "noResponse": settings.no_response.value,
        "removes": removes(settings),
        "mayHandOver": running and own and is_delegable(instance),
    }


def _people(call: Call, shown: list[Json]) -> list[Json]:
    wanted = {person for one in shown for person in (*one["onBehalfOf"], *(given["to"] for given in one["handedOver"]))}
    found = call.services.people.users(wanted) if wanted else {}
    return [person_object(found[key]) for key in sorted(found)]


def person_object(user: User) -> Json:
    """A person by id and names."""
    return {"id": user.id, "displayName": user.display_name, "userPrincipalName": user.principal_name}
