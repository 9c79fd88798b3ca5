"""CSV files as people send them: UTF-8, comma or semicolon, quoted line breaks, some rows good and some not.

A row that cannot be used becomes a `BadRow` and never stops the others; a file that cannot be used at all is
refused with InvalidInput. Lines are counted as an editor counts them, the header being line 1.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidInput

if TYPE_CHECKING:
    import _csv  # the type of csv.reader() has no public name

MAX_LENGTH = 256
MAX_ROWS = 250_000
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?", re.ASCII
)  # Python's own parser takes many more forms


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: the line it begins at, the column ("" when it is not about one) and why."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """A row that could be read: the known columns of the file, trimmed, by their documented names."""

    line: int
    cells: dict[str, str]


Row = Record | BadRow


@dataclass(frozen=True, slots=True)
class Columns:
    """The documented columns of one kind of file. `aliases`: other headings, lower case, for some of them."""

    known: tuple[str, ...]
    required: tuple[str, ...]
    aliases: Mapping[str, str]

    def named(self, heading: str) -> str | None:
        """The column of a heading, which may be written with other case and with blanks; None if unknown."""
        squeezed = "".join(heading.split()).lower()
        names = {name.lower(): name for name in self.known}
        return names.get(squeezed) or self.aliases.get(squeezed)


def lines_of(data: bytes) -> Iterator[str]:
    """The physical lines of a file, with their ends. Raises InvalidInput where it is not UTF-8."""
    try:
        yield from io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    except UnicodeDecodeError as problem:
        raise InvalidInput('The file is not UTF-8. In Excel, save it as "CSV UTF-8".') from problem


def read(lines: Iterable[str], columns: Columns) -> Iterator[Row]:
    """Every row of a file in order, empty ones left out.

    Raises InvalidInput for a header that lacks a required column or names one twice, and for too many rows.
    """
    source = iter(lines)
    header = next(source, "")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(chain([header], source), delimiter=delimiter, strict=True)
    names = _header(reader, columns)
    rows = _rows(reader, names)
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise InvalidInput(f"The file has more than {MAX_ROWS:,} rows. Split it.")
        yield row


def check_header(data: bytes, columns: Columns) -> None:
    """Raises InvalidInput when the beginning of a file shows that none of it can be used."""
    next(read(lines_of(data), columns), None)


def _header(reader: Iterator[list[str]], columns: Columns) -> list[str | None]:
    """The known column of each cell of the first line."""
    try:
        names = [columns.named(heading) for heading in next(reader, [])]
    except csv.Error as problem:
        raise InvalidInput(f"The first line cannot be read as column names: {problem}.") from problem
    missing = [name for name in columns.required if name not in names]
    if missing:
        raise InvalidInput(f"The first line must name the columns; missing: {', '.join(missing)}.")
    for name in columns.known:
        if names.count(name) > 1:
            raise InvalidInput(f"The first line names the column {name} more than once.", name)
    return names


def _rows(reader: _csv.Reader, names: list[str | None]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            # What a stray quote swallowed is named by its lines, because those rows are missing too.
            reason = f"Quotes do not match ({problem}); lines {line} to {reader.line_num} were not read."
            yield BadRow(line, "", reason)
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, names, cells)


def _row(line: int, names: list[str | None], cells: list[str]) -> Row:
    if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
        return BadRow(line, "", f"The row has {len(cells)} cells, the first line {len(names)}.")
    found = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
    for name, text in found.items():
        if len(text) > MAX_LENGTH:
            return BadRow(line, name, f"Longer than {MAX_LENGTH} characters.")
        if _CONTROL.search(text):
            return BadRow(line, name, "Contains a line break or another control character.")
    return Record(line, found)


def instant(text: str, column: str) -> datetime:
    """An RFC 3339 instant, or a date, which is its midnight UTC. Raises InvalidInput naming the column."""
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError(text)
        found = datetime.fromisoformat(text.upper())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise InvalidInput("Must be like 2026-03-31 or 2026-03-31T08:00:00Z.", column) from problem
    if found.year < 1970:  # 0001-01-01 is how some exports write "unknown"
        raise InvalidInput("Lies before 1970; leave it empty if it is not known.", column)
    return found
