"""CSV as people and spreadsheets read it: UTF-8 with a byte order mark, RFC 4180, one kind of value a column.

A spreadsheet runs a cell that begins like a formula, whoever wrote it. Text that does is given one apostrophe in
front, which spreadsheets show as nothing or as itself and never run; text that has such apostrophes already
gets one more, so that `original` brings back exactly what went in. Numbers are no text: -5 stays -5.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

Cell = str | int | float | datetime | None
Row = Sequence[Cell]

# What Excel, LibreOffice and Google Sheets begin a formula with, the wide forms of Asian keyboards included; a
# tab or line break before it is dropped by some of them.
_LIKE_A_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_MARK = "\ufeff"  # without it Excel takes the file for the machine's old code page


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and what is in it."""

    name: str
    kind: Kind = Kind.TEXT


def columns(*names: str, numbers: Iterable[str] = (), moments: Iterable[str] = ()) -> tuple[Column, ...]:
    """Columns in order; those not named as numbers or moments are text."""
    kinds = {name: Kind.NUMBER for name in numbers} | {name: Kind.MOMENT for name in moments}
    return tuple(Column(name, kinds.get(name, Kind.TEXT)) for name in names)


def heading(of: Sequence[Column]) -> bytes:
    """The beginning of a file: byte order mark and first line."""
    return _MARK.encode() + _encoded([[column.name for column in of]])


def lines(of: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """Rows as lines of the file. Raises TypeError for a value that is not of its column's kind, ValueError for a
    row of another length."""
    return _encoded([[_text(column, cell) for column, cell in zip(of, row, strict=True)] for row in rows])


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text


def original(cell: str) -> str:
    """What was given to `harmless`."""
    return cell[1:] if cell.startswith("'") and _LIKE_A_FORMULA.match(cell) else cell


def _text(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if column.kind is Kind.TEXT and isinstance(cell, str):
        return harmless(cell)
    if column.kind is Kind.NUMBER and isinstance(cell, int | float) and not isinstance(cell, bool):
        return str(cell)
    if column.kind is Kind.MOMENT and isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    raise TypeError(f"{cell!r} is no {column.kind.value}, as the column {column.name} wants")


def _encoded(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")  # half a surrogate pair cannot be written
