"""The occurrences of a schedule: pure calendar arithmetic.

Every occurrence is computed from the schedule's first date, never from the occurrence before, so a series
cannot drift (G2). Nothing here walks through a series: the number of an occurrence follows from its date by
arithmetic. All instants are aware datetimes in UTC.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from types import MappingProxyType

from chalicelib.domain.zones import first_instant


class Frequency(StrEnum):
    """How often a review comes back (R47, R48). Half-yearly is what the portal calls "bi-annually"."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "halfYearly"
    ANNUAL = "annual"


# Calendar months from one occurrence to the next (R59); weekly is not among them.
MONTHS_BETWEEN: Mapping[Frequency, int] = MappingProxyType(
    {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.HALF_YEARLY: 6, Frequency.ANNUAL: 12}
)

_OPENING_CLOCK = dt.time(23, 59)
# An occurrence closes by then or does not exist: a day of room for converting its close to UTC in any zone.
LAST_CLOSE = dt.date(9999, 12, 30)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the reviews of a policy happen.

    `start`: local date of the first occurrence, the anchor of all others. `zone`: IANA name. `frequency`:
    None is one-time. `duration_days`: calendar days each occurrence stays open. `end`: last local date on
    which an occurrence may start. `count`: number of occurrences. Without `end` and `count` the series goes
    on for ever (R60); with both, whichever comes first ends it.
    """

    start: dt.date
    zone: str
    frequency: Frequency | None
    duration_days: int
    end: dt.date | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One review of a series: the `number`th (from 0) counted from the schedule's start, on local `date`.

    `opens` and `closes` are UTC. `date` is not always the local date of `opens`: where clocks jump from 23:00
    to midnight, the review opens at midnight.
    """

    number: int
    date: dt.date
    opens: dt.datetime
    closes: dt.datetime


def occurrence(schedule: Schedule, n: int) -> Occurrence | None:
    """Occurrence number `n` (from 0), or None when the schedule has none (ended, or past the year 9999).

    It opens at 23:59:00 local on its date and closes `duration_days` calendar days later at the same local
    clock time (R49, R52, R53, G1).
    """
    if not 0 <= n <= _last_number(schedule):
        return None
    day = _date(schedule, n)
    last_day = day + dt.timedelta(days=schedule.duration_days)
    opens, closes = (first_instant(each, _OPENING_CLOCK, schedule.zone) for each in (day, last_day))
    return Occurrence(n, day, opens, closes)


def occurrences(schedule: Schedule, from_n: int = 0) -> Iterator[Occurrence]:
    """The occurrences from number `from_n` (0 or more) on, lazily, until the schedule ends."""
    while found := occurrence(schedule, from_n):
        yield found
        from_n += 1


def upcoming(schedule: Schedule, now: dt.datetime, limit: int) -> list[Occurrence]:
    """The next occurrences, at most `limit`, that open after `now`."""
    following = next_after(schedule, now)
    return [] if following is None else list(islice(occurrences(schedule, following.number), limit))


def next_after(schedule: Schedule, instant: dt.datetime) -> Occurrence | None:
    """The first occurrence that opens strictly after `instant`, or None when the series is over by then."""
    # No zone is more than a day from UTC, so occurrences dated before yesterday in UTC have opened already.
    n = _first_number(schedule, instant.astimezone(dt.UTC).date() - dt.timedelta(days=1))
    return next((each for each in occurrences(schedule, n) if each.opens > instant), None)


def latest_due(schedule: Schedule, now: dt.datetime, after_n: int | None) -> tuple[Occurrence | None, int]:
    """The occurrence to open at `now`, and how many before it were missed: only the latest one counts (G6).

    `after_n` is the number of the last occurrence dealt with (opened or skipped), None when there is none.
    Gives (None, 0) when nothing is due.
    """
    following = next_after(schedule, now)
    latest = _last_number(schedule) if following is None else following.number - 1
    first = 0 if after_n is None else after_n + 1
    return (None, 0) if latest < first else (occurrence(schedule, latest), latest - first)


def _date(schedule: Schedule, n: int) -> dt.date:
    """Local date of number `n`: the start's day of the month, or the last day of a shorter month (G2)."""
    if schedule.frequency is None:
        return schedule.start
    if schedule.frequency is Frequency.WEEKLY:
        return schedule.start + dt.timedelta(weeks=n)
    months = schedule.start.month - 1 + n * MONTHS_BETWEEN[schedule.frequency]
    year, month = schedule.start.year + months // 12, months % 12 + 1
    return dt.date(year, month, min(schedule.start.day, monthrange(year, month)[1]))


def _first_number(schedule: Schedule, day: dt.date) -> int:
    """Number of the first occurrence on or after `day`, as if the series had neither end nor count."""
    start = schedule.start
    if day <= start:
        return 0
    if schedule.frequency is None:
        return 1
    if schedule.frequency is Frequency.WEEKLY:
        return ((day - start).days + 6) // 7
    months = (day.year - start.year) * 12 + day.month - start.month
    n = months // MONTHS_BETWEEN[schedule.frequency]
    return n if _date(schedule, n) >= day else n + 1


def _last_number(schedule: Schedule) -> int:
    """Number of the last occurrence; -1 when there is none."""
    latest = LAST_CLOSE - dt.timedelta(days=schedule.duration_days)
    if schedule.end is not None:
        latest = min(latest, schedule.end)
    last = _first_number(schedule, latest + dt.timedelta(days=1)) - 1
    return last if schedule.count is None else min(last, schedule.count - 1)
