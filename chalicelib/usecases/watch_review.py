"""Looking at a review: status and counts, each reviewer's progress, the reviews of a package (R148-R150)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance, Tally
from chalicelib.domain.schedules import Occurrence, occurrence, upcoming
from chalicelib.domain.series import MissedOccurrence
from chalicelib.usecases.open_review import due_occurrence
from chalicelib.usecases.ports import Progress, Services

NEXT_SHOWN, MISSED_SHOWN = 5, 50


def counts(progress: Progress, state: InstanceState) -> Tally:
    """The decisions of an instance: exact once it is closed, as counted so far before."""
    outcome = state.outcome
    if outcome is not None and outcome.total:
        approved = outcome.approved + outcome.approved_by_rule
        denied = outcome.denied_by_person + outcome.denied_by_rule
        return Tally(outcome.total, approved, denied, outcome.dont_know)
    counted = progress.counts
    return Tally(state.items, counted.approved, counted.denied, counted.dont_know)


def finished_reviewers(progress: Progress, state: InstanceState) -> int:
    """Reviewers with nothing undecided left; members of a shared set finish together."""
    together = 0
    for shared in state.shared:
        tally = progress.shared.get(shared.id, Tally())
        if shared.items <= tally.approved + tally.denied + tally.dont_know:
            together += len(shared.members)
    return progress.finished + together


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a series does next: the occurrence that is due and not open yet, those after it, and those it missed."""

    waiting: Occurrence | None
    next: tuple[Occurrence, ...]
    missed: tuple[MissedOccurrence, ...]


def outlook(services: Services, definition: ReviewDefinition, now: datetime) -> Outlook:
    """The next occurrences of a series that goes on, and the latest missed ones with their reasons (G6)."""
    missed = tuple(services.reviews.missed_of(definition.id, MISSED_SHOWN))
    if definition.ended is not None or not definition.settings.enabled:
        return Outlook(None, (), missed)
    last = services.reviews.instances_of(definition.id, 1, None).items
    waiting, _ = due_occurrence(definition, now, last[0] if last else None)
    floor = max(now, definition.not_before) if definition.not_before else now
    return Outlook(waiting, tuple(upcoming(definition.settings.schedule, floor, NEXT_SHOWN)), missed)


def planned_opening(instance: ReviewInstance) -> datetime:
    """When an instance was to open; it opened later after an outage, or behind another review (G6)."""
    planned = occurrence(instance.settings.schedule, instance.number)
    return planned.opens if planned else instance.opens


def latest_instances(
    services: Services, definitions: list[ReviewDefinition]
) -> dict[str, tuple[ReviewInstance, InstanceState | None]]:
    """The newest instance of each series with its state; series that never opened are left out."""
    newest = {}
    for definition in definitions:
        page = services.reviews.instances_of(definition.id, 1, None)
        if page.items:
            newest[definition.id] = page.items[0]
    states = services.reviews.states(instance.id for instance in newest.values())
    return {key: (instance, states.get(instance.id)) for key, instance in newest.items()}


def definitions_of_package(services: Services, package_id: str) -> list[ReviewDefinition]:
    """Every series of a package: its policies' own, ended ones and those of deleted policies included (G33), and
    ad-hoc ones; none that was deleted itself."""
    wanted: list[str] = []
    after: str | None = None
    while True:
        page = services.reviews.series_of_package(package_id, 100, after)
        wanted += [pointer.definition_id for pointer in page.items]
        after = page.next
        if after is None:
            break
    found = services.reviews.definitions(wanted)
    return [found[one] for one in wanted if one in found and found[one].deleted is None]
