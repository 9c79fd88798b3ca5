"""Audit events: who did what to what, when, on whose behalf (R158-R164).

Every change carries its event in its own transaction. Decisions do not, because deciding is one write: the table's
stream tells of them afterwards, and many of one reviewer share a row that `unfold` opens up again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.items import Decision
from chalicelib.domain.people import Actor

ROW_SPAN = timedelta(minutes=1)  # no row of decisions reaches further; minutes never cross a day
MOST_IN_A_ROW = 100
DECISION_ACTIVITIES = {
    Decision.APPROVE: "Approve decision",
    Decision.DENY: "Deny decision",
    Decision.DONT_KNOW: "Don't know decision",
    Decision.NOT_REVIEWED: "Reset decision",
}
_DECISIONS = "Decisions"  # the activity of a row of many, never seen outside
_MEMBER = "decisions"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One change. `activity` is the reference's name (R159, R160); people appear by id only, so that erasing a
    person leaves events valid (R164). `changes` maps a property to [before, after]. The id sorts by time."""

    id: str
    time: datetime
    category: str
    activity: str
    actor_id: str
    target_kind: str
    target_id: str
    on_behalf_of: str = ""
    result: str = "success"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision as the table's stream tells it. `at` in milliseconds since 1970; `number` counts the item's
    submissions; `person_id` is whose access it is about."""

    instance_id: str
    item_id: str
    person_id: str
    by: str
    on_behalf_of: str = ""
    at: int
    number: int
    before: Decision
    after: Decision


def fold(decided: Iterable[Decided]) -> list[AuditEvent]:
    """The rows that record these decisions: one for each reviewer, review and minute, and 100 decisions.

    A stream may deliver again, cut differently: rows then overlap, and `unfold` gives the same events of both.
    """
    rows = []
    each = {_key(one): one for one in decided}.values()
    ordered = sorted(each, key=lambda one: (*_group(one), one.at, one.item_id, one.number))
    for _, found in groupby(ordered, _group):
        group = list(found)
        for start in range(0, len(group), MOST_IN_A_ROW):
            rows.append(_row(group[start : start + MOST_IN_A_ROW]))
    return rows


def _group(one: Decided) -> tuple[str, str, str, int]:
    return one.instance_id, one.by, one.on_behalf_of, one.at // int(ROW_SPAN.total_seconds() * 1000)


def _row(part: list[Decided]) -> AuditEvent:
    """A row lies where its last decision does in time."""
    first, last = part[0], part[-1]
    moment = _moment(last.at)
    told = [[ids.bare(one.item_id), one.person_id, one.before, one.after, one.number, one.at] for one in part]
    return AuditEvent(
        id=ids.request_id(moment, _DECISIONS, *(_key(one) for one in (first, last)), len(part)),
        time=moment,
        category="Policy",
        activity=_DECISIONS,
        actor_id=last.by,
        target_kind="reviewInstance",
        target_id=last.instance_id,
        on_behalf_of=last.on_behalf_of,
        details={_MEMBER: told},
    )


def unfold(row: AuditEvent) -> list[AuditEvent]:
    """The events of a stored row: itself, or one for each decision it lists. Each decision has one id for ever."""
    if row.activity != _DECISIONS:
        return [row]
    return [_event_of(row, *one) for one in row.details[_MEMBER]]


def _event_of(row: AuditEvent, item: str, person_id: str, before: str, after: str, number: int, at: int) -> AuditEvent:
    moment = _moment(at)
    return replace(
        row,
        id=ids.request_id(moment, "decision", row.target_id, item, number),
        time=moment,
        activity=DECISION_ACTIVITIES[Decision(after)],
        changes={"decision": [before, after]},
        details={"decisionItem": ids.guid_of(item), "person": person_id},
    )


def _key(one: Decided) -> tuple[str, int]:
    return one.item_id, one.number


def _moment(at: int) -> datetime:
    """An instant from milliseconds, exactly."""
    return datetime.fromtimestamp(at // 1000, UTC) + timedelta(milliseconds=at % 1000)
