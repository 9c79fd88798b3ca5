"""What our own addresses tell of the past: former decisions for reviewers, closed reviews for who was reviewed."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from chalicelib.domain.assignments import AssignmentState
from chalicelib.domain.items import ApplyResult, Cancelled, Change, Decision
from chalicelib.routes.shapes import Answer, Instant, Text


class Person(Answer, kw_only=True):
    """Somebody, by id and names."""

    id: str
    display_name: str
    user_principal_name: str


class Principal(Answer, kw_only=True):
    """Who is reviewed."""

    id: str
    display_name: str


class Submitted(Answer, kw_only=True):
    """One decision as it was submitted. `reviewedBy` is null for the rule, and for whom it must not name anybody;
    private notes and channels are told of the review at hand only."""

    decision: Decision
    justification: str
    reviewed_date_time: Instant
    reviewed_by: Person | None
    on_behalf_of: Person | None
    by_rule: bool
    channel: Text = UNSET
    private_note: Text = UNSET


class EarlierReview(Answer, kw_only=True):
    """A closed review of the same person and access package, and how it ended."""

    review_id: str
    display_name: str
    start_date_time: Instant
    end_date_time: Instant
    item_id: str
    assignment_id: str
    decision: Decision
    unanswered_because: str | None
    apply_result: ApplyResult
    applied_date_time: Instant | None
    cancelled: Cancelled | None
    cancelled_date_time: Instant | None
    last: Submitted | None


class ItemHistory(Answer, kw_only=True):
    """Every submission of an item, oldest first, and up to five earlier reviews, newest first. `cancelled` says why
    an item had nothing left to decide: the access expired or was removed while the review was open."""

    id: str
    review_id: str
    principal: Principal
    assignment_id: str
    assigned_since: Instant
    changes: list[Change]
    cancelled: Cancelled | None
    cancelled_date_time: Instant | None
    submissions: list[Submitted]
    earlier_reviews: list[EarlierReview]


class Grant(Answer, kw_only=True):
    """One role of one resource that an access package gives."""

    display_name: str
    description: str
    origin_system: str
    role: str


class HeldPackage(Answer, kw_only=True):
    """An access package and what it gives."""

    id: str
    display_name: str
    description: str
    grants: list[Grant]


class OpenReview(Answer, kw_only=True):
    """A review that asks the caller about their own access, and what they have answered so far."""

    review_id: str
    display_name: str
    end_date_time: Instant
    decision: Decision


class ClosedReview(Answer, kw_only=True):
    """A closed review as the person it was about may see it: the reason, never a reviewer's name."""

    review_id: str
    display_name: str
    closed_date_time: Instant
    decision: Decision
    decided_date_time: Instant | None
    by_rule: bool
    justification: str
    outcome: Literal["kept", "removed", "removalPending", "cancelled"]
    applied_date_time: Instant | None
    cancelled: Cancelled | None
    cancelled_date_time: Instant | None


class OwnAssignment(Answer, kw_only=True):
    """What the caller has or had, until when, and `openReview` where they answer for it themselves; in the list with
    the last closed review, alone with up to five."""

    id: str
    access_package: HeldPackage
    state: AssignmentState
    start_date_time: Instant
    end_date_time: Instant | None
    open_review: OpenReview | None
    last_review: ClosedReview | UnsetType | None = UNSET
    reviews: list[ClosedReview] | UnsetType = UNSET
