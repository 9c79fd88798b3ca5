"""Knowing a repeated request for work by what it asked (brief, decision 13): jobs have no name to be found by."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.agenda import Job
from chalicelib.domain.attempts import REMEMBERED, Attempt, Repeat
from chalicelib.domain.people import Actor
from chalicelib.usecases.ports import Change, Put, Services

NO_REPEAT = Repeat()


def begun_before(services: Services, actor: Actor, now: datetime, repeat: Repeat) -> Job | None:
    """The job that the same request of this person began within the last hour, when the client says it repeats."""
    if not (repeat.retried and repeat.asked):
        return None
    known = services.reviews.attempt(actor.id, repeat.asked)
    return services.reviews.job(known.subject_id) if known and now - known.made < REMEMBERED else None


def remember(job: Job, repeat: Repeat) -> list[Change]:
    """The change that lets a repeat of the request find its job."""
    if not repeat.asked:
        return []
    return [Put(Attempt(actor_id=job.actor_id, asked=repeat.asked, subject_id=job.id, made=job.created))]
