"""What the addresses of review series and their occurrences take; see `bodies` for how they are read."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import field

from chalicelib.routes.graph.bodies import Body, Description, Id, Lifetime, Name, RecurrenceBody, Whole, long, words


class ScopeBody(Body):
    """Who or what, as a query: `/users/{id}`, `/groups/{id}/transitiveMembers`, `./manager`; or a policy by its id."""

    type: str | None = field(default=None, name="@odata.type")
    query: str | None = None
    query_type: str | None = None
    query_root: str | None = None
    access_package_id: Id | None = None
    catalog_id: Id | None = None
    resource_id: Id | None = None


class ReviewScopeBody(ScopeBody):
    """The access package's assignment policy that is reviewed, also as the one scope of a list."""

    resource_scopes: list[ScopeBody] | None = None


class RecipientBody(Body):
    """Who else gets the mail about the result."""

    notification_template_type: Annotated[str, words("CompletedAdditionalRecipients")] | None = None
    notification_recipient_scope: ScopeBody | None = None


class InsightSettingsBody(Body):
    """What recommendations are computed from: the last sign-in anywhere, within 30 days."""

    type: Annotated[str, words("#microsoft.graph.userLastSignInRecommendationInsightSetting")] | None = field(
        default=None, name="@odata.type"
    )
    recommendation_look_back_duration: Lifetime = None
    sign_in_scope: Annotated[str, words("tenant")] | None = None


class SeriesSettingsBody(Body):
    """How a series reviews; no recurrence makes a one-time review."""

    mail_notifications_enabled: bool | None = None
    reminder_notifications_enabled: bool | None = None
    justification_required_on_approval: bool | None = None
    default_decision_enabled: bool | None = None
    default_decision: Annotated[str, words("None", "Deny", "Recommendation")] | None = None
    instance_duration_in_days: Whole = None
    auto_apply_decisions_enabled: bool | None = None
    recommendations_enabled: bool | None = None
    recommendation_look_back_duration: Lifetime = None
    recommendation_insight_settings: list[InsightSettingsBody] | None = None
    decision_histories_for_reviewers_enabled: bool | None = None
    recurrence: RecurrenceBody | None = None
    apply_actions: list[dict[str, Any]] | None = None


class DefinitionBody(Body):
    """A review series, or what of it changes."""

    display_name: Name = None
    description_for_admins: Description = None
    description_for_reviewers: Annotated[str, long(256)] | None = None
    reviewers: list[ScopeBody] | None = None
    fallback_reviewers: list[ScopeBody] | None = None
    additional_notification_recipients: list[RecipientBody] | None = None
    settings: SeriesSettingsBody | None = None
    stage_settings: list[Any] | None = None
    instance_enumeration_scope: Any = None
    owners_review: bool | None = field(default=None, name="@accessReviews.ownersReview")


class NewDefinition(DefinitionBody):
    """An ad-hoc review of an assignment policy to begin."""

    scope: ReviewScopeBody | None = None


class InstanceBody(Body):
    """Who reviews a running occurrence from now on; what is not given stays."""

    reviewers: list[ScopeBody] | None = None
    fallback_reviewers: list[ScopeBody] | None = None
