"""An opening that waits for its data: noted, told to administrators, looked at again hourly and when data arrives,
and let through when somebody says so. Nothing about access is concluded from a wait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.audit import event
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.recurrence import Occurrence
from chalicelib.domain.reviews import ReviewDefinition, ReviewInstance
from chalicelib.domain.sign_ins import Ground
from chalicelib.domain.sources import EVERYBODY, WAITS, Anyway, AsOf, WaitingOpening
from chalicelib.usecases.decide import check_text
from chalicelib.usecases.freshness import Freshness, freshness
from chalicelib.usecases.ports import Absent, Change, Create, Drop, Put, Save, Services
from chalicelib.usecases.seeing import administers

LOOK_AGAIN = timedelta(hours=1)
TOGETHER = timedelta(minutes=15)  # within which reviews that begin to wait are told of in one mail
WAITING, ANYWAY = "Access review waits for data", "Open access review on old data"


@dataclass(frozen=True, slots=True)
class Data:
    """What an opening freezes of its data, and what it writes when it opens."""

    sources: tuple[AsOf, ...] = ()
    grounds: tuple[Ground, ...] = ()
    anyway: Anyway | None = None
    changes: tuple[Change, ...] = ()


def data_for(
    services: Services, definition: ReviewDefinition, planned: ReviewInstance, due: Occurrence, now: datetime
) -> Data | None:
    """The data on which this occurrence opens, as `planned`; None while it waits for some. Raises Conflict when
    somebody let it through, or opened it, at this moment: the agenda brings us back."""
    fresh = freshness(services, definition.package_id, definition.settings, now)
    waiting = services.sources.waiting_opening(definition.id)
    anyway = waiting.anyway if waiting and waiting.day == due.date else None
    if fresh.old and anyway is None:
        _wait(services, definition, planned, fresh, waiting, now)
        return None
    ended: tuple[Change, ...] = (Drop(waiting),) if waiting else ()
    return Data(fresh.sources, fresh.grounds, anyway if fresh.old else None, ended)


def _wait(
    services: Services,
    definition: ReviewDefinition,
    planned: ReviewInstance,
    fresh: Freshness,
    before: WaitingOpening | None,
    now: datetime,
) -> None:
    """Note the wait, have its administrators told once a day, and look again in an hour."""
    begins = before is None or before.day != planned.day
    waiting = WaitingOpening(
        definition_id=definition.id,
        catalog_id=definition.catalog_id,
        package_id=definition.package_id,
        display_name=definition.display_name,
        day=planned.day,
        opens=planned.opens,
        since=now if before is None or begins else before.since,
        sources=tuple(one.id for one in fresh.old),
        told=now.date(),
        version=before.version if before else 0,
    )
    changes: list[Change] = [Save(waiting) if before else Create(waiting), Absent(planned)]
    operation = services.clock.new_id()
    if begins:
        details = {"date": planned.day.isoformat(), "sources": [one.display_name for one in fresh.old]}
        target = ("reviewDefinition", definition.id)
        changes.append(Create(event(now, SYSTEM, "Policy", WAITING, target, operation, details=details)))
    if before is None or begins or before.told != waiting.told:
        changes.append(Put(Due(when=now + TOGETHER, kind=WAITS, id=EVERYBODY)))
    if before != waiting:
        services.writer.commit(operation, *changes)
    for one in fresh.old:
        if not one.awaited:
            services.sources.note(replace(one, awaited=True))
    services.writer.put_all([Due(when=now + LOOK_AGAIN, kind="series", id=definition.id)])


def forget_waiting(services: Services, definition_id: str) -> None:
    """Nothing of this series waits any more: it ended, or its occurrence is over."""
    waiting = services.sources.waiting_opening(definition_id)
    if waiting is not None:
        services.writer.remove(waiting)


def open_anyway(
    services: Services, actor: Actor, now: datetime, operation: str, definition_id: str, reason: str
) -> None:
    """Let the waiting occurrence of a series open on the data there is. Repeated by the same person it is done.

    Raises NotFound, Forbidden, InvalidInput for a reason that is none, Conflict when nothing waits.
    """
    definition = services.reviews.definition(definition_id) if ids.is_guid(definition_id) else None
    if definition is None or not administers(actor, definition.catalog_id, definition.package_id):
        raise errors.NotFound("There is no such review series.")
    if not actor.manages(definition.catalog_id, definition.package_id):
        raise errors.Forbidden("Only those who manage the review's package may open it on old data.")
    check_text(reason, "reason")
    text = reason.strip()
    if not text:
        raise errors.InvalidInput("Say why: it becomes part of the evidence.", "reason")
    waiting = services.sources.waiting_opening(definition.id)
    if waiting is None:
        last = services.reviews.instances_of(definition.id, 1, None).items
        if last and last[0].anyway and (last[0].anyway.by, last[0].anyway.reason) == (actor.id, text):
            return
        raise errors.Conflict("No opening of this series waits for data.")
    if waiting.anyway is None:
        let_through = replace(waiting, anyway=Anyway(by=actor.id, at=now, reason=text))
        details = {"date": waiting.day.isoformat(), "reason": text}
        target = ("reviewDefinition", definition.id)
        recorded = event(now, actor, "Policy", ANYWAY, target, operation, details=details)
        row = Put(Due(when=now, kind="series", id=definition.id))
        services.writer.commit(operation, Save(let_through), Create(recorded), row)
    services.queue.send("series", definition.id)
