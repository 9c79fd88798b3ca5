"""Review series by themselves: ad-hoc reviews of a policy, and changing, stopping or deleting any series (R61, R138,
R144). What is done to a policy's own series is done to the policy, with all its checks and its audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.packages import AssignmentPolicy, ReviewSettings
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import OPENING, ReviewDefinition, Status
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.deleting import refuse_if_deleting
from chalicelib.usecases.manage_policies import check_review, draft_of, update_policy
from chalicelib.usecases.ports import Put, Save, Services, Unchanged
from chalicelib.usecases.seeing import administers, require_manager, unknown
from chalicelib.usecases.series_steps import SeriesSteps

SCOPE = "scope"
REPEAT = timedelta(minutes=10)  # within which a repeat by the SDK finds what its first try made


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionDraft:
    """What a caller may decide about a series."""

    display_name: str
    description: str = ""
    settings: ReviewSettings


def create_review(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    policy_id: str,
    draft: DefinitionDraft,
    *,
    package_id: str = "",
    follows: str = "",
    only: str = "",
    retried: bool = False,
) -> ReviewDefinition:
    """Begin an ad-hoc series of reviews of a policy, recurring or not; its first review opens at the end of its start
    date, and waits while another review of the policy is open (G6). With `retried` and the same content, the series
    of the first try is given instead.

    Raises NotFound, InvalidInput (naming the field), Forbidden, Conflict (the policy is being deleted).
    """
    policy = _managed_policy(services, actor, policy_id, package_id)
    check_review(services, draft.settings, None)
    fresh = replace(_fresh(services, actor, now, operation, policy, draft), follows=follows, only=only)
    if retried:
        made = _made_before(services, fresh)
        if made is not None:
            return made
    begun = SeriesSteps(services, now, actor, operation).created(fresh)
    services.writer.commit(operation, Unchanged(policy), *begun)
    return replace(fresh, version=1)


def _managed_policy(services: Services, actor: Actor, policy_id: str, package_id: str) -> AssignmentPolicy:
    policy = services.entitlements.policy(policy_id)
    if policy is None or not administers(actor, policy.catalog_id, policy.package_id):
        raise unknown(actor, "assignment policy", SCOPE)
    require_manager(actor, policy.catalog_id, policy.package_id)
    if package_id not in ("", policy.package_id):
        raise InvalidInput("The assignment policy is not one of this access package.", SCOPE)
    refuse_if_deleting(policy, "assignment policy", SCOPE)
    return policy


def _fresh(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    policy: AssignmentPolicy,
    draft: DefinitionDraft,
) -> ReviewDefinition:
    package = services.entitlements.package(policy.package_id)
    if package is None:
        raise Conflict("The access package is being deleted.", SCOPE)
    return ReviewDefinition(
        id=ids.guid("ad-hoc definition", operation),
        policy_id=policy.id,
        package_id=policy.package_id,
        catalog_id=policy.catalog_id,
        display_name=draft.display_name,
        package_name=package.display_name,
        policy_name=policy.display_name,
        description=draft.description,
        settings=draft.settings,
        created_by=actor.id,
        saved_by=actor.id,
        created=now,
        modified=now,
        ad_hoc=True,
    )


def _made_before(services: Services, fresh: ReviewDefinition) -> ReviewDefinition | None:
    """The series that an earlier try of the same request made a moment ago."""
    after: str | None = None
    while True:
        page = services.reviews.series_of_package(fresh.package_id, 100, after, fresh.policy_id)
        for made in services.reviews.definitions(one.definition_id for one in page.items).values():
            same = replace(made, id=fresh.id, created=fresh.created, modified=fresh.modified, version=0)
            if same == fresh and fresh.created - made.created < REPEAT:
                return made
        after = page.next
        if after is None:
            return None


def update_definition(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    found: ReviewDefinition,
    draft: DefinitionDraft,
) -> None:
    """Give a series, as it was read, other members; only reviews that open later have them (R138, G30).

    Raises Forbidden, InvalidInput (naming the field), Conflict (it has ended, or changed meanwhile).
    """
    require_manager(actor, found.catalog_id, found.package_id)
    if not found.settings.enabled:
        raise Conflict("The series has ended. Switch reviews on in the policy, or make a new one.")
    if not found.ad_hoc:
        if draft.display_name != found.display_name:
            raise InvalidInput("A policy's series bears the names of its package and policy.", "displayName")
        policy = _policy_of(services, found)
        changed = replace(draft_of(policy), description=draft.description, review=draft.settings)
        update_policy(services, actor, now, operation, policy, changed)
        return
    check_review(services, draft.settings, found.settings)
    fresh = replace(
        found,
        display_name=draft.display_name,
        description=draft.description,
        settings=draft.settings,
        saved_by=actor.id,
        modified=now,
    )
    changes = SeriesSteps(services, now, actor, operation).saved(found, fresh, resumed=False)
    if changes:
        services.writer.commit(operation, *changes)


def _policy_of(services: Services, found: ReviewDefinition) -> AssignmentPolicy:
    policy = services.entitlements.policy(found.policy_id)
    if policy is None:
        raise Conflict("The policy of this series was deleted.")
    return policy


def stop_definition(services: Services, actor: Actor, now: datetime, operation: str, found: ReviewDefinition) -> None:
    """End a series, and its open review as a Stop of that would (R142, G24): explicit decisions are applied, who was
    not answered for keeps access. Of a policy's own series this switches the policy's reviews off. Repeatable.

    Raises Forbidden, and Conflict while a review is being opened.
    """
    _check_not_opening(services, actor, found)
    _end(services, actor, now, operation, found)
    _stop_open_review(services, actor, now, operation, found, withdrawn=False)


def delete_definition(services: Services, actor: Actor, now: datetime, operation: str, found: ReviewDefinition) -> None:
    """End a series and leave it and its reviews out of lists; evidence and audit trail stay (R144). An open review
    is stopped, and nothing of it is applied unless an administrator says so. Repeatable.

    Raises Forbidden, and Conflict while a review is being opened.
    """
    _check_not_opening(services, actor, found)
    _end(services, actor, now, operation, found)
    _stop_open_review(services, actor, now, operation, found, withdrawn=True)
    ended = services.reviews.definition(found.id)
    if ended is None or ended.deleted is not None:
        return
    hide = Put(Due(when=now, kind="series", id=found.id))
    services.writer.commit(f"{operation}:deleted", Save(replace(ended, deleted=now)), hide)
    services.queue.send("series", found.id)


def _check_not_opening(services: Services, actor: Actor, found: ReviewDefinition) -> None:
    require_manager(actor, found.catalog_id, found.package_id)
    for instance in services.reviews.instances_of(found.id, 1, None).items:
        state = services.reviews.state(instance.id)
        if state is not None and state.status in OPENING:
            raise Conflict("A review of the series is being opened. Try again in a few minutes.")


def _end(services: Services, actor: Actor, now: datetime, operation: str, found: ReviewDefinition) -> None:
    if not found.settings.enabled:
        return
    policy = None if found.ad_hoc else services.entitlements.policy(found.policy_id)
    if policy is not None and policy.review is not None:
        draft = replace(draft_of(policy), review=replace(policy.review, enabled=False))
        update_policy(services, actor, now, operation, policy, draft)
    else:
        services.writer.commit(operation, *SeriesSteps(services, now, actor, operation).ended(found, {"stopped": True}))


def _stop_open_review(
    services: Services, actor: Actor, now: datetime, operation: str, found: ReviewDefinition, withdrawn: bool
) -> None:
    for instance in services.reviews.instances_of(found.id, 1, None).items:
        state = services.reviews.state(instance.id)
        if state is not None and state.status is Status.IN_PROGRESS:
            stop_review(services, actor, now, f"{operation}:stop", instance, withdrawn=withdrawn)
