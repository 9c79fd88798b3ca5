"""Who a people file is about: found by one pass over the whole file, so that a row may name a later one."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from chalicelib.domain import ids
from chalicelib.domain.person_rows import PersonRow


class _Entry(NamedTuple):
    line: int
    id: str
    manager: str


class Roster:
    """The good rows of a file by principal name and by id. The first row of a person counts."""

    def __init__(self) -> None:
        self._first_by_name: dict[str, int] = {}
        self._first_by_id: dict[str, int] = {}
        self._entries: dict[str, _Entry] = {}
        self._ids: set[str] = set()

    def add(self, row: PersonRow) -> None:
        """Take note of a row that could be read."""
        self._first_by_name.setdefault(row.name, row.line)
        if row.id:
            self._first_by_id.setdefault(row.id, row.line)
        if self.repeats(row) is None:
            user_id = row.id or ids.guid("user", row.name)
            self._entries[row.name] = _Entry(row.line, user_id, row.manager or "")
            self._ids.add(user_id)

    def repeats(self, row: PersonRow) -> tuple[str, int] | None:
        """(column, line) by which a row repeats an earlier one."""
        if self._first_by_name[row.name] != row.line:
            return "userPrincipalName", self._first_by_name[row.name]
        if row.id and self._first_by_id[row.id] != row.line:
            return "id", self._first_by_id[row.id]
        return None

    def id_of(self, person: str) -> str | None:
        """The id the file gives to a principal name (lower case) or id, if it will bring that person."""
        if person in self._entries:
            return self._entries[person].id
        return person if person in self._ids else None

    def line_of(self, user_id: str) -> int | None:
        """The line that brings the person with this id, when it names the id itself."""
        return self._first_by_id.get(user_id) if user_id in self._ids else None

    def unresolved(self, known: Collection[str]) -> set[str]:
        """Managers named in the file that are neither in it nor among `known`."""
        named = {entry.manager for entry in self._entries.values()} - {""}
        return {manager for manager in named if manager not in known and self.id_of(manager) is None}

    def leave_out(self, managers: Collection[str]) -> None:
        """Forget the rows with these managers: they will not be imported, so nobody can be led by them."""
        for name in [name for name, entry in self._entries.items() if entry.manager in managers]:
            self._ids.discard(self._entries.pop(name).id)
