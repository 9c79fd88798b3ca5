"""What a try outside says about a removal that a review asked for, and how that is recorded: on the removal, its
item, the counts of a review that is over, and in the audit trail (R120)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.assignments import Assignment, AssignmentRequest
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.removals import ENDED, RESULTS, Removal, Standing, ended_as, seen_absent
from chalicelib.domain.resources import Right
from chalicelib.domain.reviews import InstanceState, Status
from chalicelib.usecases import notify_others
from chalicelib.usecases.bring_about import End
from chalicelib.usecases.other_ways import other_ways, word_about
from chalicelib.usecases.ports import Change, Create, Save, Services
from chalicelib.usecases.to_seal import ends_removals, late_outcome
from chalicelib.usecases.try_delivery import Attempt
from chalicelib.usecases.watch_plan import watched_from

CATEGORY = "EntitlementManagement"
VERIFIED = "Removal verified"
FOR_A_PERSON = "Removal needs a person"
LEFT = "The person is no longer in the directory."
COUNTED = {
    Standing.UNDER_WAY: "removal_failures",
    Standing.PENDING: "removals_pending",
    Standing.FAILING: "removal_failures",
    Standing.REMOVED: "removed",
    Standing.ALREADY_GONE: "gone",
    Standing.HELD: "removals_held",
    Standing.RESTORED: "removals_restored",
    Standing.NEEDS_PERSON: "needs_person",
}  # where the state of a review counts a removal


def judged(
    services: Services, assignment: Assignment, request: AssignmentRequest, attempt: Attempt
) -> tuple[Removal, Removal] | None:
    """The removal before and after a try; None when it says nothing new, or a person has settled it meanwhile."""
    now = services.clock.now()
    before = services.removals.removal(request.instance_id, request.item_id) or Removal(
        instance_id=request.instance_id,
        item_id=request.item_id,
        assignment_id=assignment.id,
        person_id=assignment.target_id,
        standing=Standing.FAILING,
        rights=assignment.delivery.to_end if assignment.delivery else (),
        begun=request.created,
    )
    if before.outcome not in ("", Standing.NEEDS_PERSON):
        return None
    after = _verdict(services, before, assignment, attempt, now)
    same = replace(after, ended=before.ended) == before
    return None if same else (before, after)


def _verdict(services: Services, before: Removal, assignment: Assignment, attempt: Attempt, now: datetime) -> Removal:
    if attempt.done:
        if attempt.missing:
            return ended_as(before, Standing.ALREADY_GONE, now, LEFT)
        left = assignment.delivery.left if assignment.delivery else None
        first = left or (before.absent[0] if before.absent else now)
        return seen_gone(services, replace(before, absent=(first, now)), now, attempt.kept)
    accepted = before.accepted or (now if not attempt.came_to(End.FAILED) else None)
    waits = [one for one in attempt.told if one.end is not End.PERSON]
    if attempt.came_to(End.PERSON) and not waits and not attempt.leaving:
        return ended_as(before, Standing.NEEDS_PERSON, now, attempt.error)
    if attempt.came_to(End.PENDING):
        return ended_as(replace(before, accepted=accepted), Standing.PENDING, now, attempt.error)
    if attempt.told:
        return ended_as(before, Standing.FAILING, now, attempt.error)
    return seen_absent(replace(before, accepted=accepted), now)


def seen_gone(services: Services, removal: Removal, now: datetime, kept: dict[Right, str]) -> Removal:
    """The removal after its second read: removed, unless the person has the access in another way. Rights that
    another assignment contains are meant to stay (R9); `kept` names its package."""
    person = services.people.user(removal.person_id)
    taken = [right for right in removal.rights if right not in kept]
    ways = other_ways(services, person, taken) if person else ()
    if ways:
        reason = "The person still has the access in another way."
        return ended_as(removal, Standing.NEEDS_PERSON, now, reason, ways)
    stays = [f"the assignment to {package} gives it too" for package in dict.fromkeys(kept.values())]
    word = word_about(services, person, taken) if person else None
    return replace(ended_as(removal, Standing.REMOVED, now, "", stays), word=word)


def tell_result(services: Services, assignment: Assignment | None, before: Removal, after: Removal) -> None:
    """The item and, of access that the review took, the person learn what became of it; harmless when repeated."""
    now, state = services.clock.now(), services.reviews.state(after.instance_id)
    if RESULTS[before.standing] is not RESULTS[after.standing]:
        by = after.by or (state.confirmed_by if state else "")
        services.items.applied(after.instance_id, after.item_id, RESULTS[after.standing], now, by)
    if assignment is None or after.standing is not Standing.REMOVED or before.standing is Standing.REMOVED:
        return
    instance = services.reviews.instance(after.instance_id)
    item = services.items.get(after.instance_id, after.item_id)
    if instance and item:
        notify_others.access_ended(services, instance, item, assignment, now)


def removal_changes(services: Services, before: Removal, after: Removal, operation: str) -> list[Change]:
    """The changes that record it: the removal, its event if it has come to an outcome, and, in a review that is over,
    the counts and the watch."""
    changes: list[Change] = [Save(after) if before.version else Create(after)]
    if after.outcome and after.standing is not before.standing:
        changes.append(Create(verified(after, SYSTEM, operation, services.clock.now())))
    state = services.reviews.state(after.instance_id)
    if state is not None and state.status is Status.APPLIED:
        moved = recounted(state, before.standing, after.standing)
        changes += [Save(moved)] if moved != state else []
        changes += ends_removals(state, moved, services.clock.now())
        changes += late_outcome(state, before, after, operation, services.clock.now())
        if after.standing in ENDED:
            changes += watched_from(services, after.instance_id, services.clock.now())
    return changes


def recounted(state: InstanceState, before: Standing, after: Standing) -> InstanceState:
    """The state of a review with a removal counted where it stands now."""
    old, new = COUNTED[before], COUNTED[after]
    if old == new or not getattr(state, old):
        return state
    moved = replace(state, **{old: getattr(state, old) - 1})
    return replace(moved, **{new: getattr(moved, new) + 1})


def verified(removal: Removal, actor: Actor, operation: str, now: datetime) -> AuditEvent:
    """The event of a removal that has come to an outcome."""
    activity = FOR_A_PERSON if removal.standing is Standing.NEEDS_PERSON else VERIFIED
    details = {"person": removal.person_id, "review": removal.instance_id, "item": removal.item_id}
    details |= {"outcome": removal.standing.value} | ({"reason": removal.reason} if removal.reason else {})
    details |= {"restsOn": removal.word.source, "wordOf": removal.word.by} if removal.word else {}
    target = ("assignment", removal.assignment_id)
    return event(now, actor, CATEGORY, activity, target, operation, details=details)
