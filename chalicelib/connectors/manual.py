"""Systems that only people change: granting and revoking give somebody a task, and what they say, or what another
connection sees, tells how it ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.connections import Connection, ConnectorKind, Setting, Word
from chalicelib.domain.errors import Conflict, NeedsPerson, Unavailable
from chalicelib.domain.people import SYSTEM, User
from chalicelib.domain.resources import Resource, Right
from chalicelib.domain.tasks import (
    CONFIRMED,
    DUE_DAYS,
    Assignee,
    AssigneeKind,
    Operation,
    Task,
    TaskState,
    confirmed,
    due_at,
    need,
    task_id,
)
from chalicelib.usecases.change_tasks import ending, opening
from chalicelib.usecases.ports import (
    Answer,
    Capability,
    Change,
    Clock,
    Connector,
    Connectors,
    Entitlements,
    Found,
    People,
    Services,
    Tasks,
    Writer,
)

LOG = logging.getLogger("access_reviews")
OWNERS = "catalogOwners"
_LAST = 20  # tasks of a need that are looked at
_PAGE = 500
_TRIES = 3

KIND = ConnectorKind(
    kind="manual",
    display_name="Changed by hand",
    description="Somebody gets a task with a due date for each change, and says when it is done.",
    settings=(
        Setting(
            name="assignedTo",
            label="Who gets the tasks",
            help=f"The sign-in name of a person, the id of a group, or {OWNERS} for the owners of the resource's "
            "catalog.",
            example="servicedesk@example.com",
            pattern=r"[^\s@]+@[^\s@]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|catalogOwners",
        ),
        Setting(
            name="dueDays",
            label="Days to do it",
            help="Business days, Monday to Friday.",
            example="5",
            required=False,
            pattern="[1-9]|[1-5][0-9]|60",
            default=str(DUE_DAYS),
        ),
        Setting(
            name="instructions",
            label="How it is done",
            help="Shown with every task, for instance where to sign in and what to press.",
            required=False,
            lines=True,
        ),
        Setting(
            name="verifyWith",
            label="Seen by",
            help="The name of a connection that can read this system. Without one the person's word counts, and the "
            "evidence says so.",
            example="identity-center",
            required=False,
            pattern="[a-z][a-z0-9-]{1,38}[a-z0-9]",
            connection=True,
        ),
    ),
    capabilities=(Capability.CHECKS.value, Capability.RESTS_ON_WORD.value),
)


@dataclass
class ManualConnector:
    """Implements ports.Connector, Checks and RestsOnWord for one connection."""

    connection: Connection
    zone: str
    people: People
    entitlements: Entitlements
    tasks: Tasks
    connectors: Connectors
    writer: Writer
    clock: Clock
    _resources: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """See ports.Connector. Nothing is known beyond what the request for the resource says."""
        return Found("")

    def grant(self, right: Right, person: User) -> Answer:
        """See ports.Connector."""
        return self._ask(right, person, Operation.GRANT)

    def revoke(self, right: Right, person: User) -> Answer:
        """See ports.Connector."""
        return self._ask(right, person, Operation.REVOKE)

    def verify(self, right: Right, person: User) -> bool:
        """See ports.Connector. Without a connection that sees the system, what people said about their tasks."""
        if self._seen_by:
            return self._looked(right, person)
        held = confirmed(self._tasks(right, person))
        if held is None:
            raise Unavailable("Nobody was ever asked about this right, so that nothing is known about it.")
        return held

    def word(self, right: Right, person: User) -> Word | None:
        """See ports.RestsOnWord."""
        if self._seen_by:
            return None
        last = next((one for one in self._tasks(right, person) if one.state in CONFIRMED), None)
        return Word(source="person", at=last.ended, by=last.by, note=last.note) if last and last.ended else None

    def check(self) -> Sequence[str]:
        """See ports.Checks."""
        wrong = []
        wanted = self.connection.settings["assignedTo"]
        if "@" in wanted and self.people.user_by_principal_name(wanted) is None:
            wrong.append(f"Nobody has the sign-in name {wanted}.")
        elif ids.is_guid(wanted) and self.people.group(wanted) is None:
            wrong.append(f"There is no group with the id {wanted}.")
        if self._seen_by and self._eyes() is None:
            wrong.append(f"{self._seen_by} is no connection that can read a system.")
        return wrong

    # tasks ------------------------------------------------------------------------------------------------
    def _ask(self, right: Right, person: User, operation: Operation) -> Answer:
        """Have somebody do it, unless it is so, or somebody was asked already. Raises NeedsPerson when they said that
        they cannot."""
        for _ in range(_TRIES):
            tasks = self._tasks(right, person)
            newest = tasks[0] if tasks else None
            seen = self._seen(right, person)
            answer, changes = self._next(right, person, operation, newest, seen)
            if not changes:
                return answer
            try:
                self.writer.commit(f"task:{self.clock.new_id()}", *changes)
            except Conflict:
                continue  # another worker, or the person with the task, was first
            return answer
        raise Unavailable("The task changes all the time.")

    def _next(
        self, right: Right, person: User, operation: Operation, newest: Task | None, seen: bool | None
    ) -> tuple[Answer, list[Change]]:
        """What to answer, and the changes to make before."""
        now, wanted = self.clock.now(), operation is Operation.GRANT
        if seen is wanted:
            return Answer.DONE, self._closing(newest, operation, now)
        if newest is None:
            return Answer.PENDING, opening(self._task(right, person, operation, 1, now), self.clock.new_id())
        if newest.operation is operation:
            if newest.is_open:
                return Answer.PENDING, []
            if newest.state is TaskState.NOT_DONE:
                raise NeedsPerson(newest.note)
            if newest.state in CONFIRMED and seen is None:
                return Answer.DONE, []
        changes = self._closing(newest, operation, now)
        if changes and wanted and not self._seen_by:
            return Answer.DONE, changes  # nobody said that they had taken it away
        following = self._task(right, person, operation, newest.number + 1, now)
        return Answer.PENDING, [*changes, *opening(following, self.clock.new_id())]

    def _closing(self, newest: Task | None, operation: Operation, now: datetime) -> list[Change]:
        """The end of an open task that nobody needs to do any more."""
        if newest is None or not newest.is_open:
            return []
        after = TaskState.VERIFIED if newest.operation is operation else TaskState.CANCELLED
        return ending(newest, after, SYSTEM, now, self.clock.new_id())

    def _task(self, right: Right, person: User, operation: Operation, number: int, now: datetime) -> Task:
        resource = self._resource(right)
        days = int(self.connection.settings.get("dueDays") or DUE_DAYS)
        return Task(
            id=task_id(need(self.connection.name, right, person.id), number),
            connection=self.connection.name,
            operation=operation,
            right=right,
            resource_id=resource.id if resource else "",
            person_id=person.id,
            assignee=self._assignee(resource),
            created=now,
            due=due_at(now, days, self.zone),
        )

    def _assignee(self, resource: Resource | None) -> Assignee:
        """Who gets the task. Raises NeedsPerson when there is nobody to give it to."""
        wanted = self.connection.settings["assignedTo"]
        if ids.is_guid(wanted):
            return Assignee(AssigneeKind.GROUP, wanted)
        if "@" in wanted:
            person = self.people.user_by_principal_name(wanted)
            if person is not None:
                return Assignee(AssigneeKind.USER, person.id)
        elif resource is not None:
            return Assignee(AssigneeKind.CATALOG_OWNERS, resource.catalog_id)
        raise NeedsPerson(f"Nobody can be given the task: {wanted} is not there.")

    def _tasks(self, right: Right, person: User) -> list[Task]:
        return self.tasks.tasks_of_need(need(self.connection.name, right, person.id), _LAST)

    def _resource(self, right: Right) -> Resource | None:
        """The right's resource, in one of the catalogs it is in."""
        wanted = (right.origin_system, right.resource)
        if wanted not in self._resources:
            page = self.entitlements.resources_of_connector(self.connection.name, _PAGE, None)
            found = list(page.items)
            while page.next is not None:
                page = self.entitlements.resources_of_connector(self.connection.name, _PAGE, page.next)
                found += page.items
            self._resources = {(one.origin_system, one.origin_id): one for one in found}
        return self._resources.get(wanted)

    # seeing -----------------------------------------------------------------------------------------------
    @property
    def _seen_by(self) -> str:
        return self.connection.settings.get("verifyWith", "")

    def _eyes(self) -> Connector | None:
        """The connector that can read the system; none of this kind, which would ask people again."""
        found = self.connectors.get(self._seen_by)
        return None if isinstance(found, ManualConnector) else found

    def _looked(self, right: Right, person: User) -> bool:
        eyes = self._eyes()
        if eyes is None:
            raise Unavailable(f"There is no connection {self._seen_by!r} to read the system with.")
        return eyes.verify(replace(right, connector=self._seen_by), person)

    def _seen(self, right: Right, person: User) -> bool | None:
        """What another connection sees; None when there is none, or it cannot tell now."""
        if not self._seen_by:
            return None
        try:
            return self._looked(right, person)
        except Exception:  # the task is worth giving all the same
            LOG.exception("connection %s cannot be seen by %s", self.connection.name, self._seen_by)
            return None


def connector(connection: Connection, services: Services) -> ManualConnector:
    """The connector of a connection of this kind."""
    return ManualConnector(
        connection=connection,
        zone=services.settings.default_time_zone,
        people=services.people,
        entitlements=services.entitlements,
        tasks=services.tasks,
        connectors=services.connectors,
        writer=services.writer,
        clock=services.clock,
    )
