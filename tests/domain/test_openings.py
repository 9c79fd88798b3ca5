"""What a scheduler that comes late does with the occurrence that is due (G1, G6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.schedules import Frequency, Occurrence, Schedule, latest_due, occurrence, opening

DAY = timedelta(days=1)
TICK = timedelta.resolution
MONTHLY = Schedule(date(2025, 3, 1), "UTC", Frequency.MONTHLY, 14)  # opens March 1 and April 1 at 23:59


def due(schedule: Schedule, n: int = 0) -> Occurrence:
    found = occurrence(schedule, n)
    assert found is not None
    return found


def test_nothing_opens_early() -> None:
    """G1: at or after the instant, never before."""
    first = due(MONTHLY)
    with pytest.raises(ValueError, match="not yet"):
        opening(first, MONTHLY, first.opens - TICK)


@pytest.mark.parametrize("delay", [timedelta(0), timedelta(minutes=7), DAY])
def test_up_to_24_hours_late_the_planned_times_hold(delay: timedelta) -> None:
    """G6: opened within 24 hours of its due time, an instance closes at its scheduled instant."""
    first = due(MONTHLY)
    result = opening(first, MONTHLY, first.opens + delay)
    assert (result.opens, result.closes) == (first.opens, first.closes)
    assert (result.late, result.skipped) == (False, False)


def test_later_it_stays_open_for_its_full_duration() -> None:
    """G6: from the actual opening; reviewers lose no time through an outage."""
    first = due(MONTHLY)
    for delay in (DAY + TICK, 16 * DAY):
        now = first.opens + delay
        result = opening(first, MONTHLY, now)
        assert (result.opens, result.closes) == (now, now + 14 * DAY)
        assert (result.late, result.skipped) == (True, False)
        assert "full duration" in result.reason


def test_a_late_one_closes_one_minute_before_the_next_opens() -> None:
    """G6: capped, so that two instances of a policy are never open together."""
    first, following = due(MONTHLY), due(MONTHLY, 1)
    result = opening(first, MONTHLY, first.opens + 20 * DAY)
    assert result.closes == following.opens - timedelta(minutes=1)
    assert (result.late, result.skipped) == (True, False)
    assert "one minute before the next" in result.reason


def test_with_less_than_half_left_it_is_skipped() -> None:
    """G6: exactly half is enough; a moment less is a missed occurrence, recorded with its planned times."""
    first, following = due(MONTHLY), due(MONTHLY, 1)
    half_left = following.opens - timedelta(minutes=1) - 7 * DAY
    assert not opening(first, MONTHLY, half_left).skipped
    missed = opening(first, MONTHLY, half_left + TICK)
    assert missed.skipped
    assert (missed.opens, missed.closes) == (first.opens, first.closes)
    assert "less than half" in missed.reason
    assert opening(first, MONTHLY, following.opens + 30 * DAY).skipped


def test_the_last_of_a_series_has_nothing_to_make_room_for() -> None:
    """G6: without a next occurrence there is no cap, and no reason to skip."""
    for schedule in (replace(MONTHLY, count=1), replace(MONTHLY, frequency=None)):
        now = due(schedule).opens + 300 * DAY
        result = opening(due(schedule), schedule, now)
        assert (result.closes, result.skipped) == (now + 14 * DAY, False)


def test_a_one_day_review_opened_late_still_leaves_time_to_answer() -> None:
    """G6: 24 hours late, its planned close would be now; from half its duration on it counts as late."""
    one_day = replace(MONTHLY, duration_days=1)
    first = due(one_day)
    assert opening(first, one_day, first.opens + DAY / 2).closes == first.closes
    for delay in (DAY / 2 + TICK, DAY):
        result = opening(first, one_day, first.opens + delay)
        assert (result.late, result.closes) == (True, first.opens + delay + DAY)


def test_a_weekly_review_of_seven_days_three_days_late_loses_only_the_lost_days() -> None:
    """R56, G6: no gap between occurrences, so a late one gets what is left, if that is half or more."""
    weekly = Schedule(date(2025, 3, 3), "UTC", Frequency.WEEKLY, 7)
    first, following = due(weekly), due(weekly, 1)
    result = opening(first, weekly, first.opens + 3 * DAY)
    assert (result.skipped, result.closes) == (False, following.opens - timedelta(minutes=1))
    assert opening(first, weekly, first.opens + 3.5 * DAY).skipped


def test_a_late_opening_at_the_end_of_the_calendar_does_not_overflow() -> None:
    """G6: the close is capped where dates end."""
    final, _ = latest_due(MONTHLY, datetime.max.replace(tzinfo=UTC), None)
    assert final is not None
    assert opening(final, MONTHLY, datetime.max.replace(tzinfo=UTC)).skipped
