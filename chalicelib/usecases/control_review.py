"""What an administrator does to a running instance: stop it (R142, G24), remind its reviewers (R81); and the one way to
change the state of any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import OPENING, InstanceState, ReviewInstance, Status, Unanswered
from chalicelib.domain.series import live_review, needs_of
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services

TRIES = 5
REMINDER_PAUSE = timedelta(hours=1)
Changed = tuple[InstanceState, AuditEvent]


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


def check_open(state: InstanceState, now: datetime) -> None:
    """Raises Conflict unless the review is in progress and nobody has stopped it."""
    if state.status in OPENING:
        raise errors.Conflict("The review is still being opened. Try again once it is in progress.")
    if state.status is not Status.IN_PROGRESS or state.stopped_by or now >= state.ends:
        raise errors.Conflict("The review is closed.")


def change_review(
    services: Services,
    instance: ReviewInstance,
    operation: str,
    decide: Callable[[InstanceState], Changed | None],
    *more: Change,
) -> None:
    """Change the state of an instance under the hands of its driver, which then looks again. `decide` is asked with
    the state as it stands, as often as somebody else is faster, and gives the new state (its `due` is when the
    driver goes on, "" when it has nothing more to do) and the event; None when there is nothing to do.

    Raises what `decide` raises, and Throttled.
    """
    for _ in range(TRIES):
        before = current(services, instance)
        wanted = decide(before)
        if wanted is None:
            return
        after, recorded = wanted
        released = replace(after, lease=replace(after.lease, until=0.0, owner=""))
        changes: list[Change] = [Save(released), Create(recorded), *more]
        if after.due:
            changes.append(Put(instance_row(datetime.fromisoformat(after.due), instance.id)))
        if needs_of(before) != needs_of(after) and not after.hidden:
            changes.append(Put(live_review(instance, needs_of(after))) if after.due else Drop(live_review(instance)))
        if before.due and before.due != after.due:  # the driver has not let go of it yet
            changes.append(Drop(instance_row(datetime.fromisoformat(before.due), instance.id)))
        try:
            services.writer.commit(operation, *changes)
        except errors.Conflict:
            continue
        services.queue.send("instance", instance.id)
        return
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


def stop_review(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    unanswered: Unanswered = Unanswered.KEEP,
    withdrawn: bool = False,
) -> None:
    """End one instance early. Its end is set a few seconds ahead, so that every process knows it in time.

    Unanswered items keep access unless `unanswered` asks for the policy's outcome (G24). With `withdrawn` nothing
    is applied by itself either. Stopping a review that is closing or closed changes nothing. Raises Forbidden,
    Conflict (not open yet).
    """
    check_manages(actor, instance)

    def stopped(state: InstanceState) -> Changed | None:
        if state.status in OPENING:
            raise errors.Conflict("The review is still being opened. Stop it once it is in progress.")
        if state.status is not Status.IN_PROGRESS or state.stopped_by:
            return None
        begins = max(now, services.clock.now())  # not when it was asked for: other changes may have been faster
        end = min(state.ends, begins + timedelta(seconds=services.settings.stop_delay_seconds))
        details = {"unanswered": unanswered, "scheduledEnd": state.ends.isoformat()}
        target = ("reviewInstance", instance.id)
        recorded = event(now, actor, "Policy", "Stop access review", target, operation, details=details)
        after = replace(
            state,
            ends=end,
            stopped_by=actor.id,
            unanswered=unanswered,
            withdrawn=withdrawn,
            due=end.isoformat(),
        )
        return after, recorded

    change_review(services, instance, operation, stopped)


def with_round(state: InstanceState, kind: str, now: datetime) -> InstanceState:
    """The state with one more mail to every reviewer, to be sent at once; `kind` is its first part."""
    return replace(state, rounds=(*state.rounds, f"{kind}:{now:%Y%m%dT%H%M%S}"), due=now.isoformat())


def remind_reviewers(
    services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance, retried: bool = False
) -> None:
    """Remind everybody with something undecided, each once (R81); at most once an hour, which a repeat by the SDK
    (`retried`) is not refused for. Raises Forbidden, Conflict (not open), Throttled."""
    check_manages(actor, instance)

    def reminded(state: InstanceState) -> Changed | None:
        check_open(state, now)
        wait = state.reminded + REMINDER_PAUSE - now if state.reminded else timedelta(0)
        if wait > timedelta(0):
            if retried:
                return None
            refusal = errors.Throttled("Reviewers were reminded less than an hour ago.")
            refusal.retry_after = int(wait.total_seconds()) + 1
            raise refusal
        target = ("reviewInstance", instance.id)
        recorded = event(now, actor, "Policy", "Send reminder", target, operation)
        return replace(with_round(state, "manual", now), reminded=now), recorded

    change_review(services, instance, operation, reminded)
