"""Our own root for the past: the closed reviews of a period, each with how it ended and whether it adds up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.reviews import Outcome
from chalicelib.domain.seals import Kind
from chalicelib.routes.api.outcome_shapes import (
    Balance,
    OutcomeCounts,
    Population,
    adds_up,
    outcome_counts,
    population,
    waits_for_confirmation,
)
from chalicelib.routes.api.periods import period
from chalicelib.routes.api.review_shapes import ReviewHead
from chalicelib.routes.api.reviews import review_head
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Count, Instant, Listed
from chalicelib.usecases.closed_reviews import ClosedReview, closed_reviews

door = Blueprint(__name__)
USUAL = timedelta(days=366)  # how far back a list without `from` goes


class ClosedReviewRow(ReviewHead, kw_only=True):
    """A closed review: who was to be reviewed, how it ended, whether that adds up, how many exceptions want a
    disposition, what of it is sealed, and when it was signed off. `deleted`: its series was."""

    reviewers: Count
    population: Population
    outcome: OutcomeCounts
    balance: Balance
    waiting_for_confirmation: bool
    stopped_early: bool
    deleted: bool
    open_exceptions: Count
    decisions_sealed: bool
    removals_sealed: bool
    signed_off_date_time: Instant | None


@route(
    door,
    "GET",
    "/api/v1/closed-reviews",
    query=("from", "to", "accessPackageId", "$skiptoken"),
    gives=Listed[ClosedReviewRow],
)
def list_closed(call: Call) -> Answer:
    """The reviews that ended from `from` to `to`, newest first: of the last year, unless they say otherwise.
    Administrators and auditors see all of them, others those of what they manage."""
    given = {name: values[0] for name, values in call.query.items()}
    package = given.get("accessPackageId", "")
    if package and not ids.is_guid(package):
        raise errors.InvalidInput("accessPackageId must be the id of an access package.", "accessPackageId")
    cursor = position(call, given.get("$skiptoken"))
    # The moment a list without an end was first asked for holds for all of its pages.
    latest = datetime.fromisoformat(cursor["until"]) if cursor else call.now
    since, until = period(given, latest, USUAL)
    page = closed_reviews(call.services, call.actor, since, until, package, cursor.get("after"))
    body: dict[str, Any] = {"value": [closed_row(one) for one in page.items]}
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next, "until": latest.isoformat()})
    return body


def closed_row(one: ClosedReview) -> dict[str, Any]:
    """The members of ClosedReviewRow."""
    state = one.state
    return {
        **review_head(one.instance, state),
        "reviewers": state.reviewers,
        "population": population(state),
        "outcome": outcome_counts(state, state.outcome or Outcome()),
        **adds_up(state),
        "waitingForConfirmation": waits_for_confirmation(state),
        "stoppedEarly": bool(state.stopped_by),
        "deleted": state.hidden,
        "openExceptions": one.open_exceptions,
        "decisionsSealed": Kind.DECISIONS in one.sealed,
        "removalsSealed": Kind.REMOVALS in one.sealed,
        "signedOffDateTime": stamp(one.sign_off.at) if one.sign_off else None,
    }
