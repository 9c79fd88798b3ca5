"""Delegation: a reviewer hands items, or all of their part of a review, over to somebody else.

One hop: what was handed over to somebody they cannot hand on, and two people never hand to each other. The giver
keeps seeing the items and may still decide; whoever decides on their behalf does so with both names in the item's
history. Nobody becomes a reviewer of their own access: that item goes to the fallback reviewers instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.audit import event
from chalicelib.domain.delegation import HandedOver
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import SYSTEM, Actor, User
from chalicelib.domain.reviewers import FALLBACK, HANDED_OVER
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.control_review import current
from chalicelib.usecases.decide import check_text
from chalicelib.usecases.joining import Joining, fallbacks, find_taker, join, once, own_item, tell
from chalicelib.usecases.ports import Alter, Change, Create, Services

TRIES = 3
MOST_RECEIVERS = 20  # people one part is handed to, one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """To whom (id or principal name), why, and which `items` (none: everything)."""

    to: str
    reason: str
    items: tuple[str, ...] = ()


@dataclass(slots=True)
class Handing:
    """What is being handed over: the changes to write, and the items that go to the fallback reviewers instead."""

    changes: list[Change] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def hand_over(
    services: Services, person: User, instance: ReviewInstance, wish: Wish, now: datetime, operation: str
) -> list[str]:
    """Make somebody a reviewer on the caller's behalf; the ids of items that went to the fallback reviewers
    instead, because they are about that person. Doing it twice changes nothing.

    Raises InvalidInput (`to`, `reason`), Forbidden (not delegable), NotFound (`items`), Conflict (one hop, mutual).
    """
    check_delegable(instance)
    check_reason(wish.reason)
    taker = find_taker(services, wish.to)
    for attempt in range(TRIES):
        parts = [part for part in services.reviews.parts_now(person.id, instance) if not part.removed]
        chosen = _chosen(services, person, instance, parts, taker, wish.items)
        state = current(services, instance)
        handing = Handing()
        for part, only in chosen:
            _hand(
                services,
                instance,
                state,
                part,
                [taker],
                HandedOver(to=taker.id, at=now, reason=wish.reason, only=only),
                handing,
            )
        if not handing.changes:
            return handing.elsewhere
        details = {"to": taker.id, "items": list(wish.items), "reason": wish.reason, "fallback": handing.elsewhere}
        recorded = event(
            now, actor_of(person), "Policy", "Hand over review", target_of(instance), operation, details=details
        )
        try:
            services.writer.commit(f"{operation}:{attempt}", *once(handing.changes), Create(recorded))
        except errors.Conflict:
            continue
        tell(services, handing.changes)
        return handing.elsewhere
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


def is_delegable(instance: ReviewInstance) -> bool:
    """May reviewers hand items of this review over? Not where the policy forbids it, and never one's own access."""
    return instance.settings.delegation and instance.settings.reviewers is not ReviewerKind.SELF


def check_delegable(instance: ReviewInstance) -> None:
    """Raises Forbidden where the policy does not allow handing over, and for one's own access."""
    if instance.settings.reviewers is ReviewerKind.SELF:
        raise errors.Forbidden("Everybody answers for their own access here; that cannot be handed over.")
    if not instance.settings.delegation:
        raise errors.Forbidden("The policy does not allow handing reviews over. Ask your administrator.")


def check_reason(reason: str) -> None:
    """Raises InvalidInput for a missing or unfit reason."""
    if not reason.strip():
        raise errors.InvalidInput("A reason must be given.", "reason")
    try:
        check_text(reason)
    except errors.InvalidInput as problem:
        raise errors.InvalidInput(problem.message.replace("justification", "reason"), "reason") from problem


def _chosen(
    services: Services,
    person: User,
    instance: ReviewInstance,
    parts: Sequence[MyReview],
    taker: User,
    items: tuple[str, ...],
) -> list[tuple[MyReview, tuple[str, ...]]]:
    """What to hand over, by the part it lies in."""
    if not parts:
        raise errors.NotFound("There is no such review.")
    if taker.id == person.id:
        raise errors.InvalidInput("That is you.", "to")
    if any(part.on_behalf_of == taker.id for part in parts):
        raise errors.Conflict(f"{taker.display_name} handed items of this review over to you: they cannot go back.")
    own = [part for part in parts if not part.on_behalf_of]
    theirs = {one.set_id for one in services.reviews.parts_now(taker.id, instance) if _in_own_right(one)}
    if not items:
        if not own:
            raise errors.Conflict("What was handed over to you cannot be handed on.")
        if all(part.set_id in theirs for part in own):
            raise errors.Conflict(f"{taker.display_name} is a reviewer of these items already.")
        return [(part, ()) for part in own if part.set_id not in theirs]
    _check_items(services, instance, parts, own, items)
    if any(part.covers(item_id) for part in own if part.set_id in theirs for item_id in items):
        raise errors.Conflict(f"{taker.display_name} is a reviewer of some of these items already.")
    grouped = [(part, tuple(item_id for item_id in items if part.covers(item_id))) for part in own]
    return [(part, only) for part, only in grouped if only]


def _in_own_right(part: MyReview) -> bool:
    return not part.removed and not part.on_behalf_of and not part.only


def _check_items(
    services: Services,
    instance: ReviewInstance,
    parts: Sequence[MyReview],
    own: Sequence[MyReview],
    items: tuple[str, ...],
) -> None:
    there = {item.id for item in services.items.get_many(instance.id, items)}
    for number, item_id in enumerate(items):
        if item_id not in there or not any(part.covers(item_id) for part in parts):
            raise errors.NotFound("There is no such decision item.", f"items/{number}")
        if not any(part.covers(item_id) for part in own):
            raise errors.Conflict("What was handed over to you cannot be handed on.", f"items/{number}")


def _hand(
    services: Services,
    instance: ReviewInstance,
    state: InstanceState,
    part: MyReview,
    takers: Sequence[User],
    given: HandedOver,
    handing: Handing,
) -> None:
    """Hand one part, or some of its items, over. The one person's own item goes to the fallback; several (the
    fallback reviewers themselves) have each other for that."""
    receivers: list[HandedOver] = []
    for taker in takers:
        theirs = own_item(services, instance, state, part.set_id, taker.id)
        alone = len(takers) == 1 and not instance.settings.self_decision
        own = theirs if alone and (not given.only or theirs in given.only) else ""
        rest = tuple(item_id for item_id in given.only if item_id != own)
        if rest or not given.only:
            reason = HANDED_OVER if alone or not given.standing else FALLBACK
            wish = _joining(part, taker, reason, rest, theirs)
            handing.changes += _joined(services, instance, wish, given, rest, receivers)
        if own:
            handing.elsewhere.append(own)
            for user in fallbacks(services, instance, (taker.id, part.user_id)):
                wish = _joining(part, user, FALLBACK, (own,), "")
                handing.changes += _joined(services, instance, wish, given, (own,), receivers)
    if receivers:
        handing.changes.append(Alter(part, replace(part, handed=_merged(part.handed, receivers))))


def _joining(part: MyReview, user: User, reason: str, only: tuple[str, ...], own: str) -> Joining:
    return Joining(
        user=user,
        set_id=part.set_id,
        reason=reason,
        items=part.items,
        on_behalf_of=part.user_id,
        only=only,
        own_item=own,
    )


def _joined(
    services: Services,
    instance: ReviewInstance,
    wish: Joining,
    given: HandedOver,
    only: tuple[str, ...],
    receivers: list[HandedOver],
) -> list[Change]:
    changes = join(services, instance, wish, given.at)
    if changes:
        receivers.append(replace(given, to=wish.user.id, only=only))
    return changes


def _merged(before: Iterable[HandedOver], more: Iterable[HandedOver]) -> tuple[HandedOver, ...]:
    """One entry per person: everything is more than some items."""
    found = {one.to: one for one in before}
    for one in more:
        known = found.get(one.to)
        both = known is not None and known.only and one.only
        only = tuple(dict.fromkeys((*known.only, *one.only))) if known and both else one.only
        found[one.to] = replace(one, only=only)
    if len(found) > MOST_RECEIVERS:
        raise errors.Conflict(f"This review is handed over to {MOST_RECEIVERS} people already; take some of it back.")
    return tuple(found.values())


def hand_in_absence(
    services: Services, giver_id: str, instance: ReviewInstance, takers: Sequence[User], reason: str, now: datetime
) -> None:
    """Hand all of an absent person's own part over to `takers`: their delegate, or the fallback reviewers. Parts
    that were handed over already stay as they are, and nobody gets what they review in their own right.

    The queue and the agenda may both begin one absence at the same moment: who comes second finds nothing left.
    """
    given = HandedOver(to="", at=now, reason=reason, standing=True)
    for _ in range(TRIES):
        handing = _handing_in_absence(services, giver_id, instance, takers, given)
        if not handing.changes:
            return
        operation = f"absence:{instance.id}:{giver_id}:{now.isoformat()}"
        told_to = [taker.id for taker in takers]
        details = {"to": told_to, "reason": reason, "standing": True, "fallback": handing.elsewhere}
        target = target_of(instance)
        recorded = event(
            now, SYSTEM, "Policy", "Hand over review", target, operation, details=details, on_behalf_of=giver_id
        )
        try:
            services.writer.commit(operation, *once(handing.changes), Create(recorded))
        except errors.Conflict:
            continue
        tell(services, handing.changes)
        return
    raise errors.Throttled("The review is being worked on. The absence begins a little later.")


def _handing_in_absence(
    services: Services, giver_id: str, instance: ReviewInstance, takers: Sequence[User], given: HandedOver
) -> Handing:
    """What of an absent person's part is not handed over yet."""
    state = current(services, instance)
    handing = Handing()
    own_sets = {
        taker.id: {one.set_id for one in services.reviews.parts_now(taker.id, instance) if _in_own_right(one)}
        for taker in takers
    }
    for part in services.reviews.parts_now(giver_id, instance):
        able = [taker for taker in takers if part.set_id not in own_sets[taker.id]]
        if able and live(part) and not part.handed_all:
            _hand(services, instance, state, part, able, replace(given, to=able[0].id), handing)
    return handing


def live(part: MyReview) -> bool:
    """Does this part make its person a reviewer in their own right?"""
    return not part.removed and not part.on_behalf_of


def actor_of(person: User) -> Actor:
    """A person who acts without any role."""
    return Actor(person.id, person.principal_name, person.display_name)


def target_of(instance: ReviewInstance) -> tuple[str, str]:
    """A review as the target of an audit event."""
    return "reviewInstance", instance.id
