"""When a timer is due by the product's clock: EventBridge's rate(...) and cron(...) expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time

SHORTEST = timedelta(minutes=1)
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days"}
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


class UnknownSchedule(ValueError):
    """An expression the local stage cannot evaluate (cron's L, W and #, or no expression at all)."""


def due(expression: str, last: datetime, now: datetime) -> bool:
    """Is a firing due in (last, now]? Raises UnknownSchedule.

    Rates of a minute or less are always due: who asks once a second must not wait a minute of real time.
    """
    if found := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        period = timedelta(**{_UNITS[found[2]]: int(found[1])})
        return period <= SHORTEST or now - last >= period
    return _Cron.parse(expression).fires_between(last, now)


@dataclass(frozen=True)
class _Cron:
    """The values each field allows."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> _Cron:
        found = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
        if not found:
            raise UnknownSchedule(f"{expression!r} is neither rate(...) nor cron(...).")
        try:
            return cls(*(_values(text.upper(), *limits) for text, limits in zip(found.groups(), _RANGES, strict=True)))
        except ValueError as problem:
            raise UnknownSchedule(f"The local stage does not understand {expression!r}: {problem}") from problem

    def fires_between(self, last: datetime, now: datetime) -> bool:
        """Looks at whole days first, so that a clock moved by years costs little."""
        start, end = last.astimezone(UTC), now.astimezone(UTC)
        for number in range((end.date() - start.date()).days + 1):
            day = start.date() + timedelta(days=number)
            if self._matches(day) and any(start < moment <= end for moment in self._moments(day)):
                return True
        return False

    def _matches(self, day: date) -> bool:
        weekday = day.isoweekday() % 7 + 1  # EventBridge counts from Sunday, 1
        return day.year in self.years and day.month in self.months and day.day in self.days and weekday in self.weekdays

    def _moments(self, day: date) -> list[datetime]:
        return [datetime.combine(day, day_time(hour, minute), UTC) for hour in self.hours for minute in self.minutes]


def _values(text: str, low: int, high: int) -> frozenset[int]:
    """The numbers of one field: `*`, `?`, names, lists, ranges and steps. Raises ValueError for anything else."""
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, end = span.partition("-")
        if first in ("*", "?"):
            begin, stop = low, high
        else:
            begin = _number(first, low)
            stop = _number(end, low) if end else high if step else begin
        if not low <= begin <= stop <= high:
            raise ValueError(f"{part} is outside {low}-{high}")
        values.update(range(begin, stop + 1, int(step or 1)))
    return frozenset(values)


def _number(text: str, low: int) -> int:
    for names in (_MONTHS, _DAYS):
        if text in names:
            return names.index(text) + low
    return int(text)
