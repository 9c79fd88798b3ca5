"""The check of item histories finds what it is there for, and nothing else."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

import pytest

from tests.simulation.depth import Depth
from tests.simulation.linear import NEVER, Item, Operation, happens, order_of

BOTH = Item(frozenset({"rita", "rob"}))


def played(chance: random.Random, many: int = 8) -> list[Operation]:
    """A history that is linearizable by construction: each operation happens at an instant between its two ends."""
    item, found = BOTH, []
    for number, instant in enumerate(sorted(chance.sample(range(100), many))):
        kind = chance.choices(("decide", "read", "close", "hand over", "take back"), (8, 4, 1, 1, 1))[0]
        one = Operation(kind, chance.choice(("rita", "rob", "hal")), mark=f"m{number}")
        if kind in ("hand over", "take back"):
            one = replace(one, what="hal")
        counts = not item.closed and one.by in item.reviewers
        answer = {"decide": counts, "read": item.marks, "close": item.marks}.get(kind, True)
        begun, ended = instant - chance.randrange(30), instant + chance.randrange(1, 30)
        one = replace(one, answer=answer, invoked=begun, answered=ended)
        item = happens(item, one)
        if chance.random() < 0.1 and kind != "read":
            one = replace(one, answer=None, answered=NEVER)
        found.append(one)
    chance.shuffle(found)
    return found


def by_force(operations: list[Operation], start: Item) -> bool:
    """Any order of any choice of the dead that keeps the order of time and explains every answer."""
    dead = [one for one in operations if one.answer is None]
    for mask in range(2 ** len(dead)):
        some = [one for one in operations if one.answer is not None or mask >> dead.index(one) & 1]
        for order in permutations(some):
            late = any(b.answered < a.invoked for place, a in enumerate(order) for b in order[place + 1 :])
            item = start
            for one in order if not late else ():
                item = happens(item, one) if item is not None else None
            if not late and item is not None:
                return True
    return False


def test_what_happened_one_at_a_time_is_found_to_have(depth: Depth):
    """T6."""
    for seed in depth.histories(1_500, 50_000):
        assert order_of(played(random.Random(seed)), BOTH) is not None, seed


def test_the_search_agrees_with_trying_every_order(depth: Depth):
    agreed = {True: 0, False: 0}
    for seed in depth.histories(150, 2_000):
        chance = random.Random(seed)
        operations = played(chance, 5)
        place = chance.randrange(5)
        wrong = {"decide": chance.random() < 0.5, "read": ("m0",), "close": ("m1",)}
        operations[place] = replace(operations[place], answer=wrong.get(operations[place].kind))
        found = order_of(operations, BOTH) is not None
        assert found == by_force(operations, BOTH), seed
        agreed[found] += 1
    assert min(agreed.values()) >= 20 or depth.seed


def test_every_planted_double_accept_is_found(depth: Depth):
    """P6: a decision that was accepted although the item was closed before it began."""
    planted = 0
    for seed in depth.histories(1_500, 20_000):
        operations = played(random.Random(seed))
        closed = [one for one in operations if one.kind == "close" and one.answer is not None]
        reviewers = [one for one in operations if one.kind == "decide" and one.by != "hal" and one.answer is False]
        late = [one for one in reviewers if any(end.answered < one.invoked for end in closed)]
        if late:
            operations[operations.index(late[0])] = replace(late[0], answer=True)
            planted += 1
            assert order_of(operations, BOTH) is None, seed
    assert planted > 20 or depth.seed


@pytest.mark.parametrize(
    ("why", "operations"),
    [
        ("an acknowledged decision is missing", [("decide", "rita", "a", True, 0, 1), ("read", "", "", (), 2, 3)]),
        ("both decisions were first", [("close", "", "", ("a",), 4, 9), ("read", "", "", ("b",), 0, 9),
                                       ("decide", "rita", "a", True, 0, 3), ("decide", "rob", "b", True, 0, 3)]),
        ("it reopened", [("close", "", "", (), 0, 1), ("decide", "rita", "a", True, 2, 3)]),
        ("a stranger decided", [("decide", "hal", "a", True, 0, 1)]),
        ("refused for no reason", [("decide", "rita", "a", False, 0, 1)]),
    ],
)  # fmt: skip
def test_what_nobody_may_ever_see(why: str, operations: list):
    """P5, P6, P8, P9."""
    many = [Operation(kind, by, "", mark, answer, begun, ended) for kind, by, mark, answer, begun, ended in operations]
    assert order_of(many, BOTH) is None, why


def test_who_dies_may_have_been_in_time_or_not():
    dead = Operation("decide", "rita", mark="a", invoked=0)
    for seen in ((), ("a",)):
        assert order_of([dead, Operation("read", answer=seen, invoked=5, answered=6)], BOTH) is not None
    twice = [Operation("read", answer=seen, invoked=at, answered=at + 1) for at, seen in ((5, ("a",)), (7, ()))]
    assert order_of([dead, *twice], BOTH) is None
