"""The changes that make, end and hand over a task: the task, its place in the list of all, the agenda's word that its
assignee is to be told, and the event of the audit trail, always together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.agenda import Due
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.tasks import NEW_TASKS, SETTLED, Task, TaskState, listed, window_of
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save

CATEGORY = "EntitlementManagement"
ACTIVITIES = {
    TaskState.DONE: "Complete task",
    TaskState.VERIFIED: "Complete task",
    TaskState.NOT_DONE: "Refuse task",
    TaskState.CANCELLED: "Cancel task",
}


def opening(task: Task, operation: str) -> list[Change]:
    """The changes that give a new task to its assignee."""
    recorded = _event(task.created, SYSTEM, "Add task", task, operation)
    return [Create(task), Put(listed(task)), _told(task, task.created), Create(recorded)]


def ending(task: Task, after: TaskState, actor: Actor, now: datetime, operation: str, note: str = "") -> list[Change]:
    """The changes that end an open task."""
    ended = replace(task, state=after, ended=now, by=actor.id, note=note or task.note)
    changes = {"state": [task.state.value, after.value]}
    recorded = _event(now, actor, ACTIVITIES[after], ended, operation, changes)
    return [Save(ended), Drop(listed(task)), Put(listed(ended)), Create(recorded)]


def handing_over(task: Task, given: Task, actor: Actor, now: datetime, operation: str) -> list[Change]:
    """The changes that give a task to somebody else, and open it again where it had been refused."""
    changes = {"assignee": [str(task.assignee), str(given.assignee)]}
    recorded = _event(now, actor, "Reassign task", given, operation, changes)
    moved: list[Change] = [] if listed(task) == listed(given) else [Drop(listed(task)), Put(listed(given))]
    return [Save(given), *moved, _told(given, now), Create(recorded)]


def _told(task: Task, given: datetime) -> Put:
    return Put(Due(when=window_of(given) + SETTLED, kind=NEW_TASKS, id=str(task.assignee)))


def _event(
    now: datetime, actor: Actor, activity: str, task: Task, operation: str, changes: dict[str, list[str]] | None = None
) -> AuditEvent:
    details = {
        "person": task.person_id,
        "connection": task.connection,
        "operation": task.operation.value,
        "resource": task.resource_id,
    }
    return event(now, actor, CATEGORY, activity, ("task", task.id), operation, changes=changes, details=details)
