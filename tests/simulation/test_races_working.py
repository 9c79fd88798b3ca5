"""Workers that meet: on an opening, a closing, an applying; a Stop, a deletion, an extension in between; one that dies
while it holds the lease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib import events
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import Status
from chalicelib.usecases.list_items import items_of_review
from tests.simulation.depth import Depth
from tests.simulation.races import Race
from tests.simulation.scheduler import Action
from tests.simulation.team import Team, team

HERE = "tests/simulation/test_races_working.py"
MOST = 1_500  # schedules of one race with every commit


@pytest.fixture
def before() -> Iterator[Team]:
    """Half a minute after the review should have opened."""
    with team(opened=False) as found:
        found.world.clock.set(found.world.clock.now().replace(hour=23, minute=59, second=30))
        yield found.keep()


@pytest.fixture
def ended() -> Iterator[Team]:
    """Ann is denied, Bob approved, Cy left to the rule; the end has passed a moment ago."""
    with team(no_response=NoResponse.REMOVE) as found:
        found.decide(found.services, "rita", "ann", Decision.DENY)
        found.decide(found.services, "rita", "bob", Decision.APPROVE)
        found.world.drain()
        found.world.clock.set(found.review.closes + timedelta(seconds=1))
        yield found.keep()


def opening(one: Team) -> Action:
    return lambda services: events.WORK["series"](services, one.series)


def check_opened_once(one: Team) -> None:
    """P1, P2, P15: one review, one item for each assignment, everybody asked once."""
    one.settle()
    state, page = one.state, items_of_review(one.services, one.instance, one.state, 100, None)
    assert sorted(item.assignment_id for item in page.items) == sorted(one.held.values())
    assert (state.status, state.items, state.population) == (Status.IN_PROGRESS, 3, 3)
    told = Counter(mail["to"].partition("@")[0] for mail in one.world.mails())
    assert told == {"rita": 1, "rob": 1}, told
    assert one.agenda() == ["instance", "series"]


def test_two_workers_on_one_opening(before: Team, depth: Depth):
    """P1, P2, P15."""
    workers = {"one": opening(before), "two": opening(before)}
    race = Race(before, lambda _: workers, lambda _: check_opened_once(before), HERE, list(workers))
    assert race.exhaust(depth) >= 10 or depth.seed
