"""The agenda: what is due, and how a unit of work moves along it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.agenda import Due
from chalicelib.domain.items import Cut
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Delete, Save, Services

BATCH = 500
CUTS = "cuts"  # kind: removals at once


def send_due_work(services: Services) -> list[Due]:
    """Send one message for every agenda row that is due; those rows, the oldest first. Costs one read unit when nothing
    is.

    Rows stay until their work is done, so a lost message is made good by the next tick; a message for work
    somebody already has a lease on does nothing.
    """
    rows = services.reviews.due_until(services.clock.now(), BATCH)
    free = [row for row in rows if row.taken <= services.clock.real()]
    for row in {(row.kind, row.id): row for row in free}.values():
        services.queue.send(row.kind, row.id, cause=row.cause)
    return rows


def work_off(services: Services, row: Due, some: Callable[[Budget], bool]) -> None:
    """Do the work behind an agenda row as the only worker, for as long as this invocation may.

    `some` does what it can and tells whether nothing is left; then the row goes, unless somebody wrote it again
    meanwhile. A worker that dies is followed by another when its lease is over.
    """
    found, real = services.reviews.due(row.when, row.kind, row.id), services.clock.real()
    if found is None or found.taken > real:
        return
    held = replace(found, taken=real + services.settings.lease_seconds)
    try:
        services.writer.commit(f"take:{services.clock.new_id()}", Save(held))
    except errors.Conflict:
        return  # somebody else took it, or wrote it again: the next tick looks
    budget, done = Budget(services.clock, services.settings.invocation_seconds), False
    try:
        done = some(budget)
    finally:
        _let_go(services, replace(held, version=held.version + 1), done)
    if not done and not budget.left():
        services.queue.send(row.kind, row.id)


def _let_go(services: Services, held: Due, done: bool) -> None:
    """Remove the row, or free it for the next worker, if it is still as we took it."""
    try:
        change = Delete(held) if done else Save(replace(held, taken=0.0))
        services.writer.commit(f"let-go:{services.clock.new_id()}", change)
    except errors.Conflict:
        return


def due_now(services: Services, kind: str, subject_id: str) -> list[Due]:
    """The rows of this work that are due: read before it begins, and given to `done` after it."""
    rows = services.reviews.due_until(services.clock.now(), BATCH)
    return [row for row in rows if (row.kind, row.id) == (kind, subject_id)]


def done(services: Services, rows: Sequence[Due]) -> None:
    """Take rows off the agenda whose work is done. One that was written while it was done stays: the work may have
    looked too early to see what that row is about."""
    for row in rows:
        services.writer.remove(row)


def instance_row(when: datetime, instance_id: str) -> Due:
    """The agenda row of an instance."""
    return Due(when=when, kind="instance", id=instance_id)


def promise_cuts(services: Services, instance: ReviewInstance, item_ids: Sequence[str]) -> None:
    """Have these items looked at soon: each will be denied in a review that removes at once."""
    if item_ids:
        promised = services.clock.real()
        cuts = [Cut(instance_id=instance.id, item_id=one, promised=promised) for one in item_ids]
        services.writer.put_all([*cuts, cuts_row(instance)])


def cuts_row(instance: ReviewInstance) -> Due:
    """The agenda row of an instance's removals at once."""
    return Due(when=instance.opens, kind=CUTS, id=instance.id)


def reschedule(services: Services, state: InstanceState, when: datetime) -> InstanceState:
    """Move an instance's agenda row to `when` and let go of its lease.

    Three plain writes, half the price of a transaction: the new row comes before the old one goes, so that killed
    in between there is one hint too many, never one too few; `forget_stale` takes that away.
    """
    before = datetime.fromisoformat(state.due) if state.due else None
    released = replace(state, lease=replace(state.lease, until=0.0), due=when.isoformat())
    if when != before:
        services.writer.put_all([instance_row(when, state.instance_id)])
    saved = services.reviews.checkpoint(released)
    if before is not None and before != when:
        services.writer.remove(instance_row(before, state.instance_id))
    return saved


def forget_stale(services: Services, state: InstanceState) -> None:
    """Remove due rows of an instance that are not the one its state names: what a killed worker left behind."""
    for row in services.reviews.due_until(services.clock.now(), BATCH):
        if (row.kind, row.id) == ("instance", state.instance_id) and row.when.isoformat() != state.due:
            services.writer.remove(row)
