"""Which decision items a person sees: reviewers their own, those who administer the review all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.domain import errors, ids
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.people import Actor, Right
from chalicelib.domain.reviews import InstanceState, MyReview, ReviewInstance
from chalicelib.usecases.decide import may_decide_own
from chalicelib.usecases.partitions import partitions
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.seeing import sees_package

Place = tuple[str, int]


def sees_all(actor: Actor, instance: ReviewInstance) -> bool:
    """Administrators, auditors and those who manage the package or its assignments see every item (R167, G40)."""
    return actor.may(Right.SEE_DECISIONS, instance.catalog_id, instance.package_id)


def visible_instance(
    services: Services, actor: Actor, definition_id: str | None, instance_id: str
) -> tuple[ReviewInstance, tuple[MyReview, ...]]:
    """The instance with the caller's parts in it. Raises NotFound for one the caller has nothing to do with.

    Catalog readers see that it exists (G40): who shows decisions, counts or reviewers asks `sees_all` or for parts.
    """
    instance = services.reviews.instance(instance_id) if ids.is_guid(instance_id) else None
    if instance is None or definition_id not in (None, instance.definition_id):
        raise errors.NotFound("There is no such review.")
    parts = services.reviews.my_parts(actor.id, instance)
    if not parts and not sees_package(actor, instance.catalog_id, instance.package_id):
        raise errors.NotFound("There is no such review.")
    return instance, parts


def items_of_reviewer(
    services: Services,
    actor_id: str,
    instance: ReviewInstance,
    parts: tuple[MyReview, ...],
    limit: int,
    after: str | None,
) -> Page[DecisionItem]:
    """A page of the items a reviewer is asked about: one query a partition, their own item left out (G11)."""
    places = list(_places(services, instance, parts))
    hidden = "" if may_decide_own(instance) else actor_id
    return _walk(services, instance, places, hidden, limit, after)


def _places(services: Services, instance: ReviewInstance, parts: tuple[MyReview, ...]) -> Iterator[Place]:
    shards: dict[str, int] = {}
    if any(ids.is_shared(part.set_id) for part in parts):
        state = services.reviews.recent_state(instance.id)
        shards = {one.id: one.shards for one in state.shared} if state else {}
    for part in sorted(parts, key=lambda one: one.set_id):
        for shard in range(shards.get(part.set_id, 1)):
            yield part.set_id, shard


def _walk(
    services: Services,
    instance: ReviewInstance,
    places: list[Place],
    hidden: str,
    limit: int,
    after: str | None,
) -> Page[DecisionItem]:
    """Items of several partitions, one after the other; the cursor is "position,sort key"."""
    position, _, inside = (after or "0,").partition(",")
    number, cursor = int(position), inside or None
    found: list[DecisionItem] = []
    while number < len(places):
        set_id, shard = places[number]
        page = services.items.page(instance.id, set_id, shard, limit - len(found), cursor)
        found += [item for item in page.items if item.principal_id != hidden or item.why == "self"]
        cursor = page.next
        if cursor is None:
            number += 1
        if len(found) >= limit:
            break
    following = f"{number},{cursor or ''}" if number < len(places) else None
    return Page(tuple(found), following)


def items_of_review(
    services: Services, instance: ReviewInstance, state: InstanceState, limit: int, after: str | None
) -> Page[DecisionItem]:
    """A page of all items of a review, for those who administer or audit it."""
    found: list[DecisionItem] = []
    position = replace(state, cursor=after or "")
    for partition in partitions(services, instance, position):
        at, _, inside = (after or "").partition("|")
        cursor: str | None = inside if at == partition.order and inside else None
        while len(found) < limit:
            page = services.items.page(instance.id, partition.set_id, partition.shard, limit - len(found), cursor)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        if len(found) >= limit:
            return Page(tuple(found), f"{partition.order}|{cursor or '~'}")
    return Page(tuple(found))


def find_item(
    services: Services, actor: Actor, instance: ReviewInstance, parts: tuple[MyReview, ...], item_id: str
) -> DecisionItem:
    """One item the caller may see. Raises NotFound."""
    found = services.items.get(instance.id, item_id) if ids.is_guid(item_id) else None
    if found is not None and not sees_all(actor, instance):
        mine = any(part.set_id == ids.decision_place(item_id)[0] for part in parts)
        own = found.principal_id == actor.id and not may_decide_own(instance)
        found = found if mine and not own else None
    if found is None:
        raise errors.NotFound("There is no such decision item.")
    return found
