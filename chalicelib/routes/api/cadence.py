"""Our own root for the cadence statement: did every promised review of a package and year happen?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from chalice.app import Blueprint

from chalicelib.domain import csv_text, errors
from chalicelib.domain.cadence import Cause, Fate, Promise, Verdict
from chalicelib.domain.people import User
from chalicelib.domain.schedules import Frequency, Schedule
from chalicelib.routes.api.guard_shapes import person
from chalicelib.routes.api.people_shapes import Named
from chalicelib.routes.declared import CSV
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, Text, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Count, Instant
from chalicelib.usecases.cadence import Cadence, PolicyCadence, cadence_of
from chalicelib.usecases.roles import named

door = Blueprint(__name__)
CADENCE = "/api/v1/access-packages/{package_id}/cadence"
FIRST_YEAR, LAST_YEAR = 2000, 2999
COLUMNS = csv_text.columns(
    *("policy", "kind", "date", "plannedOpening", "outcome", "cause", "reason", "takenBackBy", "review"),
    *("opened", "daysLate", "closed", "people", "decisionsSeal"),
    numbers=("daysLate", "people", "decisionsSeal"),
    moments=("plannedOpening", "opened", "closed"),
)
People = dict[str, User]


class PromisedReview(Shape, kw_only=True):
    """One promised review: planned when, what became of it and why, and the review itself, if it opened."""

    date: str
    planned_start_date_time: Instant
    planned_end_date_time: Instant
    outcome: Fate
    cause: Cause
    reason: str
    taken_back_by: Named | None
    review_id: str | None
    opened_date_time: Instant | None
    days_late: Count
    closed_date_time: Instant | None
    people: int | None
    decisions_seal: int | None


class Recurrence(Shape, kw_only=True):
    """A schedule: how often (null: once), from which date on, for how many days."""

    frequency: Frequency | None
    start: str
    duration_in_days: Count
    time_zone: str


class YearInNumbers(Shape, kw_only=True):
    """`promised` by now = `held` (`heldLate` among them) + `missed`; `takenBack` and `open` are not among them."""

    promised: Count
    held: Count
    held_late: Count
    missed: Count
    taken_back: Count
    open: Count
    longest_gap_in_days: int | None


class SeriesCadence(Shape, kw_only=True):
    """One series: its policy, the schedule of today (null: reviews are off), whether its history is `recorded` from the
    beginning, and each promised review."""

    series_id: str
    kind: Literal["policy", "adHoc"]
    display_name: str
    assignment_policy: Named
    schedule: Recurrence | None
    recorded: bool
    numbers: YearInNumbers
    reviews: list[PromisedReview]


class CadenceStatement(Shape, kw_only=True):
    """A package's year. `unreviewed`: policies that never had reviews; `extra`: reviews beside the policies' own."""

    access_package: Named
    year: int
    made_date_time: Instant
    sentence: str
    numbers: YearInNumbers
    policies: list[SeriesCadence]
    unreviewed: list[Named]
    extra: list[SeriesCadence]


@route(door, "GET", CADENCE, query=("year",), gives=CadenceStatement)
def get_cadence(call: Call, package_id: str) -> Answer:
    """Every review that was promised for an access package in a year (this one, unless `year` says otherwise): when it
    happened, how late, and for what is missing the cause, as far as it was recorded."""
    found = _statement(call, package_id)
    people = named(call.services, {promise.by for one in (*found.policies, *found.extra) for promise in one.promises})
    return {
        "accessPackage": {"id": found.package.id, "displayName": found.package.display_name},
        "year": found.year,
        "madeDateTime": stamp(call.now),
        "sentence": found.sentence,
        "numbers": _numbers(found.numbers),
        "policies": [_series(one, people) for one in found.policies],
        "unreviewed": [{"id": one.id, "displayName": one.display_name} for one in found.unreviewed],
        "extra": [_series(one, people) for one in found.extra],
    }


@route(door, "GET", CADENCE + ".csv", query=("year",), gives=CSV)
def cadence_csv(call: Call, package_id: str) -> Answer:
    """The same as CSV, a row for each promised review."""
    found = _statement(call, package_id)
    people = named(call.services, {promise.by for one in (*found.policies, *found.extra) for promise in one.promises})
    rows = [_row(one, promise, people) for one in (*found.policies, *found.extra) for promise in one.promises]
    data = csv_text.heading(COLUMNS) + csv_text.lines(COLUMNS, rows)
    disposition = {"Content-Disposition": f'attachment; filename="cadence-{found.year}.csv"'}
    return Text(data.decode(), "text/csv; charset=utf-8", headers=disposition)


def _statement(call: Call, package_id: str) -> Cadence:
    given = next(iter(call.query.get("year", ())), "")
    if given and not (given.isdecimal() and given.isascii() and FIRST_YEAR <= int(given[:5]) <= LAST_YEAR):
        raise errors.InvalidInput(f"year must be a year from {FIRST_YEAR} to {LAST_YEAR}.", "year")
    return cadence_of(call.services, call.actor, package_id, int(given) if given else call.now.year)


def _series(one: PolicyCadence, people: People) -> dict[str, Any]:
    definition = one.definition
    return {
        "seriesId": definition.id,
        "kind": _kind(one),
        "displayName": definition.display_name,
        "assignmentPolicy": {"id": definition.policy_id, "displayName": definition.policy_name},
        "schedule": _schedule(one.schedule),
        "recorded": one.recorded,
        "numbers": _numbers(one.numbers),
        "reviews": [_promise(one, promise, people) for promise in one.promises],
    }


def _kind(one: PolicyCadence) -> Literal["policy", "adHoc"]:
    return "adHoc" if one.definition.ad_hoc else "policy"


def _schedule(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "frequency": schedule.frequency.value if schedule.frequency else None,
        "start": schedule.start.isoformat(),
        "durationInDays": schedule.duration_days,
        "timeZone": schedule.zone,
    }


def _numbers(numbers: Verdict) -> dict[str, Any]:
    return {
        "promised": numbers.promised,
        "held": numbers.held,
        "heldLate": numbers.late,
        "missed": numbers.missed,
        "takenBack": numbers.withdrawn,
        "open": numbers.open,
        "longestGapInDays": numbers.longest_gap.days if numbers.longest_gap else None,
    }


def _promise(one: PolicyCadence, promise: Promise, people: People) -> dict[str, Any]:
    held = promise.held
    return {
        "date": promise.day.isoformat(),
        "plannedStartDateTime": stamp(promise.opens),
        "plannedEndDateTime": stamp(promise.closes),
        "outcome": promise.fate.value,
        "cause": promise.cause.value,
        "reason": promise.reason,
        "takenBackBy": person(promise.by, people),
        "reviewId": held.id if held else None,
        "openedDateTime": stamp(held.started) if held else None,
        "daysLate": promise.late.days if held else 0,
        "closedDateTime": stamp(_closed(promise)),
        "people": held.people if held else None,
        "decisionsSeal": one.sealed(promise),
    }


def _closed(promise: Promise) -> datetime | None:
    return promise.held.ended if promise.held and promise.held.closed else None


def _row(one: PolicyCadence, promise: Promise, people: People) -> csv_text.Row:
    held, by = promise.held, people.get(promise.by)
    return (
        one.definition.policy_name,
        _kind(one),
        promise.day.isoformat(),
        promise.opens,
        promise.fate.value,
        promise.cause.value,
        promise.reason,
        by.display_name if by else promise.by,
        held.id if held else "",
        held.started if held else None,
        promise.late.days if held else None,
        _closed(promise),
        held.people if held else None,
        one.sealed(promise),
    )
