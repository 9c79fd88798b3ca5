"""Schedules against an oracle that shares no arithmetic with them: it walks the calendar and the clock.

A failure prints the blob (and pytest the seed) that reproduces it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.durations import parse_duration_days
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.reminders import reminders, send_window
from chalicelib.domain.schedules import (
    MAX_DURATION_DAYS,
    Frequency,
    Schedule,
    check,
    first_after_change,
    latest_due,
    next_after,
    occurrence,
    occurrences,
    opening,
    upcoming,
    zone,
)

REPEATABLE = settings(max_examples=120)
ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
ZONES += ["America/Nuuk", "America/Asuncion", "America/St_Johns", "Pacific/Kiritimati", "Etc/GMT+12"]
MONTHS = {"monthly": 1, "quarterly": 3, "halfYearly": 6, "annual": 12}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DAYS_WALKED = 5 * 366

zone_names = st.sampled_from(ZONES)
# Ordinary days, month ends, leap days, the centuries (2000 is a leap year, 2100 is not), Apia's missing day.
starts = st.one_of(
    st.dates(date(1996, 1, 1), date(2104, 12, 31)),
    st.builds(lambda y, m: date(y, m, monthrange(y, m)[1]), st.integers(1996, 2104), st.integers(1, 12)),
    st.sampled_from([date(2024, 2, 29), date(2000, 2, 29), date(2096, 2, 29), date(2011, 12, 30)]),
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    frequency = draw(st.sampled_from([None, *Frequency]))
    start = draw(starts)
    longest = MAX_DURATION_DAYS[frequency]
    days = draw(st.one_of(st.just(longest), st.integers(1, longest)))
    end = draw(st.none() | st.integers(0, DAYS_WALKED).map(lambda n: start + n * DAY))
    count = draw(st.none() | st.integers(1, 30)) if frequency else draw(st.sampled_from([None, 1]))
    schedule = Schedule(start, draw(zone_names), frequency, days, end, count)
    check(schedule)
    return schedule


def walk(schedule: Schedule) -> Iterator[date]:
    """The dates of a series in its first five years, found by looking at every day."""
    months = found = 0
    for n in range(DAYS_WALKED):
        day = schedule.start + n * DAY
        months += day.day == 1 and n > 0
        if schedule.frequency is None:
            hit = n == 0
        elif schedule.frequency == "weekly":
            hit = n % 7 == 0
        else:
            is_last = (day + DAY).day == 1
            right_day = day.day == schedule.start.day or (is_last and day.day < schedule.start.day)
            hit = right_day and months % MONTHS[schedule.frequency] == 0
        ended = (schedule.end and day > schedule.end) or found == schedule.count
        if hit and not ended:
            found += 1
            yield day


@cache
def watch_the_clock(day: date, zone_name: str) -> datetime:
    """The first minute, in UTC, at which a wall clock in the zone shows 23:59 of `day` or later."""
    wanted, rules = datetime.combine(day, time(23, 59)), zone(zone_name)
    now = wanted.replace(tzinfo=UTC) - timedelta(hours=26)
    while now.astimezone(rules).replace(tzinfo=None) < wanted:
        now += MINUTE
    return now


@REPEATABLE
@given(schedules())
def test_dates_are_those_found_by_walking_the_calendar(schedule: Schedule) -> None:
    """R47, R59, R60, G2: month ends clamped, leap days, end and count; the walk shares no formula."""
    expected = list(walk(schedule))
    found = list(islice(occurrences(schedule), len(expected) + 1))
    horizon = schedule.start + DAYS_WALKED * DAY
    assert [each.date for each in found if each.date < horizon] == expected
    assert [each.number for each in found] == list(range(len(found)))


@REPEATABLE
@given(schedules(), st.integers(0, 60))
def test_times_are_those_read_off_a_wall_clock(schedule: Schedule, n: int) -> None:
    """R49, R53, G1, G2: 23:59 local on the start date and `duration` calendar days later, in every zone."""
    found = occurrence(schedule, n) or occurrence(schedule, 0)
    assert found is not None
    assert found.opens == watch_the_clock(found.date, schedule.zone)
    assert found.closes == watch_the_clock(found.date + schedule.duration_days * DAY, schedule.zone)


@REPEATABLE
@given(schedules(), st.integers(-40 * 24 * 60, DAYS_WALKED * 24 * 60), st.integers(-1, 40))
def test_what_is_next_and_what_is_due_agree_with_a_walk(schedule: Schedule, minutes: int, dealt: int) -> None:
    """G1, G6: found by arithmetic, the same as by listing the series and looking."""
    horizon = schedule.start + (DAYS_WALKED - 366) * DAY
    known = list(islice(occurrences(schedule), sum(1 for _ in walk(schedule))))
    now = min(known[0].opens + minutes * MINUTE, datetime.combine(horizon, time(), UTC))
    later = [each for each in known if each.opens > now]
    assert upcoming(schedule, now, 3)[: len(later)] == later[:3]
    assert next_after(schedule, now) == next(iter(upcoming(schedule, now, 1)), None)
    due = [each for each in known if each.opens <= now and each.number > dealt]
    assert latest_due(schedule, now, dealt) == ((due[-1], len(due) - 1) if due else (None, 0))


@REPEATABLE
@given(schedules(), st.integers(0, 400))
def test_the_instant_of_an_opening_is_the_boundary(schedule: Schedule, n: int) -> None:
    """G1: due from its very instant on, not one microsecond before, far into the series too."""
    found = occurrence(schedule, n) or occurrence(schedule, 0)
    assert found is not None
    assert next_after(schedule, found.opens - timedelta.resolution) == found
    assert next_after(schedule, found.opens) == occurrence(schedule, found.number + 1)
    assert latest_due(schedule, found.opens, None) == (found, found.number)
    assert latest_due(schedule, found.opens, found.number) == (None, 0)


@REPEATABLE
@given(schedules(), st.integers(0, 2000))
def test_a_series_never_drifts_and_never_overlaps(schedule: Schedule, n: int) -> None:
    """R55, R56, R57, G2, G5: the anchor's day always, and closed before the next opens, at any duration."""
    found, following = occurrence(schedule, n), occurrence(schedule, n + 1)
    if found and schedule.frequency != "weekly":
        last = monthrange(found.date.year, found.date.month)[1]
        assert found.date.day == min(schedule.start.day, last)
    if found and following:
        assert found.opens < found.closes <= following.opens


@REPEATABLE
@given(schedules(), st.integers(0, 20), st.integers(0, 400 * 24 * 60))
def test_a_late_opening_leaves_time_and_never_overlaps(schedule: Schedule, n: int, delay: int) -> None:
    """G6: skipped, or open for at least half of the duration and over before the next one opens."""
    found = occurrence(schedule, n) or occurrence(schedule, 0)
    assert found is not None
    now, following = found.opens + delay * MINUTE, occurrence(schedule, found.number + 1)
    result, full = opening(found, schedule, now), schedule.duration_days * DAY
    if not result.late:
        assert now - found.opens <= DAY
        assert (result.opens, result.closes) == (found.opens, found.closes)
    elif result.skipped:
        assert following is not None
        assert following.opens - MINUTE - now < full / 2
    else:
        assert result.opens == now
        assert full / 2 <= result.closes - now <= full
        assert following is None or result.closes <= following.opens - MINUTE


@REPEATABLE
@given(schedules(), schedules(), st.integers(0, 20), st.integers(0, 200 * 24 * 60))
def test_after_any_change_no_instance_opens_while_another_runs(
    before: Schedule, after: Schedule, n: int, minutes: int
) -> None:
    """G3, G30: the next occurrence is one of the new series, after now and after the running instance."""
    running = occurrence(before, n) or occurrence(before, 0)
    assert running is not None
    now = running.opens + minutes * MINUTE
    following = first_after_change(after, running.closes, now)
    if following:
        assert following == occurrence(after, following.number)
        assert following.opens >= running.closes
        assert following.opens > now
        earlier = occurrence(after, following.number - 1)
        assert earlier is None or earlier.opens < running.closes or earlier.opens <= now


@REPEATABLE
@given(schedules(), st.integers(0, 200))
def test_reminders_come_by_day_one_a_day_and_with_time_to_act(schedule: Schedule, n: int) -> None:
    """R79, G12: 08:00-18:00 local, 6 hours after the opening, 2 before the close, never two on one day."""
    found = occurrence(schedule, n) or occurrence(schedule, 0)
    assert found is not None
    planned = reminders(found.opens, found.closes, schedule.zone)
    local = [each.due.astimezone(zone(schedule.zone)) for each in planned]
    assert all(time(8) <= each.time() <= time(18) for each in local)
    assert len({each.date() for each in local}) == len(local)
    assert all(found.opens + timedelta(hours=6) <= each.due for each in planned)
    assert all(each.due <= found.closes - timedelta(hours=2) for each in planned)
    assert planned, "every review of a day or more has a reminder"


@REPEATABLE
@given(st.datetimes(datetime(1996, 1, 1), datetime(2104, 1, 1)), zone_names)
def test_the_send_window_is_the_first_moment_by_day(naive: datetime, zone_name: str) -> None:
    """R79: now, or the next 08:00; never earlier than now, and settled after one step."""
    now = naive.replace(tzinfo=UTC)
    found = send_window(now, zone_name)
    local, asked = (each.astimezone(zone(zone_name)).time() for each in (found, now))
    assert found == now if time(8) <= asked <= time(18) else local == time(8)
    assert timedelta(0) <= found - now < timedelta(hours=40)
    assert send_window(found, zone_name) == found


@REPEATABLE
@given(st.text() | st.from_regex(r"[./\\A-Za-z0-9_+-]{1,40}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """R54, G1: a zone name or a duration from outside gives an answer or InvalidInput, nothing else."""
    for read in (zone, parse_duration_days):
        try:
            read(text)
        except InvalidInput as refused:
            assert refused.target is not None
