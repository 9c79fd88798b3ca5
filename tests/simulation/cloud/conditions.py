"""The grammar of conditions, and what a key condition asks of a partition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.simulation.cloud.expressions import (
    Begins,
    Between,
    Both,
    Compare,
    Condition,
    Contains,
    Either,
    Exists,
    Given,
    In,
    Not,
    Operand,
    Path,
    Scope,
)
from tests.simulation.cloud.reading import Reader
from tests.simulation.cloud.values import invalid, only

_END = chr(0x10FFFF)


@cache
def condition(text: str) -> Condition:
    """A condition or filter expression."""
    reader = Reader(text)
    found = _either(reader)
    if reader.peek():
        raise invalid(f'Invalid expression: Syntax error; token: "{reader.peek()}" in {text}')
    return found


def _either(reader: Reader) -> Condition:
    parts = [_both(reader)]
    while reader.takes("OR"):
        parts.append(_both(reader))
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _both(reader: Reader) -> Condition:
    parts = [_one(reader)]
    while reader.takes("AND"):
        parts.append(_one(reader))
    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _one(reader: Reader) -> Condition:
    if reader.takes("NOT"):
        return Not(_one(reader))
    if reader.takes("("):
        found = _either(reader)
        reader.take(")")
        return found
    if reader.peek(1) == "(" and reader.peek().lower() != "size":
        return _function(reader)
    return _comparison(reader)


def _function(reader: Reader) -> Condition:
    name = reader.take().lower()
    reader.take("(")
    path = reader.path()
    found: Condition
    if name in ("attribute_exists", "attribute_not_exists"):
        found = Exists(path, name == "attribute_exists")
    elif name in ("begins_with", "contains"):
        reader.take(",")
        found = Begins(path, reader.operand()) if name == "begins_with" else Contains(path, reader.operand())
    else:
        raise invalid(f"Invalid expression: Invalid function name; function: {name}")
    reader.take(")")
    return found


def _comparison(reader: Reader) -> Condition:
    left = reader.operand()
    if reader.takes("BETWEEN"):
        low = reader.operand()
        reader.take("AND")
        return Between(left, low, reader.operand())
    if reader.takes("IN"):
        reader.take("(")
        among: list[Operand] = [reader.operand()]
        while reader.takes(","):
            among.append(reader.operand())
        reader.take(")")
        return In(left, tuple(among))
    operator = reader.take()
    if operator not in ("=", "<>", "<", "<=", ">", ">="):
        raise invalid(f'Invalid expression: Syntax error; token: "{operator}" in {reader.text}')
    right = reader.operand()
    if right == left:
        raise invalid("Invalid expression: The first operand must be distinct from the remaining operands")
    return Compare(operator, left, right)


@dataclass(frozen=True, slots=True)
class Range:
    """The sort keys between two bounds, each with itself or without."""

    low: str = ""
    with_low: bool = True
    high: str = _END
    with_high: bool = True


def key_range(text: str, scope: Scope, hash_name: str, range_name: str) -> tuple[str, Range]:
    """The partition that a key condition names, and the part of it."""
    found = condition(text)
    parts = found.parts if isinstance(found, Both) else (found,)
    partition: str | None = None
    bounds: Range | None = None
    for part in parts:
        name = _about(part, scope)
        if name == hash_name and partition is None and isinstance(part, Compare) and part.operator == "=":
            partition = _text(part.right, scope)
        elif name == range_name and bounds is None:
            bounds = _range(part, scope)
        else:
            raise invalid(f"Query key condition not supported: {text}")
    if partition is None:
        raise invalid(f"Query condition missed key schema element: {hash_name}")
    return partition, bounds or Range()


def _about(part: Condition, scope: Scope) -> str:
    of = part.left if isinstance(part, Compare) else getattr(part, "of", None)
    return scope.name(str(of.parts[0])) if isinstance(of, Path) and len(of.parts) == 1 else ""


def _text(operand: Operand, scope: Scope) -> str:
    value = operand.value(scope) if isinstance(operand, Given) else None
    if value is None:
        raise invalid("Invalid KeyConditionExpression: a value of the request is needed")
    kind, content = only(value)
    if kind != "S":
        raise invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
    return str(content)


def _range(part: Condition, scope: Scope) -> Range:
    if isinstance(part, Between):
        return Range(_text(part.low, scope), True, _text(part.high, scope), True)
    if isinstance(part, Begins):
        prefix = _text(part.prefix, scope)
        return Range(prefix, True, prefix + _END, True)
    if isinstance(part, Compare) and part.operator != "<>":
        bound = _text(part.right, scope)
        low, high = part.operator in ("=", ">", ">="), part.operator in ("=", "<", "<=")
        with_it = "=" in part.operator
        return Range(bound if low else "", with_it or not low, bound if high else _END, with_it or not high)
    raise invalid("Invalid operator used in KeyConditionExpression")
