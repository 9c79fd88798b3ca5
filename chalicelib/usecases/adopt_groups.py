"""The worker's part of an adoption, and of its preview, which only does not write: group by group, page by page.

It may be killed anywhere: the job's cursor says where to go on. What a step does is in adopt_steps.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

import msgspec

from chalicelib.domain.agenda import Due, Job, Lease
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, InvalidInput, ReviewError, Throttled
from chalicelib.domain.people import Actor
from chalicelib.usecases.adopt_steps import KIND, AdoptionWork, place_of, step
from chalicelib.usecases.adopted_packages import (
    CATEGORY,
)
from chalicelib.usecases.adoption_files import (
    Place,
    wanted_of,
)
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Create, Drop, Save, Services

LOG = logging.getLogger("access_reviews")
TRIES = 5
_BUSY_SECONDS = 30


def advance_adoption(services: Services, job: Job) -> None:
    """Do a bounded part of an adoption. Does nothing while somebody else works on it."""
    real = services.clock.real()
    if job.lease.until > real:
        return
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    taken = services.reviews.take_job(replace(job, status="running", attempts=job.attempts + 1), lease, real)
    if taken is None:
        return
    work = AdoptionWork(services, taken, wanted_of(services, taken.id), Budget(services.clock, _seconds(services)))
    try:
        work.list_groups()
        _drive(work)
    except InvalidInput as problem:  # about the whole, before the first group
        _end(services, replace(work.job, status="error", error=problem.message))
    except Throttled:
        _let_go(services, replace(work.job, attempts=0), _BUSY_SECONDS)
    except Conflict:
        LOG.warning("another worker took over adoption %s", job.id)
    except Exception as problem:  # whatever a system outside does must not stop the other groups
        LOG.exception("adoption %s could not go on", job.id)
        _failed(work, problem)


def _seconds(services: Services) -> float:
    """How long an attempt goes on: members come from outside, a page at a time, and a page must fit as well."""
    return services.settings.invocation_seconds / 2


def _drive(work: AdoptionWork) -> None:
    """Step after step until all groups are done or the time is up."""
    services = work.services
    while True:
        place = place_of(work.job)
        if place.group >= len(work.groups):
            return _end(services, replace(work.job, status="done"))
        if not work.budget.left():
            return _let_go(services, work.job, 0)
        group = work.groups[place.group]
        try:
            place = step(work, group, place)
        except (Throttled, Conflict):
            raise
        except ReviewError as problem:  # about this group; the others go on
            place.result.problem, place.step = problem.message, "end"
        work.job = _checkpoint(work, place)


def _checkpoint(work: AdoptionWork, place: Place) -> Job:
    """Note a step as done. The job's own counts grow when a group is done."""
    job, before = work.job, place_of(work.job)
    if place.group > before.group:
        counts = {**before.result.counts, "problems": int(bool(before.result.problem))}
        counts["packages"] = int(before.result.made and not before.result.problem)
        total = {name: job.result.get(name, 0) + counts.get(name, 0) for name in {*job.result, *counts}}
        job = replace(job, result=total, done=place.group)
    cursor = msgspec.json.encode(place).decode()
    return work.services.reviews.save_job(replace(job, cursor=cursor, attempts=0, error=""))


def _failed(work: AdoptionWork, problem: Exception) -> None:
    """Try again later; a group that fails again and again is given up with its reason."""
    job, reason = work.job, f"The connection did not answer as expected ({type(problem).__name__})."
    work.note(reason)
    if job.attempts >= TRIES and not work.groups:
        return _end(work.services, replace(job, status="error", error=reason))
    if job.attempts >= TRIES:
        place = place_of(job)
        place.result.problem, place.step = reason, "end"
        job = replace(job, cursor=msgspec.json.encode(place).decode(), attempts=0)
    _let_go(work.services, replace(job, error=reason), _BUSY_SECONDS)


def _let_go(services: Services, job: Job, delay: int) -> None:
    """Release the lease and ask for somebody to go on."""
    services.reviews.save_job(replace(job, lease=replace(job.lease, until=0.0)))
    services.queue.send("job", job.id, delay)


def _end(services: Services, job: Job) -> None:
    now = services.clock.now()
    ended = replace(job, finished=now, lease=replace(job.lease, until=0.0))
    row = Due(when=job.created, kind="job", id=job.id)
    recorded = [Create(recorded_as(ended, now, "finished"))] if job.kind == KIND else []
    services.writer.commit(f"{job.id}:end", Save(ended), Drop(row), *recorded)


def recorded_as(job: Job, now: datetime, what: str) -> AuditEvent:
    """The event of an adoption that `started` or `finished`."""
    details = {"groups": job.total, **job.result, "status": job.status} if job.finished else {}
    target, actor = ("adoption", job.id), Actor(job.actor_id, "", "")
    details["connection"] = job.subject_id
    return event(now, actor, CATEGORY, f"Adopt access - {what} (bulk)", target, f"{job.id}:{what}", details=details)
