"""When reviewers are reminded: at a decent local hour, often enough to matter, never twice on one day.

Who gets a reminder (only people with an undecided item, G12) is decided on sending. All instants are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from chalicelib.domain.zones import first_instant, local_time

_MORNING = time(8)
_EVENING = time(18)
_AFTER_OPENING = timedelta(hours=6)
_BEFORE_CLOSE = timedelta(hours=2)


class ReminderKind(StrEnum):
    """Halfway (R79), three days and one day before the close, from the least to the most pressing."""

    MIDPOINT = "midpoint"
    LAST_CALL_3 = "lastCall3"
    LAST_CALL_1 = "lastCall1"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of one kind, to be sent at `due` (UTC) or soon after."""

    kind: ReminderKind
    due: datetime


def reminders(opens: datetime, closes: datetime, zone_name: str) -> list[Reminder]:
    """The reminders of an instance that is open from `opens` to `closes`, in the order they are due.

    Midpoint at open + (close - open)/2 (R79, G12), last calls 3 days and 1 day before the close, each moved
    to 08:00-18:00 on its own local day. One less than 6 hours after the opening or less than 2 hours before
    the close is dropped; of two on one local day the later kind stays. Raises InvalidInput (unknown zone).
    """
    useful = (
        each
        for each in _candidates(opens, closes, zone_name)
        if opens + _AFTER_OPENING <= each.due <= closes - _BEFORE_CLOSE
    )
    by_day = {local_time(each.due, zone_name).date(): each for each in useful}
    return sorted(by_day.values(), key=lambda each: each.due)


def send_window(now: datetime, zone_name: str) -> datetime:
    """The first instant from `now` on that is between 08:00 and 18:00 (both included) in the zone, in UTC.

    Raises InvalidInput for an unknown zone.
    """
    local = local_time(now, zone_name)
    if local.time() < _MORNING:
        return first_instant(local.date(), _MORNING, zone_name)
    if local.time() > _EVENING:
        return first_instant(local.date() + timedelta(days=1), _MORNING, zone_name)
    return now


def _candidates(opens: datetime, closes: datetime, zone_name: str) -> Iterator[Reminder]:
    """All three, from the least to the most important, each in its day's window."""
    middle = local_time(opens + (closes - opens) / 2, zone_name)
    yield Reminder(ReminderKind.MIDPOINT, _in_window(middle, zone_name))
    # Local arithmetic: "the day before" has the same clock time, also when clocks change in between.
    last = local_time(closes, zone_name)
    yield Reminder(ReminderKind.LAST_CALL_3, _in_window(last - timedelta(days=3), zone_name))
    yield Reminder(ReminderKind.LAST_CALL_1, _in_window(last - timedelta(days=1), zone_name))


def _in_window(local: datetime, zone_name: str) -> datetime:
    """The UTC instant of local time `local`, moved to 08:00 or 18:00 of the same local day when outside."""
    clock = min(max(local.time(), _MORNING), _EVENING)
    return first_instant(local.date(), clock, zone_name)
