"""Looking back on a reviewed person: every submission of an item, and former reviews of the same package (R191, G18).

Nothing of this is stored twice: former items are found through the frozen populations when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import CLOSED, OPENING, InstanceState, ReviewInstance, Status
from chalicelib.usecases.list_entitlements import every
from chalicelib.usecases.list_items import find_item, sees_all
from chalicelib.usecases.locate_item import locate_item
from chalicelib.usecases.ports import Services

MOST = 5  # former reviews shown
LOOKED_AT = 20  # reviews looked into for one assignment, ad-hoc series of one policy among them
SERIES = 100  # of one policy, known by their pointers


@dataclass(frozen=True, slots=True)
class PastReview:
    """A review and the item of the person in it."""

    instance: ReviewInstance
    state: InstanceState
    item: DecisionItem


@dataclass(frozen=True, slots=True)
class Looking:
    """What a caller learns about an item. `about_self`: it is about the caller, who administers nothing here and
    so learns neither the names nor the private notes of former reviewers (G15, G18)."""

    item: DecisionItem
    former: tuple[PastReview, ...]
    about_self: bool


def look_back(
    services: Services, actor: Actor, instance: ReviewInstance, parts: tuple[MyReview, ...], item_id: str
) -> Looking:
    """An item with up to five earlier reviews of the same person and package, newest first.

    For the item's reviewers and those who administer or audit the review. Raises NotFound.
    """
    item = find_item(services, actor, instance, parts, item_id)
    former: list[PastReview] = []
    every_one = every(lambda n, after: services.entitlements.assignments_of_person(item.principal_id, n, after))
    held = [one for one in every_one if one.package_id == instance.package_id]
    for assignment in sorted(held, key=lambda one: one.created, reverse=True)[:MOST]:
        former += islice(closed_reviews(services, assignment, before=instance.opens), MOST)
    former.sort(key=lambda past: past.instance.opens, reverse=True)
    about_self = item.principal_id == actor.id and not sees_all(actor, instance)
    return Looking(item, tuple(former[:MOST]), about_self)


def closed_reviews(services: Services, assignment: Assignment, before: datetime | None = None) -> Iterator[PastReview]:
    """The closed ones of `reviews_of`."""
    return reviews_of(services, assignment, before, closed=True)


def reviews_of(
    services: Services,
    assignment: Assignment,
    before: datetime | None = None,
    closed: bool = False,
    most: int = LOOKED_AT,
) -> Iterator[PastReview]:
    """The reviews in which an assignment was or is (or was, if `closed`), newest first, that opened earlier than
    `before`: those of every policy it belongs or belonged to, ad-hoc ones included; none that opens or has failed.

    Found as they are asked for; after `most` reviews that were looked into, older ones are left alone.
    """
    series = [
        _since(services, definition_id, assignment.starts)
        for policy_id in dict.fromkeys((assignment.policy_id, *assignment.former_policies))
        for definition_id in _series_of(services, assignment.package_id, policy_id)
    ]
    candidates = merge(*series, key=lambda one: one.opens, reverse=True)
    earlier = (one for one in candidates if before is None or one.opens < before)
    for instance in islice(earlier, most):
        state = services.reviews.recent_state(instance.id)
        if state is None or state.status in OPENING or state.status is Status.FAILED:
            continue
        if closed and state.status not in CLOSED:
            continue
        item = locate_item(services, instance, assignment.id)
        if item is not None:
            yield PastReview(instance, state, item)


def _series_of(services: Services, package_id: str, policy_id: str) -> list[str]:
    """The ids of a policy's series: its own, and the newest of its ad-hoc ones."""
    own = ids.definition_id(policy_id)
    pointers = services.reviews.series_of_package(package_id, SERIES, None, policy_id).items
    others = [one.definition_id for one in pointers if one.definition_id != own]
    if len(others) > LOOKED_AT:
        made = services.reviews.definitions(others).values()
        others = [one.id for one in sorted(made, key=lambda one: one.created, reverse=True)[:LOOKED_AT]]
    return [own, *others]


def _since(services: Services, definition_id: str, begun: datetime) -> Iterator[ReviewInstance]:
    """The occurrences of a series that opened from `begun` on, newest first."""
    after: str | None = None
    while True:
        page = services.reviews.instances_of(definition_id, LOOKED_AT, after)
        for instance in page.items:
            if instance.opens < begun:
                return
            yield instance
        after = page.next
        if after is None:
            return
