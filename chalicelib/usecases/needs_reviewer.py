"""Items nobody can decide any more (G10): there was nobody at the opening, or all the reviewers of a set have left,
were switched off or cannot be reached by mail since. Whoever is left alone cannot decide about themself: that one
item needs a reviewer, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

from chalicelib.domain import errors, ids
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.parts import ReviewerRow
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.domain.schedules import MAX_DURATION_DAYS
from chalicelib.usecases.control_review import TRIES
from chalicelib.usecases.decide import may_decide_own
from chalicelib.usecases.joining import own_item
from chalicelib.usecases.ports import Page, Save, Services

MOST_SETS = 1_000  # sets counted one by one; more are counted together
ROWS = 100
LONGEST = timedelta(days=MAX_DURATION_DAYS[None])  # a review is open, extensions included
LOOK = 10  # pages of reviewers one call looks through
MORE = "more"
OWN = "own"  # for the set of nobody: the item of the only person who took it on


@dataclass(frozen=True, slots=True)
class Waiting:
    """An undecided item without anybody who can decide it, and who was to (None: nobody from the start)."""

    item: DecisionItem
    reviewer: ReviewerRow | None


def needing(state: InstanceState) -> int:
    """How many items need a reviewer, as counted when their reviewers were lost; one number, nothing read."""
    nobody = sum(one.items for one in state.shared if one.id == ids.NO_SET and not one.members)
    left = max(nobody - state.lost.get(ids.NO_SET, 0), 0)
    return left + sum(number for key, number in state.lost.items() if key != ids.NO_SET)


def waiting_items(
    services: Services, instance: ReviewInstance, state: InstanceState, limit: int, after: str | None
) -> Page[Waiting]:
    """A page of the items that need a reviewer, as it is now. `after` is "position,sort key" in the sets, which
    are looked through in the order of their ids, a thousand reviewers a call: a page may be short, or empty."""
    start = (after or "").partition(",")[0]
    found: list[Waiting] = []
    looked = 0
    for set_id, rows, people in _sets(services, instance, state, start):
        if looked >= LOOK * ROWS or len(found) >= limit:
            return Page(tuple(found), f"{_key(set_id)},")
        looked += max(len(rows), 1)
        covered = single(services, instance, rows, people)
        if not abandoned(rows, people):
            own = left_alone(services, instance, state, set_id, rows, people)
            if own and own.id not in covered:
                found.append(Waiting(own, others(rows, own)))
            continue
        page = undecided(services, instance, state, set_id, limit - len(found), after or "")
        found += [Waiting(one, rows[0] if rows else None) for one in page.items if one.id not in covered]
        if page.next:
            return Page(tuple(found), page.next)
    return Page(tuple(found))


def undecided(
    services: Services, instance: ReviewInstance, state: InstanceState, set_id: str, limit: int, after: str
) -> Page[DecisionItem]:
    """A page of the undecided items of one set, from the position `after` on if it lies in this set."""
    start, _, inside = after.partition(",")
    found: list[DecisionItem] = []
    for shard in range(_shards(state, set_id)):
        place = f"{_key(set_id)}{shard:02x}"
        cursor: str | None = inside or None if place == start else None
        while place >= start:
            page = services.items.page(instance.id, set_id, shard, max(limit - len(found), 1), cursor)
            found += [one for one in page.items if one.decision is Decision.NOT_REVIEWED]
            cursor = page.next
            if len(found) >= limit:
                return Page(tuple(found), f"{place},{cursor or '~'}")
            if cursor is None:
                break
    return Page(tuple(found))


def _key(set_id: str) -> str:
    """Sets by id, that of nobody last."""
    return "g" + set_id if set_id == ids.NO_SET else set_id


def _shards(state: InstanceState, set_id: str) -> int:
    return next((one.shards for one in state.shared if one.id == set_id), 1)


def _sets(
    services: Services, instance: ReviewInstance, state: InstanceState, start: str
) -> Iterator[tuple[str, list[ReviewerRow], dict[str, User]]]:
    """Every set with its rows and the people in them, from a position on."""
    cursor: str | None = None
    held: list[ReviewerRow] = []
    if start:  # between the first row of a set and those that follow it
        cursor = f"R#{start[:12]}"
        held = [row for row in services.reviews.reviewers_of_set(instance.id, start[:12])[:1] if not row.extra]
    while start < "g":
        page = services.reviews.reviewer_rows(instance.id, ROWS, cursor)
        rows = [*held, *(row for row in page.items if row not in held and row.set_id != ids.NO_SET)]
        people = services.people.users(row.user_id for row in rows)
        groups = [list(group) for _, group in groupby(rows, key=lambda row: row.set_id)]
        cursor = page.next
        held = groups.pop() if groups and cursor else []  # it may go on with the next page
        for group in groups:
            yield group[0].set_id, group, people
        if cursor is None:
            break
    if any(one.id == ids.NO_SET for one in state.shared):
        yield ids.NO_SET, *people_of_set(services, instance, ids.NO_SET)


def people_of_set(
    services: Services, instance: ReviewInstance, set_id: str
) -> tuple[list[ReviewerRow], dict[str, User]]:
    """The rows of one set and the people in them."""
    rows = services.reviews.reviewers_of_set(instance.id, set_id)
    return rows, services.people.users(row.user_id for row in rows)


def abandoned(rows: list[ReviewerRow], people: dict[str, User]) -> bool:
    """Can nobody decide all of a set?"""
    return not any(not row.removed and not row.some and can_be_asked(row, people) for row in rows)


def can_be_asked(row: ReviewerRow, people: dict[str, User]) -> bool:
    """Is this a reviewer who can take part, and whom mail reaches?"""
    user = people.get(row.user_id)
    return user is not None and user.can_take_part and not row.unreachable


def left_alone(
    services: Services,
    instance: ReviewInstance,
    state: InstanceState,
    set_id: str,
    rows: list[ReviewerRow],
    people: dict[str, User],
) -> DecisionItem | None:
    """The undecided item about the only person who can still decide a set, when it lies in that very set.

    Nobody's own item lies in a set that was theirs alone from the start, unless they may decide it.
    """
    usable = {row.user_id for row in rows if not row.removed and not row.some and can_be_asked(row, people)}
    if len(usable) != 1 or may_decide_own(instance):
        return None
    (alone,) = usable
    if set_id == ids.set_of_one(alone):
        return None
    item_id = own_item(services, instance, state, set_id, alone)
    item = services.items.get(instance.id, item_id) if item_id else None
    return item if item is not None and item.waits else None


def others(rows: list[ReviewerRow], own: DecisionItem) -> ReviewerRow | None:
    """Who was to review the item of whoever is left alone: somebody who can do so no more."""
    return next((row for row in rows if not row.extra and row.user_id != own.principal_id), None)


def single(services: Services, instance: ReviewInstance, rows: list[ReviewerRow], people: dict[str, User]) -> set[str]:
    """The items of a set that somebody usable took on singly."""
    takers = [row for row in rows if row.some and can_be_asked(row, people)]
    return {
        item_id
        for row in takers
        for part in services.reviews.parts_now(row.user_id, instance)
        if part.set_id == row.set_id and not part.removed
        for item_id in part.only
    }


def recount(services: Services, instance: ReviewInstance, set_id: str) -> None:
    """Count anew what a set leaves without a reviewer, as long as the review is open."""
    for _ in range(TRIES):
        state = services.reviews.state(instance.id)
        if state is None or state.status is not Status.IN_PROGRESS:
            return
        lost = _counted(services, instance, state, set_id)
        if lost == state.lost:
            return
        try:
            services.writer.commit(f"lost:{services.clock.new_id()}", Save(replace(state, lost=lost)))
        except errors.Conflict:
            continue
        return
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


def _counted(services: Services, instance: ReviewInstance, state: InstanceState, set_id: str) -> dict[str, int]:
    """The numbers of lost items with one set counted anew. For the set of nobody: how many it does not lack."""
    rows, people = people_of_set(services, instance, set_id)
    nobody = abandoned(rows, people)
    covered = single(services, instance, rows, people)
    lack = OWN if set_id == ids.NO_SET else set_id
    lost = {key: number for key, number in state.lost.items() if key not in (set_id, lack)}
    if not nobody:
        own = left_alone(services, instance, state, set_id, rows, people)
        return _with(lost, lack, int(own is not None and own.id not in covered))
    if set_id == ids.NO_SET:
        return lost | ({set_id: len(covered)} if covered else {})
    number, after = 0, ""
    while True:
        page = undecided(services, instance, state, set_id, 250, after)
        number += sum(1 for one in page.items if one.id not in covered)
        if page.next is None:
            break
        after = page.next
    return _with(lost, set_id, number)


def _with(lost: dict[str, int], set_id: str, number: int) -> dict[str, int]:
    """The numbers with one set's, which has none so far."""
    key = set_id if len(lost) < MOST_SETS else MORE
    return lost | ({key: number + (lost.get(MORE, 0) if key == MORE else 0)} if number else {})
