"""Tasks: what a person has to do in a system that no connector reaches, and what they said about it.

A **need** is one right of one person in one connection. Its tasks are numbered, and a task's id says where it lies:

    task   [20 of its need][12 number]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from chalicelib.domain import ids
from chalicelib.domain.resources import Right
from chalicelib.domain.zones import first_instant, local_date

NEW_TASKS = "newTasks"  # agenda kind: tell an assignee of the tasks they were given
TASKS_DUE = "tasksDue"  # agenda kind: remind an assignee of the tasks that should be done by now
WINDOW = timedelta(minutes=5)  # tasks given within it are told in one mail
SETTLED = timedelta(minutes=1)  # the list of somebody's tasks may lag by less than that
DUE_DAYS = 5  # business days
DUE_AT = time(17, 0)
_SATURDAY = 5


class Operation(StrEnum):
    """What is to become of a right."""

    GRANT = "grant"
    REVOKE = "revoke"


class TaskState(StrEnum):
    """How a task stands. `done` rests on somebody's word, `verified` was seen in the system itself."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    NOT_DONE = "notDone"
    CANCELLED = "cancelled"


CONFIRMED = frozenset({TaskState.DONE, TaskState.VERIFIED})


class AssigneeKind(StrEnum):
    """Who a task may be given to: one person, the members of a group, or whoever owns the resource's catalog."""

    USER = "user"
    GROUP = "group"
    CATALOG_OWNERS = "catalogOwners"


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who has a task."""

    kind: AssigneeKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do by hand. `resource_id` is the catalog's resource, "" when it is in none any more. `by` ended it
    (a person's id, or `system`), `note` is what they said: how it was done, or why it cannot be. `given` is when its
    present assignee got it, None for the first."""

    id: str
    connection: str
    operation: Operation
    right: Right
    resource_id: str
    person_id: str
    assignee: Assignee
    created: datetime
    due: datetime
    given: datetime | None = None
    state: TaskState = TaskState.OPEN
    ended: datetime | None = None
    by: str = ""
    note: str = ""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Does it still wait for somebody?"""
        return self.state is TaskState.OPEN

    @property
    def number(self) -> int:
        """The how manyth task of its need it is, from 1."""
        return int(ids.bare(self.id)[20:], 16)

    def overdue(self, now: datetime) -> bool:
        """Should it have been done by now?"""
        return self.is_open and self.due <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTask:
    """A task in the list of all: open ones by when they are due, the others by when they ended."""

    task_id: str
    is_open: bool
    when: datetime
    version: int = 0


def parse_assignee(text: str) -> Assignee:
    """The assignee that `str` wrote. Raises ValueError."""
    kind, _, assignee_id = text.partition(":")
    return Assignee(AssigneeKind(kind), assignee_id)


def need(connection: str, right: Right, person_id: str) -> str:
    """20 hex digits that name one right of one person in one connection."""
    return ids.digest("need", connection, right.origin_system, right.resource, right.role, person_id)[:20]


def task_id(need_of: str, number: int) -> str:
    """The id of a need's task of this number."""
    return ids.guid_of(f"{need_of}{number:012x}")


def listed(task: Task) -> ListedTask:
    """Its place in the list of all."""
    return ListedTask(task_id=task.id, is_open=task.is_open, when=task.due if task.ended is None else task.ended)


def window_of(created: datetime) -> datetime:
    """The end of the window in which a task was made."""
    span = int(WINDOW.total_seconds())
    since = int(created.timestamp()) // span + 1
    return datetime.fromtimestamp(since * span, created.tzinfo)


def due_at(created: datetime, business_days: int, zone: str) -> datetime:
    """Five in the afternoon of the zone, so many days from Monday to Friday after the day of `created`."""
    day = local_date(created, zone)
    left = business_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return first_instant(day, DUE_AT, zone)


def confirmed(tasks: Sequence[Task]) -> bool | None:
    """Does the person hold the right, by what was said in a need's tasks (newest first)? None when there are none.

    What waits, or was refused, is not done yet; a task that was cancelled says nothing.
    """
    for task in tasks:
        if task.state is not TaskState.CANCELLED:
            return (task.operation is Operation.GRANT) is (task.state in CONFIRMED)
    return tasks[-1].operation is not Operation.GRANT if tasks else None
