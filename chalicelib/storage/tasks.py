"""Tasks, and what was asked over webhooks: one method per access pattern."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.exchanges import Exchange
from chalicelib.domain.tasks import Assignee, ListedTask, Task
from chalicelib.storage import task_keys
from chalicelib.storage.base import fetch, fetch_many, query, query_other
from chalicelib.storage.tables import EntitlementRow, OtherOrder
from chalicelib.usecases.ports import Page

_ANY = datetime(1970, 1, 1, tzinfo=UTC)


class TaskTable:
    """Implements ports.Tasks and ports.Exchanges on DynamoDB."""

    def task(self, task_id: str) -> Task | None:
        """One task; None also for what is no id."""
        return fetch(Task, task_keys.task(task_id)) if ids.is_guid(task_id) else None

    def tasks_of_need(self, need: str, limit: int) -> list[Task]:
        """See ports.Tasks."""
        return list(query(Task, task_keys.tasks_of_need(need), limit, forward=False).items)

    def tasks_of(self, assignee: Assignee, is_open: bool, limit: int, after: str | None) -> Page[Task]:
        """See ports.Tasks."""
        partition = task_keys.task_index(str(assignee), is_open, _ANY, "")[0]
        part = task_keys.task_index_part(is_open)
        page = query_other(Task, partition, limit, after, prefix=part, forward=is_open)
        # The index may lag: what ended, or was given to somebody else meanwhile, is not theirs any more.
        return Page(tuple(one for one in page.items if (one.assignee, one.is_open) == (assignee, is_open)), page.next)

    def count_open(self, assignee: Assignee) -> int:
        """See ports.Tasks."""
        order: Any = EntitlementRow.other_order
        partition = task_keys.task_index(str(assignee), True, _ANY, "")[0]
        return int(order.count(partition, OtherOrder.other_sk.startswith(task_keys.task_index_part(True))))

    def all_tasks(self, is_open: bool, limit: int, after: str | None) -> Page[Task]:
        """See ports.Tasks. One query, and one batch read of the tasks it lists."""
        page = query(ListedTask, task_keys.listed_tasks(is_open), limit, after, forward=is_open)
        found = fetch_many(Task, (task_keys.task(one.task_id) for one in page.items), consistent=True)
        by_id = {task.id: task for task in found}
        return Page(tuple(by_id[one.task_id] for one in page.items if one.task_id in by_id), page.next)

    def exchange(self, need: str) -> Exchange | None:
        """See ports.Exchanges."""
        return fetch(Exchange, task_keys.exchange(need))
