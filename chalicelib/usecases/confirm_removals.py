"""What becomes of removals that wait for a confirmation (G24): confirmed, for all or with people left out, declined, or
lapsed when the next review of the series opens. Until then everybody keeps access."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import event
from chalicelib.domain.guards import LONGEST_REASON, MOST_EXCLUDED, Confirmation, Exclusions, How
from chalicelib.domain.items import ApplyResult, Decision, DecisionItem
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewInstance, Status
from chalicelib.domain.series import Needs, live_review, needs_of
from chalicelib.usecases.control_review import Changed, change_review, check_manages
from chalicelib.usecases.decide import check_text
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services
from chalicelib.usecases.signed import unsigned
from chalicelib.usecases.to_seal import seal_row

CONFIRMED, DECLINED, LAPSED = "Apply decision", "Decline removals", "Confirmation lapsed"
_NAMED = 100  # items left out whose ids the audit event repeats


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whom a confirmation leaves out (ids of items), and why: they keep their access."""

    item_ids: tuple[str, ...] = ()
    reason: str = ""


def apply_decisions(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    leaving: Leaving | None = None,
) -> None:
    """Confirm the removals of a completed review that waits (G24), but for whom it leaves out.

    Idempotent: nothing to do is no error, nor is the same confirmation again. Raises Forbidden, InvalidInput (whom it
    leaves out), and Conflict while the review is not completed, and once its removals were declined, have lapsed, or
    were confirmed otherwise.
    """
    check_manages(actor, instance)
    out = leaving or Leaving()
    _check_leaving(services, instance, out)

    def confirmed(state: InstanceState) -> Changed | None:
        if state.status in (Status.APPLYING, Status.APPLIED):
            unsigned(services, instance.id)
            _check_same(services, state, out)
            return None
        if state.stopped_by and state.status not in CLOSED and not out.item_ids:
            return None  # a stopped review applies by itself (a client may call stop and then applyDecisions)
        if state.status is not Status.COMPLETED:
            raise errors.Conflict(f"Results can be applied when the review is Completed; it is {state.status}.")
        _check_still_waits(state)
        end = Confirmation(how=How.CONFIRMED, at=now, by=actor.id, reason=out.reason, excluded=len(out.item_ids))
        details: dict[str, Any] = {"reason": out.reason} if out.reason else {}
        if out.item_ids:
            details |= {"excluded": len(out.item_ids), "excludedItems": list(out.item_ids[:_NAMED])}
        target = ("reviewInstance", instance.id)
        recorded = event(now, actor, "Policy", CONFIRMED, target, operation, details=details)
        after = replace(state, status=Status.APPLYING, confirmed_by=actor.id, confirmation=end)
        return replace(after, step="", cursor="", due=now.isoformat()), recorded

    more = [Put(Exclusions(instance_id=instance.id, item_ids=out.item_ids))] if out.item_ids else []
    change_review(services, instance, operation, confirmed, *more)


def decline_removals(
    services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance, reason: str
) -> None:
    """Remove nobody: everybody keeps access, and the review is over. Repeating it is harmless.

    Raises Forbidden, InvalidInput (no reason), Conflict (nothing waits for a confirmation).
    """
    check_manages(actor, instance)
    because = check_reason(reason)

    def declined(state: InstanceState) -> Changed | None:
        unsigned(services, instance.id)
        if state.confirmation and state.confirmation.how is How.DECLINED:
            return None
        _check_still_waits(state)
        if needs_of(state) is not Needs.CONFIRMATION:
            raise errors.Conflict("Nothing waits for a confirmation in this review.")
        end = Confirmation(how=How.DECLINED, at=now, by=actor.id, reason=because)
        kept = state.outcome.outstanding if state.outcome else 0
        details = {"reason": end.reason, "keepAccess": kept}
        recorded = event(now, actor, "Policy", DECLINED, ("reviewInstance", instance.id), operation, details=details)
        return replace(state, confirmation=end), recorded

    change_review(services, instance, operation, declined, seal_row(instance.id, now))


def lapsing(services: Services, instance: ReviewInstance | None, now: datetime) -> list[Change]:
    """For the transaction that opens the next review of a series: what waited for a confirmation lapses with it."""
    state = services.reviews.state(instance.id) if instance else None
    if instance is None or state is None or needs_of(state) is not Needs.CONFIRMATION:
        return []
    details = {"keepAccess": state.outcome.outstanding if state.outcome else 0}
    target = ("reviewInstance", instance.id)
    recorded = event(now, SYSTEM, "Policy", LAPSED, target, f"lapse:{instance.id}", details=details)
    lapsed = replace(state, confirmation=Confirmation(how=How.LAPSED, at=now))
    return [Save(lapsed), Drop(live_review(instance)), Create(recorded), seal_row(instance.id, now)]


def outstanding(item: DecisionItem) -> bool:
    """Does this item wait to be removed: denied, not ended by itself, and nothing done about it yet?"""
    return item.decision is Decision.DENY and item.cancelled is None and item.apply_result is ApplyResult.NEW


def _check_leaving(services: Services, instance: ReviewInstance, out: Leaving) -> None:
    check_reason(out.reason, needed=bool(out.item_ids))
    if not out.item_ids:
        return
    if len(out.item_ids) > MOST_EXCLUDED:
        raise errors.InvalidInput(f"At most {MOST_EXCLUDED:,} people can be left out.", "except")
    wrong = next((place for place, one in enumerate(out.item_ids) if not ids.is_guid(one)), None)
    if wrong is None:
        found = {one.id: one for one in services.items.get_many(instance.id, out.item_ids)}
        denied = {key for key, one in found.items() if one.decision is Decision.DENY}
        wrong = next((place for place, one in enumerate(out.item_ids) if one not in denied), None)
    if wrong is not None:
        raise errors.InvalidInput("Must be the id of an item of this review that is denied.", f"except/{wrong}")


def check_reason(reason: str, needed: bool = True) -> str:
    """The reason without blanks around it. Raises InvalidInput when there is none but one is `needed`, and for one
    that is too long or has control characters."""
    check_text(reason, "reason")
    if len(reason) > LONGEST_REASON:
        raise errors.InvalidInput(f"At most {LONGEST_REASON} characters.", "reason")
    if needed and not reason.strip():
        raise errors.InvalidInput("Say why: it stands in the evidence.", "reason")
    return reason.strip()


def _check_same(services: Services, state: InstanceState, out: Leaving) -> None:
    """Raises Conflict for a confirmation that leaves out others than the one that was given."""
    if not out.item_ids:
        return
    given = services.guards.exclusions(state.instance_id)
    if given is None or set(given.item_ids) != set(out.item_ids):
        raise errors.Conflict("The removals of this review were confirmed already; restore single ones instead.")


def _check_still_waits(state: InstanceState) -> None:
    end = state.confirmation
    if end is not None and end.how is How.LAPSED:
        raise errors.Conflict(
            f"Nobody confirmed the removals before the next review opened on {end.at:%Y-%m-%d}: they have lapsed and "
            "everybody keeps access. Decide in the next review, or remove single people."
        )
    if end is not None and end.how is How.DECLINED:
        raise errors.Conflict("The removals of this review were declined: everybody keeps access.")
