"""Bodies made with the models of the msgraph-sdk, for objects of the stage of `attacking`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgraph.generated.identity_governance.access_reviews.definitions.item.instances.item.batch_record_decisions.batch_record_decisions_post_request_body import (  # noqa: E501 - the SDK's name
    BatchRecordDecisionsPostRequestBody,
)
from msgraph.generated.models.access_package import AccessPackage
from msgraph.generated.models.access_package_assignment import AccessPackageAssignment
from msgraph.generated.models.access_package_assignment_policy import AccessPackageAssignmentPolicy
from msgraph.generated.models.access_package_assignment_request import AccessPackageAssignmentRequest
from msgraph.generated.models.access_package_catalog import AccessPackageCatalog
from msgraph.generated.models.access_package_request_type import AccessPackageRequestType
from msgraph.generated.models.access_package_resource import AccessPackageResource
from msgraph.generated.models.access_package_resource_request import AccessPackageResourceRequest
from msgraph.generated.models.access_package_resource_role import AccessPackageResourceRole
from msgraph.generated.models.access_package_resource_role_scope import AccessPackageResourceRoleScope
from msgraph.generated.models.access_review_history_decision_filter import AccessReviewHistoryDecisionFilter as Word
from msgraph.generated.models.access_review_history_definition import AccessReviewHistoryDefinition
from msgraph.generated.models.access_review_instance import AccessReviewInstance
from msgraph.generated.models.access_review_query_scope import AccessReviewQueryScope
from msgraph.generated.models.access_review_reviewer_scope import AccessReviewReviewerScope
from msgraph.generated.models.access_review_schedule_definition import AccessReviewScheduleDefinition
from msgraph.generated.models.access_review_schedule_settings import AccessReviewScheduleSettings
from msgraph.generated.models.entitlement_management_schedule import EntitlementManagementSchedule
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user_last_sign_in_recommendation_insight_setting import (
    UserLastSignInRecommendationInsightSetting,
)
from msgraph.generated.models.user_sign_in_recommendation_scope import UserSignInRecommendationScope

Ids = dict[str, str]
EM = "https://graph.example.com/v1.0/identityGovernance/entitlementManagement"
PACKAGE_REVIEWS = (
    "/identityGovernance/entitlementManagement/accessPackageAssignments"
    "?$filter=(accessPackageId eq '{package}' and assignmentPolicyId eq '{policy}')"
)


def catalog(name: str) -> AccessPackageCatalog:
    return AccessPackageCatalog(display_name=name, description="Made with the SDK")


def package(ids: Ids, name: str) -> AccessPackage:
    return AccessPackage(display_name=name, catalog=AccessPackageCatalog(id=ids["catalog"]))


def policy(ids: Ids, name: str) -> AccessPackageAssignmentPolicy:
    return AccessPackageAssignmentPolicy(display_name=name, access_package=AccessPackage(id=ids["package"]))


def wish(ids: Ids, who: str, start: dt.datetime | None = None) -> AccessPackageAssignmentRequest:
    """adminAdd; with `start`, scheduled."""
    given = {"targetId": ids[who], "assignmentPolicyId": ids["policy"], "accessPackageId": ids["package"]}
    return AccessPackageAssignmentRequest(
        request_type=AccessPackageRequestType.AdminAdd,
        assignment=AccessPackageAssignment(additional_data=given),
        schedule=EntitlementManagementSchedule(start_date_time=start) if start else None,
    )


def resource(ids: Ids, origin: str) -> AccessPackageResourceRequest:
    """An application of one role, put into the catalog."""
    roles = [AccessPackageResourceRole(origin_id="reader", display_name="Reader")]
    found = AccessPackageResource(
        origin_id=origin, origin_system="AadApplication", display_name=origin.title(), roles=roles
    )
    return AccessPackageResourceRequest(
        request_type=AccessPackageRequestType.AdminAdd, catalog=AccessPackageCatalog(id=ids["catalog"]), resource=found
    )


def role_scope(resource_id: str, origin: str) -> AccessPackageResourceRoleScope:
    role = AccessPackageResourceRole(origin_id=origin, resource=AccessPackageResource(id=resource_id))
    return AccessPackageResourceRoleScope(role=role)


def reference(address: str) -> ReferenceCreate:
    return ReferenceCreate(odata_id=address)


def definition(ids: Ids, name: str) -> AccessReviewScheduleDefinition:
    """A one-time review by Eve, with the insight and look-back that Graph's clients write out."""
    insight = UserLastSignInRecommendationInsightSetting(
        recommendation_look_back_duration=dt.timedelta(days=30), sign_in_scope=UserSignInRecommendationScope.Tenant
    )
    settings = AccessReviewScheduleSettings(
        instance_duration_in_days=3,
        mail_notifications_enabled=True,
        auto_apply_decisions_enabled=False,
        recommendations_enabled=True,
        recommendation_look_back_duration=dt.timedelta(days=30),
        recommendation_insight_settings=[insight],
    )
    scope = AccessReviewQueryScope(query=PACKAGE_REVIEWS.format(**ids), query_type="MicrosoftGraph")
    return AccessReviewScheduleDefinition(
        display_name=name, scope=scope, reviewers=[reviewer(ids, "eve")], settings=settings
    )


def reviewer(ids: Ids, who: str) -> AccessReviewReviewerScope:
    return AccessReviewReviewerScope(query=f"/users/{ids[who]}", query_type="MicrosoftGraph")


def added_fallback(ids: Ids) -> AccessReviewInstance:
    """What PATCH of an instance takes; nobody is taken away."""
    return AccessReviewInstance(fallback_reviewers=[reviewer(ids, "boss"), reviewer(ids, "eve")])


def batch(ids: Ids) -> Any:
    return BatchRecordDecisionsPostRequestBody(
        decision="Deny", justification="left", principal_id=ids["user"], resource_id=ids["policy"]
    )


def history(now: dt.datetime) -> AccessReviewHistoryDefinition:
    query = "/identityGovernance/accessReviews/definitions?$filter=contains(scope/query, 'accessPackageAssignments')"
    return AccessReviewHistoryDefinition(
        display_name="Quarter",
        decisions=[Word.Approve, Word.Deny],
        review_history_period_start_date_time=now - dt.timedelta(days=90),
        review_history_period_end_date_time=now,
        scopes=[AccessReviewQueryScope(query=query, query_type="MicrosoftGraph")],
    )
