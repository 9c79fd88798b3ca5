"""The review series of a policy: what saving, switching off or deleting review settings does (G3, G30, G32).

One policy has one series. A running occurrence has its own copy of everything and is never touched. What is
decided here ends in changes for the commit that saves the policy, so that policy, series, agenda and audit
trail cannot come apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.audit import event
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, ReviewSettings
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import CLOSED, SWITCHED_OFF, Due, ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import (
    START_TARGET,
    Occurrence,
    Schedule,
    check_new_start,
    first_after_change,
    next_after,
    occurrence,
    today_in,
)
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services

CATEGORY = "Policy"
CREATED, UPDATED, DELETED = "Create access review", "Update access review", "Delete access review"
TICK = datetime.resolution


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a series does next: occurrences up to `not_before` are not of it any more."""

    following: Occurrence | None
    not_before: datetime | None


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
    series = _Series(services, now, actor, operation)
    definition = services.reviews.definition(ids.definition_id(policy.id)) if before else None
    if not (_is_on(before) or _is_on(after)):
        return _renamed_only(definition, after, package)
    if after is None or after.review is None or not after.review.enabled:
        return series.switched_off(definition, after, package)
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


def _named(definition: ReviewDefinition, policy: AssignmentPolicy, package: AccessPackage) -> ReviewDefinition:
    return replace(
        definition,
        display_name=display_name(package.display_name, policy.display_name),
        package_name=package.display_name,
        policy_name=policy.display_name,
        description=policy.description,
    )


def display_name(package: str, policy: str) -> str:
    """The name of a series (G41)."""
    return f"{package}: {policy}"


@dataclass(frozen=True, slots=True)
class _Series:
    """The circumstances of one save: who, when, under which operation."""

    services: Services
    now: datetime
    actor: Actor
    operation: str

    def created(self, fresh: ReviewDefinition) -> list[Change]:
        """The first settings that are on: the start may be today (it opens at the end of the day, R49)."""
        schedule = fresh.settings.schedule
        check_new_start(schedule.start, schedule.zone, self.now)
        following = occurrence(schedule, 0)
        recorded = self._event(CREATED, fresh, _differences(None, fresh.settings))
        return [Create(fresh), recorded, *_row(Put, fresh, following)]

    def saved(self, known: ReviewDefinition, fresh: ReviewDefinition, resumed: bool) -> list[Change]:
        """Settings that were changed, or switched on again (`resumed`)."""
        kept = replace(fresh, created=known.created, created_by=known.created_by, version=known.version)
        kept = replace(kept, not_before=known.not_before, ended=known.ended)
        differences = _differences(known.settings, fresh.settings)
        if not resumed and not differences:
            return [Save(replace(kept, saved_by=known.saved_by))] if _renamed(known, kept) else []
        details = {"switchedOn": True} if resumed else {}
        recorded = self._event(UPDATED, kept, differences, details)
        if not resumed and _same_dates(known.settings.schedule, fresh.settings.schedule):
            return [Save(kept), recorded]
        plan = self._plan(known, fresh.settings.schedule, resumed)
        kept = replace(kept, not_before=plan.not_before, ended=None if plan.following else self.now)
        dropped = _row(Drop, known, self._pending(known), unless=plan.following)
        return [Save(kept), recorded, *dropped, *_row(Put, kept, plan.following)]

    def switched_off(
        self, known: ReviewDefinition | None, after: AssignmentPolicy | None, package: AccessPackage
    ) -> list[Change]:
        """No further occurrences (G32), whether by the switch, by settings left out, or with the policy (`after`
        None). The agenda remembers that the catalog's owners are to be told (G30)."""
        if known is None:
            return []
        details = {"switchedOff": True} if after else {"policyDeleted": True}
        settings = replace(known.settings, enabled=False)
        ended = replace(known, settings=settings, ended=known.ended or self.now, modified=self.now)
        ended = replace(_named(ended, after, package) if after else ended, saved_by=self.actor.id)
        recorded = self._event(DELETED, known, {}, details)
        tell = Put(Due(when=self.now, kind=SWITCHED_OFF, id=known.id))
        return [Save(ended), recorded, tell, *_row(Drop, known, self._pending(known))]

    def _plan(self, known: ReviewDefinition, schedule: Schedule, resumed: bool) -> _Plan:
        """The next occurrence of another schedule. Raises InvalidInput for a start that is refused (G3)."""
        latest = self._latest(known)
        moved = schedule.start != known.settings.schedule.start
        if moved:
            check_new_start(schedule.start, schedule.zone, self.now)
        if latest is None and moved:  # nothing ever opened: as if it were new
            return _Plan(occurrence(schedule, 0), None)
        today = today_in(schedule.zone, self.now)
        if moved and schedule.start <= today:
            raise InvalidInput(
                f"Reviews of this policy have begun: a new start date must lie after today ({today}).",
                START_TARGET,
            )
        closes = self._running_closes(latest)
        following = first_after_change(schedule, closes, self.now)
        if following is None and (resumed or latest is None):
            raise InvalidInput("No review would ever open: the dates have passed.", START_TARGET)
        return _Plan(following, self.now if closes is None else max(self.now, closes - TICK))

    def _pending(self, known: ReviewDefinition) -> Occurrence | None:
        """The occurrence the agenda has a row for. A stale row does no harm, so a guess is good enough."""
        latest = self._latest(known)
        floors = [moment for moment in (known.not_before, latest and latest.opens) if moment]
        schedule = known.settings.schedule
        return next_after(schedule, max(floors)) if floors else occurrence(schedule, 0)

    def _latest(self, known: ReviewDefinition) -> ReviewInstance | None:
        return next(iter(self.services.reviews.instances_of(known.id, 1, None).items), None)

    def _running_closes(self, latest: ReviewInstance | None) -> datetime | None:
        """The scheduled close of the occurrence that is open now, None without one (G30)."""
        state = self.services.reviews.state(latest.id) if latest else None
        if latest is None or state is None or state.status in CLOSED:
            return None
        return latest.closes

    def _event(
        self,
        activity: str,
        definition: ReviewDefinition,
        changes: dict[str, Any],
        details: dict[str, Any] | None = None,
    ) -> Create:
        target = ("accessReview", definition.id)
        details = {"assignmentPolicy": definition.policy_id, **(details or {})}
        recorded = event(
            self.now,
            self.actor,
            CATEGORY,
            activity,
            target,
            self.operation,
            changes=changes,
            details=details,
        )
        return Create(recorded)


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


def _row(
    change: type[Put] | type[Drop],
    definition: ReviewDefinition,
    due: Occurrence | None,
    unless: Occurrence | None = None,
) -> list[Change]:
    """The agenda row of an occurrence, written or dropped; none when it is the row that `unless` has too."""
    if due is None or (unless is not None and unless.opens == due.opens):
        return []
    return [change(Due(when=due.opens, kind="series", id=definition.id))]


def _renamed(known: ReviewDefinition, fresh: ReviewDefinition) -> bool:
    return (known.display_name, known.description) != (fresh.display_name, fresh.description)


def _same_dates(before: Schedule, after: Schedule) -> bool:
    """Do both schedules open on the same dates? The duration changes no opening."""
    return replace(before, duration_days=after.duration_days) == after


def _differences(before: ReviewSettings | None, after: ReviewSettings) -> dict[str, Any]:
    """Each setting that differs, with its value [before, after] (R162)."""
    old = dataclasses.asdict(before) if before else {}
    new = dataclasses.asdict(after)
    return {name: [old.get(name), value] for name, value in new.items() if name not in old or old[name] != value}
