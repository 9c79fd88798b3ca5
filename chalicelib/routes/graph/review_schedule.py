"""The schedule of review settings: Graph's JSON to a domain Schedule and back (G1-G5, R59)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from chalicelib.domain.durations import format_days, parse_duration_days
from chalicelib.domain.recurrence import MONTHS_BETWEEN, Frequency, Schedule
from chalicelib.domain.schedules import DEFAULT_DURATION_DAYS
from chalicelib.domain.zones import first_instant, local_date, zone
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.reading import Reader

PATTERNS = ("weekly", "absoluteMonthly", "absoluteYearly")
RANGES = ("noEnd", "endDate", "numbered")
_BY_MONTHS = {months: frequency for frequency, months in MONTHS_BETWEEN.items()}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt].*)?", re.DOTALL)
_NOTHING = Reader({})
_OPENING = time(23, 59)
_NOON = time(12)


def is_given(reader: Reader | None) -> bool:
    """Does the schedule say anything at all?"""
    return reader is not None and any(map(reader.gives, ("startDateTime", "expiration", "recurrence")))


def read_schedule(reader: Reader, default_zone: str, enabled: bool) -> Schedule:
    """The schedule of review settings; only those that are off may leave the duration out.

    Raises InvalidInput naming the member and what it takes. Whether the values fit each other is the domain's
    business.
    """
    recurrence = reader.inner("recurrence") or _NOTHING
    span = recurrence.inner("range") or Reader({}, reader.target("recurrence/range"))
    zone_name = zone(span.text("recurrenceTimeZone", longest=64) or default_zone).key
    start = _start(reader, span, zone_name)
    frequency = _frequency(recurrence, span, start)
    end, count = _range(span)
    if frequency is None:
        if count not in (None, 1):
            raise span.refused("numberOfOccurrences", "Must be 1 without a pattern (a one-time review).")
        end, count = None, None  # what the one occurrence reads back as says nothing new
    return Schedule(
        start=start,
        zone=zone_name,
        frequency=frequency,
        duration_days=_duration(reader, frequency, enabled),
        end=end,
        count=count,
    )


def _start(reader: Reader, span: Reader, zone_name: str) -> date:
    """The date of `startDateTime` in the zone; a bare date stands for itself; else the range's start date."""
    given = reader.members.get("startDateTime")
    if isinstance(given, str) and len(given) == len("2026-01-31"):
        moment_date = _date(reader, "startDateTime")
    else:
        moment_date = _local_date(reader, zone_name)
    found = moment_date or _date(span, "startDate")
    if found is None:
        raise reader.refused("startDateTime", "Must be given: the date on which the first review opens.")
    return found


def _local_date(reader: Reader, zone_name: str) -> date | None:
    moment = reader.moment("startDateTime")
    try:
        return local_date(moment, zone_name) if moment else None
    except OverflowError:  # the first or last day of the calendar, which the zone would push out of it
        raise reader.refused("startDateTime", "Must be a date within the years 2 to 9998.") from None


def _date(reader: Reader, name: str) -> date | None:
    """The date part of a date or timestamp; .NET's first date means "not given"."""
    text = reader.text(name, longest=64)
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        day = date.fromisoformat(found[1] if found else text)
    except ValueError:
        raise reader.refused(name, "Must be a date such as 2026-01-31.") from None
    return None if day == date.min else day


def _duration(reader: Reader, frequency: Frequency | None, enabled: bool) -> int:
    """Days each occurrence stays open."""
    expiration = reader.inner("expiration") or Reader({}, reader.target("expiration"))
    if expiration.gives("duration"):
        expiration.choice("type", ("afterDuration",), "afterDuration")
        return parse_duration_days(expiration.text("duration", longest=64), expiration.target("duration"))
    if enabled or expiration.gives("type"):
        raise expiration.refused("duration", "Must be given, with the type afterDuration, such as P14D.")
    return DEFAULT_DURATION_DAYS[frequency]


def _frequency(recurrence: Reader, span: Reader, start: date) -> Frequency | None:
    """How often; None is one-time (no recurrence, or no pattern with a numbered range)."""
    pattern = recurrence.inner("pattern")
    if pattern is None:
        if span.gives("type") and span.choice("type", RANGES) != "numbered":
            raise recurrence.refused("pattern", "Must be given unless the range is numbered (a one-time review).")
        return None
    kind = pattern.choice("type", PATTERNS)
    _check_day(pattern, kind, start)
    interval = pattern.whole("interval")
    if kind == "absoluteMonthly":
        if interval not in _BY_MONTHS:
            raise pattern.refused("interval", "Must be 1, 3, 6 or 12 months.")
        return _BY_MONTHS[interval]
    if interval not in (0, 1):
        raise pattern.refused("interval", f"Must be 1 with the type {kind}.")
    return Frequency.WEEKLY if kind == "weekly" else Frequency.ANNUAL


def _check_day(pattern: Reader, kind: str, start: date) -> None:
    """The start date gives the day (R59): another one in the pattern would be a contradiction."""
    if kind == "weekly":
        days = pattern.members.get("daysOfWeek") or []
        wanted = _DAYS[start.weekday()]
        if not isinstance(days, list) or any(str(day).lower() != wanted for day in days):
            raise pattern.refused("daysOfWeek", f"Must be left out, or the start date's day ({wanted}).")
        return
    if pattern.whole("dayOfMonth") not in (0, start.day):
        raise pattern.refused("dayOfMonth", f"Must be left out, or the start date's day ({start.day}).")
    if kind == "absoluteYearly" and pattern.whole("month") not in (0, start.month):
        raise pattern.refused("month", f"Must be left out, or the start date's month ({start.month}).")


def _range(span: Reader) -> tuple[date | None, int | None]:
    """Last start date and number of occurrences; only what the type names counts, as in Graph."""
    implied = "noEnd" if not span.gives("endDate") and not span.whole("numberOfOccurrences") else None
    kind = span.choice("type", RANGES, implied)
    if kind == "endDate":
        end = _date(span, "endDate")
        if end is None:
            raise span.refused("endDate", "Must be given with the type endDate.")
        return end, None
    if kind == "numbered":
        count = span.whole("numberOfOccurrences")
        if count < 1:
            raise span.refused("numberOfOccurrences", "Must be 1 or more with the type numbered.")
        return None, count
    return None, None


def schedule_object(schedule: Schedule) -> Mapping[str, Any]:
    """A schedule as Graph writes it. Its start is the instant the first review opens."""
    opens = first_instant(schedule.start, _OPENING, schedule.zone)
    if local_date(opens, schedule.zone) != schedule.start:  # the clocks jump to midnight at that very moment
        opens = first_instant(schedule.start, _NOON, schedule.zone)
    return {
        "startDateTime": stamp(opens),
        "expiration": {
            "type": "afterDuration",
            "duration": format_days(schedule.duration_days),
            "endDateTime": None,
        },
        "recurrence": {"pattern": _pattern_object(schedule.frequency), "range": _range_object(schedule)},
    }


def _pattern_object(frequency: Frequency | None) -> dict[str, Any] | None:
    if frequency is None:
        return None
    if frequency is Frequency.WEEKLY:
        return {"type": "weekly", "interval": 1}
    return {"type": "absoluteMonthly", "interval": MONTHS_BETWEEN[frequency]}


def _range_object(schedule: Schedule) -> dict[str, Any]:
    once = schedule.frequency is None
    count = schedule.count or (1 if once else None)
    return {
        "type": "endDate" if schedule.end else "numbered" if count else "noEnd",
        "startDate": schedule.start.isoformat(),
        "endDate": schedule.end.isoformat() if schedule.end else None,
        "numberOfOccurrences": count or 0,
        "recurrenceTimeZone": schedule.zone,
    }
