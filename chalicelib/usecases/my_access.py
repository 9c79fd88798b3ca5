"""What people see about their own access: what they hold, until when, and how closed reviews of it ended (G18, R97)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.errors import NotFound
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.usecases.item_history import MOST, PastReview, closed_reviews
from chalicelib.usecases.list_entitlements import every
from chalicelib.usecases.ports import Services

THREADS = 8
RECENT = 100  # of the caller's parts in reviews, newest first
Part = tuple[MyReview, ReviewInstance, InstanceState]


@dataclass(frozen=True, slots=True)
class Asked:
    """An open review that asks somebody about their own access, and its item about this assignment."""

    instance: ReviewInstance
    state: InstanceState
    item: DecisionItem


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """An assignment of the caller's with the closed reviews it was in, newest first, and the open review in which
    they answer for it themselves. Of one that others answer they learn when it is closed."""

    assignment: Assignment
    reviews: tuple[PastReview, ...]
    asked: Asked | None = None


def own_assignments(services: Services, person: User, now: datetime) -> list[Assignment]:
    """Every assignment of a person: live ones first, then those that ended, each newest first."""
    held = every(lambda limit, after: services.entitlements.assignments_of_person(person.id, limit, after))
    newest = sorted(held, key=lambda one: one.created, reverse=True)
    return sorted(newest, key=lambda one: is_over(one, now))


def with_last_review(services: Services, person: User, assignments: list[Assignment], now: datetime) -> list[OwnAccess]:
    """Each assignment with the last closed review it was in, and the self-review that is open."""
    own = _self_reviews(services, person, now) if assignments else []

    def look(assignment: Assignment) -> OwnAccess:
        last = next(closed_reviews(services, assignment), None)
        return OwnAccess(assignment, (last,) if last else (), _asked(services, own, assignment))

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(look, assignments))


def own_access(services: Services, person: User, assignment_id: str, now: datetime) -> OwnAccess:
    """One assignment of the caller's with up to five closed reviews. Raises NotFound, also for other people's."""
    found = services.entitlements.assignment(assignment_id)
    if found is None or found.target_id != person.id:
        raise NotFound("There is no such assignment.")
    asked = _asked(services, _self_reviews(services, person, now), found)
    return OwnAccess(found, tuple(islice(closed_reviews(services, found), MOST)), asked)


def _self_reviews(services: Services, person: User, now: datetime) -> list[Part]:
    """The caller's parts in open self-reviews, among their hundred newest parts in reviews."""
    parts = [one for one in services.reviews.my_reviews(person.id, RECENT, None).items if one.self_review]
    states = services.reviews.states(part.instance_id for part in parts)
    running = {key: state for key, state in states.items() if state.status is Status.IN_PROGRESS and now < state.ends}
    instances = services.reviews.instances(running)
    return [
        (part, instances[part.instance_id], running[part.instance_id])
        for part in parts
        if part.instance_id in instances
    ]


def _asked(services: Services, own: list[Part], assignment: Assignment) -> Asked | None:
    """Which of these reviews asks about the assignment: of its policy, with an item about it."""
    for part, instance, state in own:
        if instance.policy_id == assignment.policy_id:
            item_id = ids.decision_id(part.set_id, 1, assignment.id, instance.id)
            item = services.items.get(instance.id, item_id)
            if item is not None and item.cancelled is None:
                return Asked(instance, state, item)
    return None
