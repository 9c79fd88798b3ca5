"""Tasks: ids, due dates, and what is known from what people said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.domain.resources import Right
from chalicelib.domain.tasks import (
    Assignee,
    AssigneeKind,
    Operation,
    Task,
    TaskState,
    confirmed,
    due_at,
    need,
    parse_assignee,
    task_id,
    window_of,
)

RIGHT = Right("site", "AadApplication", "payroll", "clerk")
NOW = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)  # a Monday
GRANT, REVOKE = Operation.GRANT, Operation.REVOKE
OPEN, DONE, CANCELLED = TaskState.OPEN, TaskState.DONE, TaskState.CANCELLED


def told(*facts: tuple[Operation, TaskState]) -> list[Task]:
    """A need's tasks, newest first."""
    return [
        Task(
            id=task_id(need("site", RIGHT, "ann"), number),
            connection="site",
            operation=operation,
            right=RIGHT,
            resource_id="",
            person_id="ann",
            assignee=Assignee(AssigneeKind.USER, "bob"),
            created=NOW,
            due=NOW,
            state=state,
        )
        for number, (operation, state) in zip(range(len(facts), 0, -1), facts, strict=True)
    ]


def test_the_id_of_a_task_names_its_need_and_its_number() -> None:
    (task,) = told((GRANT, OPEN))
    assert task.number == 1
    assert task.id.replace("-", "").startswith(need("site", RIGHT, "ann"))
    assert need("site", RIGHT, "ann") != need("site", RIGHT, "bob") != need("other", RIGHT, "bob")


def test_an_assignee_survives_being_written() -> None:
    for kind in AssigneeKind:
        assert parse_assignee(str(Assignee(kind, "x-1"))) == Assignee(kind, "x-1")


@pytest.mark.parametrize(
    ("created", "days", "zone", "due"),
    [
        ("2026-03-02T09:00", 5, "UTC", "2026-03-09T17:00"),  # Monday to Monday
        ("2026-03-06T09:00", 1, "UTC", "2026-03-09T17:00"),  # over the weekend
        ("2026-03-07T09:00", 1, "UTC", "2026-03-09T17:00"),  # made on a Saturday
        ("2026-03-26T12:00", 2, "Europe/Paris", "2026-03-30T15:00"),  # over the change of clocks
        ("2026-03-02T23:30", 1, "Asia/Tokyo", "2026-03-04T08:00"),  # Tuesday there already
    ],
)
def test_a_task_is_due_at_five_so_many_business_days_later(created: str, days: int, zone: str, due: str) -> None:
    found = due_at(datetime.fromisoformat(created).replace(tzinfo=UTC), days, zone)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_window_ends_after_everything_that_was_made_in_it() -> None:
    assert window_of(NOW) == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert window_of(window_of(NOW)) == datetime(2026, 3, 2, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        ([], None),
        ([(GRANT, OPEN)], False),
        ([(GRANT, DONE)], True),
        ([(REVOKE, OPEN)], True),
        ([(REVOKE, DONE)], False),
        ([(REVOKE, TaskState.VERIFIED)], False),
        ([(REVOKE, TaskState.NOT_DONE)], True),
        ([(REVOKE, OPEN), (GRANT, DONE)], True),
        ([(REVOKE, CANCELLED), (GRANT, DONE)], True),
        ([(GRANT, CANCELLED)], False),
        ([(REVOKE, CANCELLED)], True),
        ([(REVOKE, OPEN), (GRANT, CANCELLED)], True),
        ([(GRANT, OPEN), (REVOKE, DONE), (GRANT, DONE)], False),
    ],
)
def test_who_holds_what_follows_from_the_last_task_that_was_not_cancelled(
    facts: list[tuple[Operation, TaskState]], held: bool | None
) -> None:
    assert confirmed(told(*facts)) is held
