"""Items whose assignment ends by itself while the review is open: they leave the work, not the evidence (G46)."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.items import Cancelled
from chalicelib.domain.reviews import CLOSED, OPENING, ReviewInstance, Status
from chalicelib.usecases.locate_item import locate_item
from chalicelib.usecases.ports import Services


def reviews_of(services: Services, assignment: Assignment) -> list[ReviewInstance]:
    """The reviews not closed yet that may hold an item of the assignment: of the policies it belongs or belonged
    to."""
    policies = dict.fromkeys((assignment.policy_id, *assignment.former_policies))
    return [instance for policy_id in policies for instance in open_reviews(services, policy_id)]


def open_reviews(services: Services, policy_id: str) -> list[ReviewInstance]:
    """The reviews of a policy that are not closed yet, ad-hoc ones included (G6): two reads a policy, and the states,
    which are remembered for some seconds."""
    own = services.reviews.instances_of(ids.definition_id(policy_id), 1, None).items
    newest = services.reviews.newest_review(policy_id)
    named = (newest.instance_id, newest.before) if newest else ()
    candidates = {one.id: one for one in own} | services.reviews.instances(one for one in named if one)
    states = services.reviews.states(candidates)
    return [one for one in candidates.values() if one.id in states and states[one.id].status not in CLOSED]


def cancel_items(services: Services, assignment: Assignment, reviews: Sequence[ReviewInstance]) -> bool:
    """Cancel the items of an ended assignment, with the cause. False when a review is still being opened: its
    population is not known yet, so that this has to be done again later.

    A review that opened after the end has no item of it, and one that was given again has no item in this review
    (R135). After the close nothing is cancelled: applying finds the assignment gone (R136).
    """
    cause = Cancelled.EXPIRED if assignment.ran_out else Cancelled.REMOVED
    now, all_known = services.clock.now(), True
    for instance in reviews:
        if assignment.expired is None or assignment.expired < instance.opens:
            continue
        state = services.reviews.recent_state(instance.id)
        if state is None or state.status in OPENING:
            all_known = False
        elif state.status is Status.IN_PROGRESS and now < state.ends:
            item = locate_item(services, instance, assignment.id)
            if item is not None:
                services.items.cancel(instance.id, item.id, cause, now)
    return all_known
