"""What the administrators' overview and the pages about one running review answer."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import Status
from chalicelib.routes.api.closed_reviews import ClosedReviewRow
from chalicelib.routes.api.outcome_shapes import OutcomeCounts
from chalicelib.routes.api.review_shapes import Counts, Failure, Finishers, Reference, ReviewHead
from chalicelib.routes.shapes import Answer, Instant


class DayOfReview(Answer, kw_only=True):
    """How many items came to wait no more on a day (UTC), and up to its end in all."""

    date: str
    decided: int
    sum: int


class IdleReviewers(Answer, kw_only=True):
    """Reviewers who have decided nothing yet: how many among the `looked` at, and the first of them."""

    number: int
    looked: int
    people: list[Reference]


class LiveReview(ReviewHead, kw_only=True):
    """A review that is not over. `needs`: what it waits for that only a person can do; `late`: see the overview."""

    needs: Literal["failed", "confirmation", "late"] | None
    counts: Counts
    reviewers: Finishers
    needs_reviewer: int
    days: list[DayOfReview]
    idle_reviewers: IdleReviewers | UnsetType = UNSET
    failure: Failure | UnsetType = UNSET
    outcome: OutcomeCounts | UnsetType = UNSET


class Unreviewable(Answer, kw_only=True):
    """Items that nobody can decide, and in how many reviews."""

    items: int
    reviews: int


class Wait(Answer, kw_only=True):
    """A review that waits for data. `openedAnyway`: somebody lets it through at this moment."""

    series_id: str
    display_name: str
    access_package: Reference
    planned_date_time: Instant
    since_date_time: Instant
    sources: list[str]
    opened_anyway: bool
    may_open: bool


class Overview(Answer, kw_only=True):
    """What needs a person, what runs and what closed lately. `late`: half of the time has passed, and a quarter of
    the items or more are behind the straight line to the close. `complete`: `late` and `needsReviewer` were looked
    for in every review. `differing`: open reviews whose opening found differences to the systems outside."""

    late: int
    failed: int
    waiting_for_confirmation: int
    needs_reviewer: Unreviewable
    differing: int
    live: int
    complete: bool
    running: list[LiveReview]
    closed: list[ClosedReviewRow]
    waiting_for_data: list[Wait]


class PlannedReview(Answer, kw_only=True):
    """A review that is to open, by the present settings of its series."""

    definition_id: str
    display_name: str
    access_package: Reference
    assignment_policy: Reference
    date: str
    start_date_time: Instant
    end_date_time: Instant
    time_zone: str


class ProgressOverTime(Answer, kw_only=True):
    """The burn-up of a review: what was decided by day, against the straight line from its opening, with nothing
    decided, to its close, with everything."""

    total: int
    decided: int
    late: bool
    as_of_date_time: Instant
    start_date_time: Instant
    end_date_time: Instant
    days: list[DayOfReview]


class StopConsequence(Answer, kw_only=True):
    """`undecided` people keep their access, or get the policy's `outcome`, by which up to `wouldLose` lose it in all
    (null: too many to tell); `denied` have been denied so far."""

    undecided: int
    denied: int
    outcome: NoResponse
    would_lose: int | None


class RemindConsequence(Answer, kw_only=True):
    """Up to `reviewers` get a mail; `notBefore` when reminders were sent less than an hour ago."""

    reviewers: int
    not_before: Instant | None


class ResetConsequence(Answer, kw_only=True):
    """How many decisions are set back to undecided."""

    decisions: int


class ExtendConsequence(Answer, kw_only=True):
    """The latest end that is possible, and how many reviewers are told."""

    latest_end_date_time: Instant
    reviewers: int


class ApplyConsequence(Answer, kw_only=True):
    """How many people lose access, the first names, and why this waits for a person."""

    removals: int
    names: list[str]
    because: Literal["manual", "many", "withdrawn"]


class FollowUpConsequence(Answer, kw_only=True):
    """How many people are reviewed again."""

    people: int


class DeleteConsequence(Answer, kw_only=True):
    """How many reviews of the series leave every list (100 at most are counted), whether an open one is stopped,
    and whether the policy's reviews are switched off by it."""

    reviews: int
    stops: bool
    switches_off: bool


class RetryConsequence(Answer, kw_only=True):
    """Where a failed review goes on."""

    during: Status


class Consequences(Answer, kw_only=True):
    """What the caller may do with a review as it stands, and what each would do; what is missing is not possible."""

    stop: StopConsequence | UnsetType = UNSET
    remind: RemindConsequence | UnsetType = UNSET
    reset: ResetConsequence | UnsetType = UNSET
    extend: ExtendConsequence | UnsetType = UNSET
    apply: ApplyConsequence | UnsetType = UNSET
    follow_up: FollowUpConsequence | UnsetType = UNSET
    delete: DeleteConsequence | UnsetType = UNSET
    retry: RetryConsequence | UnsetType = UNSET
    edit_reviewers: bool
