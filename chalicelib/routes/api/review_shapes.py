"""What our own addresses for reviews take and answer."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.domain.reviewers import Unreachable
from chalicelib.domain.reviews import Status
from chalicelib.domain.sources import SourceKind
from chalicelib.routes.api.guard_shapes import ConfirmationEnd
from chalicelib.routes.api.outcome_shapes import Balance, OutcomeCounts, Population
from chalicelib.routes.shapes import Answer, Instant, MailState, Text


class Chosen(msgspec.Struct, forbid_unknown_fields=True):
    """One decision of a call; words without case. The person it is about reads the justification once the review is
    closed, and never the private note."""

    id: str
    decision: Annotated[str, Meta(extra_json_schema={"enum": ["Approve", "Deny", "DontKnow", "NotReviewed"]})]
    justification: str = ""
    privateNote: str = ""
    version: int | None = None


class Decisions(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 1,000 decisions."""

    decisions: list[Chosen]


class Stop(msgspec.Struct, forbid_unknown_fields=True):
    """What becomes of unanswered items: they keep access, or the policy's outcome decides."""

    unanswered: Literal["keep", "outcome"] = "keep"


class Counts(Answer, kw_only=True):
    """Items by decision."""

    total: int
    approved: int
    denied: int
    dont_know: int
    cancelled: int
    not_reviewed: int


class Reference(Answer, kw_only=True):
    """An object by name, and by id where the caller may look it up."""

    id: Text = UNSET
    display_name: str


class ReviewHead(Answer, kw_only=True):
    """What a review is called, of what, and when."""

    id: str
    definition_id: str
    display_name: str
    access_package: Reference
    status: Status
    start_date_time: Instant
    end_date_time: Instant
    assignment_policy: Reference | UnsetType = UNSET
    time_zone: Text = UNSET


class ReviewSummary(ReviewHead, kw_only=True):
    """A review in a list: of the caller as its reviewer, or of a package."""

    items: int | UnsetType = UNSET
    self_review: bool | UnsetType = UNSET
    reviewer_reason: Text = UNSET
    counts: Counts | UnsetType = UNSET


class Finishers(Answer, kw_only=True):
    """How many reviewers there are, and how many have nothing left to do."""

    total: int
    finished: int


class Failure(Answer, kw_only=True):
    """Why a review does not go on: it is paused after `attempts` in a row, or has failed while it was `during`."""

    during: Status
    attempts: int
    error: str


class DataSource(Answer, kw_only=True):
    """A source of data and how far it reached when the review opened."""

    id: str
    kind: SourceKind
    display_name: str
    known_until_date_time: Instant | None


class OpenedAnyway(Answer, kw_only=True):
    """Who had the review open although its data was too old, when, and why."""

    by: Reference
    date_time: Instant
    reason: str


class ReviewStatus(ReviewHead, kw_only=True):
    """Status and counts of one review; catalog readers are given the status alone. What hinders it, and once its
    decisions stand whether it adds up, is told to those who administer or audit it."""

    counts: Counts | UnsetType = UNSET
    reviewers: Finishers | UnsetType = UNSET
    needs_reviewer: int | UnsetType = UNSET
    population: Population | UnsetType = UNSET
    waiting_for_confirmation: bool | UnsetType = UNSET
    confirmation: ConfirmationEnd | UnsetType = UNSET
    outcome: OutcomeCounts | UnsetType = UNSET
    balance: Balance | UnsetType = UNSET
    failure: Failure | UnsetType = UNSET
    stopped: bool | UnsetType = UNSET
    extensions: int | UnsetType = UNSET
    undo_days: int | UnsetType = UNSET
    last_reminder_date_time: Instant | UnsetType | None = UNSET
    data_sources: list[DataSource] | UnsetType = UNSET
    opened_anyway: OpenedAnyway | UnsetType = UNSET


class ReviewerMail(Answer, kw_only=True):
    """Was a reviewer told of the review, when did a mail last reach them, and when did they first look?"""

    start: MailState
    last_date_time: Instant | None
    opened_date_time: Instant | None


class ReviewerProgress(Answer, kw_only=True):
    """How far one reviewer is; `mail` where it was asked for. `unreachable`: why they cannot be asked, so that others
    are, or the items need a reviewer."""

    id: str
    display_name: str
    user_principal_name: str
    reviewer_reason: str
    shared: bool
    counts: Counts
    on_behalf_of: Text = UNSET
    unreachable: Unreachable | UnsetType = UNSET
    mail: ReviewerMail | UnsetType | None = UNSET


class RefusedDecision(Answer, kw_only=True):
    """Why one decision was not taken."""

    code: str
    message: str
    target: Text = UNSET


class DecisionResult(Answer, kw_only=True):
    """What became of one decision."""

    id: str
    status: int
    error: RefusedDecision | UnsetType = UNSET


class Results(Answer, kw_only=True):
    """What became of each decision, in their order."""

    results: list[DecisionResult]


class Extension(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """When the review is to close, and why: the reviewers are told."""

    end_date_time: Instant
    reason: str


class Asked(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Who reviews: a person or the members of a group."""

    user_id: str = ""
    group_id: str = ""


class FollowUp(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """How many days the review is open, and whom to ask instead of those asked before."""

    duration_in_days: int
    reviewers: list[Asked] = []


class SeriesHead(Answer, kw_only=True):
    """What a series is called, of what, and whether it goes on. `follows` is the review a follow-up is about."""

    id: str
    display_name: str
    kind: Literal["policy", "adHoc", "followUp"]
    status: Literal["active", "ended", "deleted"]
    access_package: Reference
    assignment_policy: Reference
    follows: str | None
    time_zone: str
    created_date_time: Instant
    ended_date_time: Instant | None
    deleted_date_time: Instant | None


class SeriesReview(Answer, kw_only=True):
    """One review of a series; opened late after an outage, or behind another review of its policy."""

    id: str
    display_name: str
    date: str
    status: Status
    start_date_time: Instant
    end_date_time: Instant
    planned_start_date_time: Instant
    opened_late: bool
    extensions: int


class Planned(Answer, kw_only=True):
    """A date on which a review opens, or waits to open."""

    date: str
    start_date_time: Instant
    end_date_time: Instant


class Missed(Answer, kw_only=True):
    """A review that never opened, and why."""

    date: str
    start_date_time: Instant
    reason: str


class Series(SeriesHead, kw_only=True):
    """A series with what runs, waits, comes and was missed, and its reviews, newest first."""

    running: SeriesReview | None
    waiting: Planned | None
    next: list[Planned]
    missed: list[Missed]
    reviews: list[SeriesReview]
    next_link: Text = UNSET
