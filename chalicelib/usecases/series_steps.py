"""The steps of a series: begun, changed, ended (G3, G30, G32). Each gives the changes of its commit, so that series,
agenda and audit trail cannot come apart. A running occurrence has its own copy of everything and is never touched.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain.agenda import SWITCHED_OFF, Due
from chalicelib.domain.audit import event
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.packages import ReviewSettings
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import CLOSED, ReviewDefinition, ReviewInstance
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
from chalicelib.domain.series import SeriesOfPackage
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services

CATEGORY = "Policy"
CREATED, UPDATED, DELETED = "Create access review", "Update access review", "Delete access review"
TICK = datetime.resolution


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a series does next: occurrences up to `not_before` are not of it any more."""

    following: Occurrence | None
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesSteps:
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
        pointer = SeriesOfPackage(package_id=fresh.package_id, policy_id=fresh.policy_id, definition_id=fresh.id)
        return [Create(fresh), Create(pointer), recorded, *_row(Put, fresh, following)]

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

    def ended(self, known: ReviewDefinition, details: dict[str, Any], tell: bool = False) -> list[Change]:
        """No further occurrences (G32). With `tell` the agenda remembers that the catalog's owners are to be told
        (G30)."""
        settings = replace(known.settings, enabled=False)
        ended = known.ended or self.now
        after = replace(known, settings=settings, ended=ended, modified=self.now, saved_by=self.actor.id)
        recorded = self._event(DELETED, known, {}, details)
        rows: list[Change] = [Put(Due(when=self.now, kind=SWITCHED_OFF, id=known.id))] if tell else []
        return [Save(after), recorded, *rows, *_row(Drop, known, self._pending(known))]

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
