"""DynamoDB's typed values (`{"S": "text"}`): what a request may hold, how they compare, how large they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

Value = dict[str, Any]
Item = dict[str, Value]
MOST_ITEM_BYTES = 400 * 1024
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass
class Refused(Exception):
    """The service says no; the client of whoever called raises it as its own error of this code."""

    code: str
    message: str
    status: int = 400
    more: dict[str, Any] = field(default_factory=dict)


class Impossible(Refused):
    """A write that is well formed and cannot be made on what stands there; in a transaction one of its reasons."""


class NotSimulated(BaseException):
    """The product asked for something this AWS does not know. No handler of the product may take it for an answer."""


def invalid(message: str) -> Refused:
    """The refusal of a request that is wrong in itself."""
    return Refused("ValidationException", message)


def only(value: Value) -> tuple[str, Any]:
    """The type and the content of a value."""
    ((kind, content),) = value.items()
    return kind, content


def number(text: str) -> str:
    """A number as DynamoDB gives it back."""
    if text.isdigit() and (text[0] != "0" or text == "0"):
        return text
    try:
        whole = Decimal(text)
    except ArithmeticError:
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}") from None
    return format(whole.normalize(), "f") if whole else "0"


def stored(value: Value) -> Value:
    """A value as it is kept: numbers in their one form, nothing shared with whoever sent it."""
    kind, content = only(value)
    if kind == "S":
        return {"S": content} if isinstance(content, str) else _unknown(kind, content)
    if kind == "N":
        return {"N": number(content)}
    if kind == "B":
        return {"B": bytes(content)}
    if kind == "M":
        return {"M": {name: stored(one) for name, one in content.items()}}
    if kind == "L":
        return {"L": [stored(one) for one in content]}
    if kind in ("BOOL", "NULL"):
        return {kind: content}
    return _unknown(kind, content)


def _unknown(kind: str, content: Any) -> Value:
    raise NotSimulated(f"a value of type {kind}: {content!r}")


def size(value: Value) -> int:
    """What a value counts towards the limits, in bytes."""
    kind, content = only(value)
    if kind == "S":
        return len(content) if content.isascii() else len(content.encode())
    if kind == "N":
        return len(content) // 2 + 2
    if kind == "B":
        return len(content)
    if kind == "L":
        return 3 + sum(size(one) + 1 for one in content)
    if kind == "M":
        return 3 + sum(len(name.encode()) + size(one) + 1 for name, one in content.items())
    return 1


def item_size(item: Item) -> int:
    """What an item counts, names included."""
    return sum(len(name) + size(value) for name, value in item.items())


def same(left: Value | None, right: Value | None) -> bool:
    """Equality; a number equals another form of itself, and what is absent equals nothing."""
    if left is None or right is None:
        return False
    if left == right:
        return True
    (kind, one), (other_kind, other) = only(left), only(right)
    return kind == other_kind == "N" and Decimal(one) == Decimal(other)


def ordered(operator: str, left: Value | None, right: Value | None) -> bool:
    """`<`, `<=`, `>`, `>=`: false between types, and where one is absent."""
    if left is None or right is None:
        return False
    (kind, one), (other_kind, other) = only(left), only(right)
    if kind != other_kind or kind not in ("S", "N", "B"):
        return False
    if kind == "N":
        one, other = Decimal(one), Decimal(other)
    return _ORDERS[operator](one, other)
