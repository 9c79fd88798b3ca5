"""How long an assignment lasts (R29, R43) and what it is at a given moment. All instants are aware, UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState
from chalicelib.domain.durations import parse_duration_days
from chalicelib.domain.errors import InvalidInput

LONGEST_DAYS = 3_660
_CLOCK_DIFFERENCE = timedelta(minutes=5)  # a caller's "now" may lie this far behind ours
NO_EXPIRATION = {"type": "noExpiration"}

# Hours beside days, as ISO 8601 and as Python's `str(timedelta)`, which Graph's SDK sends back.
_WITH_HOURS = re.compile(r"P(?:([0-9]{1,6})D)?T([0-9]{1,6})H|(?:([0-9]{1,6}) days?, )?([0-9]{1,2}):00:00", re.ASCII)


def parse_lifetime(text: str, target: str) -> timedelta:
    """A lifetime in whole hours: "P365D", "PT8H", "P1DT12H", or "8:00:00" (R29).

    Raises InvalidInput naming `target` for other text and for more than 3,660 days.
    """
    found = _WITH_HOURS.fullmatch(text)
    if found:
        span = timedelta(days=int(found[1] or found[3] or 0), hours=int(found[2] or found[4]))
    else:
        span = timedelta(days=parse_duration_days(text, target))
    if span > timedelta(days=LONGEST_DAYS):
        raise InvalidInput(f"An assignment lasts 0 to {LONGEST_DAYS} days, or without end.", target)
    return span


def format_lifetime(span: timedelta) -> str:
    """ISO 8601 in days and hours: "P365D", "P1DT12H", "PT8H"."""
    hours = span.seconds // 3600
    days = f"{span.days}D" if span.days or not hours else ""
    return f"P{days}" + (f"T{hours}H" if hours else "")


def end_of(expiration: Mapping[str, Any], starts: datetime) -> datetime | None:
    """When an assignment that begins at `starts` ends by this pattern; None is never.

    `expiration` is a policy's stored pattern: `type`, and `duration` (ISO 8601) or `endDateTime` (ISO text of
    an instant). Its values were checked when it was saved; `starts` lies at most ten years ahead.
    """
    kind = expiration.get("type")
    if kind == "afterDuration":
        return starts + parse_lifetime(str(expiration["duration"]), "expiration/duration")
    if kind == "afterDateTime":
        return datetime.fromisoformat(str(expiration["endDateTime"])).astimezone(UTC)
    return None


def span(starts: datetime | None, expiration: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime | None]:
    """From when to when, in whole seconds, the precision clients see.

    Raises InvalidInput for a start in the past or more than ten years ahead, and for an end before it (R29).
    """
    if starts is not None and starts < now - _CLOCK_DIFFERENCE:
        raise InvalidInput("The start must be now or later.", "schedule/startDateTime")
    if starts is not None and starts > now + timedelta(days=LONGEST_DAYS):
        raise InvalidInput(f"The start must be within {LONGEST_DAYS} days.", "schedule/startDateTime")
    begins = max(starts or now, now).replace(microsecond=0)
    ends = end_of(expiration, begins)
    if ends is not None and ends < begins:
        raise InvalidInput(f"It would end ({ends:%Y-%m-%d}) before it begins.", "schedule/expiration")
    return begins, ends


def is_over(assignment: Assignment, now: datetime) -> bool:
    """Was the assignment ended, or has its own end passed? Nobody has to write anything for the latter."""
    passed = assignment.ends is not None and assignment.ends <= now
    return assignment.state is AssignmentState.EXPIRED or passed


def state_at(assignment: Assignment, now: datetime) -> AssignmentState:
    """The state to show: `expired` once it is over, `delivering` until a scheduled one begins (R42)."""
    if is_over(assignment, now):
        return AssignmentState.EXPIRED
    if assignment.state is AssignmentState.DELIVERED and assignment.starts > now:
        return AssignmentState.DELIVERING
    return assignment.state


def request_state_at(request: AssignmentRequest, now: datetime) -> str:
    """The state to show of a request: a scheduled one is delivered from its start on (R36)."""
    begun = request.starts is not None and request.starts <= now
    return "delivered" if request.state == "scheduled" and begun else request.state
