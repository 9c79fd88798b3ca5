"""The review series of a policy: what saving, switching off or deleting review settings does (G3, G30, G32).

One policy has one series of its own; ad-hoc reviews of it have theirs. What is decided here ends in changes for the
commit that saves the policy, so that policy, series, agenda and audit trail cannot come apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, ReviewSettings
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import ReviewDefinition
from chalicelib.usecases.ports import Change, Save, Services
from chalicelib.usecases.series_steps import SeriesSteps


def series_changes(
    services: Services,
    now: datetime,
    actor: Actor,
    before: AssignmentPolicy | None,
    after: AssignmentPolicy | None,
    operation: str,
    package: AccessPackage,
) -> list[Change]:
    """What becomes of the series when its policy goes from `before` (None: new) to `after` (None: deleted).

    When reviews were and stay off, a series follows a new name only. Raises InvalidInput for a start that the
    past forbids, or when no occurrence would ever come.
    """
    policy = after or before
    if policy is None:
        return []
    series = SeriesSteps(services, now, actor, operation)
    definition = services.reviews.definition(ids.definition_id(policy.id)) if before else None
    if not (_is_on(before) or _is_on(after)):
        return _renamed_only(definition, after, package)
    if after is None or after.review is None or not after.review.enabled:
        return _switched_off(series, definition, after, package)
    fresh = _definition(after, after.review, package, actor, now)
    if definition is None:
        return series.created(fresh)
    return series.saved(definition, fresh, resumed=not _is_on(before))


def renamed_series(services: Services, package: AccessPackage, policies: Iterable[AssignmentPolicy]) -> list[Change]:
    """The series of a package under its new name; occurrences that opened keep the old one (G41)."""
    known = services.reviews.definitions(ids.definition_id(policy.id) for policy in policies)
    return [
        Save(
            replace(
                definition,
                package_name=package.display_name,
                display_name=display_name(package.display_name, definition.policy_name),
            )
        )
        for definition in known.values()
    ]


def _renamed_only(
    definition: ReviewDefinition | None, policy: AssignmentPolicy | None, package: AccessPackage
) -> list[Change]:
    if definition is None or policy is None:
        return []
    renamed = _named(definition, policy, package)
    return [] if renamed == definition else [Save(renamed)]


def display_name(package: str, policy: str) -> str:
    """The name of a series (G41)."""
    return f"{package}: {policy}"


def _switched_off(
    series: SeriesSteps, known: ReviewDefinition | None, after: AssignmentPolicy | None, package: AccessPackage
) -> list[Change]:
    """No further occurrences, whether by the switch, by settings left out, or with the policy (`after` None)."""
    if known is None:
        return []
    details = {"switchedOff": True} if after else {"policyDeleted": True}
    return series.ended(_named(known, after, package) if after else known, details, tell=True)


def _named(definition: ReviewDefinition, policy: AssignmentPolicy, package: AccessPackage) -> ReviewDefinition:
    return replace(
        definition,
        display_name=display_name(package.display_name, policy.display_name),
        package_name=package.display_name,
        policy_name=policy.display_name,
        description=policy.description,
    )


def _is_on(policy: AssignmentPolicy | None) -> bool:
    return policy is not None and policy.review is not None and policy.review.enabled


def _definition(
    policy: AssignmentPolicy, settings: ReviewSettings, package: AccessPackage, actor: Actor, now: datetime
) -> ReviewDefinition:
    return ReviewDefinition(
        id=ids.definition_id(policy.id),
        policy_id=policy.id,
        package_id=policy.package_id,
        catalog_id=policy.catalog_id,
        display_name=display_name(package.display_name, policy.display_name),
        package_name=package.display_name,
        policy_name=policy.display_name,
        description=policy.description,
        settings=settings,
        created_by=actor.id,
        saved_by=actor.id,
        created=now,
        modified=now,
    )
