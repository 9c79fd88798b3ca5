"""What our own addresses tell reviewers before they decide."""

from __future__ import annotations

from typing import Literal

from chalicelib.domain.items import Cancelled, Decision
from chalicelib.domain.packages import NoResponse, ReviewerKind
from chalicelib.domain.reviews import Status
from chalicelib.routes.shapes import Answer, Instant


class Named(Answer, kw_only=True):
    """An object by id and name."""

    id: str
    display_name: str


class Package(Named, kw_only=True):
    """The access package under review."""

    description: str


class Grant(Answer, kw_only=True):
    """One role of one resource that the package gives."""

    display_name: str
    description: str
    origin_system: str
    role: str


class Rules(Answer, kw_only=True):
    """What the policy says. `removes`: when a Deny takes effect; `noResponse`: what becomes of people nobody decides
    about; `text`: the policy's own words to reviewers."""

    reviewers: ReviewerKind
    justification_required: bool
    removes: Literal["atOnce", "atClose", "afterConfirmation"]
    no_response: NoResponse
    recommendations: bool
    hand_over: bool
    own_decision: bool
    text: str


class Asked(Answer, kw_only=True):
    """What is asked of the caller, and why them (`because`: the reasons of their parts). `withOthers`: somebody else
    may decide the same items."""

    items: int
    undecided: int
    because: list[str]
    self_review: bool
    with_others: bool
    on_behalf_of: list[Named]


class Briefing(Answer, kw_only=True):
    """A review as its reviewer needs it."""

    id: str
    definition_id: str
    display_name: str
    status: Status
    start_date_time: Instant
    end_date_time: Instant
    time_zone: str
    extended_because: str | None
    access_package: Package
    assignment_policy: Named
    grants: list[Grant]
    rules: Rules
    asked: Asked | None


class EarlierDecision(Answer, kw_only=True):
    """How the former review ended for the person of an item."""

    id: str
    review: Named
    decision: Decision
    reviewed_date_time: Instant | None
    by_rule: bool
    unanswered_because: str | None
    cancelled: Cancelled | None
