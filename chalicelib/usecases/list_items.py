"""Which decision items a person sees: reviewers their own, those who administer the review all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.domain import errors, ids
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor, Right
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.decide import may_decide_own
from chalicelib.usecases.partitions import partitions
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.seeing import sees_package

Place = tuple[str, int, tuple[str, ...]]  # set and shard, or some items


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
    """Where a reviewer's items lie: every partition of the sets they review, then what they were given singly."""
    shards: dict[str, int] = {}
    whole = {part.set_id for part in parts if not part.only}
    if any(ids.is_shared(set_id) or set_id == ids.NO_SET for set_id in whole):
        state = services.reviews.recent_state(instance.id)
        shards = {one.id: one.shards for one in state.shared} if state else {}
    for set_id in sorted(whole):
        for shard in range(shards.get(set_id, 1)):
            yield set_id, shard, ()
    single = sorted({item_id for part in parts if part.set_id not in whole for item_id in part.only})
    if single:
        yield "", 0, tuple(single)


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
        page = _read(services, instance, places[number], limit - len(found), cursor)
        found += [item for item in page.items if _asked(item, hidden)]
        cursor = page.next
        if cursor is None:
            number += 1
        if len(found) >= limit:
            break
    following = f"{number},{cursor or ''}" if number < len(places) else None
    return Page(tuple(found), following)


def _asked(item: DecisionItem, hidden: str) -> bool:
    """Does the reviewer `hidden` ("" hides nobody) see this item in a list? Not their own (G11), and none that
    ended by itself before it was decided (G46)."""
    own = item.principal_id == hidden and item.why != "self"
    return not own and (item.cancelled is None or item.decision is not Decision.NOT_REVIEWED)


def _read(
    services: Services, instance: ReviewInstance, place: Place, limit: int, after: str | None
) -> Page[DecisionItem]:
    set_id, shard, single = place
    if not single:
        return services.items.page(instance.id, set_id, shard, limit, after)
    rest = [item_id for item_id in single if item_id > (after or "")]
    items = services.items.get_many(instance.id, rest[:limit])
    return Page(tuple(items), rest[limit - 1] if len(rest) > limit else None)


def mark_opened(services: Services, parts: tuple[MyReview, ...]) -> None:
    """Remember that a reviewer has looked at their items: from then on they count as asked, whatever became of the
    mail (G10). One write per part and review, none while listing goes on."""
    state = f"opened {services.clock.now().isoformat()}"
    for part in parts:
        if "opened" not in part.mails:
            services.reviews.claim_mail(part, "opened", None, state)


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
        mine = any(part.covers(item_id) for part in parts)
        own = found.principal_id == actor.id and not may_decide_own(instance)
        found = found if mine and not own else None
    if found is None:
        raise errors.NotFound("There is no such decision item.")
    return found
