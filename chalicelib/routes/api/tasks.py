"""Tasks: what people do by hand in systems that no connector reaches."""

from __future__ import annotations

from typing import Any

import msgspec
from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.people import User
from chalicelib.domain.tasks import AssigneeKind, Operation, Task, TaskState
from chalicelib.routes.api.people_shapes import Named
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Count, Instant, Listed, MomentOrNull
from chalicelib.usecases.do_tasks import (
    Surroundings,
    Wanted,
    complete,
    count_mine,
    every_task,
    find_task,
    may_do,
    my_tasks,
    next_of_all,
    reassign,
    refuse,
    surroundings,
)

door = Blueprint(__name__)
TASKS = "/api/v1/tasks"
ONE = TASKS + "/{task_id}"
PAGE = 50


class DoneBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """That a task is done; `note` for whoever looks later, for instance a ticket's number."""

    note: str = ""


class NotDoneBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """That a task cannot be done, and why."""

    reason: str


class ReassignBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Who is to do a task."""

    person_id: str


class TaskCount(Shape, kw_only=True):
    """How many open tasks the caller has; for those who see everybody's, whether anybody has one and whether one is
    overdue."""

    open: Count
    anybody: bool
    overdue: bool


class TaskPerson(Shape, kw_only=True):
    """Whose access is to change; names are null for somebody who is no longer in the directory."""

    id: str
    display_name: str | None
    user_principal_name: str | None
    mail: str | None


class TaskResource(Shape, kw_only=True):
    """What the access is to, by our catalog's id (null: in none any more) and by the id of its system."""

    id: str | None
    display_name: str
    origin_id: str
    role: str


class TaskAssignee(Shape, kw_only=True):
    """Who has a task: a person, the members of a group, or the owners of a catalog."""

    kind: AssigneeKind
    id: str
    display_name: str | None


class TaskAnswer(Shape, kw_only=True):
    """A task. `state` `done` rests on the word of `endedBy`, `verified` was seen in the system itself (`endedBy` null:
    nobody had to say so). `connector` is the connection; `instructions` are how it is done there."""

    id: str
    operation: Operation
    state: TaskState
    person: TaskPerson
    resource: TaskResource
    connector: Named
    instructions: str | None
    seen_by: str | None
    assigned_to: TaskAssignee
    can_act: bool
    created_date_time: Instant
    due_date_time: Instant
    overdue: bool
    ended_date_time: MomentOrNull
    ended_by: Named | None
    note: str | None


@route(
    door,
    "GET",
    TASKS,
    query=("scope", "ended", "connector", "overdue", "$skiptoken"),
    gives=Listed[TaskAnswer],
)
def list_tasks(call: Call) -> Answer:
    """The caller's tasks by when they are due; everybody's with `scope=all`, for administrators and auditors, then also
    of one `connector` or `overdue=true` alone. `ended=true` gives those that are not open, the last first. A page may
    be short."""
    scope, is_open = _one(call, "scope", "mine", "all"), _one(call, "ended", "false", "true") == "false"
    late, connection = _one(call, "overdue", "false", "true") == "true", (call.query.get("connector") or [""])[0]
    after = position(call, (call.query.get("$skiptoken") or [""])[0]).get("after")
    if scope == "mine" and (late or connection):
        raise errors.InvalidInput("overdue and connector go with scope=all.", "scope")
    if late and not is_open:
        raise errors.InvalidInput("Only open tasks are overdue.", "overdue")
    if scope == "all":
        wanted = Wanted(is_open=is_open, connection=connection, overdue=late)
        page = every_task(call.services, call.actor, wanted, PAGE, after)
    else:
        page = my_tasks(call.services, call.actor, is_open, PAGE, after)
    known = surroundings(call.services, page.items)
    body: dict[str, Any] = {"value": [_task(call, one, known) for one in page.items]}
    return body | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


@route(door, "GET", TASKS + "/count", gives=TaskCount)
def count_tasks(call: Call) -> Answer:
    """How many open tasks the caller has, and whether others have some."""
    first = next_of_all(call.services, call.actor)
    late = first is not None and first.overdue(call.now)
    return {"open": count_mine(call.services, call.actor), "anybody": first is not None, "overdue": late}


@route(door, "GET", ONE, gives=TaskAnswer)
def show_task(call: Call, task_id: str) -> Answer:
    """One task: for whoever has it, and administrators and auditors."""
    return _whole(call, find_task(call.services, call.actor, task_id))


@route(door, "POST", ONE + "/done", takes=DoneBody, gives=TaskAnswer, refuses=(409,))
def post_done(call: Call, task_id: str) -> Answer:
    """Say that a task is done. Where another connection sees the system it is looked at now, and refused with 409 when
    it is not so."""
    body: DoneBody = call.body
    return _whole(call, complete(call.services, call.actor, call.now, call.operation, task_id, body.note))


@route(door, "POST", ONE + "/not-done", takes=NotDoneBody, gives=TaskAnswer, refuses=(409,))
def post_not_done(call: Call, task_id: str) -> Answer:
    """Say that a task cannot be done, and why."""
    body: NotDoneBody = call.body
    return _whole(call, refuse(call.services, call.actor, call.now, call.operation, task_id, body.reason))


@route(door, "POST", ONE + "/reassign", takes=ReassignBody, gives=TaskAnswer, refuses=(409,))
def post_reassign(call: Call, task_id: str) -> Answer:
    """Give a task to somebody else, who is told; one that was refused is open again."""
    body: ReassignBody = call.body
    return _whole(call, reassign(call.services, call.actor, call.now, call.operation, task_id, body.person_id))


def _one(call: Call, name: str, *allowed: str) -> str:
    """The value of an option, the first one allowed when it is not given. Raises InvalidInput."""
    found: str = (call.query.get(name) or [allowed[0]])[0]
    if found not in allowed:
        raise errors.InvalidInput(f"Must be one of: {', '.join(allowed)}.", name)
    return found


def _whole(call: Call, task: Task) -> dict[str, Any]:
    return _task(call, task, surroundings(call.services, [task]))


def _task(call: Call, task: Task, known: Surroundings) -> dict[str, Any]:
    connection = known.connections.get(task.connection)
    settings = connection.settings if connection else {}
    return {
        "id": task.id,
        "operation": task.operation,
        "state": task.state,
        "person": _person(task.person_id, known.people.get(task.person_id)),
        "resource": _resource(task, known),
        "connector": {"id": task.connection, "displayName": connection.display_name if connection else None},
        "instructions": settings.get("instructions"),
        "seenBy": settings.get("verifyWith"),
        "assignedTo": {
            "kind": task.assignee.kind,
            "id": task.assignee.id,
            "displayName": _assignee(task, known),
        },
        "canAct": may_do(call.services, call.actor, task),
        "createdDateTime": stamp(task.created),
        "dueDateTime": stamp(task.due),
        "overdue": task.overdue(call.now),
        "endedDateTime": stamp(task.ended),
        "endedBy": _ended_by(task, known),
        "note": task.note or None,
    }


def _person(person_id: str, found: User | None) -> dict[str, Any]:
    return {
        "id": person_id,
        "displayName": found.display_name if found else None,
        "userPrincipalName": found.principal_name if found else None,
        "mail": (found.mail or None) if found else None,
    }


def _resource(task: Task, known: Surroundings) -> dict[str, Any]:
    found = known.resources.get(task.resource_id)
    roles = {one.origin_id: one.display_name for one in found.roles} if found else {}
    return {
        "id": found.id if found else None,
        "displayName": found.display_name if found else task.right.resource,
        "originId": task.right.resource,
        "role": roles.get(task.right.role, task.right.role),
    }


def _assignee(task: Task, known: Surroundings) -> str | None:
    given = task.assignee
    if given.kind is AssigneeKind.USER:
        person = known.people.get(given.id)
        return person.display_name if person else None
    return (known.groups if given.kind is AssigneeKind.GROUP else known.catalogs).get(given.id)


def _ended_by(task: Task, known: Surroundings) -> dict[str, Any] | None:
    if task.is_open or not task.by or task.by == "system":
        return None
    person = known.people.get(task.by)
    return {"id": task.by, "displayName": person.display_name if person else None}
