"""The agenda: what is due, and how a unit of work moves along it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.reviews import Due, InstanceState
from chalicelib.usecases.ports import Change, Drop, Put, Save, Services

BATCH = 500


def send_due_work(services: Services) -> int:
    """Send one message for every agenda row that is due. Costs one read unit when nothing is.

    Rows stay until their work is done, so a lost message is made good by the next tick; a message for work
    somebody already has a lease on does nothing.
    """
    rows = services.reviews.due_until(services.clock.now(), BATCH)
    for row in {(row.kind, row.id): row for row in rows}.values():
        services.queue.send(row.kind, row.id)
    return len(rows)


def done(services: Services, kind: str, subject_id: str) -> None:
    """Take the rows of this work that are due off the agenda."""
    for row in services.reviews.due_until(services.clock.now(), BATCH):
        if (row.kind, row.id) == (kind, subject_id):
            services.writer.remove(row)


def instance_row(when: datetime, instance_id: str) -> Due:
    """The agenda row of an instance."""
    return Due(when=when, kind="instance", id=instance_id)


def reschedule(services: Services, state: InstanceState, when: datetime | None) -> InstanceState:
    """Move an instance's agenda row to `when` (None: nothing more to do) and let go of its lease.

    State and rows change together: a row that outlived its time would be looked at in every tick for ever.
    """
    before = datetime.fromisoformat(state.due) if state.due else None
    released = replace(state, lease=replace(state.lease, until=0.0), due=when.isoformat() if when else "")
    if when == before:
        return services.reviews.checkpoint(released)
    changes: list[Change] = [Save(released)]
    if when is not None:
        changes.append(Put(instance_row(when, state.instance_id)))
    if before is not None:
        changes.append(Drop(instance_row(before, state.instance_id)))
    services.writer.commit(f"agenda:{state.lease.owner}:{state.instance_id}:{state.version}", *changes)
    return replace(released, version=released.version + 1)
