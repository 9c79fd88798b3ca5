"""Our own root for administrators and auditors: what needs a person, what runs, and when reviews open in the year
ahead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.pace import burn_up
from chalicelib.domain.series import Needs
from chalicelib.routes.api.closed_reviews import closed_row
from chalicelib.routes.api.overview_shapes import LiveReview, Overview, PlannedReview
from chalicelib.routes.api.reviews import failure, review_head, review_numbers
from chalicelib.routes.api.sources import waiting_object
from chalicelib.routes.graph.instants import as_instant
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases import overview as looking
from chalicelib.usecases.calendar import LONGEST, Planned, calendar
from chalicelib.usecases.overview import Idle, Shown, overview, running

door = Blueprint(__name__)
PAGE = 50
YEAR = timedelta(days=366)
NEEDS = (Needs.RETRY.value, Needs.CONFIRMATION.value, looking.LATE, looking.REVIEWER, looking.DIFFERENCES)


@route(door, "GET", "/api/v1/overview", gives=Overview)
def get_overview(call: Call) -> Answer:
    """What needs a person, what runs and what closed lately, of everything the caller may see."""
    found = overview(call.services, call.actor, call.now)
    return {
        "late": found.late,
        "failed": found.failed,
        "waitingForConfirmation": found.waiting,
        "needsReviewer": {"items": found.without_reviewer, "reviews": found.reviews_without},
        "differing": found.differing,
        "live": found.live,
        "complete": found.complete,
        "running": [_live(one) for one in found.running],
        "closed": [closed_row(one) for one in found.closed],
        "waitingForData": [waiting_object(call, one, name) for one, name in found.for_data],
    }


@route(door, "GET", "/api/v1/live-reviews", query=("needs", "$skiptoken"), gives=Listed[LiveReview])
def list_live_reviews(call: Call) -> Answer:
    """The reviews that are not over, the first to close first; with `needs` (`failed`, `confirmation`, `late`,
    `reviewer`, `differences`) those that wait for a person. A page may be short, or empty, before the last one."""
    needs = _option(call, "needs")
    if needs and needs not in NEEDS:
        raise errors.InvalidInput(f"Must be one of: {', '.join(NEEDS)}.", "needs")
    after = position(call, _option(call, "$skiptoken")).get("after")
    page = running(call.services, call.actor, call.now, needs, PAGE, after)
    return _page(call, [_live(one) for one in page.items], page.next)


@route(door, "GET", "/api/v1/calendar", query=("from", "to", "$skiptoken"), gives=Listed[PlannedReview])
def get_calendar(call: Call) -> Answer:
    """The reviews that open from `from` (now) to `to` (a year later), by series; a few hundred series a page."""
    since = _instant(call, "from") or call.now
    until = _instant(call, "to") or since + YEAR
    if until <= since:
        raise errors.InvalidInput("Must be later than from.", "to")
    if until - since > LONGEST:
        raise errors.InvalidInput(f"Must be at most {LONGEST.days} days after from.", "to")
    after = position(call, _option(call, "$skiptoken")).get("after")
    page = calendar(call.services, call.actor, call.now, since, until, after)
    return _page(call, [_planned(one) for one in page.items], page.next)


def _option(call: Call, name: str) -> str:
    return next(iter(call.query.get(name, ())), "") or ""


def _instant(call: Call, name: str) -> datetime | None:
    text = _option(call, name)
    if not text:
        return None
    found = as_instant(text)
    if found is None:
        raise errors.InvalidInput("Must be a date such as 2026-01-31 or a timestamp (RFC 3339).", name)
    return found


def _page(call: Call, value: list[dict[str, Any]], after: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {"value": value}
    if after:
        body["nextLink"] = next_page(call, {"after": after})
    return body


def _live(one: Shown) -> dict[str, Any]:
    told = review_numbers(one.progress, one.state)
    names = ("counts", "reviewers", "needsReviewer", "outcome")
    body = {
        **review_head(one.instance, one.state),
        "needs": one.needs or None,
        "days": days_of(one.progress.days),
        **{name: told[name] for name in names if name in told},
        **failure(one.state),
    }
    return body | ({"idleReviewers": _idle(one.idle)} if one.idle else {})


def days_of(days: dict[int, int]) -> list[dict[str, Any]]:
    """The burn-up by day."""
    return [{"date": day.isoformat(), "decided": made, "sum": total} for day, made, total in burn_up(days)]


def _idle(found: Idle) -> dict[str, Any]:
    people = [{"id": one.user_id, "displayName": one.display_name} for one in found.people]
    return {"number": found.number, "looked": found.looked, "people": people}


def _planned(one: Planned) -> dict[str, Any]:
    series, opening = one.series, one.occurrence
    return {
        "definitionId": series.id,
        "displayName": series.display_name,
        "accessPackage": {"id": series.package_id, "displayName": series.package_name},
        "assignmentPolicy": {"id": series.policy_id, "displayName": series.policy_name},
        "date": opening.date.isoformat(),
        "startDateTime": stamp(opening.opens),
        "endDateTime": stamp(opening.closes),
        "timeZone": series.settings.schedule.zone,
    }
