"""A review that cannot go on: tried again after growing pauses, then Failed, with the reason kept, until an
administrator lets it go on (R124, G25).

An attempt is counted when its worker takes the lease, so that one that dies without a word counts too; whatever it
saves sets the count back. Ten attempts without any progress take more than three hours.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.agenda import Lease
from chalicelib.domain.audit import event
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.reviews import OPENING, InstanceState, ReviewInstance, Status, Unanswered
from chalicelib.domain.series import Needs, live_review
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.cancel_items import open_reviews
from chalicelib.usecases.control_review import Changed, change_review, check_manages
from chalicelib.usecases.ports import Create, Drop, Put, Save, Services
from chalicelib.usecases.to_seal import failure

MOST_ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3_600.0  # real seconds
MOST_TEXT = 500
SILENT = "Every attempt ended without a word: out of time, or out of memory."


def attempt_failed(services: Services, held: InstanceState, problem: Exception | None) -> str:
    """Note that whoever took the lease `held` could not go on: a pause, and Failed after ten attempts in a row.
    `problem` None: they were all cut off. Returns what became of it, for the log."""
    state = services.reviews.state(held.instance_id)
    if state is None or state.lease.owner != held.lease.owner:
        return "lost"
    attempts = max(state.attempts, 1)
    error = f"{type(problem).__name__}: {problem}"[:MOST_TEXT] if problem else state.error or SILENT
    if attempts >= MOST_ATTEMPTS:
        return _failed(services, replace(state, error=error))
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    lease = replace(state.lease, until=services.clock.real() + pause)
    services.reviews.checkpoint(replace(state, attempts=attempts, error=error, lease=lease))
    return "pauses"


def attempt_throttled(services: Services, held: InstanceState) -> str:
    """Note that the lease `held` was no attempt: we were told to slow down. The agenda brings us back."""
    with suppress(errors.Throttled, errors.Conflict):
        state = services.reviews.state(held.instance_id)
        if state is not None and state.lease.owner == held.lease.owner and state.attempts:
            services.reviews.checkpoint(replace(state, attempts=state.attempts - 1))
    return "throttled"


def _failed(services: Services, state: InstanceState) -> str:
    """It rests: off the agenda, with the error kept."""
    operation = f"failed:{state.instance_id}:{state.version}"
    target, details = ("reviewInstance", state.instance_id), {"status": state.status, "error": state.error}
    now = services.clock.now()
    recorded = event(now, SYSTEM, "Policy", "Access review failed", target, operation, details=details)
    rests = replace(state, status=Status.FAILED, failed_at=state.status, due="", lease=Lease())
    row = Drop(instance_row(datetime.fromisoformat(state.due), state.instance_id))
    instance = None if rests.hidden else services.reviews.instance(state.instance_id)
    live = [Put(live_review(instance, Needs.RETRY))] if instance else []
    services.writer.commit(operation, Save(rests), row, Create(recorded), *live, *failure(rests, operation, now))
    return Status.FAILED


def retry_review(services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance) -> None:
    """Let a failed review go on where it stood. If its end passed while it rested, what nobody answered keeps its
    access: reviewers could not decide. If its series was deleted, nothing is applied by itself.

    Raises Forbidden, Conflict (it has not failed, or another review of the policy is open by now).
    """
    check_manages(actor, instance)

    def goes_on(state: InstanceState) -> Changed | None:
        if state.status is not Status.FAILED or state.failed_at is None:
            raise errors.Conflict(f"Only a review that failed can be tried again; this one is {state.status}.")
        reviewing = state.failed_at in (*OPENING, Status.IN_PROGRESS)
        if reviewing and any(other.id != instance.id for other in open_reviews(services, instance.policy_id)):
            raise errors.Conflict("Another review of this policy is open. Try again when it is completed.")
        missed = reviewing and now >= state.ends
        after = replace(
            state,
            status=state.failed_at,
            failed_at=None,
            attempts=0,
            error="",
            due=now.isoformat(),
            unanswered=Unanswered.KEEP if missed else state.unanswered,
            withdrawn=state.withdrawn or state.hidden,
        )
        details = {"status": state.failed_at, "error": state.error}
        target = ("reviewInstance", instance.id)
        return after, event(now, actor, "Policy", "Retry access review", target, operation, details=details)

    change_review(services, instance, operation, goes_on)
