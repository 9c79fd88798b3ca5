"""Four, eight, twenty invocations on one review, with everything at once, by seed: decisions, changes of mind, readers,
reviewers who come and go, a Stop, an extension, a reset, ticks, workers, the stream; some of them die."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import events
from chalicelib.domain.errors import ReviewError
from chalicelib.domain.items import BY_RULE, Decision
from chalicelib.domain.packages import NoResponse, SubjectSet
from chalicelib.storage.tables import ItemRow
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.edit_reviewers import Reviewers, edit_reviewers
from chalicelib.usecases.extend_review import extend_review
from chalicelib.usecases.hand_over import Wish, hand_over
from chalicelib.usecases.reset_decisions import reset_decisions
from chalicelib.usecases.take_back import take_back
from tests.factories import ADMIN
from tests.simulation.depth import Depth
from tests.simulation.explore import by_chance
from tests.simulation.linear import NEVER, Item, Operation, order_of
from tests.simulation.races import Race
from tests.simulation.scheduler import Action, Choose, History, Scheduler
from tests.simulation.team import STAFF, Team, team

HERE = "tests/simulation/test_crowds.py"
ITEMS = ItemRow.Meta.table_name
WORDS = (Decision.APPROVE, Decision.DENY, Decision.DONT_KNOW)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Team]:
    """A review that has been open for a while."""
    with team(no_response=NoResponse.REMOVE) as found:
        found.world.clock.advance(days=3)
        found.world.tick()
        yield found.keep()


def decide(one: Team, scheduler: Scheduler, chance: random.Random, name: str) -> Action:
    who, about, what = chance.choice(("rita", "rob", "hal")), chance.choice(STAFF), chance.choice(WORDS)
    seen: dict[str, Any] = {"about": about, "who": who}

    def act(services: Any) -> dict[str, Any]:
        one.decide(services, who, about, what, mark=name, reason="because")
        return seen

    act.seen = seen  # type: ignore[attr-defined]
    return act


def read(one: Team, scheduler: Scheduler, chance: random.Random, name: str) -> Action:
    about = chance.choice(STAFF)

    def act(services: Any) -> dict[str, Any]:
        return {"about": about, "marks": people_of(services.items.get(one.review.id, one.items[about]))}

    return act


def people_of(item: Any) -> tuple[str, ...]:
    """The marks of what was decided by people, and not by a reset."""
    return tuple(
        entry.operation for entry in item.history if entry.by != BY_RULE and entry.decision is not Decision.NOT_REVIEWED
    )


def work(one: Team, scheduler: Scheduler, chance: random.Random, name: str) -> Action:
    return lambda services: advance_review(services, one.review.id)


def close(one: Team, scheduler: Scheduler, chance: random.Random, name: str) -> Action:
    def act(services: Any) -> None:
        left = (one.review.closes - one.world.clock.now()).total_seconds()
        scheduler.time_passes(seconds=max(left, 0) + 1)
        advance_review(services, one.review.id)
        scheduler.time_passes(seconds=61)
        advance_review(services, one.review.id)

    return act


def tick(one: Team, scheduler: Scheduler, chance: random.Random, name: str) -> Action:
    def act(services: Any) -> None:
        scheduler.time_passes(seconds=1)
        events.tick()

    return act


def count(one: Team, scheduler: Scheduler, chance: random.Random, name: str) -> Action:
    """A batch of the stream, which comes again unless it was taken in; sometimes twice at once."""

    def act(services: Any) -> None:
        world = one.world
        begun = world.streamed
        records = [{**record, "eventSourceARN": "items"} for record in world.backend.stream(ITEMS)[begun:]]
        events.count_decisions({"Records": records, "shardId": "shard"})
        world.streamed = max(world.streamed, begun + len(records))

    return act


def manage(one: Team, scheduler: Scheduler, chance: random.Random, name: str) -> Action:
    """Something that an administrator or a reviewer changes about the review."""
    rita, hal = one.org.people["rita"], one.org.people["hal"]
    pair = Reviewers(primary=tuple(SubjectSet("singleUser", one.org.people[who].id) for who in ("rob", "fay")))
    until = one.review.closes + timedelta(days=chance.randint(1, 9))
    what: Callable[[Any], object] = chance.choice(
        (
            lambda its: hand_over(its, rita, one.review, Wish(to=hal.id, reason="away"), its.clock.now(), name),
            lambda its: take_back(its, rita, one.review, hal.id, (), its.clock.now(), name),
            lambda its: edit_reviewers(its, ADMIN, one.review, pair, its.clock.now(), name),
            lambda its: extend_review(its, ADMIN, its.clock.now(), name, one.review, until, "holidays"),
            lambda its: reset_decisions(its, ADMIN, its.clock.now(), name, one.review),
            lambda its: stop_review(its, ADMIN, its.clock.now(), name, one.review),
        )
    )
    return what


KINDS = (*[decide] * 8, *[read] * 4, *[manage] * 3, *[work] * 2, tick, count, close)


def check_crowd(one: Team, history: History) -> None:
    """P6, P9: what people were told about each item could have happened one at a time; all promises hold."""
    for about in STAFF:
        many = []
        for each in history.of.values():
            seen = each.outcome if isinstance(each.outcome, dict) else getattr(each.action, "seen", {})
            if seen.get("about") != about or isinstance(each.outcome, ReviewError):
                continue
            kind, answer = ("read", seen["marks"]) if "marks" in seen else ("decide", True)
            ended = NEVER if each.died else each.answered
            told = None if each.died else answer
            many.append(Operation(kind, "anybody", "", each.name, told, each.invoked, ended))
        many.append(Operation("read", answer=people_of(one.item(about)), invoked=NEVER - 2, answered=NEVER - 1))
        assert order_of(many, Item(frozenset({"anybody"}))) is not None, f"no order explains {many}\n{history}"


def dying(choose: Choose, chance: random.Random) -> Choose:
    """Now and then somebody dies instead of making their call."""
    return lambda waiting, steps: f"{choose(waiting, steps)}{'!' * (chance.random() < 0.004)}"


@pytest.mark.parametrize(("many", "normal", "long"), [(4, 200, 30_000), (8, 100, 15_000), (20, 40, 5_000)])
def test_everything_at_once(crowd: Team, many: int, normal: int, long: int, depth: Depth):
    """P5 to P11, P15, P18, P21."""
    for seed in depth.histories(normal, long):
        chance = random.Random(seed * 100 + many)
        kinds = [chance.choice(KINDS) for _ in range(many)]
        race = crowded(crowd, kinds, chance.randrange(2**32))
        race.one_of(seed, dying(by_chance(chance), chance))


def crowded(one: Team, kinds: list[Callable[..., Action]], drawn: int) -> Race:
    """So many invocations of these kinds; what each does follows from `drawn`."""
    names = {f"{kind.__name__}{place}": kind for place, kind in enumerate(kinds)}

    def invocations(scheduler: Scheduler) -> dict[str, Action]:
        chance = random.Random(drawn)
        return {name: kind(one, scheduler, chance, name) for name, kind in names.items()}

    workers = [name for name, kind in names.items() if kind in (work, close, tick, count)]
    return Race(one, invocations, lambda history: check_crowd(one, history), HERE, workers)
