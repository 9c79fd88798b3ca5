"""The scheduler plays what it is told, and the search leaves out nothing that could differ."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import Any

import pytest

from chalicelib.aws.clients import client
from tests.simulation import scheduler as scheduling
from tests.simulation.depth import Depth
from tests.simulation.explore import again, by_chance, every_history, number_of, schedule_of, shortest
from tests.simulation.point import Call
from tests.simulation.scheduler import Deadlock, History, Scheduler
from tests.simulation.touching import Touch, touches
from tests.world import MovableClock

Program = list[tuple[str, int]]  # ("read" or "write", place)
EVERYTHING: dict[str, int] = {}


class Toy:
    """Invocations that read and write a few cells, with no account behind."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self.programs = programs
        self.scheduler = Scheduler(scheduling.Point(), MovableClock())

    def play(self, choose: Callable) -> History:
        self.cells, self.seen = [0] * 4, {name: [] for name in self.programs}
        return self.scheduler.play({name: self.action(name) for name in self.programs}, choose)

    def action(self, name: str) -> Callable:
        def act(_: object) -> None:
            for number, (kind, place) in enumerate(self.programs[name]):
                one = self.scheduler.running[scheduling.getcurrent()]
                where = frozenset({("cells", "", str(place), str(place))})
                touch = Touch(reads=where) if kind == "read" else Touch(writes=where)
                self.scheduler._wait(one, f"{kind} {place}", touch)
                if kind == "read":
                    self.seen[name].append(self.cells[place])
                else:
                    self.cells[place] = hash((name, number)) % 1_000

        return act

    def result(self) -> str:
        return f"{self.cells} {self.seen}"


def by_force(programs: Mapping[str, Program]) -> Iterator[tuple[str, ...]]:
    turns = [name for name, program in programs.items() for _ in range(len(program) + 1)]
    yield from set(permutations(turns))


def program(chance: random.Random, most: int) -> Program:
    return [(chance.choice(("read", "write")), chance.randrange(3)) for _ in range(chance.randint(1, most))]


@pytest.mark.parametrize("invocations", [2, 3])
def test_the_search_finds_every_result_that_playing_everything_finds(invocations: int, depth: Depth):
    """T5: the reduction is sound, and leaves most histories out."""
    played = everything = 0
    for seed in depth.histories(25, 400):
        chance = random.Random(seed)
        toy = Toy({name: program(chance, 3 if invocations == 2 else 1) for name in "abc"[:invocations]})
        wanted = set()
        for schedule in by_force(toy.programs):
            toy.play(again(schedule))
            wanted.add(toy.result())
            everything += 1
        found = set()
        for _ in every_history(toy.play):
            found.add(toy.result())
            played += 1
        assert found == wanted, seed
    assert played < everything / 3


def test_the_same_seed_and_the_same_schedule_play_the_same_history():
    toy = Toy({name: program(random.Random(name), 6) for name in "abcd"})
    first = toy.play(by_chance(random.Random(7)))
    result = toy.result()
    assert toy.play(by_chance(random.Random(7))).schedule == first.schedule
    assert toy.play(again(first.schedule)).schedule == first.schedule and toy.result() == result
    number = number_of(first.schedule, "abcd")
    assert tuple(schedule_of(number, "abcd")) == first.schedule
    assert schedule_of(number_of(["a", "b!", "a"], "ab"), "ab") == ["a", "b!", "a"]


def test_a_failing_schedule_is_told_with_as_few_switches_as_it_needs():
    """An update lost between a read and the write that rests on it needs two switches, not ten."""
    many = [("read", 1)] * 4
    toy = Toy({"a": [("read", 0), *many, ("write", 0)], "b": [*many, ("read", 0), ("write", 0)]})

    def lost(schedule) -> bool:
        toy.play(again(schedule))
        return toy.seen["a"][0] == toy.seen["b"][-1] == 0

    found = next(seed for seed in range(99) if lost(toy.play(by_chance(random.Random(seed))).schedule))
    history = toy.play(by_chance(random.Random(found)))
    short = shortest(history.schedule, lost)
    assert lost(short)
    assert toy.play(again(short)).switches <= 2 < history.switches


def test_who_dies_makes_no_further_call_and_the_others_go_on():
    toy = Toy({"a": [("write", 0), ("write", 1)], "b": [("read", 0), ("read", 1)]})
    history = toy.play(again(["a", "a", "a!", "b", "b", "b"]))
    assert history.of["a"].died and not history.of["a"].accepted and history.of["b"].accepted
    assert toy.seen["b"][0] != 0 and toy.seen["b"][1] == 0


def test_a_lock_that_is_held_across_a_call_is_reported_instead_of_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scheduling, "STANDS_STILL", 0.2)
    toy, lock = Toy({"a": [("write", 0)], "b": [("write", 0)]}), threading.Lock()

    def locked(name: str) -> Callable:
        def act(services: object) -> None:
            with lock:
                toy.action(name)(services)

        return act

    toy.cells, toy.seen = [0] * 4, {"a": [], "b": []}
    with pytest.raises(Deadlock, match="stands still"):
        toy.scheduler.play({name: locked(name) for name in "ab"}, again(["a", "b"]))


def asked(operation: str, **parameters: Any) -> Touch:
    return touches(Call(client("dynamodb"), operation, {"TableName": "t", **parameters}, 0))


@pytest.mark.parametrize(
    ("condition", "keys", "missed"),
    [
        ("pk = :p", ["", "a", "z"], []),
        ("pk = :p AND sk BETWEEN :a AND :b", ["b", "c", "d"], ["a", "e"]),
        ("(#0 = :p AND begins_with (#1, :a))", ["b", "bz"], ["a", "c"]),
        ("(#0 = :p AND #1 < :b)", ["", "c"], ["e"]),
        ("#0 = :p AND #1 >= :b", ["d", "e"], ["c"]),
    ],
)
def test_a_query_touches_the_rows_it_would_find(condition: str, keys: list[str], missed: list[str]):
    values = {":p": {"S": "P"}, ":a": {"S": "b"}, ":b": {"S": "d"}}
    names = {"#0": "pk", "#1": "sk"}
    query = asked(
        "Query", KeyConditionExpression=condition, ExpressionAttributeValues=values, ExpressionAttributeNames=names
    )
    for key in (*keys, *missed):
        put = asked("PutItem", Item={"pk": {"S": "P"}, "sk": {"S": key}})
        assert put.conflicts(query) == query.conflicts(put) == (key in keys), key
        elsewhere = asked("PutItem", Item={"pk": {"S": "Q"}, "sk": {"S": key}})
        assert not elsewhere.conflicts(query) and not elsewhere.conflicts(put) and put.conflicts(put)
        assert not query.conflicts(query)
