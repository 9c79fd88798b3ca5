"""Mail to whoever has tasks: those given within five minutes in one mail, and a reminder when they are due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from chalicelib.domain.agenda import Due
from chalicelib.domain.notices import TasksToDo, TaskToDo
from chalicelib.domain.people import Role, User
from chalicelib.domain.tasks import (
    NEW_TASKS,
    SETTLED,
    TASKS_DUE,
    WINDOW,
    Assignee,
    AssigneeKind,
    Operation,
    Task,
    parse_assignee,
)
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.directory import expand
from chalicelib.usecases.do_tasks import Surroundings, surroundings
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import holders
from chalicelib.usecases.tell import tell_once

SHOWN = 10
_PAGE = 500


def tell_new_tasks(services: Services, subject: str) -> None:
    """Tell an assignee of the tasks they were given in each window that is over, and have them reminded when those are
    due. `subject` is the assignee, as `str` writes it."""
    rows, assignee = due_now(services, NEW_TASKS, subject), parse_assignee(subject)
    for row in rows:
        given = _tasks(services, assignee, partial(_given_in, row.when - SETTLED))
        reminders = {task.due for task in given}
        services.writer.put_all([Due(when=due, kind=TASKS_DUE, id=subject) for due in sorted(reminders)])
        _tell(services, assignee, given, row, reminder=False)
    done(services, rows)


def tell_due_tasks(services: Services, subject: str) -> None:
    """Remind an assignee of what is due and not done, once for each day on which something becomes so."""
    rows, assignee = due_now(services, TASKS_DUE, subject), parse_assignee(subject)
    now = services.clock.now()
    for row in rows[-1:]:  # one mail, however many rows had to wait
        _tell(services, assignee, _tasks(services, assignee, lambda task: task.overdue(now)), row, reminder=True)
    done(services, rows)


def _given_in(until: datetime, task: Task) -> bool:
    """Was it given in the window that ended then?"""
    return until - WINDOW <= (task.given or task.created) < until


def _tasks(services: Services, assignee: Assignee, wanted: Callable[[Task], bool]) -> list[Task]:
    """The assignee's open tasks that are wanted, the one that is due first at the beginning."""
    page = services.tasks.tasks_of(assignee, True, _PAGE, None)
    found = list(filter(wanted, page.items))
    while page.next is not None:
        page = services.tasks.tasks_of(assignee, True, _PAGE, page.next)
        found += filter(wanted, page.items)
    return found


def _tell(services: Services, assignee: Assignee, tasks: Sequence[Task], row: Due, *, reminder: bool) -> None:
    if not tasks:
        return
    known = surroundings(services, tasks[:SHOWN])
    portal = services.settings.portal_url.rstrip("/")
    notice = TasksToDo(
        now=services.clock.now(),
        zone=services.settings.default_time_zone,
        reminder=reminder,
        tasks=tuple(_line(task, known) for task in tasks[:SHOWN]),
        count=len(tasks),
        link=f"{portal}/tasks/{tasks[0].id}" if len(tasks) == 1 else f"{portal}/tasks",
    )
    kind = "tasksDue" if reminder else "tasks"
    for person in people_of(services, assignee):
        tell_once(services, person, kind, f"{assignee}:{row.when.isoformat()}", notice)


def _line(task: Task, known: Surroundings) -> TaskToDo:
    resource, person = known.resources.get(task.resource_id), known.people.get(task.person_id)
    roles = {one.origin_id: one.display_name for one in resource.roles} if resource else {}
    connection = known.connections.get(task.connection)
    return TaskToDo(
        grant=task.operation is Operation.GRANT,
        person=person.display_name if person else task.person_id,
        resource=resource.display_name if resource else task.right.resource,
        role=roles.get(task.right.role, task.right.role),
        system=connection.display_name if connection else task.connection,
        due=task.due,
    )


def people_of(services: Services, assignee: Assignee) -> list[User]:
    """The people behind an assignee, groups opened up."""
    if assignee.kind is AssigneeKind.USER:
        return list(services.people.users([assignee.id]).values())
    if assignee.kind is AssigneeKind.GROUP:
        return expand(services, assignee.id)
    grants = holders(services, Role.CATALOG_OWNER, f"catalog:{assignee.id}")
    found = services.people.users(one.principal_id for one in grants if one.principal_kind == "user")
    for grant in grants:
        if grant.principal_kind == "group":
            found |= {user.id: user for user in expand(services, grant.principal_id)}
    return list(found.values())
