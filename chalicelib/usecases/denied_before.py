"""Whoever gives a person a package sees that a review denied them the same package before (G29)."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.assignments import AssignmentRequest, RequestType
from chalicelib.domain.items import DecisionItem, HistoryEntry
from chalicelib.domain.people import Actor
from chalicelib.domain.resources import Right
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.ports import Services

LOOKED_AT = 100  # requests about the person, newest first: one query and one batch read, whatever there is in all


@dataclass(frozen=True, slots=True)
class Denial:
    """The latest denial that took the package away, and the review and item it was made on."""

    instance: ReviewInstance
    item: DecisionItem
    entry: HistoryEntry


def denied_before(services: Services, actor: Actor, request: AssignmentRequest) -> Denial | None:
    """The denial before a request that gives access. None without one, and for callers who may not see decisions.

    Found through the removal a review leaves behind (G26), so that what was denied and kept, or ended otherwise,
    does not count.
    """
    if request.type is not RequestType.ADMIN_ADD or not actor.looks_at_people:
        return None
    about = services.entitlements.requests_of_person(request.target_id, LOOKED_AT, None).items
    removals = (one for one in about if one.instance_id and one.package_id == request.package_id)
    removal = next((one for one in removals if one.created <= request.created), None)
    instance = services.reviews.instance(removal.instance_id) if removal else None
    if removal is None or instance is None or not sees_all(actor, instance):
        return None
    item = services.items.get(instance.id, removal.item_id)
    return Denial(instance, item, item.last) if item and item.last else None


def denied_last(services: Services, person_id: str, right: Right) -> AssignmentRequest | None:
    """The removal by which a review took this right from somebody, unless they were given it again since, or the
    denial was lifted (G27)."""
    about = services.entitlements.requests_of_person(person_id, LOOKED_AT, None).items
    packages = services.entitlements.packages({one.package_id for one in about})
    giving = {one.id for one in packages.values() if any(scope.right == right for scope in one.role_scopes)}
    turns = (one for one in about if one.package_id in giving and one.type is not RequestType.ADMIN_UPDATE)
    last = next(turns, None)
    if last is None or not last.instance_id:
        return None
    holding = services.entitlements.holding(person_id, last.package_id)
    return last if holding and holding.denied else None
