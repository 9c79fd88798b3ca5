"""Giving an exception of a closed review a disposition. Each stands for ever; a later one takes its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.audit import event
from chalicelib.domain.dossiers import Disposition, Dossier, Judgement
from chalicelib.domain.people import Actor
from chalicelib.domain.review_exceptions import ReviewException, still_open
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import Kind, instant
from chalicelib.usecases.confirm_removals import check_reason
from chalicelib.usecases.control_owners import owns_control
from chalicelib.usecases.ports import Create, Save, Services
from chalicelib.usecases.review_exceptions import closed, found_exceptions, require_sees_all
from chalicelib.usecases.signed import refuse_signed
from chalicelib.usecases.to_seal import seal_soon, to_seal

DISPOSED = "Record exception disposition"
DISPOSITION = "disposition"  # what the addendum about it tells


def dispose(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    key: str,
    judgement: Judgement,
    reason: str,
) -> None:
    """Say what is made of an exception, and why. The same said again by the same person changes nothing.

    Raises Forbidden (administrators and the control owner do this), NotFound (the review has no such exception),
    InvalidInput (the reason), Conflict (signed off; removals that have not ended; somebody else was faster).
    """
    require_sees_all(actor, instance)
    if not (actor.is_administrator or owns_control(services, actor, instance)):
        raise errors.Forbidden("Only administrators and the control owner say what is made of exceptions.")
    because = check_reason(reason)
    dossier = services.dossiers.dossier(instance.id) or Dossier(instance_id=instance.id)
    refuse_signed(dossier)
    found = _exception(services, instance, key)
    given = [one for one in services.dossiers.dispositions(instance.id) if one.key == key]
    same = bool(given) and (given[-1].judgement, given[-1].reason, given[-1].by) == (judgement, because, actor.id)
    if same and not still_open(found, dossier.judged):
        return
    number = dossier.dispositions + 1
    made = Disposition(
        instance_id=instance.id,
        number=number,
        key=key,
        judgement=judgement,
        reason=because,
        count=found.count,
        by=actor.id,
        at=now,
    )
    after = replace(dossier, dispositions=number, judged={**dossier.judged, key: found.count})
    details = {"exception": key, "disposition": judgement.value, "cases": found.count, "reason": because}
    recorded = event(now, actor, "Policy", DISPOSED, ("reviewInstance", instance.id), operation, details=details)
    head = Save(after) if dossier.version else Create(after)
    about = {"number": number, "by": actor.id, "at": instant(now), **details}
    sealing = to_seal(instance, now, operation, Kind.ADDENDUM, {"what": DISPOSITION, "about": about})
    services.writer.commit(operation, head, Create(made), Create(recorded), *sealing)
    seal_soon(services, instance)


def _exception(services: Services, instance: ReviewInstance, key: str) -> ReviewException:
    """The exception as it is now. Raises NotFound, and Conflict while it will still change by itself."""
    state = closed(services, instance)
    found = next((one for one in found_exceptions(services, instance, state) if one.key == key), None)
    if found is None:
        raise errors.NotFound("The review has no such exception.")
    if found.unfinished:
        raise errors.Conflict("These removals have not ended yet: say what is made of them when they have.")
    return found
