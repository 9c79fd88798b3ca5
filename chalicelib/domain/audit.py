"""Audit events: who did what to what, when, on whose behalf (R158-R164)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.people import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One change. `activity` is the reference's name (R159, R160); people appear by id only, so that erasing a
    person leaves events valid. `changes` maps a property to [before, after]."""

    id: str
    time: datetime
    category: str
    activity: str
    actor_id: str
    target_kind: str
    target_id: str
    on_behalf_of: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


def event(
    now: datetime,
    actor: Actor,
    category: str,
    activity: str,
    target: tuple[str, str],
    operation: str,
    *,
    changes: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
    on_behalf_of: str = "",
) -> AuditEvent:
    """Build the event of one change. `target` is (kind, id). The id follows from operation, activity and
    target, so that the same operation done twice leaves one event."""
    return AuditEvent(
        id=ids.request_id(now, operation, activity, *target),
        time=now,
        category=category,
        activity=activity,
        actor_id=actor.id,
        target_kind=target[0],
        target_id=target[1],
        on_behalf_of=on_behalf_of,
        changes=changes or {},
        details=details or {},
    )
