"""The official msgraph-sdk reads a person's sign-in activity."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories import Organisation
from tests.world import START, World

pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: python3 dev.py test installs it")

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from tests.routes.sdk import graph


def test_the_sdk_reads_the_three_dates(world: World) -> None:
    asyncio.run(_reads(world))


async def _reads(world: World) -> None:
    ann = Organisation(world.services).person("ann", last_sign_in=None)
    row = {"userPrincipalName": "ann@example.com", "at": "2026-03-01T08:00:00Z"}
    rows = [row, {**row, "at": "2026-03-02T08:00:00Z", "interactive": False}]
    assert world.post("/api/v1/sign-ins", {"source": "Okta", "signIns": rows}).status == 200
    options = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=["signInActivity"])
    asked = RequestConfiguration(query_parameters=options)
    found = await graph(world).users.by_user_id(ann.id).get(asked)
    activity = found.sign_in_activity
    assert activity.last_sign_in_date_time == START.replace(day=1, hour=8)
    assert activity.last_non_interactive_sign_in_date_time == START.replace(hour=8)
    assert activity.last_successful_sign_in_date_time == START.replace(hour=8)
