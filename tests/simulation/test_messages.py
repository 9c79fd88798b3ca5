"""Messages and timers as AWS may deliver them: twice, late, in another order, not at all, with poison among them; ticks
missed for weeks, or fired twice; stream records again from the start, cut otherwise (P2, P9, P15, P18, P21).

A history is a small review from before its opening to the end of its removals, its deliveries drawn by its seed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.domain import ids
from chalicelib.domain.items import Decision
from tests.simulation.depth import Depth, history
from tests.simulation.matrix import broken, seen
from tests.simulation.rig import Rig, rigged
from tests.simulation.stories.reviews import REMOVES, STAFF, decide, instance

HERE = "tests/simulation/test_messages.py"
POISON = (
    "{",
    "[]",
    '"text"',
    "null",
    "{}",
    '{"kind": "nothing", "id": "x"}',
    '{"kind": "instance"}',
    '{"kind": "instance", "id": null}',
    '{"kind": ["instance"], "id": "x"}',
    '{"id": "x"}',
    "\ud800",
)
# Nothing is there by that id: not poison, and nothing happens.
STRAYS = tuple(
    json.dumps({"version": 1, "kind": kind, "id": one})
    for kind in ("series", "instance", "job", "delivery", "watch", "cuts", "asked", "lost", "seal", "guest")
    for one in (ids.guid("nothing"), "x")
)


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Rig, object]]:
    """A review that opens tonight."""
    with rigged() as rig:
        REMOVES(rig)
        yield rig, rig.picture()


class Post:
    """Delivers to a rig as its chance says, until everything is delivered in the end."""

    def __init__(self, rig: Rig, chance: random.Random) -> None:
        self.rig, self.chance, self.kept = rig, chance, []

    def some(self) -> None:
        """One tick, or two, or none; some of the messages, some twice, some later, some never."""
        for _ in range(self.chance.choice((0, 1, 1, 1, 2))):
            self.rig.tick()
        self.rig.receive()
        waiting = [body for body, _ in self.rig.messages] + self.kept
        self.rig.messages.clear()
        self.kept = []
        self.chance.shuffle(waiting)
        batch: list[str] = []
        for body in waiting:
            fate = self.chance.random()
            if fate < 0.15:
                self.kept.append(body)
            elif fate < 0.3:
                continue  # lost: the agenda has to bring it back
            else:
                batch += [body] * (1 + (fate > 0.8))
            if self.chance.random() < 0.1:
                batch.append(self.chance.choice(STRAYS))
        while batch:
            size = self.chance.randint(1, 10)
            part, batch = batch[:size], batch[size:]
            assert not self.rig.work(part), part
        self.stream()

    def stream(self) -> None:
        """Records of the items' stream: some come again, in the order of their shard, cut anywhere."""
        records = self.rig.world.backend.stream("access-reviews-items")
        done = self.rig.positions["items"]
        start = self.chance.randint(0, done) if self.chance.random() < 0.3 else done
        while start < len(records):
            size = self.chance.randint(1, 12)
            self.rig.invoke("count_decisions", {"Records": records[start : start + size], "shardId": "shard"})
            start += size
        self.rig.positions["items"] = len(records)

    def later(self) -> None:
        """Time goes by: minutes mostly, hours at times."""
        self.rig.later_on(minutes=self.chance.choice((1, 1, 1, 5, 30, 240)))


def play(rig: Rig, chance: random.Random) -> None:
    """The whole review, delivered as it happens."""
    post = Post(rig, chance)
    for _ in range(chance.randint(1, 8)):
        post.some()
        rig.later_on(minutes=1)
    rig.settle()  # whatever came first, it opens
    for name in chance.sample(("ann", "bob", "cy"), chance.randint(0, 3)):
        decide(rig, "mia", name, chance.choice((Decision.APPROVE, Decision.DENY, Decision.DONT_KNOW)))
        post.some()
        post.later()
    review = instance(rig)
    if chance.random() < 0.3:  # nobody's timer fires for days
        rig.later_on(days=chance.randint(1, 12))
        post.some()
    rig.clock.set(max(rig.clock.now(), review.closes + timedelta(seconds=1)))
    for _ in range(chance.randint(1, 8)):
        post.some()
        rig.pass_time(chance.choice((1, 30, 61)))
    for body in post.kept:
        rig.messages.append((body, 0))
    for span in (301, 60, 60, 3_600):
        rig.settle()
        rig.later_on(seconds=span)
    rig.settle()


def test_deliveries_of_every_kind_come_to_the_same(stage: tuple[Rig, object], depth: Depth) -> None:
    """P2, P15, P18, P21."""
    rig, before = stage
    for seed in depth.histories(250, 10_000):
        rig.put_back(before)
        rig.begin()
        with history(seed, f"{HERE} -k deliveries") as chance:
            play(rig, chance)
            wrong = broken(seen(rig))
            assert not wrong, "\n".join(wrong)
            assert rig.services.reviews.state(instance(rig).id).status == "Applied"
            assert rig.failures == []


@pytest.mark.parametrize("days", [1, 2, 7, 13, 30])
def test_a_timer_that_was_silent_for_days_catches_up(stage: tuple[Rig, object], days: int) -> None:
    """G6, P2: what was due meanwhile is done once, reminders are not made up for."""
    rig, before = stage
    rig.put_back(before)
    rig.begin()
    rig.settle()
    rig.later_on(days=days)
    for _ in range(2):  # the timer fires twice at once
        rig.tick()
        rig.tick()
        rig.deliver()
    for _ in range(4):
        rig.settle()
        rig.later_on(minutes=1)
    rig.settle()
    assert broken(seen(rig)) == []
    assert sum("start" in key for key, _ in rig.told.mails) == 4


@pytest.mark.parametrize("place", range(10))
def test_poison_goes_to_the_dead_letters_and_the_others_are_done(stage: tuple[Rig, object], place: int) -> None:
    """P21: a batch of ten with one message that nobody can read, at every position; it alone comes again."""
    rig, before = stage
    for number, poison in enumerate(POISON):
        rig.put_back(before)
        rig.begin()
        others = [STRAYS[(number + at) % len(STRAYS)] for at in range(9)]
        series = json.dumps({"version": 1, "kind": "series", "id": ids.definition_id(rig.facts["policy"])})
        others[(place + 4) % 9] = series
        failed = rig.work([*others[:place], poison, *others[place:]])
        assert failed == [place], (poison, failed)
        assert instance(rig).name


def test_batches_of_every_size_report_every_poison_alone(stage: tuple[Rig, object]) -> None:
    rig, before = stage
    rig.put_back(before)
    for size in range(1, 11):
        for bad in range(2**size if size < 4 else 12):
            places = {at for at in range(size) if (bad * 2654435761 >> at) & 1}
            bodies = [POISON[at % len(POISON)] if at in places else STRAYS[at] for at in range(size)]
            assert set(rig.work(bodies)) == places


def test_a_message_nobody_can_read_is_kept_as_a_dead_letter(stage: tuple[Rig, object]) -> None:
    rig, before = stage
    rig.put_back(before)
    rig.begin()
    rig.messages.append(("{", 0))
    rig.settle()
    assert rig.told.unread == ["dead letter: {"]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_stream_played_again_counts_nothing_twice(stage: tuple[Rig, object], size: int) -> None:
    """P18: from its start, cut otherwise: counters and audit trail stay as they are."""
    rig, before = stage
    rig.put_back(before)
    rig.begin()
    rig.settle()
    for name in STAFF[:3]:
        decide(rig, "mia", name, Decision.DENY)
        decide(rig, "mia", name, Decision.APPROVE)
        rig.later_on(seconds=1)
    rig.deliver()
    records = rig.world.backend.stream("access-reviews-items")
    for start in range(0, len(records), size):
        rig.invoke("count_decisions", {"Records": records[start : start + size], "shardId": "shard"})
    assert rig.failures == [] and broken(seen(rig)) == []
