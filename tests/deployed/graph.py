"""The unmodified msgraph-sdk in front of the deployed product: only base URL, tokens and way to the host are ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.access_package_assignment_review_settings import AccessPackageAssignmentReviewSettings
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
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

from tests.deployed.adaptations import ZONE
from tests.deployed.stack import ADMIN, Stack, reached
from tests.routes import sdk_bodies as bodies
from tests.routes.sdk import Tokens


class Way(httpx.AsyncHTTPTransport):
    """To the emulator, under the name of the API's host."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = httpx.URL(reached(str(request.url))[0])  # the header `Host` stays
        return await super().handle_async_request(request)


@asynccontextmanager
async def graph(stack: Stack, principal_name: str = ADMIN) -> AsyncIterator[GraphServiceClient]:
    """The SDK's client as a person, with its own middleware."""
    base = f"{stack.base}/v1.0"
    async with httpx.AsyncClient(transport=Way(), base_url=base, timeout=30) as connection:
        client = GraphClientFactory.create_with_default_middleware(client=connection, options=options)
        adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Tokens(principal_name)), client=client)
        adapter.base_url = base
        yield GraphServiceClient(request_adapter=adapter)


def reviewed(start: dt.date, deputy_id: str) -> AccessPackageAssignmentReviewSettings:
    """Quarterly for 14 days from a day on, by managers; silence removes nobody."""
    begins = dt.datetime.combine(start, dt.time(12), dt.UTC)
    span = RecurrenceRange(type=RecurrenceRangeType.NoEnd, start_date=start, recurrence_time_zone=ZONE)
    return AccessPackageAssignmentReviewSettings(
        is_enabled=True,
        expiration_behavior=AccessReviewExpirationBehavior.KeepAccess,
        is_reviewer_justification_required=True,
        is_self_review=False,
        primary_reviewers=[TargetManager(manager_level=1)],
        fallback_reviewers=[SingleUser(user_id=deputy_id)],
        schedule=EntitlementManagementSchedule(
            start_date_time=begins,
            expiration=ExpirationPattern(type=ExpirationPatternType.AfterDuration, duration=dt.timedelta(days=14)),
            recurrence=PatternedRecurrence(
                pattern=RecurrencePattern(type=RecurrencePatternType.AbsoluteMonthly, interval=3), range=span
            ),
        ),
    )


async def furnish(client: GraphServiceClient, name: str, review: Any) -> dict[str, str]:
    """A catalog with an application, a package that grants its role, a policy; their ids."""
    em = client.identity_governance.entitlement_management
    ids = {"catalog": (await em.catalogs.post(bodies.catalog(name))).id}
    ids["package"] = (await em.access_packages.post(bodies.package(ids, name))).id
    resource = await em.resource_requests.post(bodies.resource(ids, f"{name}-ledger"))
    scopes = em.access_packages.by_access_package_id(ids["package"]).resource_role_scopes
    await scopes.post(bodies.role_scope(resource.resource.id, "reader"))
    wanted = bodies.policy(ids, name)
    wanted.review_settings = review
    ids["policy"] = (await em.assignment_policies.post(wanted)).id
    return ids


async def assign(client: GraphServiceClient, ids: dict[str, str], user_id: str) -> str:
    """adminAdd; the assignment's id."""
    requests = client.identity_governance.entitlement_management.assignment_requests
    made = await requests.post(bodies.wish(ids | {"whom": user_id}, "whom"))
    return str(made.assignment.id)
