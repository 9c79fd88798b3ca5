"""Which schedules to play: all of them that could differ, some of them by chance, one of them again.

*All*: depth-first over who makes the next call, without playing two schedules that differ only in the order of calls
that touch nothing in common (dynamic partial-order reduction with source sets and sleep sets). Such calls
leave the same account in either order and answer the same, so that every history left out has a twin that was played;
`test_explore.py` holds the reduction against playing everything.

*Few switches*: all schedules in which somebody is interrupted once or twice, which is what most races need.

*By chance*: for more invocations than two, by seed; half of the seeds switch anywhere, half seldom.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tests.simulation.scheduler import Choose, History, Invocation, Step
from tests.simulation.touching import Touch

Play = Callable[[Choose], History]


@dataclass
class Node:
    """A point of the search: what could have been next, what is still to be tried, what need not be."""

    could: Mapping[str, Touch]
    chosen: str
    todo: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    sleep: dict[str, Touch] = field(default_factory=dict)


def every_history(play: Play) -> Iterator[History]:
    """Play every schedule that could differ from those before; each history as it ends."""
    path: list[Node] = []
    while True:
        depth = len(path)

        def choose(waiting: Mapping[str, Invocation], steps: Sequence[Step], known: int = depth) -> str | None:
            number = len(steps)
            if number < known:
                return path[number].chosen
            touch = {name: one.touch for name, one in waiting.items()}
            sleep = _asleep(path[number - 1]) if number else {}
            awake = [name for name in touch if name not in sleep]
            if not awake:
                return None
            last = steps[-1].who if steps else ""
            chosen = last if last in awake else awake[0]
            path.append(Node(touch, chosen, {chosen}, {chosen}, sleep))
            return chosen

        history = play(choose)
        _find_races(path, history.steps)
        if history.complete:
            yield history
        while path and not (open_ := path[-1].todo - path[-1].done - path[-1].sleep.keys()):
            path.pop()
        if not path:
            return
        node = path[-1]
        node.sleep = {**node.sleep, node.chosen: node.could[node.chosen]}
        node.chosen = min(open_)
        node.done.add(node.chosen)


def _asleep(node: Node) -> dict[str, Touch]:
    """Who need not be tried right after a node's choice: it was tried before, and the choice does not matter to it."""
    taken = node.could[node.chosen]
    return {who: touch for who, touch in node.sleep.items() if who != node.chosen and not touch.conflicts(taken)}


def _find_races(path: list[Node], steps: Sequence[Step]) -> None:
    """Wherever two invocations' calls met and neither had to come first, the other order is to be tried too: from the
    point before the first of them, begin with whoever could begin the way to it."""
    order = _Order()
    for number, step in enumerate(steps):
        for first in order.add(step):
            way = [one for one in range(first + 1, number) if not order.before(first, one)] + [number]
            begins = order.beginners(way)
            if first < len(path) and path[first].todo.isdisjoint(begins):
                path[first].todo.add(min(begins))


class _Order:
    """What had to come before what in a history: an invocation's own steps, and calls that touch the same."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.clocks: list[dict[str, int]] = []
        self.last: dict[str, int] = {}

    def before(self, one: int, other: int) -> bool:
        """Did step `one` have to come before step `other`?"""
        return self.clocks[other].get(self.steps[one].who, -1) >= one

    def add(self, step: Step) -> list[int]:
        """Take a step in; the steps of others that came right before it only by chance."""
        own = self.last.get(step.who)
        others = (place for place, one in enumerate(self.steps) if one.who != step.who)
        met = [place for place in others if self.steps[place].touch.conflicts(step.touch)]
        known = [*met, own] if own is not None else met
        clock: dict[str, int] = {step.who: len(self.steps)}
        for place in known:
            for who, seen in self.clocks[place].items():
                clock[who] = max(clock.get(who, -1), seen)
        races = [one for one in met if not any(one != other and self.before(one, other) for other in known)]
        self.last[step.who] = len(self.steps)
        self.steps.append(step)
        self.clocks.append(clock)
        return races

    def beginners(self, way: Sequence[int]) -> set[str]:
        """Whose step could be the first of these."""
        first: dict[str, int] = {}
        for place in way:
            first.setdefault(self.steps[place].who, place)
        return {who for who, place in first.items() if not any(one < place and self.before(one, place) for one in way)}


def few_switches(play: Play, most: int = 2) -> Iterator[History]:
    """Every schedule in which an invocation is interrupted at most so many times, leaving out interruptions before a
    call that touches nothing another was seen to touch: they are the same as later ones."""
    seen: dict[str, set[Touch]] = {}
    todo: list[tuple[tuple[str, ...], int]] = [((), 0)]
    while todo:
        begun, switches = todo.pop()
        history = play(again(begun))
        for step in history.steps:
            seen.setdefault(step.who, set()).add(step.touch)
        yield history
        for place in range(len(begun), len(history.steps) if switches <= most else 0):
            step = history.steps[place]
            last = history.steps[place - 1].who if place else ""
            interrupts = last == step.who
            if interrupts and (switches == most or not _matters(step, seen)):
                continue
            for other in step.could.keys() - {step.who}:
                todo.append(((*history.schedule[:place], other), switches + interrupts))


def _matters(step: Step, seen: Mapping[str, set[Touch]]) -> bool:
    return any(step.touch.conflicts(touch) for who, many in seen.items() if who != step.who for touch in many)


def by_chance(chance: random.Random) -> Choose:
    """Any schedule; for half of the seeds one with few switches, in which an invocation sleeps long."""
    often = chance.choice((1.0, 0.15))

    def choose(waiting: Mapping[str, Invocation], steps: Sequence[Step]) -> str:
        last = steps[-1].who if steps else ""
        if last in waiting and chance.random() >= often:
            return last
        return chance.choice(sorted(waiting))

    return choose


def again(schedule: Sequence[str]) -> Choose:
    """The same schedule; where it names nobody who waits, whoever is at it goes on."""

    def choose(waiting: Mapping[str, Invocation], steps: Sequence[Step]) -> str:
        wanted = schedule[len(steps)] if len(steps) < len(schedule) else ""
        if wanted.rstrip("!") in waiting:
            return wanted
        last = steps[-1].who if steps else ""
        return last if last in waiting else min(waiting)

    return choose


def number_of(schedule: Sequence[str], names: Sequence[str]) -> int:
    """A schedule as the number that `--seed` takes."""
    known, found = [*names, *(f"{one}!" for one in names)], 1
    for who in reversed(schedule):
        found = found * len(known) + known.index(who)
    return found


def schedule_of(number: int, names: Sequence[str]) -> list[str]:
    """The schedule of a number that `number_of` gave."""
    known, found = [*names, *(f"{one}!" for one in names)], []
    while number > 1:
        number, place = divmod(number, len(known))
        found.append(known[place])
    return found


def shortest(schedule: Sequence[str], fails: Callable[[Sequence[str]], bool], most: int = 200) -> list[str]:
    """The failing schedule with as few switches as can be found: whoever is at it goes on for longer."""
    blocks = [(who, len(list(same))) for who, same in groupby(schedule)]
    place = tried = 0
    while place + 2 < len(blocks) and tried < most:
        (who, many), other, (same, more) = blocks[place : place + 3]
        tried += 1
        joined = [*blocks[:place], (who, many + more), other, *blocks[place + 3 :]]
        if who == same and fails(_flat(joined)):
            blocks, place = _joined(joined), 0
        else:
            place += 1
    return _flat(blocks)


def _flat(blocks: Sequence[tuple[str, int]]) -> list[str]:
    return [who for who, many in blocks for _ in range(many)]


def _joined(blocks: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(who, sum(many for _, many in same)) for who, same in groupby(blocks, lambda block: block[0])]
