"""Opening a review: a due series gets its instance (R62-R65, G6-G8); population and items follow in the driver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.audit import event
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import Occurrence, Opening, next_after, occurrence, opening
from chalicelib.domain.series import MissedOccurrence, NewestReview, live_review
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.confirm_removals import lapsing
from chalicelib.usecases.follow_up import GATHER
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services, Unchanged
from chalicelib.usecases.wait_for_data import LOOK_AGAIN, Data, data_for, forget_waiting

ONE_DAY = timedelta(days=1)
OVERTAKEN = "Not opened: a later occurrence was due before it could open."
HIDE_PAGE = 50


def open_due_review(services: Services, definition_id: str) -> str | None:
    """Open the occurrence of a series that is due, if any; returns the id of the instance to continue.

    Of several missed occurrences only the latest opens (G6). While another review of the policy is not closed yet,
    that one is continued first and this one waits. Killed anywhere, the next call goes on.
    """
    definition = services.reviews.definition(definition_id)
    now = services.clock.now()
    if definition is None:
        return None
    if definition.ended is not None or not definition.settings.enabled:
        forget_waiting(services, definition.id)
        if definition.deleted is None or _hide_reviews(services, definition):
            _move_on(services, definition, now)
        return None
    policy = services.entitlements.policy(definition.policy_id) if definition.ad_hoc else None
    if definition.ad_hoc and policy is None:
        _end(services, definition, now)  # the policy was deleted while this review waited (G33)
        return None
    last = next(iter(services.reviews.instances_of(definition_id, 1, None).items), None)
    due, overtaken = due_occurrence(definition, now, last)
    guards = [Unchanged(one) for one in (definition, policy) if one is not None]
    try:
        claim = _claim(services, definition, due, guards) if due else []
        if due and _waits(services, definition, claim, last, now):
            return None
        data = _data(services, definition, due, now) if due else None
        claim += lapsing(services, last, now) if due and data else []
        opened = _open(services, definition, due, overtaken, claim, data, now) if due and data else None
        if due and data is None:
            _clear(services, definition, now)  # it waits, and looks again later
        else:
            _move_on(services, definition, now)
    except errors.Conflict:
        return None  # saved, deleted or overtaken by another series this moment; the agenda row brings us back
    return opened


def _claim(services: Services, definition: ReviewDefinition, due: Occurrence, guards: list[Unchanged]) -> list[Change]:
    """What keeps two series of one policy from opening at the same time (G6): replacing, as read, the row that names
    the policy's newest review. A policy without ad-hoc reviews has one series only and needs none of this."""
    series = services.reviews.series_of_package(definition.package_id, 2, None, definition.policy_id)
    if not definition.ad_hoc and len(series.items) < 2:
        return []
    known = services.reviews.newest_review(definition.policy_id)
    newest = known or NewestReview(policy_id=definition.policy_id, instance_id="")
    claimed = replace(newest, instance_id=ids.instance_id(definition.id, due.date), before=newest.instance_id)
    return [*guards, Save(claimed) if known else Create(claimed)]


def _waits(
    services: Services,
    definition: ReviewDefinition,
    claim: list[Change],
    last: ReviewInstance | None,
    now: datetime,
) -> bool:
    """Is a review of the policy, of this series or another, before Completed (G6)? One that is closing goes on at
    once; for one that is open for longer the agenda row moves ahead, so that waiting costs next to nothing."""
    own = ids.definition_id(definition.policy_id)
    regular = services.reviews.instances_of(own, 1, None).items if definition.ad_hoc else ()
    named = {one.id for one in (last, *regular) if one}
    named |= {change.entity.before for change in claim if isinstance(change.entity, NewestReview)}
    states = (services.reviews.state(one) for one in named if one)
    state = next((one for one in states if one is not None and one.status not in CLOSED), None)
    if state is None:
        return False
    services.queue.send("instance", state.instance_id)
    if state.ends > now:
        services.writer.put_all([Due(when=min(state.ends, now + LOOK_AGAIN), kind="series", id=definition.id)])
        _clear(services, definition, now)
    return True


def due_occurrence(
    definition: ReviewDefinition, now: datetime, last: ReviewInstance | None
) -> tuple[Occurrence | None, list[Occurrence]]:
    """The latest occurrence that is due and of this series, and those before it that never opened."""
    schedule = definition.settings.schedule
    begin = (definition.not_before or definition.created - 2 * ONE_DAY) - timedelta(seconds=1)
    following = next_after(schedule, max(begin, last.opens - ONE_DAY) if last else begin)
    found: list[Occurrence] = []
    while following is not None and following.opens <= now:
        if last is None or following.date > last.day:
            found.append(following)
        following = occurrence(schedule, following.number + 1)
    return (found[-1], found[:-1]) if found else (None, [])


def _open(
    services: Services,
    definition: ReviewDefinition,
    due: Occurrence,
    overtaken: list[Occurrence],
    claim: list[Change],
    data: Data,
    now: datetime,
) -> str | None:
    """Write instance, state and agenda row in one commit; or, when too little time is left, record the miss.

    With a `claim` the commit holds only while nobody ended the series and no other one of the policy opened, and
    nobody confirmed what lapses with it.
    """
    planned = opening(due, definition.settings.schedule, now)
    if planned.skipped or overtaken:
        _record_missed(services, definition, due, overtaken, planned)
    if planned.skipped:
        forget_waiting(services, definition.id)
        return None
    instance = on_data(instance_of(definition, due, planned), data)
    state = InstanceState(
        instance_id=instance.id,
        definition_id=definition.id,
        ends=planned.closes,
        step=GATHER if definition.follows else "freeze",
        listed=True,
        due=now.isoformat(),
    )
    row, live = Put(instance_row(now, instance.id)), Put(live_review(instance))
    changes: list[Change] = [Create(instance), Create(state), row, live, *claim, *data.changes]
    services.writer.commit(f"open:{instance.id}", *changes)
    return instance.id


def _data(services: Services, definition: ReviewDefinition, due: Occurrence, now: datetime) -> Data | None:
    """The data on which an occurrence opens, None while it waits for some; one that is skipped waits for nothing."""
    planned = opening(due, definition.settings.schedule, now)
    if planned.skipped:
        return Data()
    return data_for(services, definition, instance_of(definition, due, planned), due, now)


def on_data(instance: ReviewInstance, data: Data) -> ReviewInstance:
    """The instance with what is known of its data."""
    return replace(instance, sources=data.sources, grounds=data.grounds, anyway=data.anyway)


def instance_of(definition: ReviewDefinition, due: Occurrence, planned: Opening) -> ReviewInstance:
    """The instance that an occurrence opens as (not saved)."""
    return ReviewInstance(
        id=ids.instance_id(definition.id, due.date),
        definition_id=definition.id,
        policy_id=definition.policy_id,
        package_id=definition.package_id,
        catalog_id=definition.catalog_id,
        name=f"{definition.display_name}, {due.date:%Y-%m-%d}",
        package_name=definition.package_name,
        policy_name=definition.policy_name,
        number=due.number,
        day=due.date,
        opens=planned.opens,
        closes=planned.closes,
        settings=definition.settings,
        saved_by=definition.saved_by,
        follows=definition.follows,
        only=definition.only,
    )


def _record_missed(
    services: Services,
    definition: ReviewDefinition,
    due: Occurrence,
    overtaken: list[Occurrence],
    planned: Opening,
) -> None:
    """Remember each occurrence that does not open, with its reason, and leave one audit event about them."""
    details = {"latest": due.date.isoformat(), "earlierMissed": len(overtaken), "skipped": planned.skipped}
    details["reason"] = planned.reason
    operation = f"missed:{definition.id}:{due.date}"
    target = ("reviewDefinition", definition.id)
    recorded = event(due.opens, SYSTEM, "Policy", "Missed access review", target, operation, details=details)
    missed = [(one, OVERTAKEN) for one in overtaken] + ([(due, planned.reason)] if planned.skipped else [])
    rows = [
        MissedOccurrence(definition_id=definition.id, day=one.date, opens=one.opens, reason=reason)
        for one, reason in missed
    ]
    services.writer.put_all([recorded, *rows])


def _hide_reviews(services: Services, definition: ReviewDefinition) -> bool:
    """Lists leave out the reviews of a series that was deleted (R144). Repeatable; False when somebody works on one
    at this very moment, and the agenda row brings us back."""
    after: str | None = None
    while True:
        page = services.reviews.instances_of(definition.id, HIDE_PAGE, after)
        for instance in page.items:
            state = services.reviews.state(instance.id)
            if state is not None and not state.hidden:
                try:
                    hidden, row = Save(replace(state, hidden=True)), Drop(live_review(instance))
                    services.writer.commit(f"hide:{instance.id}:{state.version}", hidden, row)
                except errors.Conflict:
                    return False
        after = page.next
        if after is None:
            return True


def _move_on(services: Services, definition: ReviewDefinition, now: datetime) -> None:
    """Put the agenda row of the next occurrence, then remove those of this series that are due."""
    following = next_after(definition.settings.schedule, now)
    live = definition.ended is None and definition.settings.enabled
    if following is not None and live:
        services.writer.put_all([Due(when=following.opens, kind="series", id=definition.id)])
    elif live:
        _end(services, definition, now)
        return
    _clear(services, definition, now)


def _end(services: Services, definition: ReviewDefinition, now: datetime) -> None:
    """No occurrence will come any more (R60)."""
    operation = f"ended:{definition.id}:{definition.version}"
    target, ended = ("accessReview", definition.id), {"ended": [None, now]}
    recorded = event(now, SYSTEM, "Policy", "Update access review", target, operation, changes=ended)
    services.writer.commit(operation, Save(replace(definition, ended=now)), Create(recorded))
    _clear(services, definition, now)


def _clear(services: Services, definition: ReviewDefinition, now: datetime) -> None:
    """Remove the agenda rows of this series that are due."""
    for row in services.reviews.due_until(now, 500):
        if row.kind == "series" and row.id == definition.id:
            services.writer.remove(row)
