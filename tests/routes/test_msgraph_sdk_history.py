"""The official msgraph-sdk, unmodified, asks for a review history report and gets a link to it."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from tests.routes.reporting import path_of, reviewed, table
from tests.world import World

pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: python3 dev.py test installs it")

from msgraph.generated.models.access_review_history_decision_filter import AccessReviewHistoryDecisionFilter as Word
from msgraph.generated.models.access_review_history_definition import AccessReviewHistoryDefinition
from msgraph.generated.models.access_review_history_status import AccessReviewHistoryStatus as Status
from msgraph.generated.models.access_review_query_scope import AccessReviewQueryScope

from tests.routes.sdk import graph


def test_a_history_report_from_asking_to_file(world: World) -> None:
    """R152, R155, R183."""
    found = reviewed(world)
    found.decide("ann", "Approve", "needed")
    found.close()
    assert [row["PrincipalName"] for row in asyncio.run(_report(world))] == ["Ann"]


async def _report(world: World) -> list[dict[str, str]]:
    reports = graph(world).identity_governance.access_reviews.history_definitions
    now = world.clock.now()
    query = "/identityGovernance/accessReviews/definitions?$filter=contains(scope/query, 'accessPackageAssignments')"
    asked = AccessReviewHistoryDefinition(
        display_name="Quarter",
        decisions=[Word.Approve, Word.Deny],
        review_history_period_start_date_time=now - dt.timedelta(days=90),
        review_history_period_end_date_time=now,
        scopes=[AccessReviewQueryScope(query=query, query_type="MicrosoftGraph")],
    )
    made = await reports.post(asked)
    assert (made.status, made.decisions) == (Status.Requested, [Word.Approve, Word.Deny])
    world.drain_queue()
    assert [one.status for one in (await reports.get()).value] == [Status.Done]
    runs = reports.by_access_review_history_definition_id(made.id).instances
    (run,) = (await runs.get()).value
    linked = await runs.by_access_review_history_instance_id(run.id).generate_download_uri.post()
    assert linked.expiration_date_time - linked.run_date_time == dt.timedelta(days=30)
    return table(world.get(path_of(linked.download_uri), None).text)
