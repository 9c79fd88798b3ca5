"""Setting all decisions of an open review back to undecided (R143, G47). Each item keeps its history and gets one
entry more, so this is a job: committed with its event and its mail at once, continued until it is through."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial

from chalicelib.domain import errors
from chalicelib.domain.agenda import Due, Job, Lease
from chalicelib.domain.audit import event
from chalicelib.domain.items import Decision, DecisionItem, HistoryEntry
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.control_review import Changed, change_review, check_manages, check_open, current, with_round
from chalicelib.usecases.partitions import partitions
from chalicelib.usecases.ports import Create, Put, Services

KIND = "reset"
INLINE = 1_000  # items looked at within the call
PAGE = 100
THREADS = 8
SECONDS = 15.0
TRIES = 3


def reset_decisions(
    services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance, retried: bool = False
) -> None:
    """Set back what was decided until `now`; reviewers are told and may go on deciding. A review of more than 1,000
    items goes on in the background and never touches a later decision. `retried`: a repeat by the SDK, which finds
    nothing decided any more and is no error.

    Raises Forbidden, and Conflict when the review is not open, in its last quarter, or has no decision yet.
    """
    check_manages(actor, instance)
    state = current(services, instance)
    check_open(state, now)
    if now > reset_until(instance, state):
        raise errors.Conflict("Decisions cannot be reset in the last quarter of a review: reviewers need the time.")
    if not _any_decision(services, instance, state):
        if retried:
            return
        raise errors.Conflict("Nothing has been decided in this review yet.")
    job = Job(
        id=operation,
        kind=KIND,
        subject_id=instance.id,
        actor_id=actor.id,
        created=now,
        total=state.items,
        due=now.isoformat(),
    )

    def told(found: InstanceState) -> Changed | None:
        check_open(found, now)
        target = ("reviewInstance", instance.id)
        return with_round(found, "reset", now), event(now, actor, "Policy", "Bulk Reset decisions", target, operation)

    change_review(services, instance, operation, told, Create(job), Put(Due(when=now, kind="job", id=job.id)))
    if state.items > INLINE:
        services.queue.send("job", job.id)
        return
    advance_reset(services, replace(job, version=1), SECONDS)


def reset_until(instance: ReviewInstance, state: InstanceState) -> datetime:
    """Until when decisions can be set back: in the last quarter of a review its reviewers need the time."""
    return state.ends - (state.ends - instance.opens) / 4


def _any_decision(services: Services, instance: ReviewInstance, state: InstanceState) -> bool:
    """Is anything decided? Exact for a review that is small enough to look; else by the counters."""
    if state.items > INLINE:
        counts = services.reviews.progress(instance.id).counts
        return counts.approved + counts.denied + counts.dont_know > 0
    return any(
        item.decision is not Decision.NOT_REVIEWED
        for place in partitions(services, instance, replace(state, cursor=""))
        for item in services.items.sweep(instance.id, place.set_id, place.shard, INLINE, None).items
    )


def advance_reset(services: Services, job: Job, seconds: float | None = None) -> None:
    """Continue a reset from its checkpoint; leave the agenda when it is done or the review has closed."""
    real = services.clock.real()
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    held = services.reviews.take_job(job, lease, real)
    instance = services.reviews.instance(job.subject_id)
    if held is None or instance is None:
        return
    held = _work(services, instance, held, Budget(services.clock, seconds or services.settings.invocation_seconds))
    held = services.reviews.save_job(replace(held, lease=replace(held.lease, until=0.0)))
    if held.status in ("done", "error"):
        services.writer.remove(Due(when=datetime.fromisoformat(held.due), kind="job", id=held.id))
    else:
        services.queue.send("job", held.id)


def _work(services: Services, instance: ReviewInstance, job: Job, budget: Budget) -> Job:
    """Reset page after page from the job's cursor ("partition|item"); returns the job with its position."""
    state = current(services, instance)
    at, _, inside = job.cursor.partition("|")
    with ThreadPoolExecutor(THREADS) as pool:
        for place in partitions(services, instance, replace(state, cursor=job.cursor)):
            after: str | None = inside if place.order == at and inside else None
            while True:
                if services.clock.now() >= state.ends:
                    return replace(job, status="error", error="The review closed before every decision was reset.")
                if not budget.left():
                    return replace(job, status="running")
                page = services.items.sweep(instance.id, place.set_id, place.shard, PAGE, after)
                done = sum(pool.map(partial(_reset, services, instance, job), page.items))
                after = page.next
                job = replace(job, cursor=f"{place.order}|{after or '~'}", done=job.done + done)
                if after is None:
                    break
    return replace(job, status="done", cursor="")


def _reset(services: Services, instance: ReviewInstance, job: Job, item: DecisionItem) -> bool:
    """Set one item back, unless it is undecided or was decided after the reset was asked for."""
    asked = int(job.created.timestamp() * 1000)
    found: DecisionItem | None = item
    for _ in range(TRIES):
        if found is None or found.last is None or found.last.at > asked or found.decision is Decision.NOT_REVIEWED:
            return False
        entry = HistoryEntry(
            decision=Decision.NOT_REVIEWED, by=job.actor_id, at=asked, operation=f"{job.id[-10:]}{item.id[-6:]}"
        )
        recorded = services.items.record(
            instance.id, item.id, entry, services.clock.now(), version=len(found.history), extended=True
        )
        if recorded.accepted:
            return True
        found = recorded.item
    return False
