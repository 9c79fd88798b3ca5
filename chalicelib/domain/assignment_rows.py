"""One row of an assignments file: who holds which access package, through which policy, from when to when.

The column `denied` says what to do where a review took the package from the person and nobody lifted that (G27): with
`assign` the row is carried out all the same, otherwise it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.imports import Columns, Record, instant

COLUMNS = Columns(
    known=("user", "package", "policy", "start", "end", "denied"), required=("user", "package"), aliases={}
)


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """What a row says, all names in lower case. `policy` "" means the package's only one."""

    line: int
    user: str
    package: str
    policy: str
    starts: datetime | None
    ends: datetime | None
    despite_denial: bool = False


def parse_assignment(record: Record) -> AssignmentRow:
    """A row of an assignments file. Raises InvalidInput whose target is the column."""
    cells = record.cells
    for column in COLUMNS.required:
        if not cells[column]:
            raise InvalidInput("Must not be empty.", column)
    starts, ends = (instant(cells[name], name) if cells.get(name) else None for name in ("start", "end"))
    if starts and ends and ends <= starts:
        raise InvalidInput("Must lie after the start.", "end")
    denied = cells.get("denied", "").strip().lower()
    if denied not in ("", "assign", "refuse"):
        raise InvalidInput("Must be assign, refuse or empty.", "denied")
    user, package = cells["user"].lower(), cells["package"].lower()
    policy = cells.get("policy", "").lower()
    return AssignmentRow(record.line, user, package, policy, starts, ends, denied == "assign")
