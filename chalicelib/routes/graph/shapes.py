"""What Graph's addresses for entitlements and people answer, for the description of the API."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from chalicelib.domain.assignments import AssignmentState
from chalicelib.domain.packages import NoResponse
from chalicelib.routes.shapes import Answer, Entity, Flag, Moment, MomentOrNull, Number, Text, TextOrNull


class SignIn(Answer, kw_only=True):
    """When somebody last signed in; null for never."""

    last_sign_in_date_time: MomentOrNull = UNSET
    last_non_interactive_sign_in_date_time: MomentOrNull = UNSET
    last_successful_sign_in_date_time: MomentOrNull = UNSET


class DirectoryObject(Entity, kw_only=True):
    """A person or a group. Account state and sign-ins are shown to oneself and to whoever holds a role."""

    display_name: Text = UNSET
    user_principal_name: Text = UNSET
    mail: TextOrNull = UNSET
    user_type: Text = UNSET
    external_user_state: TextOrNull = UNSET
    created_date_time: MomentOrNull = UNSET
    department: TextOrNull = UNSET
    job_title: TextOrNull = UNSET
    surname: TextOrNull = UNSET
    given_name: TextOrNull = UNSET
    account_enabled: Flag = UNSET
    sign_in_activity: SignIn | UnsetType = UNSET
    description: TextOrNull = UNSET
    manager: DirectoryObject | UnsetType | None = UNSET


class Catalog(Entity, kw_only=True):
    """A catalog."""

    display_name: Text = UNSET
    description: TextOrNull = UNSET
    catalog_type: Literal["userManaged", "serviceDefault"] | UnsetType = UNSET
    state: Literal["published", "unpublished"] | UnsetType = UNSET
    is_externally_visible: Flag = UNSET
    created_date_time: MomentOrNull = UNSET
    modified_date_time: MomentOrNull = UNSET
    access_packages: list[AccessPackage] | UnsetType = UNSET


class AccessPackage(Entity, kw_only=True):
    """An access package."""

    display_name: Text = UNSET
    description: TextOrNull = UNSET
    is_hidden: Flag = UNSET
    created_date_time: MomentOrNull = UNSET
    modified_date_time: MomentOrNull = UNSET
    catalog: Catalog | UnsetType = UNSET
    assignment_policies: list[AssignmentPolicy] | UnsetType = UNSET
    resource_role_scopes: list[ResourceRoleScope] | UnsetType = UNSET


class Resource(Entity, kw_only=True):
    """A group, application or site in a catalog, and the connector that reaches it."""

    display_name: Text = UNSET
    description: TextOrNull = UNSET
    origin_id: Text = UNSET
    origin_system: Text = UNSET
    attributes: list[dict[str, Any]] | UnsetType = UNSET
    created_date_time: MomentOrNull = UNSET
    modified_date_time: MomentOrNull = UNSET
    roles: list[ResourceRole] | UnsetType = UNSET
    scopes: list[ResourceScope] | UnsetType = UNSET
    connector: Text = field(default=UNSET, name="@accessReviews.connector")
    keeps_one: Flag = field(default=UNSET, name="@accessReviews.keepsOne")


class ResourceRole(Entity, kw_only=True):
    """Something a resource lets one grant."""

    display_name: Text = UNSET
    description: TextOrNull = UNSET
    origin_id: Text = UNSET
    origin_system: Text = UNSET
    resource: Resource | UnsetType = UNSET


class ResourceScope(ResourceRole, kw_only=True):
    """The root of a resource, its only scope."""

    is_root_scope: Flag = UNSET


class ResourceRoleScope(Entity, kw_only=True):
    """A resource role that a package grants."""

    created_date_time: MomentOrNull = UNSET
    role: ResourceRole | UnsetType = UNSET
    scope: ResourceScope | UnsetType = UNSET


class ResourceRequest(Entity, kw_only=True):
    """A request that put a resource into a catalog or took it out."""

    request_type: Text = UNSET
    state: Text = UNSET
    created_date_time: MomentOrNull = UNSET
    catalog: Catalog | UnsetType = UNSET
    resource: Resource | UnsetType = UNSET


class Reference(Answer, kw_only=True):
    """The address of an object."""

    address: str = field(name="@odata.id")


class Expiration(Answer, kw_only=True):
    """How long an assignment or a review lasts."""

    type: Literal["notSpecified", "noExpiration", "afterDateTime", "afterDuration"]
    duration: str | None
    end_date_time: MomentOrNull = UNSET


class ReviewPattern(Answer, kw_only=True):
    """How often reviews open."""

    type: Literal["weekly", "absoluteMonthly"]
    interval: int


class ReviewRange(Answer, kw_only=True):
    """From when until when reviews open, in which time zone."""

    type: Literal["noEnd", "endDate", "numbered"]
    start_date: str
    end_date: TextOrNull = UNSET
    number_of_occurrences: Number = UNSET
    recurrence_time_zone: str


class ReviewRecurrence(Answer, kw_only=True):
    """A one-time review has no pattern."""

    pattern: ReviewPattern | None
    range: ReviewRange


class ReviewSchedule(Answer, kw_only=True):
    """When reviews open and how long they stay open."""

    start_date_time: Moment
    expiration: Expiration
    recurrence: ReviewRecurrence


class Subject(Answer, kw_only=True):
    """A person, the members of a group, or the manager."""

    type: str = field(name="@odata.type")
    user_id: Text = UNSET
    group_id: Text = UNSET
    manager_level: Number = UNSET


class Brake(Answer, kw_only=True):
    """From how many removals on, and from which share, they wait for a confirmation."""

    count: int
    share: float


class ReviewSettings(Answer, kw_only=True):
    """How the assignments through a policy are reviewed."""

    is_enabled: bool
    expiration_behavior: NoResponse
    is_recommendation_enabled: bool
    is_reviewer_justification_required: bool
    is_self_review: bool
    primary_reviewers: list[Subject]
    fallback_reviewers: list[Subject]
    schedule: ReviewSchedule | None
    auto_apply: bool = field(name="@accessReviews.autoApply")
    max_data_age: str = field(name="@accessReviews.maxDataAge")
    delegation: bool = field(name="@accessReviews.delegation")
    owners_review: bool = field(name="@accessReviews.ownersReview")
    self_decision: bool = field(name="@accessReviews.selfDecision")
    cut_now: bool = field(name="@accessReviews.cutNow")
    review_regrants: bool = field(name="@accessReviews.reviewRegrants")
    description_for_reviewers: str = field(name="@accessReviews.descriptionForReviewers")
    additional_notification_recipients: list[dict[str, Any]] = field(
        name="@accessReviews.additionalNotificationRecipients"
    )
    brake: Brake = field(name="@accessReviews.brake")


class AssignmentPolicy(Entity, kw_only=True):
    """An assignment policy of an access package."""

    display_name: Text = UNSET
    description: TextOrNull = UNSET
    enabled: Flag = field(default=UNSET, name="@accessReviews.isEnabled")
    allowed_target_scope: Text = UNSET
    expiration: Expiration | UnsetType | None = UNSET
    review_settings: ReviewSettings | UnsetType | None = UNSET
    specific_allowed_targets: list[dict[str, Any]] | UnsetType | None = UNSET
    requestor_settings: dict[str, Any] | UnsetType | None = UNSET
    request_approval_settings: dict[str, Any] | UnsetType | None = UNSET
    automatic_request_settings: dict[str, Any] | UnsetType | None = UNSET
    notification_settings: dict[str, Any] | UnsetType | None = UNSET
    created_date_time: MomentOrNull = UNSET
    modified_date_time: MomentOrNull = UNSET
    access_package: AccessPackage | UnsetType = UNSET
    catalog: Catalog | UnsetType = UNSET
    warning: Text = field(default=UNSET, name="@accessReviews.warning")


class EntitlementSchedule(Answer, kw_only=True):
    """From when until when somebody has access."""

    start_date_time: MomentOrNull = UNSET
    expiration: Expiration
    recurrence: None = None


class AssignmentSubject(Entity, kw_only=True):
    """Who has, or asks for, an assignment."""

    object_id: Text = UNSET
    display_name: Text = UNSET
    email: TextOrNull = UNSET
    principal_name: Text = UNSET
    subject_type: Literal["user", "notSpecified"] | UnsetType = UNSET


class Assignment(Entity, kw_only=True):
    """An assignment of an access package to a person."""

    state: AssignmentState | UnsetType = UNSET
    status: TextOrNull = UNSET
    expired_date_time: MomentOrNull = UNSET
    schedule: EntitlementSchedule | UnsetType | None = UNSET
    access_package: AccessPackage | UnsetType = UNSET
    assignment_policy: AssignmentPolicy | UnsetType = UNSET
    target: AssignmentSubject | UnsetType = UNSET


class DeniedBefore(Answer, kw_only=True):
    """The latest review that took the same access package away from the person; told to who may see decisions."""

    review_id: str
    display_name: str
    item_id: str
    denied_date_time: Moment
    by_rule: bool
    justification: str


class AssignmentRequest(Entity, kw_only=True):
    """A request that made, changed or ended an assignment."""

    request_type: Text = UNSET
    state: Text = UNSET
    status: TextOrNull = UNSET
    justification: TextOrNull = UNSET
    answers: list[dict[str, Any]] | UnsetType = UNSET
    schedule: EntitlementSchedule | UnsetType | None = UNSET
    created_date_time: MomentOrNull = UNSET
    completed_date_time: MomentOrNull = UNSET
    access_package: AccessPackage | UnsetType = UNSET
    assignment: Assignment | UnsetType = UNSET
    requestor: AssignmentSubject | UnsetType = UNSET
    instance_id: Text = field(default=UNSET, name="@accessReviews.instanceId")
    decision_id: Text = field(default=UNSET, name="@accessReviews.decisionId")
    denied_before: DeniedBefore | UnsetType = field(default=UNSET, name="@accessReviews.deniedBefore")
