"""What Graph's addresses for access reviews answer, for the description of the API."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from chalicelib.domain.items import ApplyResult, Cancelled, Change, Decision, Recommendation
from chalicelib.domain.reviews import Status
from chalicelib.routes.shapes import Answer, Entity, Flag, Instant, MailState, Moment, MomentOrNull, Text, TextOrNull


class Identity(Answer, kw_only=True):
    """A person or the system."""

    type: Text = field(default=UNSET, name="@odata.type")
    id: str
    display_name: str
    user_principal_name: str


class QueryScope(Answer, kw_only=True):
    """What is reviewed, as a query."""

    type: str = field(name="@odata.type")
    query: str
    query_type: str


class ReviewerScope(Answer, kw_only=True):
    """Who reviews, as a query; `queryRoot` "decisions" makes it the manager of each person."""

    type: str = field(name="@odata.type")
    query: str
    query_type: str
    query_root: Text = UNSET


class SeriesRange(Answer, kw_only=True):
    """From when until when the occurrences of a series open."""

    type: Literal["noEnd", "endDate", "numbered"]
    start_date: str
    end_date: Text = UNSET
    number_of_occurrences: int | UnsetType = UNSET
    recurrence_time_zone: str


class SeriesPattern(Answer, kw_only=True):
    """How often the occurrences of a series open."""

    type: Literal["weekly", "absoluteMonthly"]
    interval: int


class SeriesRecurrence(Answer, kw_only=True):
    """A one-time review has no pattern."""

    pattern: SeriesPattern | None
    range: SeriesRange


class SeriesSettings(Answer, kw_only=True):
    """The settings of a series."""

    mail_notifications_enabled: bool
    reminder_notifications_enabled: bool
    justification_required_on_approval: bool
    default_decision_enabled: bool
    default_decision: Literal["None", "Deny", "Recommendation"]
    instance_duration_in_days: int
    auto_apply_decisions_enabled: bool
    recommendations_enabled: bool
    recommendation_look_back_duration: str
    recommendation_insight_settings: list[dict[str, str]]
    decision_histories_for_reviewers_enabled: bool
    recurrence: SeriesRecurrence
    apply_actions: list[dict[str, str]]


class Instance(Entity, kw_only=True):
    """One occurrence of a series."""

    start_date_time: Moment = UNSET
    end_date_time: MomentOrNull = UNSET
    status: Status | UnsetType = UNSET
    scope: QueryScope | UnsetType = UNSET
    reviewers: list[ReviewerScope] | UnsetType = UNSET
    fallback_reviewers: list[ReviewerScope] | UnsetType = UNSET
    display_name: Text = field(default=UNSET, name="@accessReviews.displayName")
    definition_id: Text = field(default=UNSET, name="@accessReviews.definitionId")


class Definition(Entity, kw_only=True):
    """A review series: of the review settings of an assignment policy, or ad hoc."""

    display_name: Text = UNSET
    description_for_admins: TextOrNull = UNSET
    description_for_reviewers: TextOrNull = UNSET
    created_by: Identity | UnsetType = UNSET
    created_date_time: MomentOrNull = UNSET
    last_modified_date_time: MomentOrNull = UNSET
    status: Status | UnsetType = UNSET
    scope: QueryScope | UnsetType = UNSET
    instance_enumeration_scope: UnsetType | None = UNSET
    reviewers: list[ReviewerScope] | UnsetType = UNSET
    fallback_reviewers: list[ReviewerScope] | UnsetType = UNSET
    additional_notification_recipients: list[dict[str, Any]] | UnsetType = UNSET
    settings: SeriesSettings | UnsetType = UNSET
    instances: list[Instance] | UnsetType = UNSET
    owners_review: Flag = field(default=UNSET, name="@accessReviews.ownersReview")
    ad_hoc: Flag = field(default=UNSET, name="@accessReviews.adHoc")
    follows: TextOrNull = field(default=UNSET, name="@accessReviews.follows")
    ended: MomentOrNull = field(default=UNSET, name="@accessReviews.endedDateTime")
    access_package_id: Text = field(default=UNSET, name="@accessReviews.accessPackageId")
    assignment_policy_id: Text = field(default=UNSET, name="@accessReviews.assignmentPolicyId")
    warning: Text = field(default=UNSET, name="@accessReviews.warning")


class SentMail(Answer, kw_only=True):
    """A mail to a reviewer; `off`: mail was switched off; `withheld`: a guest who has not accepted the invitation;
    `bounced`, `complained`: it came back, or was called spam."""

    kind: str
    state: MailState
    sent_date_time: Instant | None


class ContactedReviewer(Entity, kw_only=True):
    """Somebody who was, or would have been, told about a review; `createdDateTime` is the first contact."""

    display_name: Text = UNSET
    user_principal_name: Text = UNSET
    created_date_time: MomentOrNull = UNSET
    mails: list[SentMail] | UnsetType = field(default=UNSET, name="@accessReviews.mails")
    reviewer_reason: Text = field(default=UNSET, name="@accessReviews.reviewerReason")


class Insight(Entity, kw_only=True):
    """What a recommendation was computed from, frozen when the review opened."""

    insight_created_date_time: MomentOrNull = UNSET
    last_sign_in_date_time: MomentOrNull = UNSET
    sign_in: Literal["known", "never", "unknown"] | UnsetType = field(default=UNSET, name="@accessReviews.signIn")
    days_since: int | UnsetType | None = field(default=UNSET, name="@accessReviews.daysSinceSignIn")
    inactive_after: int | UnsetType = field(default=UNSET, name="@accessReviews.inactiveAfterDays")
    source: TextOrNull = field(default=UNSET, name="@accessReviews.source")
    as_of: MomentOrNull = field(default=UNSET, name="@accessReviews.asOfDateTime")
    oldest_usable: int | UnsetType = field(default=UNSET, name="@accessReviews.oldestUsableDataInDays")
    recommendation: Recommendation | UnsetType = field(default=UNSET, name="@accessReviews.recommendation")
    ground: Literal["person", "resource"] | UnsetType = field(default=UNSET, name="@accessReviews.recommendationGround")
    about: TextOrNull = field(default=UNSET, name="@accessReviews.recommendationResource")
    last_used: MomentOrNull = field(default=UNSET, name="@accessReviews.lastUsedDateTime")


class DecisionResource(Answer, kw_only=True):
    """What the person of an item has."""

    type: str = field(name="@odata.type")
    id: str
    display_name: str
    kind: str = field(name="type")
    access_package_id: str
    access_package_display_name: str


class ManagerThen(Answer, kw_only=True):
    """Somebody's manager when the review opened; null when unknown, and in self-reviews."""

    id: str
    display_name: str


class DecisionItem(Entity, kw_only=True):
    """One person's assignment in one review, and what was decided about it."""

    etag: Text = field(default=UNSET, name="@odata.etag")
    access_review_id: Text = UNSET
    decision: Decision | UnsetType = UNSET
    justification: TextOrNull = UNSET
    recommendation: Recommendation | UnsetType = UNSET
    reviewed_by: Identity | UnsetType = UNSET
    reviewed_date_time: MomentOrNull = UNSET
    apply_result: ApplyResult | UnsetType = UNSET
    applied_by: Identity | UnsetType = UNSET
    applied_date_time: MomentOrNull = UNSET
    principal: Identity | UnsetType = UNSET
    principal_link: Text = UNSET
    resource: DecisionResource | UnsetType = UNSET
    resource_link: Text = UNSET
    assignment_id: Text = field(default=UNSET, name="@accessReviews.assignmentId")
    assigned_since: MomentOrNull = field(default=UNSET, name="@accessReviews.assignedSince")
    reviewer_reason: TextOrNull = field(default=UNSET, name="@accessReviews.reviewerReason")
    department: TextOrNull = field(default=UNSET, name="@accessReviews.department")
    job_title: TextOrNull = field(default=UNSET, name="@accessReviews.jobTitle")
    manager: ManagerThen | UnsetType | None = field(default=UNSET, name="@accessReviews.manager")
    last_sign_in: MomentOrNull = field(default=UNSET, name="@accessReviews.lastSignInDateTime")
    ground: Literal["person", "resource"] | UnsetType = field(default=UNSET, name="@accessReviews.recommendationGround")
    about: TextOrNull = field(default=UNSET, name="@accessReviews.recommendationResource")
    last_used: MomentOrNull = field(default=UNSET, name="@accessReviews.lastUsedDateTime")
    on_behalf_of: Text = field(default=UNSET, name="@accessReviews.onBehalfOf")
    unanswered_because: Text = field(default=UNSET, name="@accessReviews.unansweredBecause")
    decided_by_rule: Flag = field(default=UNSET, name="@accessReviews.decidedByRule")
    changes: list[Change] | UnsetType = field(default=UNSET, name="@accessReviews.changes")
    private_note: Text = field(default=UNSET, name="@accessReviews.privateNote")
    insights: list[Insight] | UnsetType = UNSET
    cancelled: Cancelled | UnsetType = field(default=UNSET, name="@accessReviews.cancelled")
    cancelled_at: MomentOrNull = field(default=UNSET, name="@accessReviews.cancelledDateTime")
