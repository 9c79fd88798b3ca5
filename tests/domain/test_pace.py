"""When a review is late, and how decisions add up over the days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.pace import burn_up, day_number, day_of, is_late, time_gone
from chalicelib.domain.reviews import Tally

OPENS = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
ENDS = OPENS + timedelta(days=20)


@pytest.mark.parametrize(
    ("days", "approved", "late"),
    [
        (0, 0, False),
        (9, 0, False),  # before half of the time nobody is late
        (10, 0, True),
        (10, 26, False),  # less than a quarter behind the straight line
        (10, 25, True),
        (15, 50, True),
        (15, 51, False),
        (20, 75, True),
        (20, 76, False),
        (25, 100, False),
    ],
)
def test_late_is_a_quarter_behind_the_straight_line_after_half_of_the_time(
    days: int, approved: int, late: bool
) -> None:
    assert is_late(Tally(100, approved), OPENS, ENDS, OPENS + timedelta(days=days)) is late


def test_a_review_without_items_is_never_late() -> None:
    assert not is_late(Tally(), OPENS, ENDS, ENDS)


def test_time_gone_stays_within_the_review() -> None:
    moments = [OPENS - timedelta(days=1), OPENS + timedelta(days=5), ENDS + timedelta(days=1)]
    assert [time_gone(OPENS, ENDS, one) for one in moments] == [0.0, 0.25, 1.0]
    assert time_gone(ENDS, ENDS, ENDS) == 1.0


def test_days_add_up_in_their_order_also_when_decisions_are_set_back() -> None:
    number = day_number(int(OPENS.timestamp() * 1000))
    assert day_of(number) == date(2026, 3, 2)
    assert burn_up({number + 2: -3, number: 4, number + 3: 5}) == [
        (date(2026, 3, 2), 4, 4),
        (date(2026, 3, 4), -3, 1),
        (date(2026, 3, 5), 5, 6),
    ]
