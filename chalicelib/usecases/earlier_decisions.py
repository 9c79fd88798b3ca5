"""What the former review of a series decided about people: for the rows a reviewer looks at, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain import ids
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import CLOSED, ReviewInstance, Status
from chalicelib.usecases.decide import may_decide_own
from chalicelib.usecases.former_review import former_instance
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.locate_item import frozen_rows
from chalicelib.usecases.ports import Services

MOST = 50  # items of one question


@dataclass(frozen=True, slots=True)
class Earlier:
    """The former review, and its items by the ids of those that were asked about; people it did not have are left
    out."""

    instance: ReviewInstance
    items: dict[str, DecisionItem]


def earlier_decisions(
    services: Services, actor: Actor, instance: ReviewInstance, parts: tuple[MyReview, ...], item_ids: Sequence[str]
) -> Earlier | None:
    """The items of the former review of the same series about the people of these items; None without one.

    Items the caller may not see are passed over. Two batch reads, and the chunks of the frozen population that the
    items lie in.
    """
    former = former_instance(services, instance)
    state = services.reviews.recent_state(former.id) if former else None
    if former is None or state is None or state.status not in CLOSED or state.status is Status.FAILED:
        return None
    asked = {item.assignment_id: item.id for item in _visible(services, actor, instance, parts, item_ids)}
    rows = frozen_rows(services, former, asked)
    places = {ids.decision_id(row.set_id, row.shards, row.assignment, former.id): key for key, row in rows.items()}
    found = services.items.get_many(former.id, list(places))
    return Earlier(former, {asked[places[item.id]]: item for item in found})


def _visible(
    services: Services, actor: Actor, instance: ReviewInstance, parts: tuple[MyReview, ...], item_ids: Sequence[str]
) -> list[DecisionItem]:
    """Those of the items that the caller administers or is asked about; nobody's own."""
    whole = sees_all(actor, instance)
    mine = [one for one in item_ids if whole or any(part.covers(one) for part in parts)]
    own = "" if whole or may_decide_own(instance) else actor.id
    return [item for item in services.items.get_many(instance.id, mine) if item.principal_id != own]
