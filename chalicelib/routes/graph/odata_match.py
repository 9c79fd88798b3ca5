"""What a filter means on our answers: its tree, and how a path, a value and an order are read from JSON."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from chalicelib.routes.graph.instants import as_instant

Kind = Literal["string", "bool", "datetime", "number"]
Scalar = str | bool | datetime | int | float | None

_TYPES: Mapping[Kind, tuple[type, ...]] = {
    "string": (str,),
    "bool": (bool,),
    "datetime": (datetime,),
    "number": (int, float),
}
_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.eq,
    "in": operator.eq,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
    "contains": operator.contains,
    "startswith": str.startswith,
}


@dataclass(frozen=True)
class Term:
    """One comparison of a property (lower-case path) with one value, or with several for `in`."""

    path: str
    kind: Kind
    operator: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Negation:
    """True where its part is false."""

    part: Node


@dataclass(frozen=True)
class Junction:
    """Two or more parts joined by the same word."""

    word: Literal["and", "or"]
    parts: tuple[Node, ...]


Node = Term | Negation | Junction


@dataclass(frozen=True)
class Filter:
    """A `$filter` that was read and found to use known properties only."""

    root: Node

    def matches(self, obj: Mapping[str, object]) -> bool:
        """Tell whether one answer object (plain JSON types, nested) satisfies the filter."""
        return _holds(self.root, obj)

    def equalities(self) -> dict[str, object]:
        """The `eq` terms every match must satisfy: lower-case path to the value as the caller wrote it."""
        return {term.path: term.values[0] for term in _required(self.root) if term.operator == "eq"}

    def bounds(self, path: str) -> tuple[datetime | None, datetime | None]:
        """The earliest and the latest moment that every match may have at this lower-case path."""
        named = [(t.operator, t.values[0]) for t in _required(self.root) if t.path == path]
        moments = [(word, moment) for word, moment in named if isinstance(moment, datetime)]
        lowest = [moment for word, moment in moments if word in ("ge", "gt", "eq")]
        highest = [moment for word, moment in moments if word in ("le", "lt", "eq")]
        return max(lowest, default=None), min(highest, default=None)

    def prefixes(self) -> dict[str, str]:
        """The `startswith` terms every match must satisfy: lower-case path to the prefix as written."""
        return {t.path: str(t.values[0]) for t in _required(self.root) if t.operator == "startswith"}


def leaves(value: object, segments: Sequence[str]) -> list[object]:
    """The values at a lower-case path, one for each element of any list on the way; None where absent."""
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves(item, segments)]
    if not segments:
        return [value]
    if not isinstance(value, Mapping):
        return [None]
    child = next((held for name, held in value.items() if name.lower() == segments[0]), None)
    return leaves(child, segments[1:])


def rank(found: Sequence[object]) -> tuple[int, Any]:
    """A sort key for the first value found that compares across types: nothing, numbers, instants, text."""
    value = found[0] if found else None
    if isinstance(value, str):
        moment = as_instant(value)
        return (3, value.casefold()) if moment is None else (2, moment)
    return (1, value) if isinstance(value, int | float) else (0, 0)


def _required(node: Node) -> tuple[Term, ...]:
    if isinstance(node, Term):
        return (node,)
    if isinstance(node, Junction) and node.word == "and":
        return tuple(term for part in node.parts for term in _required(part))
    return ()


def _holds(node: Node, obj: Mapping[str, object]) -> bool:
    if isinstance(node, Negation):
        return not _holds(node.part, obj)
    if isinstance(node, Junction):
        test = all if node.word == "and" else any
        return test(_holds(part, obj) for part in node.parts)
    found = leaves(obj, node.path.split("/"))
    met = any(_met(node, leaf, wanted) for leaf in found for wanted in node.values)
    # `ne` is the opposite of `eq` for lists too: no element may be equal.
    return met != (node.operator == "ne")


def _met(term: Term, leaf: object, wanted: Scalar) -> bool:
    left, right = _comparable(leaf, term.kind), _comparable(wanted, term.kind)
    null_test = left is None and right is None
    return null_test or (isinstance(left, _TYPES[term.kind]) and _TESTS[term.operator](left, right))


def _comparable(value: object, kind: Kind) -> object:
    if not isinstance(value, str):
        return value
    return as_instant(value) or value if kind == "datetime" else value.casefold()
