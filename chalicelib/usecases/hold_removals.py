"""Removals that are held back while a review is applied: of those the confirmation left out (G24), and of the last one
who holds what somebody must keep."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain import errors
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.removals import Removal
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.last_ones import let_go
from chalicelib.usecases.ports import Services
from chalicelib.usecases.removals import hold

NOBODY: frozenset[str] = frozenset()


def excluded(services: Services, state: InstanceState) -> frozenset[str]:
    """The items the confirmation left out."""
    if state.confirmation is None or not state.confirmation.excluded:
        return NOBODY
    given = services.guards.exclusions(state.instance_id)
    return frozenset(given.item_ids) if given else NOBODY


def leave_out(services: Services, instance: ReviewInstance, state: InstanceState, item_id: str) -> Removal | None:
    """Hold back what the confirmation left out, for its reason and in the name of whoever gave it."""
    item, end = services.items.get(instance.id, item_id), state.confirmation
    if item is None or end is None or item.decision is not Decision.DENY or item.cancelled is not None:
        return None
    by = Actor(end.by, "", "")
    return _held(services, by, instance, item, f"Left out when the removals were confirmed: {end.reason}")


def last_one(services: Services, instance: ReviewInstance, item: DecisionItem) -> Removal | None:
    """Hold back the removal of the last one who holds what somebody must keep; None for everybody else."""
    assignment = services.entitlements.assignment(item.assignment_id)
    if assignment is None or is_over(assignment, services.clock.now()):
        return None
    because = let_go(services, assignment)
    return _held(services, SYSTEM, instance, item, because) if because else None


def _held(
    services: Services, actor: Actor, instance: ReviewInstance, item: DecisionItem, reason: str
) -> Removal | None:
    """The removal, held; as it stands when it was begun or over before."""
    operation, now = f"hold:{instance.id}:{item.id}", services.clock.now()
    try:
        found = hold(services, actor, now, operation, instance, item, reason)
    except errors.Conflict:
        known = services.removals.removal(instance.id, item.id)
        return replace(known, again=True) if known else None
    return replace(found, again=True)
