"""Becoming and ceasing to be a reviewer of a running review: rows under a reviewer set, nothing else moves.

Whoever joins gets a part of their own with the set's id, so that deciding, lists, progress, mails and the closing
follow it like any other. Items stay where the opening put them: their frozen facts and leaves stay true.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import ASKED, Due
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.panels import panels
from chalicelib.usecases.ports import Alter, Change, Create, Drop, Put, Services
from chalicelib.usecases.write_items import rows_of

MOST_SINGLE = 200  # items one person takes singly from one reviewer: they are listed in their row
FALLBACKS = 10  # people who are asked when a delegate cannot be


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """`user` becomes a reviewer of a set of `items`, for all of them or `only` some; `own_item` is about themself."""

    user: User
    set_id: str
    reason: str
    items: int
    on_behalf_of: str = ""
    only: tuple[str, ...] = ()
    own_item: str = ""


def join(services: Services, instance: ReviewInstance, wish: Joining, now: datetime) -> list[Change]:
    """The changes that make somebody a reviewer, and have them told; none when they are that already.

    Raises Conflict above 200 single items.
    """
    parts = services.reviews.parts_now(wish.user.id, instance)
    same = [one for one in parts if (one.set_id, one.on_behalf_of) == (wish.set_id, wish.on_behalf_of)]
    before = same[0] if same else None
    only = wish.only
    if before is not None and not before.removed:
        if not before.only or (only and set(only) <= set(before.only)):
            return []
        only = tuple(dict.fromkeys((*before.only, *only))) if only else ()
    if len(only) > MOST_SINGLE:
        raise errors.Conflict(f"At most {MOST_SINGLE} single items go to one person; hand over everything instead.")
    row, part = rows_of(
        instance,
        wish.user.id,
        wish.user.display_name,
        wish.user.principal_name,
        wish.set_id,
        len(only) or wish.items,
        wish.reason,
    )
    own, behalf = bool(wish.own_item) and not only, wish.on_behalf_of
    own_id = wish.own_item if own else ""
    part = replace(part, only=only, since=now, own_item=own, own_item_id=own_id, on_behalf_of=behalf)
    together = ids.is_shared(wish.set_id) or wish.set_id == ids.NO_SET
    row = replace(row, extra=True, shared=together, some=len(only), own_item=own, on_behalf_of=behalf)
    written: Change = Put(row)
    if wish.set_id == ids.set_of_one(wish.user.id):  # back on their own row, which keeps the counts
        written = Alter(row, replace(row, extra=False))
    asked = Due(when=now, kind=ASKED, id=wish.user.id)
    if before is None:
        return [Create(part), written, Put(asked)]
    return [Alter(before, replace(part, mails={})), written, Put(asked)]


def leave(services: Services, instance: ReviewInstance, part: MyReview) -> list[Change]:
    """The changes after which this part counts no more. The row that keeps a set's counts stays, marked."""
    changes: list[Change] = [Alter(part, replace(part, removed=True))]
    for row in services.reviews.reviewers_of_set(instance.id, part.set_id):
        if (row.user_id, row.on_behalf_of) == (part.user_id, part.on_behalf_of):
            changes.append(Drop(row) if row.extra else Alter(row, replace(row, removed=True)))
    return changes


def own_item(services: Services, instance: ReviewInstance, state: InstanceState, set_id: str, user_id: str) -> str:
    """The id of the item about this very person in a set; "" when there is none."""
    holding = services.entitlements.holding(user_id, instance.package_id)
    if holding is None:
        return ""
    shards = next((one.shards for one in state.shared if one.id == set_id), 1)
    item_id = ids.decision_id(set_id, shards, holding.assignment_id, instance.id)
    return item_id if services.items.get(instance.id, item_id) else ""


def items_of_set(services: Services, instance: ReviewInstance, state: InstanceState, set_id: str) -> int:
    """How many items a set has."""
    for shared in state.shared:
        if shared.id == set_id:
            return shared.items
    rows = services.reviews.reviewers_of_set(instance.id, set_id)
    return rows[0].tally.total if rows else 0


def fallbacks(services: Services, instance: ReviewInstance, without: Iterable[str]) -> list[User]:
    """The fallback reviewers who can take part now, but for some."""
    wanted = [one for one in panels(services, instance).fallback if one not in set(without)]
    state = services.reviews.state(instance.id)
    if state and state.fallback:
        known = [one.id for one in state.fallback if one.kind == "singleUser"]
        wanted += [one for one in known if one not in wanted and one not in set(without)]
    people = services.people.users(wanted)
    return [people[one] for one in wanted if one in people and people[one].can_take_part][:FALLBACKS]


def find_taker(services: Services, named: str) -> User:
    """The person of an id or principal name who can take part. Raises InvalidInput for `to`."""
    found = services.people.user(named) if ids.is_guid(named) else services.people.user_by_principal_name(named)
    if found is None:
        raise errors.InvalidInput("There is no such person. Give an id or a user principal name.", "to")
    if not found.can_take_part:
        why = "has not accepted the invitation yet" if found.enabled else "has an account that is switched off"
        raise errors.InvalidInput(f"This person cannot review now: {found.display_name} {why}.", "to")
    return found


def once(changes: Iterable[Change]) -> list[Change]:
    """The changes without the second agenda row for one person: a transaction names each row once."""
    told: set[str] = set()
    found: list[Change] = []
    for change in changes:
        if isinstance(change, Put) and isinstance(change.entity, Due):
            if change.entity.id in told:
                continue
            told.add(change.entity.id)
        found.append(change)
    return found


def tell(services: Services, changes: Iterable[Change]) -> None:
    """Have those who just joined told now; the agenda would do it with the next tick."""
    for change in changes:
        if isinstance(change, Put) and isinstance(change.entity, Due) and change.entity.kind == ASKED:
            services.queue.send(ASKED, change.entity.id)
