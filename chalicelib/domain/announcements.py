"""What others are told: the announcements that follow from a stored audit row (docs/events.md).

Audit events are written in the transactions of the changes they tell of, so whatever follows from them is never lost
and never invented. Announcements hold ids only; names that are no person's are joined when they are published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.domain.audit import DECISION_ACTIVITIES, AuditEvent, unfold

Facts = dict[str, Any]
Reader = Callable[[AuditEvent], Facts | None]


class Only(StrEnum):
    """What a look at the assignment must show before something is told; the audit event alone does not say it."""

    ALWAYS = ""
    NOTHING_OUTSIDE = "nothingOutside"  # the package gives no rights that a connector has yet to grant or to take
    BEGUN = "begun"  # that, and the assignment's start has come
    ENDED = "ended"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One thing others are told. `kind` is a name of `KINDS`; `id` is the same whenever it is told again.

    `audit_id` is the audit event it follows from; the ids of what it concerns are "" where there is none; `facts` are
    the further members of its kind.
    """

    kind: str
    id: str
    audit_id: str
    time: datetime
    actor_id: str
    on_behalf_of: str = ""
    review_id: str = ""
    package_id: str = ""
    assignment_id: str = ""
    item_id: str = ""
    person_id: str = ""
    facts: Facts = field(default_factory=dict)
    only: Only = Only.ALWAYS


class _Tell(NamedTuple):
    kind: str
    read: Reader
    only: Only = Only.ALWAYS


def announcements(row: AuditEvent) -> list[Announcement]:
    """What follows from a stored audit row, in the order it happened; most rows are nobody else's business."""
    return [told for one in unfold(row) for told in _of(one)]


def _of(one: AuditEvent) -> list[Announcement]:
    found = []
    for number, tell in enumerate(_TELLS.get(one.activity, ())):
        facts = tell.read(one)
        if facts is not None:
            found.append(_announcement(one, tell, number, facts))
    return found


def _announcement(one: AuditEvent, tell: _Tell, number: int, facts: Facts) -> Announcement:
    details = one.details
    return Announcement(
        kind=tell.kind,
        id=f"{one.id}:{number}" if number else one.id,  # several of one audit event are told apart
        audit_id=one.id,
        time=one.time,
        actor_id=one.actor_id,
        on_behalf_of=one.on_behalf_of,
        review_id=one.target_id if one.target_kind == "reviewInstance" else str(details.get("review", "")),
        package_id=str(details.get("accessPackage", "")),
        assignment_id=one.target_id if one.target_kind == "assignment" else str(details.get("assignment", "")),
        item_id=str(details.get("decisionItem") or details.get("item", "")),
        person_id=str(details.get("person", "")),
        facts=facts,
        only=tell.only,
    )


def _plain(one: AuditEvent) -> Facts | None:
    return {}


def _numbers(*names: str) -> Reader:
    """Reads these counts of an event's details."""

    def read(one: AuditEvent) -> Facts | None:
        return {name: int(one.details.get(name, 0)) for name in names}

    return read


def _reason(one: AuditEvent) -> Facts | None:
    """Why, in a short phrase the product wrote; never a person's own words."""
    return {"reason": str(one.details.get("reason", ""))[:200]}


def _decided(one: AuditEvent) -> Facts | None:
    """The decision on one item. An action on many has an event of its own, and one for each item beside it."""
    if "decisionItem" not in one.details:
        return None
    before, after = one.changes["decision"]
    return {"before": str(before), "after": str(after)}


def _waiting(one: AuditEvent) -> Facts | None:
    """Removals that wait for somebody to confirm them (G24)."""
    return {"removals": int(one.details.get("removals", 0))} if one.details.get("waiting") else None


def _failure(one: AuditEvent) -> Facts | None:
    return {"error": str(one.details.get("error", ""))[:200]}


def _ended(cause: str) -> Reader:
    """The end of an assignment. `cause`: who ended it where the event does not say more."""

    def read(one: AuditEvent) -> Facts | None:
        found = "review" if one.details.get("review") else str(one.details.get("cause") or cause)
        return {"cause": found}

    return read


def _removed_by_review(one: AuditEvent) -> Facts | None:
    """Access a review ended. By that alone it is gone only where the package gives nothing outside."""
    return {"observed": False} if one.details.get("review") else None


def _observed(one: AuditEvent) -> Facts | None:
    """Access that was seen to be gone where it lay."""
    return {"observed": True} if one.details.get("outcome") in ("removed", "alreadyGone") else None


def _settled_away(one: AuditEvent) -> Facts | None:
    """A person says that they ended it by hand; `witnessed` if a look at the source agreed."""
    return {"observed": bool(one.details.get("witnessed"))} if one.details.get("how") == "removed" else None


def _settled_kept(one: AuditEvent) -> Facts | None:
    return {} if one.details.get("how") == "kept" else None


def _regrant(one: AuditEvent) -> Facts | None:
    return {"where": str(one.details.get("where", ""))}


def _unreached(one: AuditEvent) -> Facts | None:
    return {"reason": str(one.details.get("cause", "")), "to": [str(who) for who in one.details.get("to", [])]}


_APPLIED = (_Tell("Review Applied", _numbers("removed", "failed", "alreadyGone")),)
_TAKEN = _Tell("Access Removed", _removed_by_review, Only.NOTHING_OUTSIDE)
_TELLS: dict[str, tuple[_Tell, ...]] = {
    "Create access review instance": (_Tell("Review Opened", _numbers("items", "reviewers")),),
    "Access review ended": (_Tell("Review Closed", _numbers("total", "removals")), _Tell("Removals Waiting", _waiting)),
    "Apply review": _APPLIED,
    "Auto apply review": _APPLIED,
    "Access review failed": (_Tell("Review Failed", _plain),),
    **{activity: (_Tell("Item Decided", _decided),) for activity in DECISION_ACTIVITIES.values()},
    "Administrator directly assigns user to access package": (_Tell("Assignment Delivered", _plain, Only.BEGUN),),
    "Fulfill access package assignment request": (_Tell("Assignment Delivered", _plain),),
    "Partially fulfill access package assignment request": (_Tell("Assignment Partially Delivered", _failure),),
    "Failed to fulfill access package assignment request": (
        _Tell("Delivery Failed", _failure, Only.LIVE),
        _Tell("Removal Failed", _failure, Only.ENDED),
    ),
    "Administrator directly removes user access package assignment": (
        _Tell("Assignment Ended", _ended("administrator")),
        _TAKEN,
    ),
    "Remove access package assignment": (_Tell("Assignment Ended", _ended("system")), _TAKEN),
    "Removal verified": (_Tell("Access Removed", _observed),),
    "Removal needs a person": (_Tell("Removal Needs Person", _reason),),
    "Settle removal": (_Tell("Access Removed", _settled_away), _Tell("Removal Held", _settled_kept)),
    "Re-grant seen": (_Tell("Regrant Seen", _regrant),),
    "Restore access": (_Tell("Access Restored", _plain),),
    "Hold removal": (_Tell("Removal Held", _plain),),
    "Decline removals": (_Tell("Removals Declined", _numbers("keepAccess")),),
    "Confirmation lapsed": (_Tell("Removals Lapsed", _numbers("keepAccess")),),
    "Pass on unreachable reviewer": (_Tell("Reviewer Unreachable", _unreached),),
}
KINDS = tuple(sorted({tell.kind for tells in _TELLS.values() for tell in tells}))
