"""Time: schedules in every zone against a walk through the days, clocks that differ and run back, ticks that were
missed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids, zones
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import Status
from chalicelib.domain.schedules import Frequency, Schedule, occurrences
from chalicelib.usecases.advance_review import advance_review
from tests import factories
from tests.simulation.depth import Depth
from tests.simulation.races import Race
from tests.simulation.scheduler import Action, History, Scheduler
from tests.simulation.team import Team, team
from tests.simulation.worlds import simulated

HERE = "tests/simulation/test_calendar.py"
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
FIVE = 300.0  # seconds by which clocks differ
MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.HALF_YEARLY: 6, Frequency.ANNUAL: 12}
STARTS = (date(2026, 1, 31), date(2028, 2, 29), date(2027, 12, 31), date(2026, 3, 29), date(2026, 10, 24))
PATTERNS = tuple((frequency, days) for frequency in (None, *Frequency) for days in (1, 7))


@cache
def ends_of_days(name: str, first: int, years: int) -> dict[date, datetime]:
    """The first minute, in UTC, at which the clocks of a zone show 23:59 of a day or later: found by watching a clock
    hour by hour, and minute by minute wherever it does not just run on."""
    rules, wanted, found = zones.zone(name), date(first, 1, 1), {}
    now, last = datetime(first, 1, 1, tzinfo=UTC) - 2 * DAY, datetime(first + years, 2, 1, tzinfo=UTC)
    shown = now.astimezone(rules).replace(tzinfo=None)
    while now < last:
        later = (now + HOUR).astimezone(rules).replace(tzinfo=None)
        if later - shown == HOUR:
            while later >= end_of(wanted):
                found[wanted] = now + max(end_of(wanted) - shown, MINUTE)
                wanted += DAY
        else:
            for moment in (now + minute * MINUTE for minute in range(1, 61)):
                while moment.astimezone(rules).replace(tzinfo=None) >= end_of(wanted):
                    found[wanted] = moment
                    wanted += DAY
        now, shown = now + HOUR, later
    return found


@cache
def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59)


@cache
def days_of(start: date, frequency: Frequency | None, until: date) -> list[date]:
    """The dates of a series, found by looking at every day."""
    found, months = [], 0
    for number in range((until - start).days):
        day = start + number * DAY
        months += day.day == 1 and number > 0
        clamped = day.day < start.day and (day + DAY).day == 1
        if frequency is None:
            hit = number == 0
        elif frequency is Frequency.WEEKLY:
            hit = number % 7 == 0
        else:
            hit = (day.day == start.day or clamped) and months % MONTHS[frequency] == 0
        found += [day] if hit else []
    return found


def test_schedules_in_every_zone_are_those_of_a_walk_through_the_days(depth: Depth):
    """R47, R49, G1, G2, T7: twelve patterns, from month ends, a leap day, the year's end, the days of clock changes."""
    names, years = sorted(zones._names()), 10 if depth.long else 3
    chance = random.Random(depth.seed or 1)
    for name in names if depth.long else chance.sample(names, 60):
        walked = ends_of_days(name, 2026, years)
        until = date(2026 + years, 1, 1)
        for start in STARTS if depth.long else chance.sample(STARTS, 2):
            for frequency, days in PATTERNS:
                schedule = Schedule(start, name, frequency, days, None, None)
                wanted = days_of(start, frequency, until)
                found = list(islice(occurrences(schedule), len(wanted)))
                assert [one.date for one in found] == wanted, schedule
                closing = [one for one in found if one.date + days * DAY in walked]
                assert [one.opens for one in found] == [walked[day] for day in wanted], schedule
                assert [one.closes for one in closing] == [walked[one.date + days * DAY] for one in closing], schedule


@pytest.fixture
def ended() -> Iterator[Team]:
    """Ann was denied, Bob approved; the review ends in two seconds."""
    with team(no_response=NoResponse.REMOVE) as found:
        found.decide(found.services, "rita", "ann", Decision.DENY)
        found.decide(found.services, "rita", "bob", Decision.APPROVE)
        found.world.drain()
        yield found.at_the_end()


@pytest.mark.parametrize("skew", [FIVE, -FIVE])
def test_a_change_of_mind_against_the_close_with_clocks_five_minutes_apart(ended: Team, skew: float, depth: Depth):
    """P8, T7: in or out, whoever's clock is wrong; never both, never neither."""

    def actions(scheduler: Scheduler) -> dict[str, Action]:
        def close(services: Any) -> None:
            for seconds in (3, 61, 300, 61):
                scheduler.time_passes(seconds=seconds)
                advance_review(services, ended.review.id)

        def rita(services: Any) -> object:
            return ended.decide(services, "rita", "bob", Decision.DENY, mark="rita")

        return {"close": close, "rita": rita}

    def judge(history: History) -> None:
        ended.settle()
        denied = ended.item("bob").decision is Decision.DENY
        assert denied == history.of["rita"].accepted
        assert ended.state.outcome.denied_by_person == 1 + denied and ended.state.status is Status.APPLIED
        held = ended.services.entitlements.assignment(ended.held["bob"])
        assert held.state == ("expired" if denied else "delivered")

    race = Race(ended, actions, judge, HERE, stalled=["close"], skews={"rita": skew})
    assert race.exhaust(depth, interrupted=2) >= 4 or depth.seed


@pytest.mark.parametrize("skew", [FIVE + 1, -FIVE - 1])
def test_two_workers_whose_clocks_differ_by_more_than_a_lease(ended: Team, skew: float, depth: Depth):
    """P11, P15, T7: a lease that one of them believes to be over protects nothing; versions and claims do."""
    ended.world.clock.advance(seconds=400)
    advance_review(ended.services, ended.review.id)
    ended.world.clock.advance(seconds=400)
    ended.keep()
    working = lambda services: advance_review(services, ended.review.id)  # noqa: E731

    def judge(history: History) -> None:
        ended.settle()
        state = ended.state
        assert state.status is Status.APPLIED and (state.removed, state.removal_failures, state.gone) == (2, 0, 0)

    race = Race(
        ended, lambda _: {"one": working, "two": working}, judge, HERE, stalled=["one", "two"], skews={"two": skew}
    )
    assert race.exhaust(depth, interrupted=1) >= 4 or depth.seed


def test_a_clock_that_runs_back_between_invocations(depth: Depth):
    """P2, P15, T7: nothing is opened, told, closed or removed twice, and nothing is forgotten."""
    for seed in depth.histories(12, 1_000):
        chance = random.Random(seed)
        with team(no_response=NoResponse.REMOVE, opened=False) as one:
            clock = one.world.clock
            moments = [clock.now().replace(hour=23, minute=59, second=1)]
            moments += [moments[0] + timedelta(days=days) for days in sorted(chance.sample(range(1, 20), 4))]
            for moment in (*moments, moments[0] + timedelta(days=20)):
                clock.set(moment)
                one.world.tick()
                clock.advance(seconds=-chance.uniform(0, FIVE))
                one.world.tick()
            one.settle()
            assert one.state.status is Status.APPLIED and one.state.removed == 3, seed
            one.check_promises()


@pytest.mark.parametrize("frequency", [Frequency.WEEKLY, Frequency.MONTHLY, Frequency.QUARTERLY])
@pytest.mark.parametrize("start", [date(2027, 12, 31), date(2028, 2, 29), date(2026, 3, 2)])
def test_ticks_that_were_missed_for_days(frequency: Frequency, start: date, depth: Depth):
    """P2, G6, T7: after an outage of 1 to 30 days the latest review opens once, with at least half of its time, or not
    at all; each that does not is on record with the reason."""
    with simulated("memory") as one:
        clock, duration = one.world.clock, 5
        clock.set(datetime(start.year, start.month, start.day, 8, tzinfo=UTC))
        one.org.person("rita")
        settings = factories.by_people(start, one.org.people["rita"], frequency=frequency, duration_days=duration)
        policy = one.org.policy(review=settings)
        one.org.assign(policy, one.org.person("ann"))
        begin, since, ids_ = one.cloud.snapshot(), clock.now(), ids.definition_id(policy.id)
        planned = [end_of(day).replace(tzinfo=UTC) for day in days_of(start, frequency, start + 300 * DAY)]
        for missed in range(1, 31):
            one.cloud.restore(begin)
            one.world.streamed = one.world.told = 0
            clock.set(since)
            bootstrap.use_clock(clock)
            now = since + missed * DAY
            clock.set(now)
            one.world.tick()
            due = [opens for opens in planned if opens <= now]
            left = min(planned[len(due)] - MINUTE - now, duration * DAY)
            opened = one.world.services.reviews.instances_of(ids_, 9, None).items
            lost = one.world.services.reviews.missed_of(ids_, 40)
            punctual = now - due[-1] <= DAY
            skipped = not punctual and left < duration * DAY / 2
            assert [each.day for each in opened] == ([] if skipped else [due[-1].date()]), missed
            assert len(lost) == len(due) - len(opened) and all(each.reason for each in lost), missed
            for each in opened:
                expected = (due[-1], due[-1] + duration * DAY) if punctual else (now, now + left)
                assert (each.opens, each.closes) == expected, missed
