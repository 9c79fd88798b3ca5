"""What the figures for the alarms cost: an idle tick reads at most two units in whatever minute; a review that runs
costs some units an hour, whatever its size."""

from __future__ import annotations

from datetime import timedelta

from bench.meter import Meter
from chalicelib import events
from tests.factories import Organisation, by_manager
from tests.world import World


def an_hour(world: World) -> list[Meter]:
    """The timer in each minute of an hour, on the meter."""
    world.clock.set((world.clock.now() + timedelta(hours=1)).replace(minute=0, second=0))
    found = []
    for _ in range(60):
        with Meter() as meter:
            events.tick()
        found.append(meter)
        world.clock.advance(minutes=1)
    return found


def test_no_tick_of_an_idle_deployment_reads_more_than_two_units(world: World) -> None:
    every = an_hour(world)
    assert max(one.read_units for one in every) <= 2 and sum(one.write_units for one in every) == 0
    assert sum(one.read_units for one in every) <= 60 + 12 + 4  # the agenda, every five minutes, four hourly looks
    assert sum(one.requests for one in every) <= 60 + 12 + 4


def test_a_running_review_costs_five_units_an_hour(world: World) -> None:
    org = Organisation(world.services)
    boss = org.person("boss")
    policy = org.policy(review=by_manager(world.clock.now().date(), boss))
    org.assign(policy, *(org.person(f"p{number}", manager=boss.id) for number in range(5)))
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=5))
    world.tick()
    world.clock.advance(days=1)
    world.tick()
    every = an_hour(world)
    assert len(world.services.reviews.live_reviews(10, None).items) == 1
    assert sum(one.read_units for one in every) <= 76 + 5 and sum(one.write_units for one in every) == 0
