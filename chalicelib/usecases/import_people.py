"""Bringing people from a CSV file into the directory, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib.domain import ids
from chalicelib.domain.agenda import LOST, REACHABLE, Job
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.imports import BadRow, Row, lines_of, read
from chalicelib.domain.people import Actor, User
from chalicelib.domain.person_rows import COLUMNS, PersonRow, merged, parse_person
from chalicelib.domain.roster import Roster
from chalicelib.usecases.import_pages import PageResult, Remember
from chalicelib.usecases.person_changes import Writing, person_change
from chalicelib.usecases.ports import Change, Services

_IN_ONE_COMMIT = 100


@dataclass(frozen=True)
class _Directory:
    """What the directory knows of the people a page names: by id, and who holds which principal name."""

    users: dict[str, User]
    holders: dict[str, str]


@dataclass
class _Plan:
    """What a page will write: `writes` has the changes of one person together."""

    users: dict[str, User] = field(default_factory=dict)
    writes: list[tuple[Change, ...]] = field(default_factory=list)
    reachable: list[str] = field(default_factory=list)
    changed_reviewers: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def result(self) -> PageResult:
        """The counts, as they are told and remembered."""
        return PageResult(
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            bad=tuple(self.bad),
            reachable=tuple(self.reachable),
        )

    def commits(self) -> Iterator[list[Change]]:
        """The changes in as few transactions as can be, nobody's torn apart."""
        chunk: list[Change] = []
        for changes in self.writes:
            if len(chunk) + len(changes) > _IN_ONE_COMMIT:
                yield chunk
                chunk = []
            chunk += changes
        if chunk:
            yield chunk


class PeopleImport:
    """Implements import_pages.Importer."""

    page_rows = 500

    def __init__(self, services: Services, job: Job, data: bytes) -> None:
        self._services = services
        self._started = job.created
        self._job = job
        self._data = data
        self._roster = Roster()

    def rows(self) -> Iterator[Row]:
        """See Importer."""
        return read(lines_of(self._data), COLUMNS)

    def count(self) -> int:
        """See Importer. This pass also finds out whom the file is about, for managers that come later."""
        number = 0
        for row in self.rows():
            number += 1
            person = self._parsed(row)
            if isinstance(person, PersonRow):
                self._roster.add(person)
        # A manager whose own row will be refused is none, and so on upwards until nothing changes.
        known: set[str] = set()
        while unresolved := self._roster.unresolved(known):
            known |= unresolved & self._in_directory(unresolved)
            self._roster.leave_out(unresolved - known)
        return number

    def process(self, rows: Sequence[Row], remember: Remember) -> PageResult:
        """See Importer. What a killed attempt wrote is found unchanged by the next. Raises Conflict, Throttled."""
        plan = self._plan([self._parsed(row) for row in rows])
        result = remember(plan.result())
        for number, changes in enumerate(plan.commits()):
            operation = ids.digest(self._job.id, rows[0].line, number, *plan.users)[:32]
            self._services.writer.commit(operation, *changes)
        for user_id in result.reachable:
            self._services.queue.send(REACHABLE, user_id)
        for user_id in plan.changed_reviewers:  # a hint: the agenda row counts
            self._services.queue.send(LOST, user_id)
        return result

    def _parsed(self, row: Row) -> PersonRow | BadRow:
        if isinstance(row, BadRow):
            return row
        try:
            return parse_person(row, self._started)
        except InvalidInput as problem:
            return BadRow(row.line, problem.target or "", problem.message)

    def _plan(self, rows: Sequence[PersonRow | BadRow]) -> _Plan:
        directory = self._directory([row for row in rows if isinstance(row, PersonRow)])
        plan = _Plan()
        for row in rows:
            if isinstance(row, BadRow):
                plan.bad.append(row)
                continue
            try:
                self._plan_row(plan, directory, row)
            except InvalidInput as problem:
                plan.bad.append(BadRow(row.line, problem.target or "", problem.message))
        return plan

    def _plan_row(self, plan: _Plan, directory: _Directory, row: PersonRow) -> None:
        user_id = self._id_of(plan, directory, row)
        known = directory.users.get(user_id)
        manager_id = None if row.manager is None else self._manager(directory, row.manager, user_id)
        person = merged(row, known, user_id, manager_id, self._started)
        missing_name = directory.holders.get(row.name) != user_id
        if person == known and not missing_name:
            plan.unchanged += 1
            return
        plan.users[user_id] = person
        change = person_change(self._writing(), known, person, missing_name)
        plan.writes.append(change.writes)
        if known is None:
            plan.created += 1
            return
        plan.updated += 1
        if change.reviewing:
            plan.changed_reviewers.append(user_id)
        if change.reachable:
            plan.reachable.append(user_id)

    def _writing(self) -> Writing:
        """How audit events and agenda rows are made: those of one import always have the same ids."""
        actor, now = Actor(self._job.actor_id, "", ""), self._services.clock.now()
        return Writing(actor, now, self._job.id, {"import": self._job.id}, self._started)

    def _id_of(self, plan: _Plan, directory: _Directory, row: PersonRow) -> str:
        """The id a row is about. Raises InvalidInput when somebody else stands there already."""
        repeated = self._roster.repeats(row)
        if repeated:
            raise InvalidInput(f"The same person is on line {repeated[1]} already.", repeated[0])
        holder = directory.holders.get(row.name)
        user_id = row.id or holder or ids.guid("user", row.name)
        if holder not in (None, user_id):
            raise InvalidInput(self._taken(holder), "userPrincipalName")
        if user_id in plan.users:
            raise InvalidInput("An earlier row gives this person another name.", "userPrincipalName")
        return user_id

    def _taken(self, holder: str | None) -> str:
        """What to tell of a principal name somebody else has; the file may be about to give them another one."""
        line = self._roster.line_of(holder or "")
        if line is None:
            return "Somebody with another id has this principal name."
        return (
            f"Line {line} gives the holder of this principal name another one. Import this row again afterwards; "
            "people who exchange names need a passing one first."
        )

    def _manager(self, directory: _Directory, manager: str, user_id: str) -> str:
        """The manager's id, "" for none. The directory knows best; the file tells whom it will know."""
        if not manager:
            return ""
        in_directory = manager if manager in directory.users else directory.holders.get(manager)
        found = in_directory or self._roster.id_of(manager)
        if found is None:
            raise InvalidInput("Nobody has this principal name or id.", "manager")
        if found == user_id:
            raise InvalidInput("Nobody is their own manager.", "manager")
        return found

    def _directory(self, rows: Sequence[PersonRow]) -> _Directory:
        people = self._services.people
        managers = {row.manager for row in rows if row.manager}
        names = {row.name for row in rows} | {manager for manager in managers if not ids.is_guid(manager)}
        holders = people.ids_by_principal_names(sorted(names))
        wanted = {row.id or holders.get(row.name) or ids.guid("user", row.name) for row in rows}
        return _Directory(people.users(sorted(wanted | set(filter(ids.is_guid, managers)))), holders)

    def _in_directory(self, people: set[str]) -> set[str]:
        by_id = sorted(filter(ids.is_guid, people))
        names = sorted(people.difference(by_id))
        found = self._services.people
        return {*found.users(by_id), *found.ids_by_principal_names(names)}
