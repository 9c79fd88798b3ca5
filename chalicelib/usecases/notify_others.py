"""Mail to people who are not asked to decide: managers and owners before the close, owners after it and when
reviews are switched off, and those whose access ended (R82, G14, G15, G30). Each exists once as a `Notice` row."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.agenda import SWITCHED_OFF
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.items import BY_RULE, DecisionItem
from chalicelib.domain.notices import (
    AccessEnded,
    Cause,
    LastCallSummary,
    LateReview,
    LateReviewer,
    ReviewFinished,
    ReviewsSwitchedOff,
    Waiting,
)
from chalicelib.domain.packages import NoResponse, ReviewerKind
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import InstanceState, Outcome, ReviewDefinition, ReviewInstance, Status
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.directory import expand
from chalicelib.usecases.late_reviewers import late_reviewers
from chalicelib.usecases.mail_contents import run_link
from chalicelib.usecases.notify import change_notice
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import holders
from chalicelib.usecases.tell import tell_once

SHOWN = 10
SUMMARY = "summary:"  # begins the cursor of a last call whose reminders are out


def last_call_summary(
    services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget, cursor: str
) -> str | None:
    """One day before the close: one summary for each manager of an unfinished reviewer and each package owner. From
    `cursor` on (of managers, by id); the next cursor, None when everybody was told."""
    late = late_reviewers(services, instance, budget)
    if not late:
        return None
    subject = f"{instance.id}.{state.extensions}" if state.extensions else instance.id
    told, reached = _late_by_manager(services, late), cursor.removeprefix(SUMMARY) if cursor else ""
    try:
        for owner in owners(services, instance, Role.PACKAGE_MANAGER, Role.CATALOG_OWNER):
            why = [reviewer for _, reviewer in late]
            tell_once(services, owner, "summary", subject, _summary(services, instance, state, "owner", why), instance)
            told.pop(owner.id, None)
        managers = services.people.users(one for one in told if one > reached)
        for manager in sorted(managers.values(), key=lambda one: one.id):
            if not budget.left():
                return SUMMARY + reached
            content = _summary(services, instance, state, "manager", told[manager.id])
            tell_once(services, manager, "summary", subject, content, instance)
            reached = manager.id
    except errors.Throttled:
        return SUMMARY + reached
    return None


def _late_by_manager(services: Services, late: list[tuple[str, LateReviewer]]) -> dict[str, list[LateReviewer]]:
    """Unfinished reviewers by the manager they have."""
    people = services.people.users(user_id for user_id, _ in late)
    told: dict[str, list[LateReviewer]] = defaultdict(list)
    for user_id, reviewer in late:
        person = people.get(user_id)
        if person and person.manager_id:
            told[person.manager_id].append(reviewer)
    return told


def _summary(
    services: Services, instance: ReviewInstance, state: InstanceState, why: str, late: list[LateReviewer]
) -> LastCallSummary:
    review = LateReview(
        review=instance.name,
        package=instance.package_name,
        closes=state.ends,
        zone=instance.zone,
        why=why,
        unanswered=instance.settings.no_response,
        late=len(late),
        reviewers=tuple(late[:SHOWN]),
        self_review=instance.settings.reviewers is ReviewerKind.SELF,
        link=run_link(services, instance.id) if why == "owner" else None,
    )
    return LastCallSummary(now=services.clock.now(), reviews=(review,))


def extended(services: Services, instance: ReviewInstance, state: InstanceState, kind: str) -> None:
    """Tell the owners of package and catalog that a review closes later."""
    notice = change_notice(services, instance, state, kind)
    for owner in owners(services, instance, Role.PACKAGE_MANAGER, Role.CATALOG_OWNER):
        tell_once(services, owner, "extended", f"{instance.id}:{kind.partition(':')[2]}", notice, instance)


def owners(services: Services, review: ReviewInstance | ReviewDefinition, *roles: Role) -> list[User]:
    """The people who hold one of `roles` on the review's package or catalog, groups expanded, once each."""
    scopes = {
        Role.PACKAGE_MANAGER: f"package:{review.package_id}",
        Role.CATALOG_OWNER: f"catalog:{review.catalog_id}",
    }
    found: dict[str, User] = {}
    for role in roles:
        for grant in holders(services, role, scopes[role]):
            if grant.principal_kind == "group":
                found |= {user.id: user for user in expand(services, grant.principal_id)}
            else:
                found |= services.people.users([grant.principal_id])
    return list(found.values())


def finished(services: Services, instance: ReviewInstance, state: InstanceState) -> None:
    """The result, to whoever last saved the review settings and to the catalog's owners (G14)."""
    notice = finished_notice(services, instance, state)
    told = {user.id: user for user in owners(services, instance, Role.CATALOG_OWNER)}
    told |= services.people.users([instance.saved_by] if instance.saved_by else [])
    told |= _recipients(services, instance)
    for user in told.values():
        tell_once(services, user, "finished", instance.id, notice, instance)


def finished_notice(services: Services, instance: ReviewInstance, state: InstanceState) -> ReviewFinished:
    """What is said about a review that is over."""
    outcome = state.outcome or Outcome()
    return ReviewFinished(
        now=services.clock.now(),
        review=instance.name,
        package=instance.package_name,
        closed=state.ends,
        zone=instance.zone,
        link=run_link(services, instance.id),
        approved=outcome.approved + outcome.approved_by_rule,
        denied=outcome.denied_by_person,
        dont_know=outcome.dont_know,
        kept_unanswered=outcome.kept,
        removed_by_rule=outcome.denied_by_rule,
        to_remove=outcome.removals,
        cancelled=outcome.cancelled,
        never_asked=outcome.kept_because.get("notAsked", 0),
        waiting=_waiting(instance, state, outcome),
        stopped_early=bool(state.stopped_by),
    )


def _recipients(services: Services, instance: ReviewInstance) -> dict[str, User]:
    """Who else gets the result, by the settings: people, and the members of groups (G14)."""
    named = instance.settings.recipients
    found = services.people.users(one.id for one in named if one.kind == "singleUser")
    groups = [one.id for one in named if one.kind == "groupMembers"]
    return found | {user.id: user for group in groups for user in expand(services, group)}


def _waiting(instance: ReviewInstance, state: InstanceState, outcome: Outcome) -> Waiting:
    if state.status is not Status.COMPLETED or outcome.outstanding == 0:
        return "no"
    if state.brake:
        return "brake"
    if state.withdrawn:
        return "manual"
    return "no" if instance.settings.auto_apply else "manual"


def access_ended(
    services: Services, instance: ReviewInstance, item: DecisionItem, assignment: Assignment, now: datetime
) -> None:
    """Tell a person that a review ended their access, without a reviewer's name (G15); the reason is behind the
    link, which shows it once the review is closed (G18)."""
    user = services.people.user(item.principal_id)
    if user is None:
        return
    notice = AccessEnded(
        now=now,
        package=instance.package_name,
        ended=now,
        zone=instance.zone,
        review=instance.name,
        cause=_cause(instance, item),
        link=f"{services.settings.portal_url.rstrip('/')}/my-access/{assignment.id}",
        had_since=assignment.starts,
    )
    tell_once(services, user, "ended", assignment.id, notice, instance)


def access_ran_out(services: Services, assignment: Assignment) -> None:
    """Tell a person that their access has reached its end. A package or policy deleted since takes its names along:
    then there is nothing to tell."""
    user = services.people.user(assignment.target_id)
    package = services.entitlements.package(assignment.package_id)
    if user is None or package is None or assignment.ends is None:
        return
    policy = services.entitlements.policy(assignment.policy_id)
    zone = policy.review.schedule.zone if policy and policy.review else services.settings.default_time_zone
    notice = AccessEnded(
        now=services.clock.now(),
        package=package.display_name,
        ended=assignment.ends,
        zone=zone,
        cause="expired",
        had_since=assignment.starts,
    )
    tell_once(services, user, "ended", assignment.id, notice)


def _cause(instance: ReviewInstance, item: DecisionItem) -> Cause:
    if item.last is None or item.last.by == BY_RULE:
        rule = instance.settings.no_response
        by_use: Cause = "notUsed" if item.resource else "recommendation"
        return by_use if rule is NoResponse.RECOMMENDATION else "noAnswer"
    return "ownAnswer" if item.why == "self" else "decision"


def reviews_switched_off(services: Services, definition_id: str) -> None:
    """Tell the catalog's owners that a policy is not reviewed any more (G30), unless it is again by now."""
    rows, now = due_now(services, SWITCHED_OFF, definition_id), services.clock.now()
    definition = services.reviews.definition(definition_id)
    if definition is not None and not definition.settings.enabled:
        notice = _switched_off(services, definition, now)
        for owner in owners(services, definition, Role.CATALOG_OWNER):
            tell_once(services, owner, SWITCHED_OFF, f"{definition.id}:{definition.modified.isoformat()}", notice)
    done(services, rows)


def _switched_off(services: Services, definition: ReviewDefinition, now: datetime) -> ReviewsSwitchedOff:
    by = services.people.user(definition.saved_by)
    latest = services.reviews.instances_of(definition.id, 1, None).items
    state = services.reviews.state(latest[0].id) if latest else None
    return ReviewsSwitchedOff(
        now=now,
        package=definition.package_name,
        policy=definition.policy_name,
        by=by.display_name if by else "",
        at=definition.modified,
        zone=definition.settings.schedule.zone,
        deleted=services.entitlements.policy(definition.policy_id) is None,
        running_until=state.ends if state and state.status is Status.IN_PROGRESS else None,
        link=f"{services.settings.portal_url.rstrip('/')}/admin/packages/{definition.package_id}",
    )
