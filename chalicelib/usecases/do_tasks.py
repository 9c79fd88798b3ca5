"""What people do with their tasks: see them, say that one is done or cannot be, hand it to somebody else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.connections import Connection
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from chalicelib.domain.people import Actor, Role, User
from chalicelib.domain.resources import Resource
from chalicelib.domain.tasks import Assignee, AssigneeKind, Operation, Task, TaskState
from chalicelib.usecases.change_tasks import ending, handing_over
from chalicelib.usecases.decide import check_text
from chalicelib.usecases.hurry_delivery import hurry_delivery
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.roles import groups_around

LOG = logging.getLogger("access_reviews")
LONGEST_NOTE = 500
_MOST_PARTS = 16  # lists of tasks that one page reads: oneself, some groups, some catalogs


def assignees_of(services: Services, actor: Actor) -> list[Assignee]:
    """As whom the caller may have tasks: themself, the groups tasks are given to that they are in, and the owners of
    their catalogs."""
    given = {
        one.settings.get("assignedTo", "") for one in services.connections.list_connections() if one.kind == "manual"
    }
    groups = {one for one in given if ids.is_guid(one)}
    mine = groups & groups_around(services, actor.id) if groups else set()
    catalogs = {scope.partition(":")[2] for role, scope in actor.roles if role is Role.CATALOG_OWNER}
    found = [Assignee(AssigneeKind.USER, actor.id), *(Assignee(AssigneeKind.GROUP, one) for one in sorted(mine))]
    return [*found, *(Assignee(AssigneeKind.CATALOG_OWNERS, one) for one in sorted(catalogs))]


def my_tasks(services: Services, actor: Actor, is_open: bool, limit: int, after: str | None) -> Page[Task]:
    """The caller's tasks: those given to them, then those of each of their groups and catalogs, each by when they are
    due (or the last that ended first)."""
    whose = assignees_of(services, actor)
    number, position = _position(after)
    found: list[Task] = []
    for place in range(number, min(len(whose), number + _MOST_PARTS)):
        if len(found) == limit:
            return Page(tuple(found), f"{place}.")
        page = services.tasks.tasks_of(whose[place], is_open, limit - len(found), position)
        found += page.items
        if page.next is not None:
            return Page(tuple(found), f"{place}.{page.next}")
        position = None
    left = number + _MOST_PARTS
    return Page(tuple(found), f"{left}." if left < len(whose) else None)


def count_mine(services: Services, actor: Actor) -> int:
    """How many open tasks the caller has."""
    return sum(services.tasks.count_open(one) for one in assignees_of(services, actor))


def next_of_all(services: Services, actor: Actor) -> Task | None:
    """The open task that is due first, whoever has it; None also for those who do not see everybody's."""
    found = services.tasks.all_tasks(True, 1, None).items if actor.reads_everything else ()
    return found[0] if found else None


def _position(after: str | None) -> tuple[int, str | None]:
    place, _, position = (after or "0.").partition(".")
    return int(place), position or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tasks an administrator asks for; "" is all."""

    is_open: bool = True
    connection: str = ""
    overdue: bool = False


def every_task(services: Services, actor: Actor, wanted: Wanted, limit: int, after: str | None) -> Page[Task]:
    """Everybody's tasks, the one that is due first (or ended last) first; a page may be short. Raises Forbidden."""
    if not actor.reads_everything:
        raise Forbidden("Only administrators and auditors see everybody's tasks.")
    page = services.tasks.all_tasks(wanted.is_open, limit, after)
    now = services.clock.now()
    found = tuple(one for one in page.items if wanted.connection in ("", one.connection))
    if not wanted.overdue:
        return Page(found, page.next)
    late = tuple(one for one in found if one.overdue(now))
    return Page(late, page.next if page.items and page.items[-1].overdue(now) else None)


def find_task(services: Services, actor: Actor, task_id: str) -> Task:
    """A task. Raises NotFound, also when the caller neither has it nor sees everything."""
    found = services.tasks.task(task_id)
    if found is None or not (actor.reads_everything or _has(services, actor, found.assignee)):
        raise NotFound("There is no such task.")
    return found


def may_do(services: Services, actor: Actor, task: Task) -> bool:
    """May the caller say what became of the task?"""
    return actor.is_administrator or _has(services, actor, task.assignee)


def _has(services: Services, actor: Actor, assignee: Assignee) -> bool:
    if assignee.kind is AssigneeKind.GROUP:
        return assignee.id in groups_around(services, actor.id)
    if assignee.kind is AssigneeKind.CATALOG_OWNERS:
        return actor.has(Role.CATALOG_OWNER, f"catalog:{assignee.id}")
    return assignee.id == actor.id


def complete(services: Services, actor: Actor, now: datetime, operation: str, task_id: str, note: str) -> Task:
    """Say that a task is done. Where another connection sees the system, it is looked at there and then.

    Raises NotFound, Forbidden, InvalidInput, Conflict (it ended otherwise, or the system says that it is not so).
    """
    _check_note(note, "note")
    task = _to_do(services, actor, task_id, (TaskState.DONE, TaskState.VERIFIED))
    if not task.is_open:
        return _again(services, task)
    held, wanted = _held(services, task), task.operation is Operation.GRANT
    if held is None and task.person_id == actor.id and not wanted:
        raise Forbidden("This is about your own access: somebody else has to say that it is gone.")
    if held is not None and held is not wanted:
        raise Conflict(
            "It was looked at just now, and the person does not have it yet."
            if wanted
            else "It was looked at just now, and the person still has it."
        )
    after = TaskState.DONE if held is None else TaskState.VERIFIED
    return _end(services, actor, now, operation, task, after, note)


def refuse(services: Services, actor: Actor, now: datetime, operation: str, task_id: str, reason: str) -> Task:
    """Say that a task cannot be done, and why: its removal then needs a person.

    Raises NotFound, Forbidden, InvalidInput, Conflict (it ended otherwise).
    """
    _check_note(reason, "reason")
    if not reason.strip():
        raise InvalidInput("Must say why it cannot be done.", "reason")
    task = _to_do(services, actor, task_id, (TaskState.NOT_DONE,))
    if not task.is_open:
        return _again(services, task)
    return _end(services, actor, now, operation, task, TaskState.NOT_DONE, reason)


def reassign(services: Services, actor: Actor, now: datetime, operation: str, task_id: str, person_id: str) -> Task:
    """Give a task to somebody else; one that was refused is open again.

    Raises NotFound, Forbidden, InvalidInput (nobody who can take part), Conflict (it was done or cancelled).
    """
    task = _to_do(services, actor, task_id, (TaskState.NOT_DONE,))
    person = services.people.user(person_id)
    if person is None or not person.can_take_part:
        raise InvalidInput("There is no such person, or they cannot sign in.", "personId")
    to = Assignee(AssigneeKind.USER, person.id)
    if task.is_open and task.assignee == to:
        return task
    given = replace(task, assignee=to, given=now, state=TaskState.OPEN, ended=None, by="")
    services.writer.commit(operation, *handing_over(task, given, actor, now, operation))
    if not task.is_open:
        hurry_delivery(services, task.right, task.person_id)
    return replace(given, version=task.version + 1)


def _to_do(services: Services, actor: Actor, task_id: str, repeats: Sequence[TaskState]) -> Task:
    """The task, if the caller may do something with it that leads to, or begins at, one of these states besides an
    open one. Raises NotFound, Forbidden, Conflict."""
    task = find_task(services, actor, task_id)
    if not may_do(services, actor, task):
        raise Forbidden("Only whoever has the task, and administrators, say what became of it.")
    if not task.is_open and task.state not in repeats:
        raise Conflict(f"The task is {_WORDS[task.state]} already.")
    return task


_WORDS = {
    TaskState.DONE: "done",
    TaskState.VERIFIED: "done",
    TaskState.NOT_DONE: "refused",
    TaskState.CANCELLED: "no longer needed and was cancelled",
}


def _again(services: Services, task: Task) -> Task:
    """A task about which just that was said before. Whoever said it may have died before the delivery heard of it."""
    hurry_delivery(services, task.right, task.person_id)
    return task


def _end(
    services: Services, actor: Actor, now: datetime, operation: str, task: Task, after: TaskState, note: str
) -> Task:
    services.writer.commit(operation, *ending(task, after, actor, now, operation, note.strip()))
    hurry_delivery(services, task.right, task.person_id)
    return replace(task, state=after, ended=now, by=actor.id, note=note.strip() or task.note, version=task.version + 1)


def _held(services: Services, task: Task) -> bool | None:
    """Does the system show the right, as another connection sees it? None when none can tell."""
    connection = services.connections.connection(task.connection)
    name = connection.settings.get("verifyWith", "") if connection else ""
    eyes, person = services.connectors.get(name) if name else None, services.people.user(task.person_id)
    if eyes is None or person is None:
        return None
    try:
        return eyes.verify(replace(task.right, connector=name), person)
    except Exception:  # the person did their part; delivery looks again
        LOG.exception("connection %s cannot be seen by %s", task.connection, name)
        return None


def _check_note(note: str, name: str) -> None:
    check_text(note, name)
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"Must have at most {LONGEST_NOTE} characters.", name)


@dataclass(frozen=True)
class Surroundings:
    """What tasks name: people and groups by id, resources by id, connections by name."""

    people: dict[str, User]
    groups: dict[str, str]
    catalogs: dict[str, str]
    resources: dict[str, Resource]
    connections: dict[str, Connection]


def surroundings(services: Services, tasks: Sequence[Task]) -> Surroundings:
    """Everything a page of tasks names, read in batches."""
    by_kind = {kind: {one.assignee.id for one in tasks if one.assignee.kind is kind} for kind in AssigneeKind}
    people = {one.person_id for one in tasks} | by_kind[AssigneeKind.USER] | {one.by for one in tasks if one.ended}
    groups = {one: services.people.group(one) for one in by_kind[AssigneeKind.GROUP]}
    catalogs = services.entitlements.catalogs(by_kind[AssigneeKind.CATALOG_OWNERS])
    return Surroundings(
        people=services.people.users(one for one in people if ids.is_guid(one)),
        groups={one: found.display_name for one, found in groups.items() if found},
        catalogs={one.id: one.display_name for one in catalogs.values()},
        resources=services.entitlements.resources({one.resource_id for one in tasks} - {""}),
        connections={one.name: one for one in services.connections.list_connections()} if tasks else {},
    )
