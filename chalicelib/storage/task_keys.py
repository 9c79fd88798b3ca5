"""The key patterns of tasks and of what is asked over webhooks. Beside `keys`, same rules."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import ids
from chalicelib.storage import keys

_NEED = 20  # hex digits of a task's id that name its need


def tasks_of_need(need_or_task_id: str) -> str:
    return f"D#{ids.bare(need_or_task_id)[:_NEED]}"


def task(task_id: str) -> tuple[str, str]:
    return tasks_of_need(task_id), task_id


def task_index(assignee: str, is_open: bool, when: datetime, task_id: str) -> tuple[str, str]:
    """An assignee's tasks: open ones by when they are due, the others by when they ended."""
    return f"B#{assignee}", f"{_which(is_open)}#{keys.instant(when)}#{task_id}"


def task_index_part(is_open: bool) -> str:
    """The beginning of the sort keys of one half of an assignee's tasks."""
    return f"{_which(is_open)}#"


def listed_task(is_open: bool, when: datetime, task_id: str) -> tuple[str, str]:
    return listed_tasks(is_open), f"{keys.instant(when)}#{task_id}"


def listed_tasks(is_open: bool) -> str:
    return f"TASKS#{_which(is_open)}"


def exchange(need_or_exchange_id: str) -> tuple[str, str]:
    return f"J#{ids.bare(need_or_exchange_id)[:_NEED]}", "J"


def _which(is_open: bool) -> str:
    return "OPEN" if is_open else "ENDED"
