"""Our own root for reviews: status and progress, chosen decisions in one call, stopping with a choice."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Tally, Unanswered
from chalicelib.routes.api.review_shapes import (
    Chosen,
    Decisions,
    ListedReview,
    Results,
    ReviewStatus,
    Stop,
)
from chalicelib.routes.graph.decisions import decision_of
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed, Nothing
from chalicelib.usecases.control_review import apply_decisions, stop_review
from chalicelib.usecases.decide import MOST_ITEMS, NotReviewer, Result, Submission, open_instance, record_many
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.needs_reviewer import needing
from chalicelib.usecases.ports import Progress
from chalicelib.usecases.seeing import sees_package
from chalicelib.usecases.watch_review import (
    ToDo,
    counts,
    definitions_of_package,
    finished_reviewers,
    latest_instances,
    to_do,
)

door = Blueprint(__name__)
REVIEW = "/api/v1/reviews/{review_id}"


def tally(made: Tally) -> dict[str, int]:
    """Items by decision."""
    return {
        "total": made.total,
        "approved": made.approved,
        "denied": made.denied,
        "dontKnow": made.dont_know,
        "cancelled": made.cancelled,
        "notReviewed": made.undecided,
    }


def head(found: ReviewInstance, state: InstanceState | None) -> dict[str, Any]:
    """What a review is called, of what, and when."""
    return {
        "id": found.id,
        "definitionId": found.definition_id,
        "displayName": found.name,
        "accessPackage": {"id": found.package_id, "displayName": found.package_name},
        "assignmentPolicy": {"id": found.policy_id, "displayName": found.policy_name},
        "status": state.status.value if state else "Initializing",
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(state.ends if state else found.closes),
        "timeZone": found.zone,
    }


@route(door, "GET", "/api/v1/reviews", query=("accessPackageId", "$skiptoken"), gives=Listed[ListedReview])
def list_reviews(call: Call) -> Answer:
    """The caller's reviews as a reviewer, newest first, with progress; with `accessPackageId` those of a package
    (R149)."""
    package = (call.query.get("accessPackageId") or [""])[0]
    if package:
        return _of_package(call, package)
    page = call.services.reviews.my_reviews(call.person.id, 100, position(call, _token(call)).get("after"))
    shown = [one for one in to_do(call.services, page.items) if not (one.state and one.state.hidden)]
    body: dict[str, Any] = {"value": [_mine(one) for one in shown]}
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next})
    return body


def _token(call: Call) -> str | None:
    return (call.query.get("$skiptoken") or [None])[0]  # type: ignore[list-item]


def _mine(one: ToDo) -> dict[str, Any]:
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
        "selfReview": part.self_review,
        "reviewerReason": part.reason,
        "onBehalfOf": sorted({each.on_behalf_of for each in one.parts} - {""}),
        "handedOver": [
            {"to": given.to, "items": list(given.only), "reason": given.reason, "dateTime": stamp(given.at)}
            for each in one.parts
            for given in each.handed
        ],
    }


def _of_package(call: Call, package_id: str) -> Answer:
    """Every series of a package with its newest review, for those whose roles reach it; counts of decisions only
    for those who may see them (G40)."""
    package = call.services.entitlements.package(package_id)
    if package is None or not sees_package(call.actor, package.catalog_id, package.id):
        raise errors.NotFound("There is no such access package.")
    definitions = definitions_of_package(call.services, package_id)
    newest = latest_instances(call.services, definitions)
    value = []
    for definition in definitions:
        latest = newest.get(definition.id)
        current = None
        if latest:
            found, state = latest
            current = head(found, state)
            if state and sees_all(call.actor, found):
                current["counts"] = tally(counts(call.services.reviews.progress(found.id), state))
        value.append({"definitionId": definition.id, "displayName": definition.display_name, "latest": current})
    return {"value": value}


@route(door, "GET", REVIEW, gives=ReviewStatus)
def get_review(call: Call, review_id: str) -> Answer:
    """Status and counts of one review: the same two reads at any size. Catalog readers see no counts (G40)."""
    found, parts = visible_instance(call.services, call.actor, None, review_id)
    progress = call.services.reviews.progress(found.id)
    if progress.state is None:
        raise errors.NotFound("There is no such review.")
    if not parts and not sees_all(call.actor, found):
        return head(found, progress.state)
    shown = {**head(found, progress.state), **numbers(progress, progress.state)}
    return shown | (_course(progress.state) if sees_all(call.actor, found) else {})


def _course(state: InstanceState) -> dict[str, Any]:
    """What was done to a review while it ran, and what hinders it."""
    course: dict[str, Any] = {
        "stopped": bool(state.stopped_by),
        "extensions": state.extensions,
        "lastReminderDateTime": stamp(state.reminded),
    }
    return course | failure(state)


def failure(state: InstanceState) -> dict[str, Any]:
    """Why a review does not go on; nothing when it does."""
    if not state.error:
        return {}
    during = state.failed_at or state.status
    return {"failure": {"during": during.value, "attempts": state.attempts, "error": state.error}}


def numbers(progress: Progress, state: InstanceState) -> dict[str, Any]:
    """How far a review is, and how it ended."""
    body: dict[str, Any] = {
        "counts": tally(counts(progress, state)),
        "reviewers": {"total": state.reviewers, "finished": finished_reviewers(progress, state)},
        "needsReviewer": needing(state),
        "population": {"read": state.population, "counted": state.counted, "items": state.items},
        "waitingForConfirmation": state.status == "Completed" and not state.due,
    }
    if state.outcome is not None and state.outcome.total:
        body["outcome"] = {
            "approved": state.outcome.approved,
            "approvedByRule": state.outcome.approved_by_rule,
            "denied": state.outcome.denied_by_person,
            "deniedByRule": state.outcome.denied_by_rule,
            "dontKnow": state.outcome.dont_know,
            "kept": state.outcome.kept,
            "keptBecause": state.outcome.kept_because,
            "cancelled": state.outcome.cancelled,
            "removed": state.removed,
            "removalFailures": state.removal_failures,
        }
    return body


@route(door, "POST", REVIEW + "/decisions", takes=Decisions, gives=Results)
def post_decisions(call: Call, review_id: str) -> Answer:
    """Up to 1,000 chosen items, a result for each in the same order."""
    body: Decisions = call.body
    if len(body.decisions) > MOST_ITEMS:
        raise errors.TooLarge(f"At most {MOST_ITEMS} decisions a call; there are {len(body.decisions)}.")
    submissions = [_submission(number, one) for number, one in enumerate(body.decisions)]
    if not ids.is_guid(review_id):
        raise errors.NotFound("There is no such review.")
    found = open_instance(call.services, review_id, call.now)
    results = record_many(call.services, call.person, found, submissions, call.now, call.operation)
    if all(isinstance(one.refusal, NotReviewer) for one in results):
        visible_instance(call.services, call.actor, None, review_id)  # to a stranger there is no such review
    return {"results": [_result(one) for one in results]}


def _submission(number: int, one: Chosen) -> Submission:
    if not ids.is_guid(one.id):
        raise errors.InvalidInput("id must be the id of a decision item.", f"decisions/{number}/id")
    try:
        decision = decision_of(one.decision)
    except errors.InvalidInput as problem:
        raise errors.InvalidInput(problem.message, f"decisions/{number}/decision") from problem
    return Submission(
        item_id=one.id,
        decision=decision,
        justification=one.justification,
        note=one.privateNote,
        version=one.version,
    )


def _result(one: Result) -> dict[str, Any]:
    if one.refusal is None:
        return {"id": one.item_id, "status": 200}
    refusal = one.refusal
    error = {"code": refusal.code, "message": refusal.message}
    if refusal.target:
        error["target"] = refusal.target
    return {"id": one.item_id, "status": refusal.status, "error": error}


@route(door, "POST", REVIEW + "/stop", takes=Stop, gives=None)
def stop(call: Call, review_id: str) -> Answer:
    """End the review early; `unanswered` chooses between keeping access and the policy's outcome (G24)."""
    body: Stop = call.body
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    stop_review(call.services, call.actor, call.now, call.operation, found, Unanswered(body.unanswered))
    return None


@route(door, "POST", REVIEW + "/apply", takes=Nothing, gives=None)
def apply(call: Call, review_id: str) -> Answer:
    """Confirm the removals of a completed review that waits for it (G24)."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    apply_decisions(call.services, call.actor, call.now, call.operation, found)
    return None
