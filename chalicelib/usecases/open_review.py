"""Opening a review: a due series gets its instance (R62-R65, G6-G8); population and items follow in the driver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import ids
from chalicelib.domain.audit import event
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.reviews import CLOSED, Due, InstanceState, ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import Occurrence, Opening, next_after, occurrence, opening
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.ports import Create, Put, Save, Services

ONE_DAY = timedelta(days=1)


def open_due_review(services: Services, definition_id: str) -> str | None:
    """Open the occurrence of a series that is due, if any; returns the id of the instance to continue.

    Of several missed occurrences only the latest opens (G6). While the previous instance is not closed yet, that
    one is continued first and this one waits for the next tick. Killed anywhere, the next call goes on.
    """
    definition = services.reviews.definition(definition_id)
    now = services.clock.now()
    if definition is None:
        return None
    if definition.ended is not None or not definition.settings.enabled:
        _move_on(services, definition, now, None)
        return None
    last = services.reviews.instances_of(definition_id, 1, None).items
    due, missed = _due(definition, now, last[0] if last else None)
    if due and last and not _closed(services, last[0]):
        services.queue.send("instance", last[0].id)
        return None
    instance = _open(services, definition, due, missed, now) if due else None
    _move_on(services, definition, now, due)
    return instance.id if instance else None


def _closed(services: Services, instance: ReviewInstance) -> bool:
    state = services.reviews.state(instance.id)
    return state is None or state.status in CLOSED


def _due(definition: ReviewDefinition, now: datetime, last: ReviewInstance | None) -> tuple[Occurrence | None, int]:
    """The latest occurrence that is due and of this series, and how many before it were missed."""
    schedule = definition.settings.schedule
    begin = (definition.not_before or definition.created - 2 * ONE_DAY) - timedelta(seconds=1)
    following = next_after(schedule, max(begin, last.opens - ONE_DAY) if last else begin)
    found: Occurrence | None = None
    count = 0
    while following is not None and following.opens <= now:
        if last is None or following.date > last.day:
            found, count = following, count + 1
        following = occurrence(schedule, following.number + 1)
    return found, max(count - 1, 0)


def _open(
    services: Services, definition: ReviewDefinition, due: Occurrence, missed: int, now: datetime
) -> ReviewInstance | None:
    """Write instance, state and agenda row in one commit; or, when too little time is left, record the miss."""
    planned = opening(due, definition.settings.schedule, now)
    if planned.skipped or missed:
        _record_missed(services, definition, due, missed, planned, now)
    if planned.skipped:
        return None
    instance = _instance(definition, due, planned)
    row = instance_row(now, instance.id)
    state = InstanceState(
        instance_id=instance.id,
        definition_id=definition.id,
        ends=planned.closes,
        step="freeze",
        due=now.isoformat(),
    )
    services.writer.commit(f"open:{instance.id}", Create(instance), Create(state), Put(row))
    return instance


def _instance(definition: ReviewDefinition, due: Occurrence, planned: Opening) -> ReviewInstance:
    return ReviewInstance(
        id=ids.instance_id(definition.id, due.date),
        definition_id=definition.id,
        policy_id=definition.policy_id,
        package_id=definition.package_id,
        catalog_id=definition.catalog_id,
        name=f"{definition.display_name}, {due.date:%Y-%m-%d}",
        package_name=definition.package_name,
        policy_name=definition.policy_name,
        reviewer_text=definition.reviewer_text,
        number=due.number,
        day=due.date,
        opens=planned.opens,
        closes=planned.closes,
        settings=definition.settings,
        saved_by=definition.saved_by,
    )


def _record_missed(
    services: Services,
    definition: ReviewDefinition,
    due: Occurrence,
    missed: int,
    planned: Opening,
    now: datetime,
) -> None:
    details = {"latest": due.date.isoformat(), "earlierMissed": missed, "skipped": planned.skipped}
    details["reason"] = planned.reason
    operation = f"missed:{definition.id}:{due.date}"
    target = ("reviewDefinition", definition.id)
    recorded = event(due.opens, SYSTEM, "Policy", "Missed access review", target, operation, details=details)
    services.writer.put_all([recorded])


def _move_on(services: Services, definition: ReviewDefinition, now: datetime, due: Occurrence | None) -> None:
    """Put the agenda row of the next occurrence, then remove those of this series that are due."""
    following = next_after(definition.settings.schedule, now)
    live = definition.ended is None and definition.settings.enabled
    if following is not None and live:
        services.writer.put_all([Due(when=following.opens, kind="series", id=definition.id)])
    elif live:
        services.writer.commit(f"ended:{definition.id}:{definition.version}", Save(replace(definition, ended=now)))
    for row in services.reviews.due_until(now, 500):
        if row.kind == "series" and row.id == definition.id:
            services.writer.remove(row)
