"""Undoing a removal: for some days after a review ended somebody's access, an administrator or an owner of the catalog
who is neither the person nor whoever denied can give it back as it was. Everything stays on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState, RequestType
from chalicelib.domain.audit import event
from chalicelib.domain.guard_notices import AccessRestored, DecisionUndone
from chalicelib.domain.guards import Restored
from chalicelib.domain.ids import request_moment
from chalicelib.domain.items import BY_RULE, ApplyResult, Decision, DecisionItem
from chalicelib.domain.lifetimes import NO_EXPIRATION, is_over
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases.assign import CATEGORY, REMOVED_BY_REVIEW, Wish, assign
from chalicelib.usecases.confirm_removals import check_reason
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.mail_contents import link
from chalicelib.usecases.ports import Change, Create, Services
from chalicelib.usecases.removals import restored_changes
from chalicelib.usecases.signed import is_signed, unsigned
from chalicelib.usecases.tell import tell_once

RESTORED = "Restore access"
_TRIES = 5
_LOOKED_AT = 100  # requests about a person, newest first


@dataclass(frozen=True, slots=True)
class Undo:
    """A removal as one could undo it. `removed`: when it was made; `until`: the end of the undo window; `because`:
    why this caller cannot undo it now ("" when they can), `message` the same as a sentence."""

    instance: ReviewInstance
    item: DecisionItem
    assignment: Assignment | None
    removed: datetime | None = None
    until: datetime | None = None
    restored: Restored | None = None
    because: str = ""
    message: str = ""


def look_at_removal(services: Services, actor: Actor, now: datetime, instance: ReviewInstance, item_id: str) -> Undo:
    """What undoing the removal of an item would do, and whether this caller can. Raises NotFound, also for those who
    do not see the item."""
    item = services.items.get(instance.id, item_id) if sees_all(actor, instance) else None
    if item is None:
        raise errors.NotFound("There is no such decision item.")
    return _undo(services, actor, now, instance, item)


def removals_of_person(services: Services, actor: Actor, now: datetime, person_id: str) -> list[Undo]:
    """What reviews took from a person within the undo window, newest first, as far as the caller sees the reviews."""
    about = services.entitlements.requests_of_person(person_id, _LOOKED_AT, None).items
    since = now - timedelta(days=services.settings.undo_days)
    ended = [one for one in about if one.instance_id and one.type is RequestType.SYSTEM_REMOVE]
    instances = services.reviews.instances({one.instance_id for one in ended})
    found = []
    for one in ended:
        instance = instances.get(one.instance_id)
        item = services.items.get(instance.id, one.item_id) if instance and sees_all(actor, instance) else None
        if instance and item and (item.applied is None or item.applied > since):
            found.append(_undo(services, actor, now, instance, item))
    return found


def _undo(services: Services, actor: Actor, now: datetime, instance: ReviewInstance, item: DecisionItem) -> Undo:
    assignment = services.entitlements.assignment(item.assignment_id)
    restored = services.guards.restored(instance.id, [item.id]).get(item.id)
    removed = item.applied
    until = removed + timedelta(days=services.settings.undo_days) if removed else None
    known = (instance, item, assignment, removed, until, restored)
    for because, message in _obstacles(services, actor, now, *known):
        return Undo(*known, because=because, message=message)
    return Undo(*known)


def _obstacles(
    services: Services,
    actor: Actor,
    now: datetime,
    instance: ReviewInstance,
    item: DecisionItem,
    assignment: Assignment | None,
    removed: datetime | None,
    until: datetime | None,
    restored: Restored | None,
) -> Sequence[tuple[str, str]]:
    """The first thing that keeps a removal from being undone by this caller; nothing when it can be."""
    if restored is not None:
        return [("restored", f"The access was given back on {restored.at:%Y-%m-%d} already.")]
    if assignment is None or not _removed_by_review(assignment, item):
        return [("notRemoved", "The review has not removed this access.")]
    if is_signed(services, instance.id):
        return [
            ("signedOff", "The review was signed off: nothing about it changes any more. Assign the package instead.")
        ]
    state = services.reviews.state(instance.id)
    if state is not None and state.status is Status.APPLYING:
        return [("stillApplying", "The review is still removing access. Try again in a few minutes.")]
    if until is not None and now > until:
        return [("tooLate", f"The time to undo the removal ended on {until:%Y-%m-%d}. Assign the package instead.")]
    return _about_caller(actor, instance, item) or _about_access(services, now, item, assignment)


def _removed_by_review(assignment: Assignment, item: DecisionItem) -> bool:
    ended = assignment.state is AssignmentState.EXPIRED and assignment.status == REMOVED_BY_REVIEW
    denied = item.decision is Decision.DENY and item.cancelled is None
    return ended and denied and item.apply_result is not ApplyResult.GONE


def _about_caller(actor: Actor, instance: ReviewInstance, item: DecisionItem) -> Sequence[tuple[str, str]]:
    last = item.last
    if not actor.owns_catalog(instance.catalog_id):
        return [("notOwner", "Only administrators and the catalog's owners undo removals.")]
    if actor.id == item.principal_id:
        return [("ownAccess", "Nobody gives their own access back: somebody else has to.")]
    if last is not None and actor.id in (last.by, last.on_behalf_of):
        return [("decider", "You denied this access yourself: somebody else has to undo the removal.")]
    return []


def _about_access(
    services: Services, now: datetime, item: DecisionItem, assignment: Assignment
) -> Sequence[tuple[str, str]]:
    person = services.people.user(item.principal_id)
    if person is None:
        return [("personGone", "The person is not in the directory any more.")]
    if not person.enabled:
        return [("personDisabled", "The account of this person is disabled.")]
    policy = services.entitlements.policy(assignment.policy_id)
    if policy is None or policy.deleting or not policy.enabled:
        return [("policyGone", "The assignment policy was deleted or is not enabled any more.")]
    if assignment.ends is not None and assignment.ends <= now:
        return [("wouldHaveEnded", f"The access would have ended on {assignment.ends:%Y-%m-%d} anyway.")]
    holding = services.entitlements.holding(item.principal_id, assignment.package_id)
    held = services.entitlements.assignment(holding.assignment_id) if holding else None
    if held is not None and not is_over(held, now):
        return [("heldAgain", "The person has the access package again.")]
    return []


def restore_access(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    item_id: str,
    reason: str,
    retried: bool = False,
) -> AssignmentRequest:
    """Give back what a review took, through the same policy and to the same end, as a request of its own; person and
    decider are told. `retried`: a repeat of what this caller did gives the same request.

    Raises NotFound, Forbidden (the decider, the person, no owner), InvalidInput (the reason), Conflict, saying why.
    """
    because = check_reason(reason)
    for attempt in range(_TRIES):
        undo = look_at_removal(services, actor, now, instance, item_id)
        again = retried and undo.restored is not None and undo.restored.by == actor.id
        if undo.because and not again:
            refusal = errors.Forbidden if undo.because in ("notOwner", "ownAccess", "decider") else errors.Conflict
            raise refusal(undo.message)
        try:
            made = _made(services, undo) if again else _restore(services, actor, now, operation, undo, because)
        except errors.Conflict:  # the review's worker or somebody else was faster: look again
            if attempt == _TRIES - 1:
                raise
            continue
        _tell(services, actor, undo, made, because)
        return made
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


def _made(services: Services, undo: Undo) -> AssignmentRequest:
    made = services.entitlements.request(undo.restored.request_id) if undo.restored else None
    if made is None:
        raise errors.NotFound("The request that gave the access back was deleted.")
    return made


def _restore(
    services: Services, actor: Actor, now: datetime, operation: str, undo: Undo, because: str
) -> AssignmentRequest:
    """The new assignment, the record of the undoing and the sums of the review, in one commit."""
    instance, item, before = undo.instance, undo.item, undo.assignment
    still = unsigned(services, instance.id)
    assert before is not None  # there is no undoing without
    ends = {"type": "afterDateTime", "endDateTime": before.ends.isoformat()} if before.ends else NO_EXPIRATION
    wish = Wish(
        target_id=item.principal_id,
        policy_id=before.policy_id,
        justification=f"Removal by {instance.name} undone: {because}",
        expiration=ends,
    )

    def more(assignment: Assignment, request_id: str) -> list[Change]:
        return [*_record(services, actor, now, operation, undo, because, assignment.id, request_id), still]

    return assign(services, actor, now, operation, wish, more=more)


def _record(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    undo: Undo,
    because: str,
    assignment_id: str,
    request_id: str,
) -> list[Change]:
    instance, item = undo.instance, undo.item
    row = Restored(
        instance_id=instance.id,
        item_id=item.id,
        person_id=item.principal_id,
        by=actor.id,
        at=now,
        reason=because,
        request_id=request_id,
        assignment_id=assignment_id,
    )
    details = {"person": item.principal_id, "review": instance.id, "item": item.id, "reason": because}
    details |= {"former": item.assignment_id, "request": request_id}
    recorded = event(now, actor, CATEGORY, RESTORED, ("assignment", assignment_id), operation, details=details)
    return [
        Create(row),
        Create(recorded),
        *restored_changes(services, actor, now, item, assignment_id, because, operation),
    ]


def _tell(services: Services, actor: Actor, undo: Undo, made: AssignmentRequest, because: str) -> None:
    """Mail to the person, and to whoever denied; each once, however often this is repeated."""
    instance, item, at = undo.instance, undo.item, request_moment(made.id)
    people = services.people.users({item.principal_id, item.last.by if item.last else ""} - {"", BY_RULE})
    person = people.get(item.principal_id)
    portal = services.settings.portal_url.rstrip("/")
    if person is not None:
        notice = AccessRestored(
            now=at,
            package=instance.package_name,
            restored=at,
            zone=instance.zone,
            ends=made.ends,
            link=f"{portal}/my-access/{made.assignment_id}",
        )
        tell_once(services, person, "restored", made.assignment_id, notice, instance)
    decider = people.get(item.last.by) if item.last and item.last.by != item.principal_id else None
    if decider is not None and person is not None:
        undone = DecisionUndone(
            now=at,
            review=instance.name,
            package=instance.package_name,
            person=person.display_name,
            by=actor.display_name,
            restored=at,
            zone=instance.zone,
            reason=because,
            link=link(services, instance.id),
        )
        tell_once(services, decider, "undone", made.assignment_id, undone, instance)
