"""The dates of a series, which schedules are accepted, and what an edit changes (R47-R62, G1-G5, G30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.schedules import (
    DEFAULT_DURATION_DAYS,
    MAX_DURATION_DAYS,
    Frequency,
    Schedule,
    check,
    check_new_start,
    first_after_change,
    latest_due,
    next_after,
    occurrence,
    occurrences,
    upcoming,
)

PARIS = "Europe/Paris"
YEARLY = Schedule(date(2025, 1, 1), "UTC", Frequency.ANNUAL, 30)
MONTHLY = Schedule(date(2025, 1, 31), PARIS, Frequency.MONTHLY, 14)
WEEKLY = Schedule(date(2025, 1, 6), "UTC", Frequency.WEEKLY, 7)
ONCE = Schedule(date(2025, 7, 15), "UTC", None, 20)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def dates(schedule: Schedule, limit: int, from_n: int = 0) -> list[str]:
    return [each.date.isoformat() for each in islice(occurrences(schedule, from_n), limit)]


def test_a_review_opens_at_the_end_of_its_start_date() -> None:
    """R49, G1: with July 15, 2020 as its start date a review begins on July 15 at 11:59 PM, local time."""
    first = occurrence(Schedule(date(2020, 7, 15), "America/Los_Angeles", Frequency.QUARTERLY, 14), 0)
    assert first is not None
    assert first.opens == datetime(2020, 7, 15, 23, 59, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert first.opens == utc(2020, 7, 16, 6, 59)
    assert first.opens.tzinfo is UTC
    assert first.closes.tzinfo is UTC


def test_biannually_means_every_six_months() -> None:
    """R47: "bi-annually" is half-yearly, not every two years."""
    twice_a_year = Schedule(date(2025, 1, 31), "UTC", Frequency.HALF_YEARLY, 14)
    assert dates(twice_a_year, 4) == ["2025-01-31", "2025-07-31", "2026-01-31", "2026-07-31"]


def test_a_yearly_review_from_january_1_with_30_days_lasts_until_the_end_of_january() -> None:
    """R52, R53: the seed's example; open January 1 23:59, close January 31 23:59."""
    first = occurrence(YEARLY, 0)
    assert first is not None
    assert (first.opens, first.closes) == (utc(2025, 1, 1, 23, 59), utc(2025, 1, 31, 23, 59))


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        (Frequency.WEEKLY, ["2024-01-31", "2024-02-07", "2024-02-14"]),
        (Frequency.MONTHLY, ["2024-01-31", "2024-02-29", "2024-03-31"]),
        (Frequency.QUARTERLY, ["2024-01-31", "2024-04-30", "2024-07-31"]),
        (Frequency.HALF_YEARLY, ["2024-01-31", "2024-07-31", "2025-01-31"]),
        (Frequency.ANNUAL, ["2024-01-31", "2025-01-31", "2026-01-31"]),
        (None, ["2024-01-31"]),
    ],
)
def test_frequencies(frequency: Frequency | None, expected: list[str]) -> None:
    """R47, R48, R59: the interval of each frequency; one-time has one occurrence."""
    assert dates(Schedule(date(2024, 1, 31), "UTC", frequency, 7), 3) == expected


def test_month_ends_are_clamped_and_recover() -> None:
    """G2: computed from the original start date, so a short February does not pull March to the 28th."""
    assert dates(MONTHLY, 4) == ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"]
    leap_day = Schedule(date(2024, 2, 29), "UTC", Frequency.ANNUAL, 14)
    assert dates(leap_day, 5) == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_the_local_clock_time_is_kept_across_clock_changes() -> None:
    """G2: 23:59 in Paris is 22:59 UTC in winter and 21:59 UTC in summer, also between open and close."""
    march = occurrence(replace(MONTHLY, start=date(2025, 3, 20)), 0)
    assert march is not None
    assert (march.opens, march.closes) == (utc(2025, 3, 20, 22, 59), utc(2025, 4, 3, 21, 59))


def test_date_is_the_date_of_the_series_even_where_the_opening_slips_past_midnight() -> None:
    """G2: in Nuuk the clocks jump from 23:00 to midnight on 30 March 2024; 23:59 does not exist."""
    nuuk = occurrence(Schedule(date(2024, 3, 30), "America/Nuuk", None, 7), 0)
    assert nuuk is not None
    assert (nuuk.date, nuuk.opens) == (date(2024, 3, 30), utc(2024, 3, 31, 1, 0))


def test_a_series_ends_with_its_end_date_or_its_count() -> None:
    """R60, R61: the end date is the last date on which an occurrence may start; the earlier one wins."""
    assert dates(replace(MONTHLY, end=date(2025, 3, 31)), 9) == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert dates(replace(MONTHLY, end=date(2025, 3, 30)), 9) == ["2025-01-31", "2025-02-28"]
    assert dates(replace(MONTHLY, count=2), 9) == ["2025-01-31", "2025-02-28"]
    assert dates(replace(MONTHLY, count=5, end=date(2025, 2, 1)), 9) == ["2025-01-31"]
    assert occurrence(replace(MONTHLY, count=2), 2) is None
    assert dates(MONTHLY, 9, from_n=-1) == []


def test_next_after_is_strictly_after() -> None:
    """G1: at the very instant of an opening, the next one is the following occurrence."""
    first, second = islice(occurrences(MONTHLY), 2)
    assert next_after(MONTHLY, first.opens - timedelta.resolution) == first
    assert next_after(MONTHLY, first.opens) == second
    west = replace(ONCE, zone="Etc/GMT+12")
    just_before = utc(2025, 7, 16, 11, 58).astimezone(ZoneInfo("Pacific/Kiritimati"))  # the 17th there
    assert next_after(west, just_before) == occurrence(west, 0)
    assert next_after(ONCE, utc(2025, 7, 15, 23, 58)) == occurrence(ONCE, 0)
    assert next_after(ONCE, utc(2025, 7, 15, 23, 59)) is None


def test_upcoming_lists_what_opens_after_now() -> None:
    """R62: the next occurrences of a series, fewer when it ends before."""
    now = utc(2025, 2, 28, 22, 59)
    assert [each.number for each in upcoming(MONTHLY, now, 3)] == [2, 3, 4]
    assert [each.number for each in upcoming(replace(MONTHLY, count=4), now, 3)] == [2, 3]
    assert upcoming(replace(MONTHLY, count=2), now, 3) == []


def test_of_several_missed_occurrences_only_the_latest_is_due() -> None:
    """G6: after an outage one review opens, not a pile of them."""
    now = utc(2025, 5, 10)
    assert latest_due(MONTHLY, now, after_n=0) == (occurrence(MONTHLY, 3), 2)
    assert latest_due(MONTHLY, now, after_n=None) == (occurrence(MONTHLY, 3), 3)
    assert latest_due(MONTHLY, now, after_n=2) == (occurrence(MONTHLY, 3), 0)
    assert latest_due(MONTHLY, now, after_n=3) == (None, 0)
    assert latest_due(replace(MONTHLY, count=2), now, after_n=0) == (occurrence(MONTHLY, 1), 0)


def test_nothing_is_due_before_its_time() -> None:
    """G1: at or after 23:59, never before."""
    first = occurrence(MONTHLY, 0)
    assert first is not None
    assert latest_due(MONTHLY, first.opens - timedelta.resolution, None) == (None, 0)
    assert latest_due(MONTHLY, first.opens, None) == (first, 0)


@pytest.mark.parametrize("frequency", [None, *Frequency])
@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati", "America/New_York"])
def test_the_end_of_the_calendar_is_an_end_not_an_error(frequency: Frequency | None, zone: str) -> None:
    """G2: a series asked in the year 9999, or for an absurd number, has no more occurrences."""
    schedule = Schedule(date(2025, 1, 31), zone, frequency, MAX_DURATION_DAYS[frequency])
    last_moment = datetime.max.replace(tzinfo=UTC)
    assert next_after(schedule, last_moment) is None
    assert upcoming(schedule, last_moment, 5) == []
    assert occurrence(schedule, 10**12) is None
    final, _ = latest_due(schedule, last_moment, None)
    assert final is not None
    assert next_after(schedule, final.opens) is None


@pytest.mark.parametrize(
    ("frequency", "longest"),
    [("weekly", 7), ("monthly", 27), ("quarterly", 88), ("halfYearly", 180), ("annual", 364), (None, 364)],
)
def test_durations_fit_the_frequency(frequency: str | None, longest: int) -> None:
    """R177, R54, R55, R56, R57, G5: 1 to the published maximum; the message names the range."""
    kind = None if frequency is None else Frequency(frequency)
    schedule = Schedule(date(2025, 1, 1), "UTC", kind, longest)
    check(schedule)
    check(replace(schedule, duration_days=1))
    for days in (0, -1, longest + 1, 10**12):
        with pytest.raises(InvalidInput, match=f"1 to {longest} days") as refused:
            check(replace(schedule, duration_days=days))
        assert refused.value.target == "reviewSettings/schedule/expiration/duration"


def test_default_durations() -> None:
    """R58, G5: 25 days, and 7 for weekly reviews."""
    assert {kind: days for kind, days in DEFAULT_DURATION_DAYS.items() if days != 25} == {Frequency.WEEKLY: 7}


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        ({"end": date(2024, 12, 31)}, "recurrence/range/endDate", "2025-01-01"),
        ({"count": 0}, "recurrence/range/numberOfOccurrences", "1 or more"),
        ({"frequency": None, "count": 2}, "recurrence/range/numberOfOccurrences", "exactly 1"),
        ({"start": date(9999, 12, 1)}, "startDateTime", "9999-11-30 or earlier"),
        ({"zone": "Mars/Olympus"}, "recurrence/range/recurrenceTimeZone", "IANA"),
    ],
)
def test_a_schedule_that_cannot_be_kept_names_the_field(change: dict[str, object], field: str, allowed: str) -> None:
    """R54, R60, G1: every refusal names the field and what it allows."""
    with pytest.raises(InvalidInput, match=allowed) as refused:
        check(replace(YEARLY, **change))  # type: ignore[arg-type]
    assert refused.value.target == f"reviewSettings/schedule/{field}"


def test_every_range_that_can_be_kept_is_accepted() -> None:
    """R60: never, on a date (the start date itself included), after a number, or both."""
    for change in ({}, {"end": date(2025, 1, 1)}, {"count": 1}, {"count": 9, "end": date(2030, 1, 1)}):
        check(replace(YEARLY, **change))
    check(replace(ONCE, count=1))


def test_a_new_start_may_be_today_but_not_earlier() -> None:
    """G3: "today" is the policy's, not UTC's; the message names the earliest date."""
    now = utc(2025, 6, 1, 3, 0)
    check_new_start(date(2025, 5, 31), "America/New_York", now)
    check_new_start(date(2025, 6, 1), PARIS, now)
    with pytest.raises(InvalidInput, match="2025-06-01") as refused:
        check_new_start(date(2025, 5, 31), PARIS, now)
    assert refused.value.target == "reviewSettings/schedule/startDateTime"


def test_after_a_frequency_change_the_next_occurrence_waits_for_the_running_review() -> None:
    """G30: the first date of the new series that lies after the running instance's close."""
    weekly = replace(MONTHLY, frequency=Frequency.WEEKLY, duration_days=3)
    following = first_after_change(weekly, running_closes=utc(2025, 2, 15), now=utc(2025, 2, 2))
    assert following is not None
    assert following.date == date(2025, 2, 21)


def test_a_new_anchor_counts_after_now_and_after_the_running_review() -> None:
    """G3: a future start re-anchors; without a running review, or when it is over, only `now` counts."""
    moved = replace(MONTHLY, start=date(2025, 6, 10))
    assert first_after_change(moved, utc(2025, 2, 14), utc(2025, 2, 1)) == occurrence(moved, 0)
    assert first_after_change(moved, utc(2025, 6, 20), utc(2025, 2, 1)) == occurrence(moved, 1)
    assert first_after_change(MONTHLY, None, utc(2025, 2, 1)) == occurrence(MONTHLY, 1)
    assert first_after_change(MONTHLY, utc(2025, 2, 14), utc(2025, 3, 1)) == occurrence(MONTHLY, 2)
    assert first_after_change(replace(MONTHLY, count=1), None, utc(2025, 2, 1)) is None


def test_an_edit_does_not_cost_a_weekly_review_its_next_week() -> None:
    """R56, G30: 7 days weekly closes at the instant the next one opens; both happen in one pass."""
    running, following = islice(occurrences(WEEKLY), 2)
    assert running.closes == following.opens
    assert first_after_change(WEEKLY, running.closes, running.opens) == following
    assert first_after_change(WEEKLY, running.closes, running.closes) == occurrence(WEEKLY, 2)
