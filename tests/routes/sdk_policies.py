"""Catalog, package, reviewed policy and assignments, made with the models of the msgraph-sdk."""

from __future__ import annotations

import datetime as dt

from msgraph import GraphServiceClient
from msgraph.generated.models.access_package import AccessPackage
from msgraph.generated.models.access_package_assignment import AccessPackageAssignment
from msgraph.generated.models.access_package_assignment_policy import AccessPackageAssignmentPolicy
from msgraph.generated.models.access_package_assignment_request import AccessPackageAssignmentRequest
from msgraph.generated.models.access_package_assignment_review_settings import AccessPackageAssignmentReviewSettings
from msgraph.generated.models.access_package_catalog import AccessPackageCatalog
from msgraph.generated.models.access_package_request_type import AccessPackageRequestType
from msgraph.generated.models.access_review_expiration_behavior import AccessReviewExpirationBehavior
from msgraph.generated.models.entitlement_management_schedule import EntitlementManagementSchedule
from msgraph.generated.models.expiration_pattern import ExpirationPattern
from msgraph.generated.models.expiration_pattern_type import ExpirationPatternType
from msgraph.generated.models.patterned_recurrence import PatternedRecurrence
from msgraph.generated.models.recurrence_pattern import RecurrencePattern
from msgraph.generated.models.recurrence_pattern_type import RecurrencePatternType
from msgraph.generated.models.recurrence_range import RecurrenceRange
from msgraph.generated.models.recurrence_range_type import RecurrenceRangeType
from msgraph.generated.models.single_user import SingleUser
from msgraph.generated.models.target_manager import TargetManager

from tests.world import World


def review_settings(world: World, deputy_id: str) -> AccessPackageAssignmentReviewSettings:
    """Quarterly from today, 14 days, by managers; the duration a timedelta, as SDK users write it."""
    schedule = EntitlementManagementSchedule(
        start_date_time=world.clock.now(),
        expiration=ExpirationPattern(type=ExpirationPatternType.AfterDuration, duration=dt.timedelta(days=14)),
        recurrence=PatternedRecurrence(
            pattern=RecurrencePattern(type=RecurrencePatternType.AbsoluteMonthly, interval=3),
            range=RecurrenceRange(type=RecurrenceRangeType.NoEnd, recurrence_time_zone="UTC"),
        ),
    )
    return AccessPackageAssignmentReviewSettings(
        is_enabled=True,
        expiration_behavior=AccessReviewExpirationBehavior.KeepAccess,
        is_recommendation_enabled=True,
        is_reviewer_justification_required=True,
        is_self_review=False,
        primary_reviewers=[TargetManager(manager_level=1)],
        fallback_reviewers=[SingleUser(user_id=deputy_id)],
        schedule=schedule,
    )


async def make_policy(client: GraphServiceClient, world: World, deputy_id: str) -> AccessPackageAssignmentPolicy:
    """A catalog, a package and a policy that is reviewed."""
    management = client.identity_governance.entitlement_management
    catalog = await management.catalogs.post(AccessPackageCatalog(display_name="Finance"))
    assert catalog and catalog.id and catalog.created_date_time == world.clock.now()
    wanted = AccessPackage(display_name="Reporting", catalog=AccessPackageCatalog(id=catalog.id))
    package = await management.access_packages.post(wanted)
    assert package and package.id
    policy = await management.assignment_policies.post(
        AccessPackageAssignmentPolicy(
            display_name="Staff",
            access_package=AccessPackage(id=package.id),
            review_settings=review_settings(world, deputy_id),
        )
    )
    assert policy and policy.id
    policy.additional_data["package"] = package.id
    return policy


async def assign(client: GraphServiceClient, policy: AccessPackageAssignmentPolicy, user_id: str) -> str:
    """adminAdd, the ids in additional_data; the assignment's id."""
    ids = {
        "targetId": user_id,
        "assignmentPolicyId": policy.id,
        "accessPackageId": policy.additional_data["package"],
    }
    request = await client.identity_governance.entitlement_management.assignment_requests.post(
        AccessPackageAssignmentRequest(
            request_type=AccessPackageRequestType.AdminAdd, assignment=AccessPackageAssignment(additional_data=ids)
        )
    )
    assert request and request.assignment and request.assignment.id
    return request.assignment.id
