"""Decision items: one per reviewed person and instance, small on purpose (at most 1 KB for two decisions).

The current decision lives only as the last entry of the history; `decision` repeats its value so that a list
and a condition can see it without decoding.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Decision(StrEnum):
    """Graph's decision values (R89)."""

    APPROVE = "Approve"
    DENY = "Deny"
    DONT_KNOW = "DontKnow"
    NOT_REVIEWED = "NotReviewed"


class Recommendation(StrEnum):
    """Graph's recommendation values (R105)."""

    APPROVE = "Approve"
    DENY = "Deny"
    NO_INFO = "NoInfoAvailable"


class ApplyResult(StrEnum):
    """Graph's apply results (R120)."""

    NEW = "New"
    DONE = "AppliedSuccessfully"
    FAILED = "AppliedWithUnknownFailure"
    GONE = "AppliedSuccessfullyButObjectNotFound"
    UNSUPPORTED = "ApplyNotSupported"


class Change(StrEnum):
    """What is different about a reviewed person since the former review of the same series, frozen at the opening.

    `NEW`: was not in the former review. `RENEWED`: the assignment now lasts longer than it did then.
    """

    NEW = "new"
    RENEWED = "renewed"
    MANAGER = "managerChanged"
    DEPARTMENT = "departmentChanged"


class Cancelled(StrEnum):
    """Why an item ended by itself while its review was open (G46)."""

    EXPIRED = "expired"
    REMOVED = "removed"


MOST_SUBMISSIONS = 200  # a history ends there: every change writes the whole item again
BY_RULE = "rule"  # `by` of a history entry the no-response rule wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One submission, never altered (P7). `by` is a person's id, or `rule`; `at` in milliseconds since 1970.

    `reason` is also for the person it is about, once the review is closed; `note` is private: for reviewers,
    administrators and auditors only (G18).
    """

    decision: Decision
    by: str
    at: int
    operation: str
    reason: str = ""
    on_behalf_of: str = ""
    channel: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionItem:
    """A decision item as frozen at the opening, with everything recorded since.

    `why` tells why these reviewers were chosen (`self`, `manager`, `named`, `owner`, `fallback`, `none`).
    `last_sign_in` None means unknown, unless `never_signed_in`; `sign_in_as_of` is how far that knowledge reached.
    `resource` is what the recommendation is about: a resource of the package, as the review's `grounds` name it, with
    its last use (None: never); "" for the person at large. `changes` tells what is different since the former review.
    `manager_*` is their manager at the opening, "" when unknown and in self-reviews.
    `salt` and `leaf` belong to the evidence: leaf = SHA-256 over salt and the frozen facts.
    `kept` says why an undecided item keeps access after the close (`noResponse`, `notAsked`, `stoppedEarly`,
    `noInformation`). `cancelled` says why there was nothing left to decide (G46); the decision stays as it was.
    From `removal_begun` on nothing can be decided any more.
    """

    instance_id: str
    id: str
    assignment_id: str
    principal_id: str
    display_name: str
    principal_name: str
    user_type: str = "Member"
    job_title: str = ""
    department: str = ""
    manager_id: str = ""
    manager_name: str = ""
    assigned: datetime
    last_sign_in: datetime | None = None
    never_signed_in: bool = False
    sign_in_as_of: datetime | None = None
    changes: tuple[Change, ...] = ()
    recommendation: Recommendation = Recommendation.NO_INFO
    resource: str = ""
    last_used: datetime | None = None
    why: str = ""
    deadline: datetime
    salt: str = ""
    leaf: str = ""
    decision: Decision = Decision.NOT_REVIEWED
    history: tuple[HistoryEntry, ...] = ()
    kept: str = ""
    apply_result: ApplyResult = ApplyResult.NEW
    applied: datetime | None = None
    applied_by: str = ""
    cancelled: Cancelled | None = None
    cancelled_at: datetime | None = None
    removal_begun: bool = False

    @property
    def waits(self) -> bool:
        """Does it still wait for somebody's decision?"""
        return self.decision is Decision.NOT_REVIEWED and self.cancelled is None

    @property
    def decided_own(self) -> bool:
        """Did a reviewer decide about their own access, in a review that does not ask people about themselves (G11)?"""
        own = self.last is not None and self.last.by == self.principal_id
        return own and self.why != "self" and self.cancelled is None

    @property
    def last(self) -> HistoryEntry | None:
        """The submission in force, or None while nobody has decided."""
        return self.history[-1] if self.history else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """An item that is denied, or just about to be, in a review that removes at once. Written before the decision
    is, at `promised` (real seconds since 1970), so that no removal is lost."""

    instance_id: str
    item_id: str
    promised: float
    version: int = 0


def canonical(value: Any) -> bytes:
    """The one JSON form of `value` that hashes are taken over: sorted keys, no blanks, no floats, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def frozen_facts(item: DecisionItem) -> dict[str, Any]:
    """What the opening froze of an item, as its leaf is taken over it."""
    facts: dict[str, Any] = {
        "assignment": item.assignment_id,
        "assigned": int(item.assigned.timestamp()),
        "changes": [change.value for change in item.changes],
        "instance": item.instance_id,
        "item": item.id,
        "lastSignIn": int(item.last_sign_in.timestamp()) if item.last_sign_in else None,
        "neverSignedIn": item.never_signed_in,
        "principal": item.principal_id,
        "recommendation": item.recommendation.value,
        "signInAsOf": int(item.sign_in_as_of.timestamp()) if item.sign_in_as_of else None,
        "why": item.why,
    }
    if item.resource:  # leaves that have no such ground stay what they were
        facts["resource"] = item.resource
        facts["lastUsed"] = int(item.last_used.timestamp()) if item.last_used else None
    return facts


def leaf_hash(item: DecisionItem) -> str:
    """The salted hash of an item's frozen facts, 64 hex digits. Without the salt it tells nothing."""
    return hashlib.sha256(bytes.fromhex(item.salt) + canonical(frozen_facts(item))).hexdigest()


def submitted(entry: HistoryEntry) -> dict[str, Any]:
    """A submission, as the history chain is taken over it."""
    return {
        "at": entry.at,
        "by": entry.by,
        "decision": entry.decision.value,
        "operation": entry.operation,
        "onBehalfOf": entry.on_behalf_of,
        "reason": entry.reason,
        "channel": entry.channel,
        "note": entry.note,
    }


def chain(leaf: str, history: tuple[HistoryEntry, ...]) -> str:
    """The head of an item's history chain: each entry hashed with the head before it, starting at the leaf.

    The list only ever grows at its end (`list_append`), so any prefix of it gives an earlier head.
    """
    head = leaf
    for entry in history:
        head = hashlib.sha256(bytes.fromhex(head) + canonical(submitted(entry))).hexdigest()
    return head


def reads_note(viewer_id: str, administers: bool, item: DecisionItem, entry: HistoryEntry) -> bool:
    """Private notes are for reviewers, administrators and auditors, not for whom they are about (G18)."""
    return administers or entry.by == viewer_id or item.principal_id != viewer_id
