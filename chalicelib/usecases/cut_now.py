"""Removing at once: in a policy that says so, a Deny ends the access without waiting for the close.

The promise (`Cut`) is written before the decision, so that a decision is never recorded without one. Before the
removal begins the item is closed to further decisions; a mind changed earlier than that cancels it. The close finds
the result on the item and does nothing about it again.
"""

from __future__ import annotations

from enum import StrEnum

from chalicelib.domain.agenda import Due
from chalicelib.domain.assignments import minute_of
from chalicelib.domain.items import ApplyResult, Cut, Decision, DecisionItem
from chalicelib.domain.removals import BETWEEN_LOOKS, Removal, Standing
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.usecases.agenda import CUTS, due_now, work_off
from chalicelib.usecases.apply_removals import begin_removal, look_again
from chalicelib.usecases.bring_about import Told
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Services

PAGE = 25
PATIENCE = 120.0  # real seconds: by then a decision that was promised has been recorded or never will be


class Waits(StrEnum):
    """What a promise has to stay for: the decision it was made for, or the second look at its removal."""

    DECISION = "decision"
    LOOK = "look"


def run_cuts(services: Services, instance_id: str) -> None:
    """Do the promised removals of one instance, as the only worker."""
    instance = services.reviews.instance(instance_id)
    rows = due_now(services, CUTS, instance_id)
    if instance is not None and rows:
        work_off(services, rows[0], lambda budget: _cut_all(services, instance, budget))


def _cut_all(services: Services, instance: ReviewInstance, budget: Budget) -> bool:
    """Go through all promises; True when none is left, or only such as the agenda comes back to for a second look."""
    after, waits = None, set()
    while budget.left():
        state = services.reviews.state(instance.id)
        page = services.reviews.cuts(instance.id, PAGE, after)
        for cut in page.items:
            if not budget.left():
                return False
            wait = _cut(services, instance, state, cut)
            if wait is None:
                services.writer.remove(cut)
            else:
                waits.add(wait)
        after = page.next
        if after is None:
            break
    else:
        return False
    if Waits.LOOK in waits:
        later = minute_of(services.clock.now() + BETWEEN_LOOKS)  # whole minutes: one row, however often this runs
        services.writer.put_all([Due(when=later, kind=CUTS, id=instance.id)])
    return Waits.DECISION not in waits


def _cut(services: Services, instance: ReviewInstance, state: InstanceState | None, cut: Cut) -> Waits | None:
    """Do one removal; what its promise has to stay for. From the close on, applying does what is left."""
    if state is None or state.status is not Status.IN_PROGRESS:
        return None
    item = services.items.get(instance.id, cut.item_id)
    if item is None or item.cancelled is not None or item.apply_result is not ApplyResult.NEW:
        return None
    if item.decision is not Decision.DENY:
        return None if cut.promised + PATIENCE < services.clock.real() else Waits.DECISION
    if not services.items.claim_removal(instance.id, item.id):
        return Waits.DECISION
    return Waits.LOOK if _looks_again(services, instance, state, item) else None


def _looks_again(services: Services, instance: ReviewInstance, state: InstanceState, item: DecisionItem) -> bool:
    """Look at a removal for the first or the second time; is another look to follow?"""
    known = services.removals.removal(instance.id, item.id)
    if known is None:
        seen = begin_removal(services, instance, state, item.id, again=False)
        if isinstance(seen, Removal):
            services.writer.put_all([seen])
        return isinstance(seen, Removal | Told)
    if known.standing is not Standing.UNDER_WAY:
        return False
    if known.begun + BETWEEN_LOOKS > services.clock.now():
        return True
    return isinstance(look_again(services, instance, state, known), Told)
