"""Playing a race: every schedule of two, or some of many, each judged; a failure names the schedule that replays it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.errors import ReviewError
from chalicelib.domain.items import BY_RULE, DecisionItem
from tests.simulation.depth import Depth, _commit
from tests.simulation.explore import again, every_history, few_switches, number_of, schedule_of, shortest
from tests.simulation.linear import NEVER, Item, Operation, order_of
from tests.simulation.scheduler import Action, Choose, History, Invocation, Scheduler
from tests.simulation.team import Team

Judge = Callable[[History], None]
ENOUGH = 200  # schedules that a long run plays of a search without end, whatever the time
WORKER = 300.0  # seconds that a worker's invocation may last; its lease outlives it


@dataclass
class Race:
    """Who races, from where `team` keeps its account; which of them are workers, and which of those are `stalled`: they
    last for ever, longer than AWS would let them."""

    team: Team
    invocations: Callable[[Scheduler], Mapping[str, Action]]
    judge: Judge
    test: str
    workers: Sequence[str] = ()
    stalled: Sequence[str] = ()
    skews: Mapping[str, float] = field(default_factory=dict)

    def play(self, choose: Choose) -> History:
        """One history, not judged."""
        lives = dict.fromkeys(self.workers, WORKER) | dict.fromkeys(self.stalled, math.inf)
        scheduler = self.team.scheduler(lives=lives, skews=self.skews)
        return scheduler.play(self.invocations(scheduler), choose)

    def judged(self, history: History) -> None:
        """Raises AssertionError for a history that breaks a promise, or in which something failed."""
        for one in history.of.values():
            assert one.problem is None, f"{one.name} failed: {one.problem!r}"
        self.team.doubt(history)
        self.judge(history)
        self.team.settle()
        self.team.check_promises()

    def exhaust(self, depth: Depth, interrupted: int | None = None, most: int = 100_000) -> int:
        """Every schedule that could differ, or the one that is to be replayed; how many there were. `interrupted`:
        with every commit only those in which somebody is interrupted so many times, in a long run all there is
        time for."""
        if depth.seed is not None:
            return self._replay(schedule_of(depth.seed, self._names()))
        some = interrupted is not None and not depth.long
        played = 0
        found = few_switches(self.play, interrupted or 0) if some else every_history(self.play)
        for history in depth.within(found, at_least=None if interrupted is None else ENOUGH):
            played += 1
            self._judged_or_told(history)
            assert played < most, f"more than {most} schedules that could differ"
        return played

    def dying(self, depth: Depth, who: str) -> int:
        """One invocation dies at each of its calls in turn, and the others come right after it."""
        if depth.seed is not None:
            return self._replay(schedule_of(depth.seed, self._names()))
        steps = self.play(lambda waiting, _: who if who in waiting else min(waiting)).schedule.count(who)
        for place in depth.within(range(1, steps)):
            self._judged_or_told(self.play(again([*[who] * place, f"{who}!"])))
        return steps - 1

    def one_of(self, seed: int, choose: Choose) -> History:
        """The history of a seed."""
        history = self.play(choose)
        self._judged_or_told(history, seed)
        return history

    def _replay(self, schedule: Sequence[str]) -> int:
        history = self.play(again(schedule))
        print(history)
        self.judged(history)
        return 1

    def _names(self) -> list[str]:
        return sorted(self.invocations(self.team.scheduler()))

    def _judged_or_told(self, history: History, seed: int | None = None) -> None:
        try:
            self.judged(history)
        except AssertionError as problem:
            short = shortest(history.schedule, self._fails)
            told = self.play(again(short))
            replay = number_of(short, self._names()) if seed is None else seed
            raise AssertionError(
                f"{problem}\nseed {replay} at commit {_commit()}; the shortest schedule found, with {told.switches} "
                f"switches:\n{told}\nplay it again: python3 dev.py test --seed {replay} {self.test}"
            ) from problem

    def _fails(self, schedule: Sequence[str]) -> bool:
        try:
            self.judged(self.play(again(schedule)))
        except AssertionError:
            return True
        return False


def operation(one: Invocation, kind: str, by: str = "", what: str = "", answer: object = True) -> Operation:
    """What an invocation did to an item, with when it was invoked and answered."""
    ended = one.answered if one.answered >= 0 and not one.died else NEVER
    refused = isinstance(one.outcome, ReviewError)
    told = None if one.died else False if refused else answer
    return Operation(kind, by, what, mark=one.name, answer=told, invoked=one.invoked, answered=ended)


def marks(item: DecisionItem) -> tuple[str, ...]:
    """The names of the invocations whose decisions an item has, oldest first; the rule's left out."""
    return tuple(entry.operation for entry in item.history if entry.by != BY_RULE)


def check_linear(operations: Sequence[Operation], reviewers: Iterable[str], history: History) -> None:
    """P6: what happened to one item could have happened one at a time."""
    found = order_of(operations, Item(frozenset(reviewers)))
    assert found is not None, f"no order explains {operations}\n{history}"


def refused(history: History) -> Iterator[Invocation]:
    """The invocations that the product refused."""
    return (one for one in history.of.values() if isinstance(one.outcome, ReviewError))
