"""Our own root for reviews: status and progress, chosen decisions in one call, stopping with a choice."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Unanswered
from chalicelib.routes.api.guard_shapes import confirmation_end
from chalicelib.routes.api.my_reviews import ListedReviews, my_reviews, tally_object
from chalicelib.routes.api.outcome_shapes import adds_up, outcome_counts, population, waits_for_confirmation
from chalicelib.routes.api.review_shapes import (
    Chosen,
    Decisions,
    Results,
    ReviewStatus,
    Stop,
)
from chalicelib.routes.graph.deciding import decision_of
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Nothing
from chalicelib.usecases.confirm_removals import apply_decisions
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.decide import MOST_ITEMS, NotReviewer, Result, Submission, open_instance, record_many
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.needs_reviewer import needing
from chalicelib.usecases.ports import Progress
from chalicelib.usecases.roles import named
from chalicelib.usecases.seeing import sees_package
from chalicelib.usecases.watch_review import (
    counts,
    definitions_of_package,
    finished_reviewers,
    latest_instances,
)

door = Blueprint(__name__)
REVIEW = "/api/v1/reviews/{review_id}"


def review_head(found: ReviewInstance, state: InstanceState | None) -> dict[str, Any]:
    """The members of ReviewHead."""
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


@route(door, "GET", "/api/v1/reviews", query=("accessPackageId", "$skiptoken"), gives=ListedReviews)
def list_reviews(call: Call) -> Answer:
    """The caller's reviews as a reviewer, newest first, with progress; with `accessPackageId` those of a package
    (R149)."""
    package = (call.query.get("accessPackageId") or [""])[0]
    if package:
        return _of_package(call, package)
    return my_reviews(call)


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
            current = review_head(found, state)
            if state and sees_all(call.actor, found):
                current["counts"] = tally_object(counts(call.services.reviews.progress(found.id), state))
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
        return review_head(found, progress.state)
    shown = {**review_head(found, progress.state), **review_numbers(progress, progress.state)}
    if not sees_all(call.actor, found):
        return shown
    told = {**shown, **_course(progress.state), "undoDays": call.services.settings.undo_days, **adds_up(progress.state)}
    return {**told, **_confirmed(call, progress.state), **data_sources(call, found)}


def data_sources(call: Call, found: ReviewInstance) -> dict[str, Any]:
    """Where the data came from that the review opened on, and who had it open although that was too old."""
    told: dict[str, Any] = {
        "dataSources": [
            {
                "id": one.source_id,
                "kind": one.kind.value,
                "displayName": one.display_name,
                "knownUntilDateTime": stamp(one.known_until),
            }
            for one in found.sources
        ]
    }
    anyway = found.anyway
    if anyway is None:
        return told
    person = named(call.services, [anyway.by]).get(anyway.by)
    by = {"id": anyway.by, "displayName": person.display_name if person else anyway.by}
    return {**told, "openedAnyway": {"by": by, "dateTime": stamp(anyway.at), "reason": anyway.reason}}


def _course(state: InstanceState) -> dict[str, Any]:
    """What was done to a review while it ran, and what hinders it."""
    course: dict[str, Any] = {
        "stopped": bool(state.stopped_by),
        "extensions": state.extensions,
        "lastReminderDateTime": stamp(state.reminded),
    }
    return course | failure(state)


def _confirmed(call: Call, state: InstanceState) -> dict[str, Any]:
    """The member `confirmation`; nothing for a review whose removals never waited, or still do."""
    end = state.confirmation
    return {"confirmation": confirmation_end(end, named(call.services, {end.by}))} if end else {}


def failure(state: InstanceState) -> dict[str, Any]:
    """The member `failure`; nothing while the review goes on."""
    if not state.error:
        return {}
    during = state.failed_at or state.status
    return {"failure": {"during": during.value, "attempts": state.attempts, "error": state.error}}


def review_numbers(progress: Progress, state: InstanceState) -> dict[str, Any]:
    """How far a review is, and how it ended: members of ReviewStatus."""
    body: dict[str, Any] = {
        "counts": tally_object(counts(progress, state)),
        "reviewers": {"total": state.reviewers, "finished": finished_reviewers(progress, state)},
        "needsReviewer": needing(state),
        "population": population(state),
        "waitingForConfirmation": waits_for_confirmation(state),
    }
    if state.outcome is not None and state.outcome.total:
        body["outcome"] = outcome_counts(state, state.outcome)
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
