"""Evidence packs: who may have one, asking for it, and the job that makes it.

A pack is a report whose rows are bytes (`pack_source`), so the machinery of exports writes it: part by part, and after
a death at any point as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import Job
from chalicelib.domain.audit import event
from chalicelib.domain.packs import MOST_SAMPLED, Sample
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import Kind, Seal, Sealed, statement_key
from chalicelib.usecases.exports import EVIDENCE, SAME_ASKING, due
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.ports import Create, Put, Services


def audited_review(services: Services, actor: Actor, review_id: str) -> ReviewInstance:
    """A review whose evidence the caller may have: administrators, auditors, and those who manage its package.
    Raises NotFound."""
    found = services.reviews.instance(review_id) if ids.is_guid(review_id) else None
    if found is None or not sees_all(actor, found):
        raise errors.NotFound("There is no such review.")
    return found


def seals_of(services: Services, instance: ReviewInstance) -> list[Sealed]:
    """Every statement about a review, as the vault has it, in the order of the chain."""
    numbers = [one.sequence for one in services.seals.of_review(instance.id)]
    found = [services.vault.get(statement_key(number)) for number in sorted(numbers)]
    return [Sealed.of_data(one) for one in found if one is not None]


def ask(
    services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance, sample: Sample
) -> Job:
    """The job that makes a pack. Always a worker's: what serves requests may not sign. Asked again within a quarter of
    an hour, and with no seal added meanwhile, it is the same.

    Raises Conflict while the decisions are not sealed, InvalidInput for items that are none of the review.
    """
    seals = services.seals.of_review(instance.id)
    if not any(one.kind is Kind.DECISIONS for one in seals):
        told = "Its decisions are not sealed yet: that happens within minutes of the review's completion."
        raise errors.Conflict(f"There is no evidence of this review yet. {told}")
    _check_items(services, instance, sample)
    job = _job(actor, now, instance, sample, seals)
    found = services.reviews.job(job.id)
    if found is not None:
        return found
    details = {"whole": True} if sample.told is None else {"sample": max(sample.size, len(sample.items))}
    target = ("reviewInstance", instance.id)
    told_of = event(now, actor, "AuditManagement", "Export evidence", target, job.id, details=details)
    services.writer.commit(f"export:{job.id}", Create(job), Put(due(job)), Create(told_of))
    services.queue.send("job", job.id)
    return services.reviews.job(job.id) or job


def _check_items(services: Services, instance: ReviewInstance, sample: Sample) -> None:
    if max(len(sample.items), sample.size) > MOST_SAMPLED:
        raise errors.InvalidInput(f"A sample has at most {MOST_SAMPLED} items.", "items" if sample.items else "sample")
    wrong = [one for one in sample.items if not ids.is_guid(one)]
    known = {one.id for one in services.items.get_many(instance.id, [] if wrong else sample.items)}
    wrong += [one for one in sample.items if one not in known]
    if wrong:
        raise errors.InvalidInput(f"{wrong[0][:64]} is no decision item of this review.", "items")


def _job(actor: Actor, now: datetime, instance: ReviewInstance, sample: Sample, seals: Sequence[Seal]) -> Job:
    arguments = {"what": EVIDENCE, "seals": ",".join(str(one.sequence) for one in sorted(seals, key=_sequence))}
    if sample.items:
        arguments["items"] = ",".join(sorted({*sample.items}))
    elif sample.size:
        arguments |= {"size": str(sample.size), "seed": sample.seed}
    asking = int(now.timestamp() // SAME_ASKING.total_seconds())
    return Job(
        id=ids.guid(EVIDENCE, actor.id, instance.id, sorted(arguments.items()), asking),
        kind=EVIDENCE,
        subject_id=instance.id,
        actor_id=actor.id,
        created=now,
        arguments=arguments,
    )


def _sequence(seal: Seal) -> int:
    return seal.sequence


def find_pack(services: Services, actor: Actor, instance: ReviewInstance, pack_id: str) -> Job:
    """A pack the caller asked for. Raises NotFound."""
    job = services.reviews.job(pack_id) if ids.is_guid(pack_id) else None
    if job is None or (job.kind, job.subject_id, job.actor_id) != (EVIDENCE, instance.id, actor.id):
        raise errors.NotFound("There is no such evidence pack.")
    return job
