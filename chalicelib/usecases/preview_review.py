"""A look ahead at the reviews that settings would make, before they are saved. Reads only.

The dates come from the steps that a save would take, the population from the code that freezes one, and what silence
would do from the rule of the closing sweep: there is no second opinion here that could differ from what happens.
Recommendations are those of today, for nobody knows who will have signed in by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, ReviewSettings
from chalicelib.domain.people import Actor
from chalicelib.domain.review_rules import silence_warning
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import Occurrence, Opening, opening
from chalicelib.usecases.first_review import FirstReview, Look
from chalicelib.usecases.freshness import data_of_today
from chalicelib.usecases.manage_policies import check_review
from chalicelib.usecases.open_review import instance_of
from chalicelib.usecases.ports import Change, Create, Save, Services
from chalicelib.usecases.seeing import administers, find_package
from chalicelib.usecases.series import series_changes
from chalicelib.usecases.series_outlook import Outlook, outlook


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPreview:
    """What these settings would do. `running`: the review that is open now, which they would not change."""

    settings: ReviewSettings
    outlook: Outlook
    first: FirstReview | None
    running: tuple[ReviewInstance, InstanceState] | None
    warning: str | None


def preview_review(
    services: Services,
    actor: Actor,
    now: datetime,
    package: AccessPackage,
    policy: AssignmentPolicy | None,
    settings: ReviewSettings | None,
) -> ReviewPreview | None:
    """What `settings` would do if they were saved for the policy (None: for a new one of the package); None when
    they are none or are off.

    Raises InvalidInput, naming the field, where saving them would.
    """
    if settings is None or not settings.enabled:
        return None
    check_review(services, settings, policy.review if policy else None)
    series = _series(services, actor, now, package, policy, settings)
    view = outlook(services, series, now)
    planned = _first(series, view, now)
    instance = planned and _on_today(services, planned)
    return ReviewPreview(
        settings=settings,
        outlook=view,
        first=Look(services, instance, now).whole() if instance else None,
        running=_running(services, series),
        warning=silence_warning(settings),
    )


def package_to_preview(services: Services, actor: Actor, package_id: str) -> AccessPackage:
    """The package. Raises NotFound for who may not see it, Forbidden for who may not see who holds it."""
    try:
        package = find_package(services, actor, package_id)
    except NotFound as problem:
        raise NotFound(problem.message, "accessPackageId") from problem
    if not administers(actor, package.catalog_id, package.id):
        raise Forbidden("Only those who administer or audit the package may see who would be reviewed.")
    return package


def policy_to_preview(services: Services, package: AccessPackage, policy_id: str) -> AssignmentPolicy:
    """The policy of the package. Raises InvalidInput when it has no such policy."""
    policy = services.entitlements.policy(policy_id)
    if policy is None or policy.package_id != package.id:
        raise InvalidInput("The access package has no such policy.", "assignmentPolicyId")
    return policy


def _series(
    services: Services,
    actor: Actor,
    now: datetime,
    package: AccessPackage,
    before: AssignmentPolicy | None,
    settings: ReviewSettings,
) -> ReviewDefinition:
    """The series as saving would leave it."""
    fresh = AssignmentPolicy(
        id=ids.guid("preview", package.id),
        package_id=package.id,
        catalog_id=package.catalog_id,
        display_name="",
        created=now,
        modified=now,
    )
    after = replace(before or fresh, review=settings)
    changes = series_changes(services, now, actor, before, after, "preview", package)
    saved = _saved(changes) or services.reviews.definition(ids.definition_id(after.id))
    assert saved is not None, "settings that are on and unchanged belong to a series"
    return saved


def _saved(changes: Iterable[Change]) -> ReviewDefinition | None:
    written = (one.entity for one in changes if isinstance(one, Create | Save))
    return next((one for one in written if isinstance(one, ReviewDefinition)), None)


def _first(series: ReviewDefinition, view: Outlook, now: datetime) -> ReviewInstance | None:
    """The next review of the series as it would open."""
    due: Occurrence | None = view.waiting or next(iter(view.next), None)
    if due is None:
        return None
    planned = Opening(due.opens, due.closes, late=False, skipped=False, reason="")
    return instance_of(series, due, opening(due, series.settings.schedule, now) if due.opens <= now else planned)


def _on_today(services: Services, instance: ReviewInstance) -> ReviewInstance:
    """The review on the data of today."""
    sources, grounds = data_of_today(services, instance.package_id, instance.settings)
    return replace(instance, sources=sources, grounds=grounds)


def _running(services: Services, series: ReviewDefinition) -> tuple[ReviewInstance, InstanceState] | None:
    latest = next(iter(services.reviews.instances_of(series.id, 1, None).items), None)
    state = services.reviews.state(latest.id) if latest else None
    return (latest, state) if latest and state and state.status not in CLOSED else None
