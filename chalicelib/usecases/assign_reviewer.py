"""Giving items that nobody can decide any more a reviewer (G10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import event
from chalicelib.domain.parts import ReviewerRow
from chalicelib.domain.people import Actor, User
from chalicelib.domain.reviewers import NAMED
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.control_review import TRIES, check_manages, current
from chalicelib.usecases.decide import may_decide_own, open_instance
from chalicelib.usecases.edit_reviewers import with_member
from chalicelib.usecases.hand_over import check_reason
from chalicelib.usecases.joining import Joining, find_taker, items_of_set, join, once, own_item, tell
from chalicelib.usecases.needs_reviewer import abandoned, left_alone, others, people_of_set, recount
from chalicelib.usecases.ports import Change, Create, Save, Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigning:
    """Who takes on what: `items` by id, or everything of a `reviewer` who can review no more."""

    to: str
    reason: str
    items: tuple[str, ...] = ()
    reviewer: str = ""


def assign_reviewer(
    services: Services, actor: Actor, instance: ReviewInstance, wish: Assigning, now: datetime, operation: str
) -> None:
    """Give items that need a reviewer one. Doing it twice changes nothing.

    Raises Forbidden, InvalidInput (`to`, `reason`, `items`), NotFound (`items`, `reviewer`), Conflict (the review
    is closed, or somebody can decide them already).
    """
    check_manages(actor, instance)
    check_reason(wish.reason)
    open_instance(services, instance.id, now)
    taker = find_taker(services, wish.to)
    for attempt in range(TRIES):
        state = current(services, instance)
        chosen = (
            _of_reviewer(services, instance, wish)
            if wish.reviewer
            else _of_items(services, instance, state, taker, wish)
        )
        changes: list[Change] = []
        after = state
        for row, set_id, only in chosen:
            joining = _joining(services, instance, state, taker, row, set_id, only)
            changes += join(services, instance, joining, now)
            after = after if only else with_member(after, set_id, taker.id)
        if not changes:
            return
        details = {"to": taker.id, "items": list(wish.items), "reviewer": wish.reviewer, "reason": wish.reason}
        target = ("reviewInstance", instance.id)
        recorded = event(now, actor, "Policy", "Update access review", target, operation, details=details)
        try:
            services.writer.commit(f"{operation}:{attempt}", Save(after), *once(changes), Create(recorded))
        except errors.Conflict:
            continue
        for _, set_id, _ in chosen:
            recount(services, instance, set_id)
        return tell(services, changes)
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


Chosen = tuple[ReviewerRow | None, str, tuple[str, ...]]


def _of_reviewer(services: Services, instance: ReviewInstance, wish: Assigning) -> list[Chosen]:
    """All sets of one reviewer which nobody can decide."""
    parts = services.reviews.parts_now(wish.reviewer, instance) if ids.is_guid(wish.reviewer) else ()
    own = [part for part in parts if not part.on_behalf_of]
    if not own:
        raise errors.NotFound("This person is not a reviewer of this review.", "reviewer")
    found: list[Chosen] = []
    for part in own:
        rows, people = people_of_set(services, instance, part.set_id)
        if abandoned(rows, people) or _taken_on(rows, wish):
            row = next((one for one in rows if one.user_id == wish.reviewer), None)
            found.append((row, part.set_id, ()))
    if not found:
        raise errors.Conflict("This reviewer's items have somebody who can decide them.", "reviewer")
    return found


def _taken_on(rows: list[ReviewerRow], wish: Assigning) -> bool:
    """Was this very thing done before?"""
    return any(row.on_behalf_of == wish.reviewer and wish.to in (row.user_id, row.principal_name) for row in rows)


def _of_items(
    services: Services, instance: ReviewInstance, state: InstanceState, taker: User, wish: Assigning
) -> list[Chosen]:
    """Items by id, grouped by their set."""
    there = {item.id: item for item in services.items.get_many(instance.id, wish.items)}
    grouped: dict[str, list[str]] = {}
    for number, item_id in enumerate(wish.items):
        item = there.get(item_id)
        if item is None:
            raise errors.NotFound("There is no such decision item.", f"items/{number}")
        if item.principal_id == taker.id and not may_decide_own(instance):
            raise errors.InvalidInput("Nobody decides on their own access; choose somebody else.", f"items/{number}")
        grouped.setdefault(ids.decision_place(item_id)[0], []).append(item_id)
    found: list[Chosen] = []
    for set_id, members in grouped.items():
        rows, people = people_of_set(services, instance, set_id)
        row = next((row for row in rows if not row.extra), None)
        if not abandoned(rows, people):
            own = left_alone(services, instance, state, set_id, rows, people)
            if own is None or members != [own.id]:
                raise errors.Conflict("Somebody can decide these items already.", "items")
            row = others(rows, own)
        found.append((row, set_id, tuple(members)))
    return found


def _joining(
    services: Services,
    instance: ReviewInstance,
    state: InstanceState,
    taker: User,
    row: ReviewerRow | None,
    set_id: str,
    only: tuple[str, ...],
) -> Joining:
    own = "" if only else own_item(services, instance, state, set_id, taker.id)
    return Joining(
        user=taker,
        set_id=set_id,
        reason=NAMED,
        items=items_of_set(services, instance, state, set_id),
        on_behalf_of=row.user_id if row else "",
        only=only,
        own_item=own,
    )
