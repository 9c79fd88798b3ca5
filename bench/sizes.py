"""DynamoDB's published size rules: bytes of an item, and the write and read units of bytes.

Sources, all in the DynamoDB Developer Guide: "DynamoDB item sizes and formats" (bytes), "DynamoDB read and
write operations" (units and their rounding). Items are in wire form: `{"name": {"S": "Ada"}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any

Value = Mapping[str, Any]
Item = Mapping[str, Value]

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096

# DynamoDB keeps 38 digits, Python's default context 28.
_EXACT = Context(prec=38)

EVENTUAL = 0.5
"""Read units per started 4 KB when the read is eventually consistent."""
STRONG = 1.0
"""Read units per started 4 KB when the read is strongly consistent."""
TRANSACTION = 2
"""Units of a transaction per unit of the same plain operation: one to prepare, one to commit."""


def item_size(item: Item | None) -> int:
    """The bytes of an item: its attribute names in UTF-8 and its values; 0 for no item.

    Source: "DynamoDB item sizes and formats". The 100 bytes of storage overhead are not billed by requests.
    """
    return sum(_utf8(name) + value_size(value) for name, value in (item or {}).items())


def value_size(value: Value) -> int:
    """The bytes of one attribute value in wire form, without its name. Source: as `item_size`."""
    ((kind, data),) = value.items()
    return _SIZE_OF[kind](data)


def number_size(text: str) -> int:
    """The bytes of a number: 1, and 1 per two significant digits, and 1 for a minus sign.

    Leading and trailing zeros do not count. Source: as `item_size`, which calls the rule approximate.
    """
    if text.isascii() and text.isdigit():  # as nearly all are; twenty times as fast
        return (len(text.strip("0")) + 1) // 2 + 1
    number = _number(text)
    significant = len(number.as_tuple().digits) if number else 0
    return (significant + 1) // 2 + 1 + (1 if number < 0 else 0)


def write_units(size: int) -> int:
    """Write units of one plain write of `size` bytes: one per started KB, at least 1."""
    return max(1, -(-size // WRITE_UNIT_BYTES))


def read_units(size: int, rate: float) -> float:
    """Read units of `size` bytes: one per started 4 KB, at least 1, times `rate` (`EVENTUAL`, `STRONG`)."""
    return max(1, -(-size // READ_UNIT_BYTES)) * rate


def canonical(value: Value) -> object:
    """The value in a form that is equal for equal values: sets have no order, and 1.0 is 1."""
    ((kind, data),) = value.items()
    if kind == "N":
        return kind, _number(data)
    if kind in {"SS", "BS"}:
        return kind, sorted(data)
    if kind == "NS":
        return kind, sorted(map(_number, data))
    if kind == "L":
        return kind, [canonical(element) for element in data]
    if kind == "M":
        return kind, {name: canonical(element) for name, element in data.items()}
    return kind, data


def _number(text: str) -> Decimal:
    return _EXACT.normalize(Decimal(text))


def _utf8(text: str) -> int:
    return len(text.encode())


def _list_size(elements: list[Value]) -> int:
    return 3 + sum(1 + value_size(element) for element in elements)


def _map_size(elements: Item) -> int:
    return 3 + len(elements) + item_size(elements)


_SIZE_OF: dict[str, Callable[[Any], int]] = {
    "S": _utf8,
    "N": number_size,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(_utf8, members)),
    "NS": lambda members: sum(map(number_size, members)),
    "BS": lambda members: sum(map(len, members)),
    "L": _list_size,
    "M": _map_size,
}
