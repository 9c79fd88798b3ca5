"""What people do by hand, and what was asked of systems over webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.exchanges import Exchange
    from chalicelib.domain.tasks import Assignee, Task
    from chalicelib.usecases.ports.changes import Page


class Tasks(Protocol):
    """The tasks people were given."""

    def task(self, task_id: str) -> Task | None: ...
    def tasks_of_need(self, need: str, limit: int) -> list[Task]:
        """The last tasks about one right of one person in one connection, newest first."""

    def tasks_of(self, assignee: Assignee, is_open: bool, limit: int, after: str | None) -> Page[Task]:
        """Somebody's open tasks by when they are due, or those that ended, the last one first; may lag."""

    def count_open(self, assignee: Assignee) -> int:
        """How many open tasks somebody has, by a COUNT query; may lag."""

    def all_tasks(self, is_open: bool, limit: int, after: str | None) -> Page[Task]:
        """Everybody's, in the same order."""


class Exchanges(Protocol):
    """What was last asked of systems over their webhooks."""

    def exchange(self, need: str) -> Exchange | None:
        """What was last asked about one right of one person in one connection."""
