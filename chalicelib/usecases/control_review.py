"""What an administrator does to a running or closed instance: stop it (R142, G24), apply its results (R118)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.domain.audit import event
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewInstance, Status, Unanswered
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services

TRIES = 5


def current(services: Services, instance: ReviewInstance) -> InstanceState:
    """The state as it stands now. Raises NotFound."""
    state = services.reviews.state(instance.id)
    if state is None:
        raise errors.NotFound("There is no such review.")
    return state


def check_manages(actor: Actor, instance: ReviewInstance) -> None:
    """Raises Forbidden unless the caller administers this package's reviews (R167)."""
    if not actor.manages(instance.catalog_id, instance.package_id):
        raise errors.Forbidden("Only administrators and the package's managers control its reviews.")


def stop_review(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    unanswered: Unanswered = Unanswered.KEEP,
) -> None:
    """End one instance early. Its end is set a few seconds ahead, so that every process knows it in time.

    Unanswered items keep access unless `unanswered` asks for the policy's outcome (G24). Stopping a review that
    is closing or closed changes nothing. Raises Forbidden, Conflict (not open yet).
    """
    check_manages(actor, instance)
    for _ in range(TRIES):
        state = current(services, instance)
        if state.status is not Status.IN_PROGRESS or state.stopped_by:
            if state.status in (Status.INITIALIZING, Status.STARTING, Status.NOT_STARTED):
                raise errors.Conflict("The review is still being opened. Stop it once it is in progress.")
            return
        end = min(state.ends, now + timedelta(seconds=services.settings.stop_delay_seconds))
        stopped = replace(
            state,
            ends=end,
            stopped_by=actor.id,
            unanswered=unanswered,
            due=end.isoformat(),
            lease=replace(state.lease, until=0.0, owner=""),
        )
        if _commit(services, actor, now, operation, instance, state, stopped):
            return
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


def _commit(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    before: InstanceState,
    after: InstanceState,
) -> bool:
    details = {"unanswered": after.unanswered, "scheduledEnd": before.ends.isoformat()}
    target = ("reviewInstance", instance.id)
    recorded = event(now, actor, "Policy", "Stop access review", target, operation, details=details)
    changes: list[Change] = [Save(after), Put(instance_row(after.ends, instance.id)), Create(recorded)]
    if before.due and before.due != after.due:
        changes.append(Drop(instance_row(datetime.fromisoformat(before.due), instance.id)))
    try:
        services.writer.commit(operation, *changes)
    except errors.Conflict:
        return False
    return True


def apply_decisions(services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance) -> None:
    """Confirm the removals of a completed review that waits (G24). Idempotent: nothing to do is no error.

    Raises Forbidden, and Conflict while the review is not completed.
    """
    check_manages(actor, instance)
    state = current(services, instance)
    if state.status in (Status.APPLYING, Status.APPLIED):
        return
    if state.stopped_by and state.status not in CLOSED:
        return  # a stopped review applies by itself (a client may call stop and then applyDecisions)
    if state.status is not Status.COMPLETED:
        raise errors.Conflict(f"Results can be applied when the review is Completed; it is {state.status}.")
    confirmed = replace(state, status=Status.APPLYING, confirmed_by=actor.id, step="", cursor="", due=now.isoformat())
    target = ("reviewInstance", instance.id)
    recorded = event(now, actor, "Policy", "Apply decision", target, operation)
    changes: list[Change] = [Save(confirmed), Put(instance_row(now, instance.id)), Create(recorded)]
    if state.due and state.due != confirmed.due:  # the driver has not let go of it yet
        changes.append(Drop(instance_row(datetime.fromisoformat(state.due), instance.id)))
    services.writer.commit(operation, *changes)
    services.queue.send("instance", instance.id)
