"""Looking ahead and back along a series: what waits, what comes, what was missed, what opened late (G6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.reviews import ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import Occurrence, occurrence, upcoming
from chalicelib.domain.series import MissedOccurrence
from chalicelib.usecases.open_review import due_occurrence
from chalicelib.usecases.ports import Services

NEXT_SHOWN, MISSED_SHOWN = 5, 50


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
