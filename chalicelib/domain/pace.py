"""Is a review on its way to be finished in time? Its decisions against the straight line from opening to close."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from chalicelib.domain.reviews import Tally

_FIRST_DAY = date(1970, 1, 1)
_HALF, _LAG = 0.5, 0.25  # of the time that a review is open, of its items


def day_number(milliseconds: int) -> int:
    """The UTC day of an instant, as days since 1970."""
    return milliseconds // 86_400_000


def day_of(number: int) -> date:
    """The day with this number."""
    return _FIRST_DAY + timedelta(days=number)


def time_gone(opens: datetime, ends: datetime, now: datetime) -> float:
    """The share of a review's time that has passed, 0 to 1."""
    whole = (ends - opens).total_seconds()
    return min(max((now - opens).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0


def is_late(counts: Tally, opens: datetime, ends: datetime, now: datetime) -> bool:
    """Is an open review late? Half of its time has passed, and its undecided items are a quarter of the review or
    more above the straight line that ends at the close."""
    gone = time_gone(opens, ends, now)
    if gone < _HALF or not counts.total:
        return False
    return counts.undecided / counts.total - (1.0 - gone) >= _LAG


def burn_up(days: dict[int, int]) -> list[tuple[date, int, int]]:
    """What was decided by day, and up to its end in all, by day."""
    found, total = [], 0
    for number in sorted(days):
        total += days[number]
        found.append((day_of(number), days[number], total))
    return found
