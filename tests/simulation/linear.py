"""Is the concurrent history of one decision item linearizable: did every operation take effect at one instant between
its invocation and its answer? (Wing and Gong's search, with Lowe's memory of what was tried.)

An operation whose invocation died may have taken effect at any later instant, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

NEVER = 10**9  # when who died would have answered


@dataclass(frozen=True, slots=True)
class Operation:
    """`kind` is decide, close, read, hand over, take back; `by` a person. `answer` is None when it died.

    decide: `what` is the decision, `mark` its operation's id, `answer` True (accepted) or False (refused: closed, or
    no reviewer). close: `answer` is the marks of the decisions it closed the item with. read: the marks it saw.
    hand over, take back: `what` is to or from whom.
    """

    kind: str
    by: str = ""
    what: str = ""
    mark: str = ""
    answer: Any = None
    invoked: int = 0
    answered: int = NEVER


@dataclass(frozen=True, slots=True)
class Item:
    """What one item is to everybody who looks at it: who may decide it, what was decided, whether it is closed."""

    reviewers: frozenset[str]
    marks: tuple[str, ...] = ()
    closed: bool = False


def happens(item: Item, one: Operation) -> Item | None:
    """The item after an operation, or None if it cannot have answered that now."""
    known = one.answer is not None
    if one.kind == "read":
        return item if not known or tuple(one.answer) == item.marks else None
    if one.kind == "close":
        fits = not known or tuple(one.answer) == item.marks
        return Item(item.reviewers, item.marks, True) if fits else None
    if one.kind == "hand over":
        return Item(item.reviewers | {one.what}, item.marks, item.closed)
    if one.kind == "take back":
        return Item(item.reviewers - {one.what}, item.marks, item.closed)
    counts = not item.closed and one.by in item.reviewers
    if known and counts != one.answer:
        return None
    return Item(item.reviewers, (*item.marks, one.mark), item.closed) if counts else item


def order_of(
    operations: Sequence[Operation], start: Any, step: Callable[[Any, Operation], Any] = happens
) -> list[Operation] | None:
    """An order in which the operations could have happened one at a time; None when there is none."""
    tried: set[tuple[frozenset[int], Any]] = set()

    def search(left: frozenset[int], state: Any) -> list[Operation] | None:
        if all(operations[one].answer is None for one in left):
            return []
        if (left, state) in tried:
            return None
        tried.add((left, state))
        first = min(operations[one].answered for one in left)
        for one in sorted(left, key=lambda place: operations[place].invoked):
            if operations[one].invoked > first:
                break
            after = step(state, operations[one])
            found = None if after is None else search(left - {one}, after)
            if found is not None:
                return [operations[one], *found]
        return None

    return search(frozenset(range(len(operations))), start)
