"""What people do to removals: hold one back, undo it, settle one that no connector could make, have one tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, Delivery
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import Actor
from chalicelib.domain.removals import (
    ENDED,
    OPEN,
    RESULTS,
    Needs,
    Removal,
    Standing,
    ended_as,
    seen_absent,
    told_by,
)
from chalicelib.domain.resources import outside
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.usecases.bring_about import is_held
from chalicelib.usecases.control_review import check_manages
from chalicelib.usecases.judge_removals import recounted
from chalicelib.usecases.other_ways import other_ways
from chalicelib.usecases.plan_delivery import agenda_changes, hint
from chalicelib.usecases.ports import Change, Create, Save, Services
from chalicelib.usecases.remove_item import Removing
from chalicelib.usecases.signed import unsigned
from chalicelib.usecases.to_seal import ends_removals, late_outcome
from chalicelib.usecases.watch_plan import watched_from

CATEGORY = "EntitlementManagement"
HELD = "Hold removal"
SETTLED = "Settle removal"
RETRIED = "Retry removal"
ELSEWHERE, STAYS = "removed", "kept"  # how somebody settles one: ended by hand elsewhere, or left as it is
HOWS = (ELSEWHERE, STAYS)


def removal_of(services: Services, instance: ReviewInstance, item: DecisionItem) -> Removal:
    """What is known about the removal of an item; what the item tells when nothing has been written of it."""
    return services.removals.removal(instance.id, item.id) or told_by(item, services.clock.now())


def hold(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    item: DecisionItem,
    reason: str,
) -> Removal:
    """Hold one removal back before it is made: the assignment and its rights stay, for this reason. The caller has
    authorised it. Raises Conflict when the removal has begun or is over."""
    before = removal_of(services, instance, item)
    if before.standing is Standing.HELD:
        return before
    if before.standing is not Standing.UNDER_WAY or before.absent:
        raise Conflict(f"The removal cannot be held back any more: it is {before.standing.value}.")
    after = replace(ended_as(before, Standing.HELD, now, reason), by=actor.id)
    _commit(services, actor, now, operation, HELD, before, after)
    services.items.applied(instance.id, item.id, RESULTS[Standing.HELD], now, actor.id)
    return replace(after, version=before.version + 1)


def restored_changes(
    services: Services, actor: Actor, now: datetime, item: DecisionItem, restored_as: str, reason: str, operation: str
) -> list[Change]:
    """The changes that say that a removal was undone by the assignment `restored_as`, for this reason; the caller has
    authorised it and makes that assignment in the same commit. Raises Conflict when nothing was removed."""
    before = services.removals.removal(item.instance_id, item.id) or told_by(item, now)
    if before.standing in (Standing.HELD, Standing.RESTORED, Standing.UNDER_WAY):
        raise Conflict(f"There is nothing to undo: the removal is {before.standing.value}.")
    after = replace(ended_as(before, Standing.RESTORED, now, reason), by=actor.id, restored_as=restored_as)
    return [Save(after) if before.version else Create(after), *_recounting(services, now, before, after, operation)]


def settle(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    item_id: str,
    how: str,
    reason: str,
) -> Removal:
    """An administrator says what became of what no connector could end: it was `removed` elsewhere, which is read
    again where possible and recorded as their word otherwise, or it is `kept`. A re-grant that is `kept` may stay.

    Raises NotFound, Forbidden, Conflict (nothing is open; the access is still there).
    """
    check_manages(actor, instance)
    before = _found(services, instance, item_id)
    if how == STAYS and before.needs and before.needs[0] is Needs.REGRANTED:
        # Also behind a signature: what came back since is nothing that was signed.
        latest = replace(before.regrants[-1], settled=now)
        after = replace(before, regrants=(*before.regrants[:-1], latest))
        _commit(services, actor, now, operation, SETTLED, before, after, {"how": how, "reason": reason})
        return replace(after, version=before.version + 1)
    if before.standing not in (*OPEN, Standing.NEEDS_PERSON):
        raise Conflict(f"There is nothing to settle: the removal is {before.standing.value}.")
    still = unsigned(services, instance.id)
    _refuse_while_applying(services, instance)
    ended = _witnessed(services, before, now, reason) if how == ELSEWHERE else None
    after = replace(ended or ended_as(before, Standing.HELD, now, reason), by=actor.id)
    more = [*_owing_nothing(services, before, now), *_watched(services, after, now), still]
    details = {"how": how, "reason": reason, "witnessed": after.witnessed}
    _commit(services, actor, now, operation, SETTLED, before, after, details, more)
    services.items.applied(instance.id, item_id, RESULTS[after.standing], now, actor.id)
    return replace(after, version=before.version + 1)


def retry(
    services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance, item_id: str
) -> Removal:
    """Have what is not removed tried again at once. The removal as it stands.

    Raises NotFound, Forbidden, Conflict (it has come to another outcome, or the review is still applying).
    """
    check_manages(actor, instance)
    item = services.items.get(instance.id, item_id)
    if item is None or item.decision is not Decision.DENY:
        raise NotFound("There is no such removal.")
    before = removal_of(services, instance, item)
    if before.standing not in (*OPEN, Standing.NEEDS_PERSON):
        raise Conflict(f"There is nothing to try again: the removal is {before.standing.value}.")
    unsigned(services, instance.id)
    state = _refuse_while_applying(services, instance)
    removing = Removing(services, instance, state, item)
    assignment = services.entitlements.assignment(item.assignment_id)
    if assignment is None:
        raise Conflict("The assignment is not there any more.")
    if is_over(assignment, now):
        _owe(services, now, operation, actor, removing, assignment, before)
    else:
        removing.end(assignment, None)
    hint(services, assignment.id)
    return before


def _owe(
    services: Services,
    now: datetime,
    operation: str,
    actor: Actor,
    removing: Removing,
    assignment: Assignment,
    removal: Removal,
) -> None:
    """Put the rights of an ended assignment on order again."""
    package = services.entitlements.package(assignment.package_id)
    rights = removal.rights or (outside(package.role_scopes) if package else ())
    request_id = ids.request_id(removing.moment, removing.operation)
    owed = assignment.delivery or Delivery(revoke=rights, request_id=request_id, began=now)
    after = replace(assignment, delivery=replace(owed, began=now, attempts=0, due=now))
    details = {"person": assignment.target_id, "review": removal.instance_id, "item": removal.item_id}
    recorded = event(now, actor, CATEGORY, RETRIED, ("assignment", assignment.id), operation, details=details)
    services.writer.commit(operation, Save(after), *agenda_changes(assignment, after), Create(recorded))


def _found(services: Services, instance: ReviewInstance, item_id: str) -> Removal:
    found = services.removals.removal(instance.id, item_id)
    if found is None:
        raise NotFound("There is no such removal.")
    return found


def _refuse_while_applying(services: Services, instance: ReviewInstance) -> InstanceState:
    state = services.reviews.state(instance.id)
    if state is None or state.status is not Status.APPLIED:
        raise Conflict("The review is still being applied. Try again when it is.")
    return state


def _witnessed(services: Services, before: Removal, now: datetime, reason: str) -> Removal:
    """The removal by somebody's hand: confirmed by reading, or, where nothing can be read, by their word. Raises
    Conflict when it can be seen that the access is still there."""
    person = services.people.user(before.person_id)
    reads = [is_held(services, right, person) for right in before.rights] if person else [False]
    if any(reads):
        raise Conflict("The system outside still shows the access. Remove it there first, or try again in a moment.")
    ways = other_ways(services, person, before.rights) if person else ()
    if ways:
        raise Conflict(f"The person still has the access in another way: {'; '.join(ways)}.")
    seen = None not in reads
    after = seen_absent(before, now) if seen else before
    return replace(ended_as(after, Standing.REMOVED, now, reason), witnessed=seen)


def _owing_nothing(services: Services, removal: Removal, now: datetime) -> list[Change]:
    """The ended assignment owes nothing any more, and the request that ended it is delivered."""
    assignment = services.entitlements.assignment(removal.assignment_id)
    if assignment is None or assignment.delivery is None:
        return []
    after = replace(assignment, delivery=None)
    request = services.entitlements.request(assignment.delivery.request_id)
    changes: list[Change] = [Save(after), *agenda_changes(assignment, after)]
    if request is not None:
        changes.append(Save(replace(request, state="delivered", status="", completed=now)))
    return changes


def _watched(services: Services, after: Removal, now: datetime) -> list[Change]:
    return watched_from(services, after.instance_id, now) if after.standing in ENDED else []


def _commit(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    activity: str,
    before: Removal,
    after: Removal,
    details: dict[str, object] | None = None,
    more: Sequence[Change] = (),
) -> None:
    """Write a removal with its event and, in a review that is over, the counts."""
    facts = {"person": after.person_id, "review": after.instance_id, "item": after.item_id, "reason": after.reason}
    recorded = event(
        now, actor, CATEGORY, activity, ("assignment", after.assignment_id), operation, details=facts | (details or {})
    )
    changes: list[Change] = [Save(after) if before.version else Create(after), Create(recorded), *more]
    services.writer.commit(operation, *changes, *_recounting(services, now, before, after, operation))


def _recounting(services: Services, now: datetime, before: Removal, after: Removal, operation: str) -> list[Change]:
    """The changes of a review that is over: its counts, and what there is to seal."""
    state = services.reviews.state(after.instance_id)
    if state is None or state.status is not Status.APPLIED:
        return []
    moved = recounted(state, before.standing, after.standing)
    seal = [*ends_removals(state, moved, now), *late_outcome(state, before, after, operation, now)]
    return [*([Save(moved)] if moved != state else []), *seal]
