"""The words of the mails about tasks: access that somebody has to change by hand."""

from __future__ import annotations

from chalicelib.domain.notices import TasksToDo, TaskToDo
from chalicelib.domain.wording import count, moment, short_day, trim
from chalicelib.emails.asking import NAME_LENGTH
from chalicelib.emails.page import Block, Button, Due, Facts, Page, Rows, Text, bare, named, subject

SHOWN = 10
WHAT_TO_DO = "Make the change in the system it is about, then open the task and say that it is done."
CANNOT = "Say so in the task, and why. Whoever administers access takes it from there; nothing is lost."
WHY = "You get this mail because these tasks are given to you, to a group you are in, or to the owners of a catalog."


def to_do(notice: TasksToDo) -> Page:
    """The mail that gives one task or several, or reminds of them when they should be done."""
    first = notice.tasks[0]
    day, alone = short_day(first.due, notice.now, notice.zone), notice.count == 1
    due = f"{'Was due' if notice.reminder else 'Due'} {day}" if alone else _first_due(notice, day)
    blocks: tuple[Block, ...] = (
        Text(_lead(notice)),
        Due(due, moment(first.due, notice.now, notice.zone)),
        Button("Open the task" if alone else "Open your tasks", notice.link),
        Rows(_one(first) if alone else _rows(notice)),
        Facts((("What to do", WHAT_TO_DO), ("If it cannot be done", CANNOT))),
        Text(WHY, quiet=True),
    )
    return Page(_subject(notice, day), bare(_lead(notice)), _heading(notice), blocks)


def _first_due(notice: TasksToDo, day: str) -> str:
    return f"Were due by {day}" if notice.reminder else f"The first is due {day}"


def _subject(notice: TasksToDo, day: str) -> str:
    first = notice.tasks[0]
    if notice.count > 1:
        many = count("change of access", "changes of access", notice.count)
        return f"Overdue: {many} to make by hand" if notice.reminder else f"{many} to make by hand, the first by {day}"
    before, after = ("Overdue: ", "") if notice.reminder else ("", f" by {day}")
    person = trim(first.person, NAME_LENGTH)
    what = f"give {person} access to " if first.grant else f"end {person}'s access to "
    return subject(before + (what if before else what[:1].upper() + what[1:]), first.resource, after)


def _heading(notice: TasksToDo) -> str:
    first, overdue = notice.tasks[0], "overdue" if notice.reminder else "waiting for you"
    if notice.count > 1:
        return f"{notice.count:,} changes of access are {overdue}"
    person, resource = named(trim(first.person, NAME_LENGTH)), named(first.resource)
    what = f"Give {person} access to {resource}" if first.grant else f"End the access of {person} to {resource}"
    return f"Overdue: {what[:1].lower()}{what[1:]}" if notice.reminder else what


def _lead(notice: TasksToDo) -> str:
    first = notice.tasks[0]
    if notice.count > 1:
        return "No program reaches the systems these are about, so that somebody has to make each change by hand."
    what = "given" if first.grant else "taken away"
    return f"No program reaches {named(first.system)}, so that this role has to be {what} there by hand."


def _one(task: TaskToDo) -> tuple[tuple[str, str], ...]:
    return (("Person", task.person), ("Role", task.role), ("Of", task.resource), ("In", task.system))


def _rows(notice: TasksToDo) -> tuple[tuple[str, str], ...]:
    """What to do for whom; what is left over is counted."""
    shown = notice.tasks[:SHOWN]
    rows = [(_what(one), f"{one.resource}: {one.role}") for one in shown]
    rest = notice.count - len(shown)
    return tuple([*rows, (f"and {rest:,} more", "")] if rest > 0 else rows)


def _what(task: TaskToDo) -> str:
    person = named(trim(task.person, NAME_LENGTH))
    return f"Give to {person}" if task.grant else f"Take from {person}"
