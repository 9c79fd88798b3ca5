"""Update expressions: SET, REMOVE and ADD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

from tests.simulation.cloud.expressions import Given, Operand, Path, Scope
from tests.simulation.cloud.reading import Reader
from tests.simulation.cloud.values import Impossible, Item, Value, invalid, number, only, stored

_MISSING = "The provided expression refers to an attribute that does not exist in the item"
_NO_PATH = "The document path provided in the update expression is invalid for update"
_NO_NUMBER = "An operand in the update expression has an incorrect data type"


def _impossible(message: str) -> Impossible:
    return Impossible("ValidationException", message)


@dataclass(frozen=True, slots=True)
class Appended:
    """`list_append(a, b)`"""

    left: Operand
    right: Operand

    def value(self, scope: Scope) -> Value | None:
        both = [only(_present(one, scope)) for one in (self.left, self.right)]
        if any(kind != "L" for kind, _ in both):
            raise _impossible(_NO_NUMBER)
        return {"L": [*both[0][1], *both[1][1]]}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """`if_not_exists(path, value)`"""

    path: Path
    default: Operand

    def value(self, scope: Scope) -> Value | None:
        found = self.path.value(scope)
        return _present(self.default, scope) if found is None else found


@dataclass(frozen=True, slots=True)
class Sum:
    """`a + b`, `a - b`"""

    left: Operand
    right: Operand
    sign: int

    def value(self, scope: Scope) -> Value | None:
        return _added(_present(self.left, scope), _present(self.right, scope), self.sign)


@dataclass(frozen=True, slots=True)
class Update:
    """What an expression sets, adds and removes."""

    sets: tuple[tuple[Path, Operand], ...]
    adds: tuple[tuple[Path, Operand], ...]
    removes: tuple[Path, ...]

    def apply(self, scope: Scope, keys: tuple[str, ...]) -> Item:
        """The item afterwards; every value is that of the item before."""
        for path in (*(path for path, _ in self.sets + self.adds), *self.removes):
            if scope.name(str(path.parts[0])) in keys:
                raise invalid(
                    "One or more parameter values were invalid: Cannot update attribute. It is part of the key"
                )
        written = [(path, stored(_present(operand, scope))) for path, operand in self.sets]
        for path, operand in self.adds:
            before = path.value(scope)
            written.append((path, _added(before or {"N": "0"}, _present(operand, scope), 1)))
        item: Item = dict(scope.item)
        for path, value in written:
            _change(item, path, scope, lambda holder, name, value=value: _set(holder, name, value))
        for path in self.removes:
            _change(item, path, scope, _remove)
        return item


def _present(operand: Operand, scope: Scope) -> Value:
    found = operand.value(scope)
    if found is None:
        raise _impossible(_MISSING)
    return found


def _added(left: Value, right: Value, sign: int) -> Value:
    (kind, one), (other_kind, other) = only(left), only(right)
    if kind != "N" or other_kind != "N":
        raise _impossible(_NO_NUMBER)
    return {"N": number(str(Decimal(one) + sign * Decimal(other)))}


def _change(item: Item, path: Path, scope: Scope, act: Callable[[Any, Any], None]) -> None:
    """Act on what holds the last part of a path, copied on the way: stored values are shared."""
    holder: Any = item
    parts = [part if isinstance(part, int) else scope.name(part) for part in path.parts]
    for here, following in pairwise(parts):
        inside = holder.get(here) if isinstance(holder, dict) else holder[here] if here < len(holder) else None
        kind = "L" if isinstance(following, int) else "M"
        if inside is None or kind not in inside:
            raise _impossible(_NO_PATH)
        copy = list(inside[kind]) if kind == "L" else dict(inside[kind])
        holder[here] = {kind: copy}
        holder = copy
    act(holder, parts[-1])


def _set(holder: Any, name: Any, value: Value) -> None:
    if isinstance(holder, list) and name >= len(holder):
        holder.append(value)
    else:
        holder[name] = value


def _remove(holder: Any, name: Any) -> None:
    if isinstance(holder, dict):
        holder.pop(name, None)
    elif name < len(holder):
        del holder[name]


@cache
def update(text: str) -> Update:
    """An update expression."""
    reader = Reader(text)
    clauses: dict[str, list[Any]] = {}
    while reader.peek():
        clause = reader.take().upper()
        if clause not in ("SET", "ADD", "REMOVE") or clause in clauses:
            raise invalid(f'Invalid UpdateExpression: Syntax error; token: "{clause}" in {text}')
        clauses[clause] = [_action(reader, clause)]
        while reader.takes(","):
            clauses[clause].append(_action(reader, clause))
    sets, adds, removes = (tuple(clauses.get(name, ())) for name in ("SET", "ADD", "REMOVE"))
    paths = [path.parts for path in (*(path for path, _ in sets + adds), *removes)]
    for one in paths:
        if sum(other[: len(one)] == one for other in paths) > 1:
            raise invalid("Invalid UpdateExpression: Two document paths overlap with each other")
    return Update(sets, adds, removes)


def _action(reader: Reader, clause: str) -> Any:
    path = reader.path()
    if clause == "REMOVE":
        return path
    if clause == "ADD":
        return path, Given(reader.take())
    reader.take("=")
    left = _operand(reader)
    for sign, factor in (("+", 1), ("-", -1)):
        if reader.takes(sign):
            return path, Sum(left, _operand(reader), factor)
    return path, left


def _operand(reader: Reader) -> Operand:
    name = reader.peek().lower()
    if reader.peek(1) != "(":
        return reader.operand()
    reader.take()
    reader.take("(")
    found: Operand
    if name == "list_append":
        left = _operand(reader)
        reader.take(",")
        found = Appended(left, _operand(reader))
    elif name == "if_not_exists":
        path = reader.path()
        reader.take(",")
        found = Otherwise(path, _operand(reader))
    else:
        raise invalid(f"Invalid UpdateExpression: Invalid function name; function: {name}")
    reader.take(")")
    return found
