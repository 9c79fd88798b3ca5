"""Review history reports: what was asked for, their runs, and the reviews that have ended (R152-R155, R183)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from chalicelib.domain import ids
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.recurrence import Schedule, occurrence
from chalicelib.domain.zones import first_instant

FILE_LIFE = timedelta(days=30)  # how long a report is kept (R183)
REPORT = "report"  # agenda kind: the next run of a recurring report
DEFINITIONS = "/identityGovernance/accessReviews/definitions"
_SCOPE = re.compile(
    r"/?(?:(?:v1\.0|beta)/)?identityGovernance/accessReviews/definitions/?"
    r"(?:\?\$filter=\s*contains\(\s*scope/query\s*,\s*'((?:[^']|''){0,512})'\s*\)\s*)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"P(?=\d)(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,4})D)?", re.ASCII)


class Result(StrEnum):
    """What became of a reviewed person, as reports filter it (R155)."""

    APPROVE = "approve"
    DENY = "deny"
    NOT_REVIEWED = "notReviewed"
    DONT_KNOW = "dontKnow"
    NOT_NOTIFIED = "notNotified"


_RESULTS = {
    Decision.APPROVE: Result.APPROVE,
    Decision.DENY: Result.DENY,
    Decision.DONT_KNOW: Result.DONT_KNOW,
    Decision.NOT_REVIEWED: Result.NOT_REVIEWED,
}


def result_of(item: DecisionItem) -> Result:
    """The result of an item (G38: all five values). Not notified: nobody who may decide it was ever asked."""
    if item.decision is Decision.NOT_REVIEWED and item.kept == "notAsked":
        return Result.NOT_NOTIFIED
    return _RESULTS[item.decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDefinition:
    """A report somebody asked for (R152); only they see it (R170).

    `since` and `until` are its window; with a `schedule` it recurs instead, each run covering `report_range`
    (ISO 8601 in years, months and days) before its date. `scopes` are Graph's queries, none meaning all
    reviews. `runs` counts the occurrences of the schedule that were dealt with or lay in the past.
    """

    id: str
    owner_id: str
    display_name: str
    results: tuple[Result, ...] = tuple(Result)
    scopes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    schedule: Schedule | None = None
    report_range: str = ""
    runs: int = 0
    created: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryInstance:
    """One run of a report, with its window. Never changes: the job of the same id tells how far it is."""

    id: str
    definition_id: str
    owner_id: str
    run: datetime
    since: datetime
    until: datetime
    expires: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedReview:
    """A review whose decisions stand: listed by the month of its end, so that a report finds it."""

    instance_id: str
    opens: datetime
    ends: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReview:
    """The review of a policy that ended last."""

    policy_id: str
    instance_id: str
    ends: datetime
    version: int = 0


def scope_query(package_id: str, policy_id: str) -> str:
    """The scope of a package's review, as Graph spells it."""
    return (
        "/identityGovernance/entitlementManagement/accessPackageAssignments"
        f"?$filter=(accessPackageId eq '{package_id}' and assignmentPolicyId eq '{policy_id}')"
    )


def check_scope(query: str, target: str) -> None:
    """Raises InvalidInput for a scope that is none of the documented forms."""
    if not _SCOPE.fullmatch(query.strip()):
        raise InvalidInput(
            f"Must be {DEFINITIONS} for all reviews, or {DEFINITIONS}?$filter=contains(scope/query, '...') for those "
            "with this text in their scope, for example accessPackageAssignments or the id of an access package.",
            target,
        )


def in_scope(definition: HistoryDefinition, package_id: str, policy_id: str) -> bool:
    """Is a package's review in the scope of a report?"""
    wanted = scope_query(package_id, policy_id).lower()
    found = (_SCOPE.fullmatch(query.strip()) for query in definition.scopes)
    needles = [(one[1] or "").replace("''", "'").lower() for one in found if one]
    return not definition.scopes or any(needle in wanted for needle in needles)


def in_window(opens: datetime, ends: datetime, since: datetime, until: datetime) -> bool:
    """Did a review start on or after the window's start and end on or before its end (R154, G38)?"""
    return opens >= since and ends <= until


def range_before(day: date, text: str, target: str = "reportRange") -> date:
    """The first day of the range `text` (such as P1M, P90D, P1Y) that ends before `day`. Months are the
    calendar's, so that P1M on the first of a month is the whole month before.

    Raises InvalidInput for other text and for an empty range.
    """
    found = _RANGE.fullmatch(text)
    years, months, days = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if not years + months + days or years > 10 or months > 120 or days > 3_660:
        raise InvalidInput("Must be a range of up to 10 years in years, months and days, such as P1M.", target)
    whole = day.year * 12 + day.month - 1 - 12 * years - months
    year, month = whole // 12, whole % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Run:
    """When a recurring report runs, and the window it covers."""

    when: datetime
    since: datetime


def run_of(definition: HistoryDefinition, number: int) -> Run | None:
    """Run `number` of a recurring report: at the local midnight that begins its date. None when it has ended."""
    schedule = definition.schedule
    found = occurrence(schedule, number) if schedule else None
    if schedule is None or found is None:
        return None
    first = range_before(found.date, definition.report_range)
    midnight = time(0)
    return Run(first_instant(found.date, midnight, schedule.zone), first_instant(first, midnight, schedule.zone))


def definition_id(owner_id: str, created: datetime, operation: str) -> str:
    """A report's id: it names its owner's partition and sorts by time."""
    millis = int(created.timestamp() * 1000)
    return ids.guid_of(f"{ids.place(owner_id)}{millis:012x}{ids.digest('history', owner_id, operation)[:8]}")


def instance_id(definition: str, run: datetime) -> str:
    """A run's id, sortable by its moment: made twice, it is the same."""
    return ids.request_id(run, "history", definition)
