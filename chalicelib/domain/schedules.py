"""Keeping a schedule: which ones are accepted, how a late occurrence opens, and what an edit changes.

The arithmetic of occurrences is in `recurrence`, time zones are in `zones`, durations as text in `durations`;
their public names are offered here too, so that callers need this module only. All instants are aware
datetimes in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chalicelib.domain.durations import DURATION_TARGET, format_days, parse_duration_days
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.recurrence import (
    LAST_CLOSE,
    MONTHS_BETWEEN,
    Frequency,
    Occurrence,
    Schedule,
    latest_due,
    next_after,
    occurrence,
    occurrences,
    upcoming,
)
from chalicelib.domain.zones import ZONE_TARGET, local_date, today_in, zone

__all__ = (
    "DEFAULT_DURATION_DAYS",
    "DURATION_TARGET",
    "MAX_DURATION_DAYS",
    "MONTHS_BETWEEN",
    "START_TARGET",
    "ZONE_TARGET",
    "Frequency",
    "Occurrence",
    "Opening",
    "Schedule",
    "check",
    "check_new_start",
    "first_after_change",
    "format_days",
    "latest_due",
    "local_date",
    "next_after",
    "occurrence",
    "occurrences",
    "opening",
    "parse_duration_days",
    "today_in",
    "upcoming",
    "zone",
)

START_TARGET = "reviewSettings/schedule/startDateTime"
_RANGE_TARGET = "reviewSettings/schedule/recurrence/range"

# Days (G5): even in the shortest interval an occurrence closes before the next one opens. None is one-time.
MAX_DURATION_DAYS: Mapping[Frequency | None, int] = MappingProxyType(
    {
        Frequency.WEEKLY: 7,
        Frequency.MONTHLY: 27,
        Frequency.QUARTERLY: 88,
        Frequency.HALF_YEARLY: 180,
        Frequency.ANNUAL: 364,
        None: 364,
    }
)
DEFAULT_DURATION_DAYS: Mapping[Frequency | None, int] = MappingProxyType(
    {frequency: min(25, longest) for frequency, longest in MAX_DURATION_DAYS.items()}
)

_PUNCTUAL = dt.timedelta(hours=24)
_MINUTE = dt.timedelta(minutes=1)
_END_OF_TIME = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Opening:
    """How an occurrence that is due opens (G6): from `opens` to `closes` (UTC), or not (`skipped`).

    `late`: its time was moved, or lost. A skipped one has its planned `opens` and `closes`. `reason` is a
    sentence for the record.
    """

    opens: dt.datetime
    closes: dt.datetime
    late: bool
    skipped: bool
    reason: str


def check(schedule: Schedule) -> None:
    """Raise InvalidInput, naming the field and what it allows, unless the schedule is valid (R54-R57, G5)."""
    zone(schedule.zone)
    label = "one-time" if schedule.frequency is None else schedule.frequency.value
    longest = MAX_DURATION_DAYS[schedule.frequency]
    if not 1 <= schedule.duration_days <= longest:
        raise InvalidInput(
            f"The duration of a {label} review must be 1 to {longest} days, not {schedule.duration_days}.",
            DURATION_TARGET,
        )
    latest = LAST_CLOSE - dt.timedelta(days=schedule.duration_days)
    if schedule.start > latest:
        raise InvalidInput(f"The start date must be {latest} or earlier.", START_TARGET)
    if schedule.end is not None and schedule.end < schedule.start:
        raise InvalidInput(
            f"The end date must be the start date ({schedule.start}) or later.", f"{_RANGE_TARGET}/endDate"
        )
    _check_count(schedule)


def _check_count(schedule: Schedule) -> None:
    target = f"{_RANGE_TARGET}/numberOfOccurrences"
    if schedule.count is not None and schedule.count < 1:
        raise InvalidInput("The number of occurrences must be 1 or more.", target)
    if schedule.frequency is None and schedule.count not in (None, 1):
        raise InvalidInput("A one-time review has exactly 1 occurrence.", target)


def check_new_start(start: dt.date, zone_name: str, now: dt.datetime) -> None:
    """Raise InvalidInput when a start that is being set or changed lies before today in the zone (G3).

    Today is allowed: a review opens at the end of its start date (R49).
    """
    earliest = today_in(zone_name, now)
    if start < earliest:
        raise InvalidInput(f"The start date must be {earliest} (today in {zone_name}) or later.", START_TARGET)


def opening(due: Occurrence, schedule: Schedule, now: dt.datetime) -> Opening:
    """How `due` opens when the scheduler gets to it at `now` (G6).

    Up to 24 hours late it keeps its planned times. Later it stays open for its full duration from `now`, but
    only until one minute before the next occurrence, and is skipped when that leaves less than half of its
    duration. A one-day review counts as late from 12 hours on: nobody may lose access because a delay ate the
    time to answer. Raises ValueError before `due.opens`, since nothing opens early (G1).
    """
    if now < due.opens:
        raise ValueError(f"occurrence {due.number} opens at {due.opens}, not yet at {now}")
    # In hours: who starts at an arbitrary moment is owed the time, not the end of some local day.
    full = dt.timedelta(days=schedule.duration_days)
    if now - due.opens <= min(_PUNCTUAL, full / 2):
        return Opening(due.opens, due.closes, late=False, skipped=False, reason="Opened as planned.")
    following = occurrence(schedule, due.number + 1)
    left = (_END_OF_TIME if following is None else following.opens - _MINUTE) - now
    if left < full / 2:
        reason = "Skipped: less than half of its duration was left before the next occurrence."
        return Opening(due.opens, due.closes, late=True, skipped=True, reason=reason)
    if left < full:
        reason = "Opened late: closes one minute before the next occurrence."
    else:
        reason = "Opened late: stays open for its full duration."
    return Opening(now, now + min(left, full), late=True, skipped=False, reason=reason)


def first_after_change(schedule: Schedule, running_closes: dt.datetime | None, now: dt.datetime) -> Occurrence | None:
    """The first occurrence that a changed schedule opens, or None when it has no more (G3, G30).

    It opens after `now`, and not before `running_closes`, the close of the review that is open now (None
    without one). Opening at the instant of that close is allowed: a 7-day weekly review always closes when
    the next one opens, and an edit must not cost it a week.
    """
    if running_closes is None:
        return next_after(schedule, now)
    return next_after(schedule, max(now, running_closes - dt.timedelta.resolution))
