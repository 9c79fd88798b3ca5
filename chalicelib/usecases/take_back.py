"""Taking back what was handed over; the decisions made meanwhile stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.audit import event
from chalicelib.domain.delegation import HandedOver
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.hand_over import actor_of, live, target_of
from chalicelib.usecases.joining import leave
from chalicelib.usecases.ports import Alter, Change, Create, Services


def take_back(
    services: Services,
    person: User,
    instance: ReviewInstance,
    to: str,
    items: tuple[str, ...],
    now: datetime,
    operation: str,
) -> None:
    """End what the caller handed over: all of it, that to one person, or single items of it. Decisions made
    meanwhile stand. Nothing to take back is no error. Raises NotFound for who is no reviewer in their own right."""
    parts = services.reviews.parts_now(person.id, instance)
    if not any(live(part) for part in parts):
        raise errors.NotFound("There is no such review.")
    changes: list[Change] = []
    for part in parts:
        if live(part) and part.handed:
            changes += _taken_back(services, instance, part, to, items)
    if not changes:
        return
    details = {"from": to, "items": list(items)}
    actor, target = actor_of(person), target_of(instance)
    recorded = event(now, actor, "Policy", "Take back review", target, operation, details=details)
    services.writer.commit(operation, *changes, Create(recorded))


def _taken_back(
    services: Services, instance: ReviewInstance, part: MyReview, to: str, items: tuple[str, ...]
) -> list[Change]:
    kept: list[HandedOver] = []
    changes: list[Change] = []
    for one in part.handed:
        if (to and one.to != to) or (items and not set(items) & set(one.only)):
            kept.append(one)
            continue
        rest = tuple(item_id for item_id in one.only if item_id not in items) if items else ()
        if rest:
            kept.append(replace(one, only=rest))
        for helper in services.reviews.parts_now(one.to, instance):
            if helper.removed or (helper.set_id, helper.on_behalf_of) != (part.set_id, part.user_id):
                continue
            if rest:
                changes.append(Alter(helper, replace(helper, only=rest, items=len(rest))))
            else:
                changes += leave(services, instance, helper)
    if tuple(kept) == part.handed:
        return []
    return [*changes, Alter(part, replace(part, handed=tuple(kept)))]
