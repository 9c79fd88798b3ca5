"""Our own root for series: what has been, what runs, what comes, what was missed; more time, and a follow-up review."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.durations import DURATION_TARGET
from chalicelib.domain.packages import SubjectSet
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import Occurrence
from chalicelib.routes.api.review_shapes import Asked, Extension, FollowUp, Series, SeriesHead
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.graph.reading import Reader
from chalicelib.routes.http import Answer, Call, Created, route
from chalicelib.routes.shapes import Nothing
from chalicelib.usecases.extend_review import extend_review
from chalicelib.usecases.failing import retry_review
from chalicelib.usecases.follow_up import follow_up
from chalicelib.usecases.list_items import visible_instance
from chalicelib.usecases.seeing import administers
from chalicelib.usecases.series_outlook import outlook, planned_opening

door = Blueprint(__name__)
SERIES = "/api/v1/review-series/{series_id}"
REVIEW = "/api/v1/reviews/{review_id}"
PAGE = 100


@route(door, "GET", SERIES, query=("$skiptoken",), gives=Series)
def get_series(call: Call, series_id: str) -> Answer:
    """A series for those who administer or audit it, deleted ones included: its reviews newest first, the one that
    is open, the next dates, and what was missed with the reason (G6)."""
    found = call.services.reviews.definition(series_id) if ids.is_guid(series_id) else None
    if found is None or not administers(call.actor, found.catalog_id, found.package_id):
        raise errors.NotFound("There is no such review series.")
    token = next(iter(call.query.get("$skiptoken", ())), None)
    page = call.services.reviews.instances_of(found.id, PAGE, position(call, token).get("after"))
    states = call.services.reviews.states(one.id for one in page.items)
    view = outlook(call.services, found, call.now)
    reviews = [_review(one, states.get(one.id)) for one in page.items]
    body: dict[str, Any] = {
        **series_head(found),
        "running": next((one for one in reviews if one["status"] not in CLOSED), None),
        "waiting": _occurrence(view.waiting) if view.waiting else None,
        "next": [_occurrence(one) for one in view.next],
        "missed": [
            {"date": one.day.isoformat(), "startDateTime": stamp(one.opens), "reason": one.reason}
            for one in view.missed
        ],
        "reviews": reviews,
    }
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next})
    return body


def series_head(found: ReviewDefinition) -> dict[str, Any]:
    """The members of SeriesHead."""
    kind = "followUp" if found.follows else "adHoc" if found.ad_hoc else "policy"
    return {
        "id": found.id,
        "displayName": found.display_name,
        "kind": kind,
        "status": "deleted" if found.deleted else "ended" if found.ended else "active",
        "accessPackage": {"id": found.package_id, "displayName": found.package_name},
        "assignmentPolicy": {"id": found.policy_id, "displayName": found.policy_name},
        "follows": found.follows or None,
        "timeZone": found.settings.schedule.zone,
        "createdDateTime": stamp(found.created),
        "endedDateTime": stamp(found.ended),
        "deletedDateTime": stamp(found.deleted),
    }


def _review(found: ReviewInstance, state: InstanceState | None) -> dict[str, Any]:
    planned = planned_opening(found)
    return {
        "id": found.id,
        "displayName": found.name,
        "date": found.day.isoformat(),
        "status": state.status.value if state else "Initializing",
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(state.ends if state else found.closes),
        "plannedStartDateTime": stamp(planned),
        "openedLate": found.opens > planned,
        "extensions": state.extensions if state else 0,
    }


def _occurrence(found: Occurrence) -> dict[str, Any]:
    return {
        "date": found.date.isoformat(),
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(found.closes),
    }


@route(door, "POST", REVIEW + "/extend", takes=Extension, gives=None)
def extend(call: Call, review_id: str) -> Answer:
    """Give the reviewers of an open review more time; they and the owners are told why."""
    body: Extension = call.body
    until = Reader({"endDateTime": body.end_date_time}).moment("endDateTime")
    if until is None:
        raise errors.InvalidInput("Must be a timestamp such as 2026-01-31T00:00:00Z (RFC 3339).", "endDateTime")
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    extend_review(call.services, call.actor, call.now, call.operation, found, until, body.reason)
    return None


@route(door, "POST", REVIEW + "/retry", takes=Nothing, gives=None)
def retry(call: Call, review_id: str) -> Answer:
    """Let a review that failed go on where it stood (R124)."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    retry_review(call.services, call.actor, call.now, call.operation, found)
    return None


@route(door, "POST", REVIEW + "/follow-up", takes=FollowUp, headers=("Retry-Attempt",), gives={201: SeriesHead})
def begin_follow_up(call: Call, review_id: str) -> Answer:
    """Review again those whom a closed review left undecided (G45)."""
    body: FollowUp = call.body
    asked = tuple(_subject(place, one) for place, one in enumerate(body.reviewers))
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    try:
        made = follow_up(
            call.services, call.actor, call.now, call.operation, found, body.duration_in_days, asked, call.retried
        )
    except errors.InvalidInput as problem:
        raise errors.InvalidInput(problem.message, _target(problem.target)) from problem
    return Created(series_head(made))


def _target(target: str | None) -> str | None:
    if target == DURATION_TARGET:
        return "durationInDays"
    return target.replace("reviewSettings/primaryReviewers", "reviewers") if target else None


def _subject(place: int, one: Asked) -> SubjectSet:
    given = Reader({"userId": one.user_id, "groupId": one.group_id}, f"reviewers/{place}")
    user, group = given.identifier("userId"), given.identifier("groupId")
    if bool(user) == bool(group):
        raise errors.InvalidInput("Name a userId or a groupId.", f"reviewers/{place}")
    return SubjectSet("singleUser", user) if user else SubjectSet("groupMembers", group)
