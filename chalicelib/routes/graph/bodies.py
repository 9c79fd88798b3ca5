"""What Graph's addresses take. Unknown and read-only members are ignored, as Graph does, null means "not given",
and words are compared without case; a member named here that has another type is refused with its path."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

NOTE = "@accessReviews.privateNote"


def words(*allowed: str) -> Meta:
    """The words a member takes: shown in the description, read without case by the route."""
    return Meta(extra_json_schema={"enum": list(allowed)})


def long(most: int) -> Meta:
    return Meta(extra_json_schema={"maxLength": most})


DecisionWord = Annotated[str, words("Approve", "Deny", "DontKnow", "NotReviewed")] | None
Word = Annotated[str, Meta(extra_json_schema={"maxLength": 512})] | None
Reason = Annotated[str, long(1_000)] | None
Name = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 256})] | None
Description = Annotated[str, long(4_000)] | None
Id = Annotated[str, Meta(extra_json_schema={"pattern": "^[A-Za-z0-9._-]{1,128}$"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})] | None
Whole = Annotated[int | float, Meta(extra_json_schema={"type": "integer"})] | None
Lifetime = Annotated[str, Meta(extra_json_schema={"format": "duration"})] | None


class Body(Struct, rename="camel", kw_only=True):
    """Base of the bodies of Graph's surface: unknown members are ignored."""


class Named(Body):
    """An object that exists, by its id."""

    id: Id | None = None


class CatalogBody(Body):
    """A catalog to make, or what of it changes."""

    display_name: Name = None
    description: Description = None
    state: Annotated[str, words("published", "unpublished")] | None = None
    is_externally_visible: bool | None = None


class PackageBody(Body):
    """What of an access package changes."""

    display_name: Name = None
    description: Description = None
    is_hidden: bool | None = None


class NewPackage(PackageBody):
    """An access package to make, in the built-in catalog unless another one is named."""

    catalog: Named | None = None
    catalog_id: Id | None = None


class ExpirationBody(Body):
    """How long something lasts."""

    type: Annotated[str, words("notSpecified", "noExpiration", "afterDateTime", "afterDuration")] | None = None
    duration: Lifetime = None
    end_date_time: Instant = None


class SubjectBody(Body):
    """Somebody, by what the type says: a person, a group's members, a manager."""

    type: str | None = field(default=None, name="@odata.type")
    user_id: Id | None = None
    group_id: Id | None = None
    manager_level: Whole = None
    description: str | None = None


class PatternBody(Body):
    """How often reviews open; the start date gives the day."""

    type: Annotated[str, words("weekly", "absoluteMonthly", "absoluteYearly")] | None = None
    interval: Whole = None
    day_of_month: Whole = None
    month: Whole = None
    days_of_week: list[Any] | None = None


class RangeBody(Body):
    """When reviews begin and end to open."""

    type: Annotated[str, words("noEnd", "endDate", "numbered")] | None = None
    start_date: Annotated[str, Meta(extra_json_schema={"format": "date"})] | None = None
    end_date: Annotated[str, Meta(extra_json_schema={"format": "date"})] | None = None
    number_of_occurrences: Whole = None
    recurrence_time_zone: str | None = None


class RecurrenceBody(Body):
    """No pattern makes a one-time review."""

    pattern: PatternBody | None = None
    range: RangeBody | None = None


class ScheduleBody(Body):
    """When something begins and how long it lasts."""

    start_date_time: Instant = None
    expiration: ExpirationBody | None = None
    recurrence: RecurrenceBody | None = None


class BrakeBody(Body):
    """From how many removals on, and from which share (0 to 1), they wait for a confirmation."""

    count: Whole = None
    share: float | None = None
    percent: Whole = None


class ReviewBody(Body):
    """How the assignments through a policy are reviewed."""

    is_enabled: bool | None = None
    expiration_behavior: Annotated[str, words("keepAccess", "removeAccess", "acceptAccessRecommendation")] | None = None
    is_recommendation_enabled: bool | None = None
    is_reviewer_justification_required: bool | None = None
    is_self_review: bool | None = None
    primary_reviewers: list[SubjectBody] | None = None
    fallback_reviewers: list[SubjectBody] | None = None
    schedule: ScheduleBody | None = None
    auto_apply: bool | None = field(default=None, name="@accessReviews.autoApply")
    max_data_age: Lifetime = field(default=None, name="@accessReviews.maxDataAge")
    delegation: bool | None = field(default=None, name="@accessReviews.delegation")
    owners_review: bool | None = field(default=None, name="@accessReviews.ownersReview")
    self_decision: bool | None = field(default=None, name="@accessReviews.selfDecision")
    cut_now: bool | None = field(default=None, name="@accessReviews.cutNow")
    review_regrants: bool | None = field(default=None, name="@accessReviews.reviewRegrants")
    brake: BrakeBody | None = field(default=None, name="@accessReviews.brake")
    description_for_reviewers: Annotated[str, long(256)] | None = field(
        default=None, name="@accessReviews.descriptionForReviewers"
    )
    additional_notification_recipients: list[SubjectBody] | None = field(
        default=None, name="@accessReviews.additionalNotificationRecipients"
    )


class PolicyBody(Body):
    """An assignment policy, or what of it changes. What this release keeps without acting on it is any object."""

    display_name: Name = None
    description: Description = None
    enabled: bool | None = field(default=None, name="@accessReviews.isEnabled")
    allowed_target_scope: str | None = None
    expiration: ExpirationBody | None = None
    review_settings: ReviewBody | None = None
    specific_allowed_targets: list[SubjectBody] | None = None
    requestor_settings: dict[str, Any] | None = None
    request_approval_settings: dict[str, Any] | None = None
    automatic_request_settings: dict[str, Any] | None = None
    notification_settings: dict[str, Any] | None = None


class NewPolicy(PolicyBody):
    """An assignment policy to make for an access package."""

    access_package: Named | None = None
    access_package_id: Id | None = None


class SubjectOfRequest(Body):
    """Who gets the access package: by id, or by principal name."""

    object_id: Id | None = None
    principal_name: str | None = None
    email: str | None = None


class RequestedAssignment(Body):
    """The assignment a request is about: `id` for those that exist, else person and policy."""

    id: Id | None = None
    target_id: Id | None = None
    target: SubjectOfRequest | None = None
    assignment_policy_id: Id | None = None
    assignment_policy: Named | None = None
    access_package_id: Id | None = None
    access_package: Named | None = None
    schedule: ScheduleBody | None = None


class RequestBody(Body):
    """A request that makes, changes or ends an assignment."""

    request_type: Annotated[str, words("adminAdd", "adminUpdate", "adminRemove")] | None = None
    assignment: RequestedAssignment | None = None
    access_package_assignment: RequestedAssignment | None = None
    schedule: ScheduleBody | None = None
    justification: Reason = None


class DecisionBody(Body):
    """A decision about one item. The person it is about reads the justification once the review is closed, and never
    the private note."""

    decision: DecisionWord
    justification: Reason = None
    private_note: Reason = field(default=None, name="@accessReviews.privateNote")


class BatchBody(Body):
    """One decision about all of the caller's items, or those of one person or resource."""

    decision: DecisionWord
    justification: Reason = None
    principal_id: str | None = None
    resource_id: str | None = None


class ReasonBody(Body):
    """The reason written to every item."""

    justification: Reason = None


class Anything(Struct):
    """Any JSON object, or nothing: no member of it is looked at."""
