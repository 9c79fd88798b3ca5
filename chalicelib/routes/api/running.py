"""Our own root for one review as those see it who administer or audit it: each reviewer's progress, the decisions
over time, and what every action would do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.pace import is_late
from chalicelib.domain.parts import MyReview
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status, Tally
from chalicelib.routes.api.my_reviews import tally_object
from chalicelib.routes.api.overview import days_of
from chalicelib.routes.api.overview_shapes import Consequences as ConsequencesShape
from chalicelib.routes.api.overview_shapes import ProgressOverTime
from chalicelib.routes.api.review_shapes import ReviewerProgress
from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.consequences import Applying, Consequences, Deleting, Stopping, consequences
from chalicelib.usecases.contacted import mails_of
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.reviewer_progress import STAGES, OneReviewer, reviewer_progress
from chalicelib.usecases.watch_review import counts

door = Blueprint(__name__)


def _seen(call: Call, review_id: str) -> ReviewInstance:
    """The review, for those who see all of it. Raises NotFound, Forbidden."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review see every reviewer's progress.")
    return found


@route(door, "GET", REVIEW + "/reviewers", query=("progress", "mails", "$skiptoken"), gives=Listed[ReviewerProgress])
def list_reviewers(call: Call, review_id: str) -> Answer:
    """The progress of each reviewer, a hundred a page; with `progress` those who are `notStarted`, `unfinished` or
    `finished` (a page may be short, or empty, before the last one), with `mails=true` how the mails reached them."""
    found = _seen(call, review_id)
    stage, mails = _option(call, "progress"), _option(call, "mails") or "false"
    if stage and stage not in STAGES:
        raise errors.InvalidInput(f"Must be one of: {', '.join(STAGES)}.", "progress")
    if mails not in ("true", "false"):
        raise errors.InvalidInput("mails must be true or false.", "mails")
    after = position(call, _option(call, "$skiptoken")).get("after")
    page = reviewer_progress(call.services, found, stage, mails == "true", after)
    body: dict[str, Any] = {"value": [_reviewer(found, one, mails == "true") for one in page.items]}
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next})
    return body


def _option(call: Call, name: str) -> str:
    return next(iter(call.query.get(name, ())), "") or ""


def _reviewer(found: ReviewInstance, one: OneReviewer, mails: bool) -> dict[str, Any]:
    row = one.row
    shown: dict[str, Any] = {
        "id": row.user_id,
        "displayName": row.display_name,
        "userPrincipalName": row.principal_name,
        "reviewerReason": row.reason,
        "shared": row.shared,
        "counts": tally_object(one.tally),
    }
    if row.on_behalf_of:
        shown["onBehalfOf"] = row.on_behalf_of
    if row.unreachable:
        shown["unreachable"] = row.unreachable
    return shown | ({"mail": _mail(found, one.part) if one.part else None} if mails else {})


def _mail(found: ReviewInstance, part: MyReview) -> dict[str, Any]:
    mails = mails_of(part, found)
    last = max((mail.sent for mail in mails if mail.sent), default=None)
    opened = part.mails.get("opened", "").partition(" ")[2]
    start = next((mail.state for mail in mails if mail.kind == "start"), "pending")
    return {"start": start, "lastDateTime": stamp(last), "openedDateTime": _stamped(opened)}


def _stamped(text: str) -> str | None:
    return stamp(datetime.fromisoformat(text)) if text else None


@route(door, "GET", REVIEW + "/progress", gives=ProgressOverTime)
def get_progress(call: Call, review_id: str) -> Answer:
    """What was decided by day, against the straight line from opening to close: one query, whatever the size."""
    found = _seen(call, review_id)
    progress = call.services.reviews.progress(found.id)
    state = progress.state
    if state is None:
        raise errors.NotFound("There is no such review.")
    made = counts(progress, state)
    late = state.status is Status.IN_PROGRESS and is_late(made, found.opens, state.ends, call.now)
    return {
        "total": made.total,
        "decided": _by_people(state, made),
        "late": late,
        "asOfDateTime": stamp(call.now),
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(state.ends),
        "days": days_of(progress.days),
    }


def _by_people(state: InstanceState, made: Tally) -> int:
    """How many items wait no more because somebody decided; the rule that decides at the close is nobody."""
    outcome = state.outcome
    ruled = outcome.approved_by_rule + outcome.denied_by_rule if outcome else 0
    return made.total - made.undecided - ruled


@route(door, "GET", REVIEW + "/consequences", gives=ConsequencesShape)
def get_consequences(call: Call, review_id: str) -> Answer:
    """What the caller may do with the review as it stands, and what each action would do, in numbers. Nothing is
    done."""
    found = _seen(call, review_id)
    return _consequences(consequences(call.services, call.actor, call.now, found))


def _consequences(found: Consequences) -> dict[str, Any]:
    remind, extend = found.remind, found.extend
    told = {
        "stop": found.stop and _stop(found.stop),
        "remind": remind and {"reviewers": remind[0], "notBefore": stamp(remind[1])},
        "reset": found.reset and {"decisions": found.reset},
        "extend": extend and {"latestEndDateTime": stamp(extend[0]), "reviewers": extend[1]},
        "apply": found.apply and _apply(found.apply),
        "followUp": found.follow_up and {"people": found.follow_up},
        "delete": found.delete and _delete(found.delete),
        "retry": found.retry and {"during": found.retry.value},
    }
    return {"editReviewers": found.edit, **{name: value for name, value in told.items() if value}}


def _stop(one: Stopping) -> dict[str, Any]:
    told = {"undecided": one.undecided, "denied": one.denied, "outcome": one.outcome.value}
    return {**told, "wouldLose": one.would_lose}


def _apply(one: Applying) -> dict[str, Any]:
    return {"removals": one.removals, "names": list(one.names), "because": one.because}


def _delete(one: Deleting) -> dict[str, Any]:
    return {"reviews": one.reviews, "stops": one.stops, "switchesOff": one.switches_off}
