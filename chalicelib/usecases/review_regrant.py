"""Reviewing one access that was removed and is there again: an ordinary one-time review of that one assignment.

What came back outside has no assignment to review. It is adopted first: the person is assigned the package through
the policy that was reviewed, which records what is so already, and lets a Deny take it away like any other.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound, ReviewError
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.people import SYSTEM, Actor, Role
from chalicelib.domain.removals import Removal
from chalicelib.domain.reviews import ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import Schedule, today_in
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.control_review import check_manages
from chalicelib.usecases.manage_definitions import DefinitionDraft, create_review
from chalicelib.usecases.ports import Save, Services
from chalicelib.usecases.regrants import live_assignment

LOG = logging.getLogger("access_reviews")
DAYS = 7  # open from the end of today
ITSELF = replace(SYSTEM, roles=frozenset({(Role.ADMINISTRATOR, "")}))  # what the policy asked for needs nobody's role


def review_by_itself(services: Services, instance: ReviewInstance, removal: Removal) -> None:
    """Review the newest re-grant if the review's settings asked for that. What stands in the way (a policy that was
    deleted, a person who left) leaves it among what an administrator is to look at."""
    if not instance.settings.review_regrants:
        return
    operation = f"review-regrant:{removal.item_id}:{len(removal.regrants)}"
    try:
        review_regrant(services, ITSELF, services.clock.now(), operation, instance, removal.item_id)
    except ReviewError:
        LOG.exception("the re-grant of item %s could not be reviewed by itself", removal.item_id)


def review_regrant(
    services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance, item_id: str
) -> ReviewDefinition:
    """Begin a review of the access that came back, open for a week from the end of today, by those whom the review
    that removed it asked; of a self-review by the package's owners. The one that was begun before, if there is one.

    Raises NotFound, Forbidden, Conflict (nothing has come back, or it is gone again), InvalidInput.
    """
    check_manages(actor, instance)
    removal = services.removals.removal(instance.id, item_id)
    if removal is None:
        raise NotFound("There is no such removal.")
    if not removal.regrants:
        raise Conflict("The access has not come back.")
    newest, key = removal.regrants[-1], _key(removal)
    begun = services.reviews.definition(newest.review_id or ids.guid("ad-hoc definition", key))
    if begun is None:
        assignment_id = newest.assignment_id or _adopted(services, actor, now, key, instance, removal)
        assignment = services.entitlements.assignment(assignment_id)
        if assignment is None:
            raise Conflict("The assignment is not there any more.")
        draft = _draft(instance, now)
        policy_id, follows = assignment.policy_id, instance.id
        begun = create_review(services, actor, now, key, policy_id, draft, follows=follows, only=assignment_id)
    if not newest.review_id:
        reviewed = replace(newest, assignment_id=begun.only, review_id=begun.id)
        known = replace(removal, regrants=(*removal.regrants[:-1], reviewed))
        services.writer.commit(operation, Save(known))
    return begun


def _key(removal: Removal) -> str:
    """The same for every try to review one re-grant, so that it is reviewed once."""
    return ids.digest("review of a re-grant", removal.item_id, len(removal.regrants))[:32]


def _adopted(
    services: Services, actor: Actor, now: datetime, key: str, instance: ReviewInstance, removal: Removal
) -> str:
    """The assignment that records an access which came back outside; the person's live one, if there is one."""
    live = live_assignment(services, removal.person_id, instance.package_id, now)
    if live is not None:
        return live.id
    why = f"Seen again in the system outside after its removal in {instance.name}"
    wish = Wish(target_id=removal.person_id, policy_id=instance.policy_id, justification=why)
    try:
        return assign(services, actor, now, f"adopt:{key}", wish).assignment_id
    except InvalidInput as problem:
        raise Conflict(f"The access that came back cannot be recorded as an assignment: {problem.message}") from problem


def _draft(instance: ReviewInstance, now: datetime) -> DefinitionDraft:
    schedule = Schedule(start=today_in(instance.zone, now), zone=instance.zone, frequency=None, duration_days=DAYS)
    settings = replace(instance.settings, enabled=True, schedule=schedule)
    if settings.reviewers is ReviewerKind.SELF:
        settings = replace(settings, reviewers=ReviewerKind.OWNERS, primary=())
    return DefinitionDraft(display_name=f"{instance.name}: access again after its removal"[:256], settings=settings)
