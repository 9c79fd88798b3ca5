"""Assignment policies with their review settings: creating, changing, deleting (R12, R15-R19, G3, G30, G33)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.lifetimes import NO_EXPIRATION, end_of, is_over
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, ReviewSettings
from chalicelib.domain.people import Actor
from chalicelib.domain.review_rules import FALLBACK, PRIMARY, RECIPIENTS, check_settings, new_subjects
from chalicelib.domain.reviews import OPENING, ReviewInstance, Status
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.deleting import closed_to_others, refuse_if_deleting
from chalicelib.usecases.drafts import differences, members
from chalicelib.usecases.names import bearer, claim, move, release, taken
from chalicelib.usecases.ports import Change, Create, Delete, Save, Services, Unchanged
from chalicelib.usecases.seeing import find_policy, require_manager, sees_package, unknown
from chalicelib.usecases.series import series_changes

CATEGORY = "EntitlementManagement"
CREATED = "Create access package assignment policy"
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """What a caller may decide about a policy; see AssignmentPolicy for the members."""

    display_name: str
    description: str = ""
    enabled: bool = True
    allowed_target_scope: str = "notSpecified"
    expiration: dict[str, Any] = field(default_factory=lambda: dict(NO_EXPIRATION))
    other: dict[str, Any] = field(default_factory=dict)
    review: ReviewSettings | None = None


def draft_of(policy: AssignmentPolicy) -> PolicyDraft:
    """The draft that changes nothing."""
    return PolicyDraft(
        display_name=policy.display_name,
        description=policy.description,
        enabled=policy.enabled,
        allowed_target_scope=policy.allowed_target_scope,
        expiration=policy.expiration,
        other=policy.other,
        review=policy.review,
    )


def scope_of(package_id: str) -> str:
    """Where a policy's name is unique: its package."""
    return f"policy:{package_id}"


def create_policy(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    package_id: str,
    draft: PolicyDraft,
    retried: bool = False,
) -> AssignmentPolicy:
    """Create a policy of a package, and its review series when reviews are on. With `retried` and the same
    content, one that exists is given instead.

    Raises NotFound, InvalidInput (naming the field), Forbidden, Conflict (the name is taken).
    """
    package = _managed_package(services, actor, package_id)
    _check_expiration(draft.expiration, {}, now)
    check_review(services, draft.review, None)
    policy = _fresh(actor, now, operation, package, draft)
    series = series_changes(services, now, actor, None, policy, operation, package)
    recorded = _event(now, actor, CREATED, policy, operation, differences(None, draft))
    named = claim(scope_of(package.id), policy)
    try:
        services.writer.commit(operation, Create(policy), named, Unchanged(package), Create(recorded), *series)
    except Conflict as problem:
        owner = bearer(services, scope_of(package.id), draft.display_name, problem)
        found = services.entitlements.policy(owner)
        if retried and found is not None and draft_of(found) == draft:
            return found
        raise taken(draft.display_name) from problem
    return replace(policy, version=1)


def _managed_package(services: Services, actor: Actor, package_id: str) -> AccessPackage:
    package = services.entitlements.package(package_id)
    if package is None or not sees_package(actor, package.catalog_id, package.id):
        raise unknown(actor, "access package", "accessPackage/id")
    require_manager(actor, package.catalog_id, package.id)
    refuse_if_deleting(package, "access package", "accessPackage/id")
    return package


def _fresh(actor: Actor, now: datetime, operation: str, package: AccessPackage, draft: PolicyDraft) -> AssignmentPolicy:
    return AssignmentPolicy(
        id=ids.guid("policy", operation),
        package_id=package.id,
        catalog_id=package.catalog_id,
        review_saved_by=actor.id if draft.review else "",
        created=now,
        modified=now,
        **members(draft),
    )


def update_policy(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    policy: AssignmentPolicy,
    draft: PolicyDraft,
) -> AssignmentPolicy:
    """Give a policy, as it was read, other members, and bring its review series in line.

    Raises InvalidInput (naming the field), Forbidden, Conflict (the name is taken, or changed meanwhile).
    """
    require_manager(actor, policy.catalog_id, policy.package_id)
    changes = differences(draft_of(policy), draft)
    if not changes:
        return policy
    _check_expiration(draft.expiration, policy.expiration, now)
    check_review(services, draft.review, policy.review)
    saved_by = actor.id if "review" in changes else policy.review_saved_by
    changed = replace(policy, modified=now, deleting=False, review_saved_by=saved_by, **members(draft))
    package = _package(services, policy)
    following = move(services, scope_of(policy.package_id), policy, changed)
    following += series_changes(services, now, actor, policy, changed, operation, package)
    activity = "Update access package assignment policy"
    recorded = _event(now, actor, activity, policy, operation, changes)
    services.writer.commit(operation, Save(changed), Create(recorded), *following)
    return replace(changed, version=changed.version + 1)


def delete_policy(services: Services, actor: Actor, now: datetime, operation: str, policy_id: str) -> None:
    """Delete a policy nobody has a live assignment through (R12). An open review of it is stopped (G33).

    Raises NotFound, Forbidden, Conflict.
    """
    policy = find_policy(services, actor, policy_id)
    require_manager(actor, policy.catalog_id, policy.package_id)
    with closed_to_others(services, operation, [policy]) as [marked]:
        changes = deletion(services, actor, now, operation, _package(services, policy), marked)
        services.writer.commit(operation, *changes)
    stop_running_review(services, actor, now, operation, policy.id)


def deletion(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    package: AccessPackage,
    policy: AssignmentPolicy,
) -> list[Change]:
    """The changes that delete a policy nobody can be assigned through any more (it is marked).

    Raises Conflict when somebody has access through it, or when a review of it is being opened this very moment.
    """
    if _in_use(services, policy.id, now):
        raise Conflict(f"People have assignments through the policy {policy.display_name!r}. Remove those first.")
    state = _latest_state(services, policy.id)
    if state is not None and state[1] in OPENING:
        raise Conflict("A review of the policy is being opened. Try again in a few minutes.")
    series = series_changes(services, now, actor, policy, None, operation, package)
    activity = "Delete access package assignment policy"
    recorded = _event(now, actor, activity, policy, operation, {})
    return [Delete(policy), release(scope_of(policy.package_id), policy), Create(recorded), *series]


def stop_running_review(services: Services, actor: Actor, now: datetime, operation: str, policy_id: str) -> None:
    """End the open review of a policy that was deleted: there is nothing left to remove (G33)."""
    latest = _latest_state(services, policy_id)
    if latest is not None and latest[1] is Status.IN_PROGRESS:
        stop_review(services, actor, now, f"{operation}:stop", latest[0], withdrawn=True)


def _latest_state(services: Services, policy_id: str) -> tuple[ReviewInstance, Status] | None:
    """The newest review of a policy, by its own series or an ad-hoc one, and how far it is."""
    found = list(services.reviews.instances_of(ids.definition_id(policy_id), 1, None).items)
    newest = services.reviews.newest_review(policy_id)
    ad_hoc = services.reviews.instance(newest.instance_id) if newest else None
    latest = max([*found, *([ad_hoc] if ad_hoc else [])], key=lambda one: one.opens, default=None)
    state = services.reviews.state(latest.id) if latest else None
    return (latest, state.status) if latest and state else None


def _in_use(services: Services, policy_id: str, now: datetime) -> bool:
    page = services.entitlements.assignments_of_policy(policy_id, _PAGE, None)
    while not any(not is_over(assignment, now) for assignment in page.items):
        if page.next is None:
            return False
        page = services.entitlements.assignments_of_policy(policy_id, _PAGE, page.next)
    return True


def _check_expiration(expiration: dict[str, Any], before: dict[str, Any], now: datetime) -> None:
    """Raises InvalidInput for a date that is new and not in the future (R29)."""
    ends = end_of(expiration, now) if expiration.get("type") == "afterDateTime" else None
    if ends is not None and ends <= now and expiration != before:
        raise InvalidInput("The end must lie in the future.", "expiration/endDateTime")


def check_review(services: Services, review: ReviewSettings | None, before: ReviewSettings | None) -> None:
    """Raises InvalidInput for settings that cannot make a review, and for reviewers nobody knows."""
    if review is None or review == before:
        return
    check_settings(review)
    for path, now, known in (
        (PRIMARY, review.primary, before.primary if before else ()),
        (FALLBACK, review.fallback, before.fallback if before else ()),
        (RECIPIENTS, review.recipients, before.recipients if before else ()),
    ):
        for place, subject in new_subjects(now, known):
            people = services.people
            single = subject.kind == "singleUser"
            if (people.user(subject.id) if single else people.group(subject.id)) is None:
                what, member = ("person", "userId") if single else ("group", "groupId")
                raise InvalidInput(f"There is no such {what}: {subject.id}.", f"{path}/{place}/{member}")


def _package(services: Services, policy: AssignmentPolicy) -> AccessPackage:
    package = services.entitlements.package(policy.package_id)
    if package is None:
        raise Conflict("The access package is being deleted.")
    return package


def _event(
    now: datetime,
    actor: Actor,
    activity: str,
    policy: AssignmentPolicy,
    operation: str,
    changes: dict[str, Any],
) -> AuditEvent:
    details = {"accessPackage": policy.package_id}
    target = ("assignmentPolicy", policy.id)
    return event(now, actor, CATEGORY, activity, target, operation, changes=changes, details=details)
