"""Assigning access packages from a CSV file, row by row through the same use case as by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from chalicelib.domain import ids
from chalicelib.domain.agenda import Job
from chalicelib.domain.assignment_rows import COLUMNS, AssignmentRow, parse_assignment
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from chalicelib.domain.imports import BadRow, Record, Row, lines_of, read
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import Actor, Role
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.denials import denied_pairs
from chalicelib.usecases.import_pages import PageResult, Remember
from chalicelib.usecases.ports import Services

_LIST = 500
THREADS = 8  # rows at once: a row waits for its transaction nearly all the time
_COLUMN_OF = {
    "assignment/targetId": "user",
    "assignment/accessPackageId": "package",
    "assignment/assignmentPolicyId": "policy",
    "schedule/startDateTime": "start",
    "schedule/expiration": "end",
}


class AssignmentImport:
    """Implements import_pages.Importer."""

    page_rows = 100  # a row costs a transaction and several reads, and a page must end well within the lease

    def __init__(self, services: Services, job: Job, data: bytes) -> None:
        self._services = services
        self._job = job
        self._data = data
        self._policies: dict[str, list[AssignmentPolicy]] = {}
        # Who may import was settled when the import was asked for.
        self._actor = Actor(job.actor_id, "", "", frozenset({(Role.ADMINISTRATOR, "")}))

    def rows(self) -> Iterator[Row]:
        """See Importer."""
        return read(lines_of(self._data), COLUMNS)

    def count(self) -> int:
        """See Importer."""
        return sum(1 for _ in self.rows())

    def process(self, rows: Sequence[Row], remember: Remember) -> PageResult:
        """See Importer. A repeated row recognises the assignment it made itself."""
        users = self._users([row.cells["user"].lower() for row in rows if isinstance(row, Record)])
        people: dict[str, list[Record]] = defaultdict(list)
        for row in rows:
            if isinstance(row, Record):
                name = row.cells["user"].lower()
                people[users.get(name, name)].append(row)
        with ThreadPoolExecutor(THREADS) as pool:  # one person's rows stay in order; others need not wait for them
            done = [one for found in pool.map(lambda some: self._each(some, users), people.values()) for one in found]
        refused = [one for one in done if isinstance(one, BadRow)] + [row for row in rows if isinstance(row, BadRow)]
        bad = tuple(sorted(refused, key=lambda one: one.line))
        created = sum(1 for one in done if one is True)
        return remember(PageResult(created=created, unchanged=len(rows) - len(bad) - created, bad=bad))

    def _each(self, rows: Sequence[Record], users: dict[str, str]) -> list[bool | BadRow]:
        """What became of each row: made, already there, or refused."""
        found: list[bool | BadRow] = []
        for row in rows:
            try:
                found.append(self._assign(parse_assignment(row), users))
            except (InvalidInput, NotFound, Forbidden, Conflict) as problem:
                column = problem.target or ""
                found.append(BadRow(row.line, _COLUMN_OF.get(column, column), problem.message))
        return found

    def _assign(self, row: AssignmentRow, users: dict[str, str]) -> bool:
        """True when the row's assignment was made, False when it was there. Raises what `assign` raises."""
        policy = self._policy(self._package(row.package), row.policy)
        if row.user not in users:
            raise InvalidInput("Nobody has this principal name or id.", "user")
        operation = ids.digest(self._job.id, row.line)[:32]
        held = self._held(users[row.user], policy)
        if held is not None:
            return held == ids.assignment_id(policy.id, users[row.user], operation)
        pair = (users[row.user], policy.package_id)
        denied = {} if row.despite_denial else denied_pairs(self._services, [pair])
        if pair in denied:
            raise Conflict(f"{denied[pair]} The column denied with assign does that here.", "denied")
        now = self._services.clock.now()
        wish = Wish(
            target_id=users[row.user],
            policy_id=policy.id,
            starts=row.starts if row.starts and row.starts > now else None,
            expiration={"type": "afterDateTime", "endDateTime": row.ends.isoformat()} if row.ends else None,
        )
        assign(self._services, self._actor, now, operation, wish)
        return True

    def _held(self, user_id: str, policy: AssignmentPolicy) -> str | None:
        """The id of the person's live assignment by this policy; by another one `assign` will refuse."""
        holding = self._services.entitlements.holding(user_id, policy.package_id)
        held = self._services.entitlements.assignment(holding.assignment_id) if holding else None
        if held is None or held.policy_id != policy.id or is_over(held, self._services.clock.now()):
            return None
        return held.id

    def _users(self, names: Sequence[str]) -> dict[str, str]:
        """The ids of people given by id or principal name."""
        people = self._services.people
        by_id = people.users(name for name in names if ids.is_guid(name))
        return {user_id: user_id for user_id in by_id} | people.ids_by_principal_names(
            name for name in names if not ids.is_guid(name)
        )

    @cached_property
    def _packages(self) -> dict[str, list[AccessPackage]]:
        """Every package by id and by name; several may share a name across catalogs."""
        found: dict[str, list[AccessPackage]] = {}
        after: str | None = None
        while True:
            page = self._services.entitlements.list_packages(_LIST, after)
            for package in page.items:
                found.setdefault(package.id, []).append(package)
                found.setdefault(package.display_name.lower(), []).append(package)
            after = page.next
            if after is None:
                return found

    def _package(self, name: str) -> AccessPackage:
        found = self._packages.get(name, [])
        if not found:
            raise InvalidInput("There is no access package of this name or id.", "package")
        if len(found) > 1:
            raise InvalidInput("Several catalogs have a package of this name; give its id.", "package")
        return found[0]

    def _policy(self, package: AccessPackage, name: str) -> AssignmentPolicy:
        if package.id not in self._policies:
            page = self._services.entitlements.policies_of_package(package.id, _LIST, None)
            self._policies[package.id] = list(page.items)
        all_of_it = self._policies[package.id]
        found = [one for one in all_of_it if not name or name in (one.id, one.display_name.lower())]
        if len(found) == 1:
            return found[0]
        if not name:
            raise InvalidInput(f"The package has {len(found)} policies; name one.", "policy")
        raise InvalidInput("The package has no policy of this name or id.", "policy")
