"""Giving the reviewers of an open review more time. Items keep the deadline that was frozen with them; once a review
was extended its own end is what counts (see decide.record_decision)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.domain.audit import event
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.schedules import MAX_DURATION_DAYS, next_after
from chalicelib.usecases.control_review import Changed, change_review, check_manages, check_open, with_round
from chalicelib.usecases.decide import check_text
from chalicelib.usecases.ports import Services

BEFORE_NEXT = timedelta(minutes=1)
TARGET = "endDateTime"


def extend_review(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    until: datetime,
    reason: str,
) -> None:
    """Let an open review close later: at `until`, one minute before the next occurrence at the latest. Reviewers and
    owners are told, and reminders are planned anew. Asking for the end it has been given changes nothing.

    Raises Forbidden, InvalidInput (naming the latest possible end), Conflict (not open).
    """
    check_manages(actor, instance)
    check_text(reason, "reason")
    because = reason.strip()
    if not because:
        raise errors.InvalidInput("Say why: the reviewers are told.", "reason")
    latest = latest_end(services, instance, now)
    end = until.replace(microsecond=0)

    def extended(state: InstanceState) -> Changed | None:
        check_open(state, now)
        if state.extended is not None and end == state.ends:
            return None
        _check_end(end, state.ends, latest)
        after = replace(
            with_round(state, "extended", now),
            ends=end,
            extended=now,
            extensions=state.extensions + 1,
            extended_because=because,
        )
        changes = {"endDateTime": [state.ends.isoformat(), end.isoformat()]}
        target = ("reviewInstance", instance.id)
        details = {"reason": because}
        activity = "Extend access review"
        return after, event(now, actor, "Policy", activity, target, operation, changes=changes, details=details)

    change_review(services, instance, operation, extended)


def _check_end(end: datetime, ends: datetime, latest: datetime) -> None:
    if latest <= ends:
        raise errors.Conflict("The review cannot be extended: the next one of its series opens when it closes.")
    if not ends < end <= latest:
        allowed = f"after {ends:%Y-%m-%dT%H:%M:%SZ}, when it closes now, and {latest:%Y-%m-%dT%H:%M:%SZ} at the latest"
        raise errors.InvalidInput(f"Must be {allowed}.", TARGET)


def latest_end(services: Services, instance: ReviewInstance, now: datetime) -> datetime:
    """One minute before the series opens its next review; without one, the longest a review may stay open."""
    definition = services.reviews.definition(instance.definition_id)
    longest = instance.opens + timedelta(days=MAX_DURATION_DAYS[None])
    if definition is None or definition.ended is not None:
        return longest
    floor = max(now, definition.not_before) if definition.not_before else now
    following = next_after(definition.settings.schedule, floor)
    return min(longest, following.opens - BEFORE_NEXT) if following else longest
