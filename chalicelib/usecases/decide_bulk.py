"""Actions over all of a reviewer's items: batch decisions and accepting recommendations (R100, R109, G17).

Up to 1,000 items are decided within the call. Larger ones become a job that continues in the background and
never overwrites a decision made after it was asked for (brief, decision 14).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.domain import errors
from chalicelib.domain.agenda import Due, Job, Lease
from chalicelib.domain.audit import event
from chalicelib.domain.items import Decision, DecisionItem, Recommendation
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.decide import (
    Submission,
    check_reason,
    check_text,
    hint,
    open_instance,
    promise,
    record_decision,
)
from chalicelib.usecases.list_items import items_of_reviewer
from chalicelib.usecases.ports import Create, Put, Services

INLINE = 1_000
PAGE = 100
ACTIVITIES = {
    "Approve": "Bulk Approve decisions",
    "Deny": "Bulk Deny decisions",
    "DontKnow": "Bulk mark decisions as don't know",
    "NotReviewed": "Bulk Reset decisions",
    "": "Accept recommendations",
}


def decide_all(
    services: Services,
    person: User,
    instance: ReviewInstance,
    parts: tuple[MyReview, ...],
    arguments: dict[str, str],
    now: datetime,
    operation: str,
) -> str | None:
    """Apply one action to every matching item of the caller. `arguments`: `decision` ("" = the recommendation,
    undecided items only), `justification`, `principal` ("" = all). Returns a job's id when it goes on later.

    Raises InvalidInput when a reason is needed and missing, or unfit.
    """
    check_text(arguments["justification"])
    if arguments["decision"]:
        check_reason(instance, _submission("", Decision(arguments["decision"]), arguments))
    job = Job(
        id=operation,
        kind="bulk",
        subject_id=instance.id,
        actor_id=person.id,
        created=now,
        arguments=arguments,
        total=sum(part.items for part in parts),
    )
    if job.total <= INLINE:
        done = _work(services, person, instance, parts, job, Budget(services.clock, 20.0))
        if done.status == "done":
            return None
        job = done
    actor = Actor(person.id, person.principal_name, person.display_name)
    target = ("reviewInstance", instance.id)
    recorded = event(now, actor, "Policy", ACTIVITIES[arguments["decision"]], target, operation)
    job = replace(job, due=now.isoformat())
    services.writer.commit(operation, Create(job), Put(Due(when=now, kind="job", id=job.id)), Create(recorded))
    services.queue.send("job", job.id)
    return job.id


def advance_bulk(services: Services, job: Job) -> None:
    """Continue a bulk action from its checkpoint; leave the agenda when it is done or the review has closed."""
    real = services.clock.real()
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    held = services.reviews.take_job(job, lease, real)
    if held is None:
        return
    person = services.people.user(job.actor_id)
    try:
        instance = open_instance(services, job.subject_id, services.clock.now())
        parts = services.reviews.my_parts(job.actor_id, instance)
        budget = Budget(services.clock, services.settings.invocation_seconds)
        held = _work(services, person, instance, parts, held, budget) if person else replace(held, status="done")
    except errors.ReviewError as problem:
        held = replace(held, status="error", error=problem.message)
    held = services.reviews.save_job(replace(held, lease=replace(held.lease, until=0.0)))
    if held.status in ("done", "error"):
        services.writer.remove(Due(when=datetime.fromisoformat(held.due), kind="job", id=held.id))
    else:
        services.queue.send("job", held.id)


def _work(
    services: Services,
    person: User,
    instance: ReviewInstance,
    parts: tuple[MyReview, ...],
    job: Job,
    budget: Budget,
) -> Job:
    """Decide page after page; returns the job with its position, `done` at the end."""
    while budget.left():
        page = items_of_reviewer(services, person.id, instance, parts, PAGE, job.cursor or None)
        wanted = [one for item in page.items if (one := _for_now(item, job)) is not None]
        cuts = promise(services, instance, wanted)  # of a page together: one message, not one a person
        done = sum(_decide(services, person, instance, job, one) for one in wanted)
        job = replace(job, done=job.done + done)
        hint(services, instance, cuts)
        if page.next is None:
            return replace(job, status="done", cursor="")
        job = replace(job, cursor=page.next, status="running")
    return job


def _for_now(item: DecisionItem, job: Job) -> Submission | None:
    """The submission for an item; None when the action does not concern it or somebody decided since it was asked
    for."""
    submission = _for(item, job) if item.cancelled is None and not item.removal_begun else None
    asked = int(job.created.timestamp() * 1000)
    if submission is None or (item.last and item.last.at > asked):
        return None
    return replace(submission, version=len(item.history))


def _decide(services: Services, person: User, instance: ReviewInstance, job: Job, submission: Submission) -> bool:
    """Decide one item unless somebody was faster."""
    operation, now = f"{job.id[-10:]}{submission.item_id[-6:]}", services.clock.now()
    try:
        record_decision(services, person, instance, submission, now, operation, promised=True)
    except (errors.PreconditionFailed, errors.NotFound):
        return False
    except errors.Conflict:
        open_instance(services, instance.id, services.clock.now())  # closed: this raises and ends the action
        return False  # the item ended by itself this very moment
    except errors.InvalidInput:
        return False  # another reviewer's Deny is replaced only with a reason (G16)
    return True


def _for(item: DecisionItem, job: Job) -> Submission | None:
    principal = job.arguments.get("principal", "")
    if principal and item.principal_id != principal:
        return None
    if job.arguments["decision"]:
        return _submission(item.id, Decision(job.arguments["decision"]), job.arguments)
    if item.decision is not Decision.NOT_REVIEWED or item.recommendation is Recommendation.NO_INFO:
        return None
    given = job.arguments.get("justification", "")
    reason = given or _recommendation_reason(item)
    return Submission(item_id=item.id, decision=Decision(item.recommendation.value), justification=reason)


def _recommendation_reason(item: DecisionItem) -> str:
    """The reason stored when a recommendation is accepted without one of the reviewer's own."""
    if item.resource and item.last_used is None:
        return "Recommendation accepted: never used"
    if item.last_used is not None:
        return f"Recommendation accepted: last used {item.last_used.astimezone(UTC):%Y-%m-%d}"
    if item.last_sign_in is None:
        return "Recommendation accepted: never signed in"
    return f"Recommendation accepted: last sign-in {item.last_sign_in.astimezone(UTC):%Y-%m-%d}"


def _submission(item_id: str, decision: Decision, arguments: dict[str, str]) -> Submission:
    return Submission(item_id=item_id, decision=decision, justification=arguments.get("justification", ""))
