"""Removing at once: in a policy that says so, a Deny ends the access without waiting for the close.

The promise (`Cut`) is written before the decision, so that a decision is never recorded without one. Before the
removal begins the item is closed to further decisions; a mind changed earlier than that cancels it. The close finds
the result on the item and does nothing about it again.
"""

from __future__ import annotations

from chalicelib.domain.items import ApplyResult, Cut, Decision, DecisionItem
from chalicelib.domain.removals import BETWEEN_LOOKS, Removal, Standing
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.usecases.agenda import cuts_row, work_off
from chalicelib.usecases.apply_removals import begin_removal, look_again
from chalicelib.usecases.bring_about import Told
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Services

PAGE = 25
PATIENCE = 120.0  # real seconds: by then a decision that was promised has been recorded or never will be


def run_cuts(services: Services, instance_id: str) -> None:
    """Do the promised removals of one instance, as the only worker."""
    instance = services.reviews.instance(instance_id)
    if instance is None:
        return
    found = instance

    def some(budget: Budget) -> bool:
        after, left = None, False
        while budget.left():
            state = services.reviews.state(found.id)
            page = services.reviews.cuts(found.id, PAGE, after)
            for cut in page.items:
                if _cut(services, found, state, cut):
                    services.writer.remove(cut)
                else:
                    left = True
            after = page.next
            if after is None:
                return not left
        return False

    work_off(services, cuts_row(instance), some)


def _cut(services: Services, instance: ReviewInstance, state: InstanceState | None, cut: Cut) -> bool:
    """Do one removal; False when the promise has to stay. From the close on, applying does what is left."""
    if state is None or state.status is not Status.IN_PROGRESS:
        return True
    item = services.items.get(instance.id, cut.item_id)
    if item is None or item.cancelled is not None or item.apply_result is not ApplyResult.NEW:
        return True
    if item.decision is not Decision.DENY:
        return cut.promised + PATIENCE < services.clock.real()
    if not services.items.claim_removal(instance.id, item.id):
        return False
    return _removed(services, instance, state, item)


def _removed(services: Services, instance: ReviewInstance, state: InstanceState, item: DecisionItem) -> bool:
    """Look at it for the first or the second time; False when another look is to follow."""
    known = services.removals.removal(instance.id, item.id)
    if (
        known is not None
        and known.standing is Standing.UNDER_WAY
        and known.begun + BETWEEN_LOOKS <= services.clock.now()
    ):
        return not isinstance(look_again(services, instance, state, known), Told)
    if known is None:
        seen = begin_removal(services, instance, state, item.id, again=False)
        if isinstance(seen, Removal):
            services.writer.put_all([seen])
        return not isinstance(seen, Removal | Told)
    return known.standing is not Standing.UNDER_WAY
