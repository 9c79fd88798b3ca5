"""The official msgraph-sdk, unmodified, drives the product from catalog to evidence (graph-api.md section 3)."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from tests.factories import Organisation
from tests.world import World

pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: python3 dev.py test installs it")

from msgraph import GraphServiceClient
from msgraph.generated.models.access_review_instance_decision_item import AccessReviewInstanceDecisionItem
from msgraph.generated.models.access_review_query_scope import AccessReviewQueryScope
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.user import User
from msgraph.generated.models.user_sign_in_insight import UserSignInInsight
from msgraph_core.tasks import PageIterator

from tests.routes.sdk import Gateway, graph
from tests.routes.sdk_policies import assign, make_policy

POLICIES = "/v1.0/identityGovernance/entitlementManagement/assignmentPolicies"
BOSS, DEPUTY = "boss@example.com", "deputy@example.com"


def open_reviews(world: World) -> None:
    """Reviews open at 23:59 of their day."""
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()


def staff(world: World) -> Organisation:
    """A manager with two reports, and a deputy."""
    org = Organisation(world.services)
    org.person("boss")
    org.person("deputy")
    for name in ("ann", "bob"):
        org.person(name, manager="boss")
    return org


def test_a_review_from_catalog_to_result(world: World) -> None:
    """R49, R77, R96, R112, R117: opened by itself, decided, stopped, applied."""
    asyncio.run(_whole_review(world))


async def _whole_review(world: World) -> None:
    org, admin, boss = staff(world), graph(world), graph(world, BOSS)
    policy = await make_policy(admin, world, org.people["deputy"].id)
    held = {name: await assign(admin, policy, org.people[name].id) for name in ("ann", "bob")}
    open_reviews(world)
    definition_id, instance_id = await _opened(admin)
    items = await _asked(boss, definition_id, instance_id)
    await _decide(boss, definition_id, instance_id, items["ann"])
    instance = _instance(admin, definition_id, instance_id)
    stopped_at = world.clock.now()
    assert await instance.stop.post() is None
    # A stop takes effect when the decisions under way have arrived.
    world.clock.advance(seconds=world.services.settings.stop_delay_seconds + 1)
    world.tick()
    ended = await instance.get()
    assert ended and ended.status == "Applied"
    assert stopped_at <= ended.end_date_time <= world.clock.now()
    assert await _states(admin, held) == {"ann": "expired", "bob": "delivered"}
    decided = await instance.decisions.by_access_review_instance_decision_item_id(items["ann"]).get()
    assert decided and decided.decision == "Deny" and decided.apply_result == "AppliedSuccessfully"
    assert decided.reviewed_by and decided.reviewed_by.id == org.people["boss"].id


def _instance(client: GraphServiceClient, definition_id: str, instance_id: str) -> Any:
    definitions = client.identity_governance.access_reviews.definitions
    found = definitions.by_access_review_schedule_definition_id(definition_id)
    return found.instances.by_access_review_instance_id(instance_id)


async def _opened(client: GraphServiceClient) -> tuple[str, str]:
    """The one definition and its one instance, as lists."""
    definitions = client.identity_governance.access_reviews.definitions
    listed = await definitions.get()
    assert listed and listed.value and len(listed.value) == 1
    definition = listed.value[0]
    assert definition.status == "InProgress" and definition.settings
    assert definition.settings.instance_duration_in_days == 14
    assert definition.settings.default_decision == "None"
    assert isinstance(definition.scope, AccessReviewQueryScope)
    instances = await definitions.by_access_review_schedule_definition_id(definition.id or "").instances.get()
    assert instances and instances.value and len(instances.value) == 1
    assert instances.value[0].status == "InProgress"
    return definition.id or "", instances.value[0].id or ""


async def _asked(client: GraphServiceClient, definition_id: str, instance_id: str) -> dict[str, str]:
    """Item ids by first name: the reviewer's to-do list at each of its three levels."""
    definitions = client.identity_governance.access_reviews.definitions
    mine = await definitions.filter_by_current_user_with_on("reviewer").get()
    assert mine and [one.id for one in mine.value or []] == [definition_id]
    found = definitions.by_access_review_schedule_definition_id(definition_id)
    reviews = await found.instances.filter_by_current_user_with_on("reviewer").get()
    assert reviews and [one.id for one in reviews.value or []] == [instance_id]
    decisions = _instance(client, definition_id, instance_id).decisions
    listed = await decisions.filter_by_current_user_with_on("reviewer").get()
    assert {one.id for one in (await decisions.get()).value} == {one.id for one in listed.value}
    assert {one.decision for one in listed.value} == {"NotReviewed"}
    return {one.principal.display_name.lower(): one.id for one in listed.value}


async def _decide(client: GraphServiceClient, definition_id: str, instance_id: str, item_id: str) -> None:
    """PATCH answers 204, which the SDK gives back as None; the next call on the connection works."""
    item = _instance(client, definition_id, instance_id).decisions.by_access_review_instance_decision_item_id(item_id)
    denial = AccessReviewInstanceDecisionItem(decision="Deny", justification="Moved to another team.")
    assert await item.patch(denial) is None
    found = await item.get()
    assert (found.decision, found.justification) == ("Deny", "Moved to another team.")


async def _states(client: GraphServiceClient, held: dict[str, str]) -> dict[str, str]:
    assignments = client.identity_governance.entitlement_management.assignments
    found = {}
    for name, assignment_id in held.items():
        one = await assignments.by_access_package_assignment_id(assignment_id).get()
        found[name] = str(one.state.value) if one and one.state else ""
    return found


def test_approving_without_a_reason_raises_the_sdks_error(world: World) -> None:
    """Code, message and target come through as ODataError."""
    asyncio.run(_refused(world))


async def _refused(world: World) -> None:
    org, admin, boss = staff(world), graph(world), graph(world, BOSS)
    policy = await make_policy(admin, world, org.people["deputy"].id)
    await assign(admin, policy, org.people["ann"].id)
    open_reviews(world)
    definition_id, instance_id = await _opened(admin)
    decisions = _instance(boss, definition_id, instance_id).decisions
    (item,) = (await decisions.get()).value
    with pytest.raises(ODataError) as caught:
        await decisions.by_access_review_instance_decision_item_id(item.id).patch(
            AccessReviewInstanceDecisionItem(decision="Approve")
        )
    error = caught.value.error
    assert caught.value.response_status_code == 400
    assert error and error.code == "BadRequest" and error.target == "justification"
    assert error.message == "Approving needs a justification in this review."
    assert error.inner_error and error.inner_error.request_id
    with pytest.raises(ODataError) as missing:
        await _instance(graph(world, DEPUTY), definition_id, instance_id).decisions.get()
    assert missing.value.error and missing.value.response_status_code in (403, 404)


def test_what_a_reviewer_and_an_assignee_look_up(world: World) -> None:
    """Insights, contacted reviewers and the assignee's own lists, in the SDK's own types (R76, R104)."""
    asyncio.run(_looked_up(world))


async def _looked_up(world: World) -> None:
    org, admin, boss = staff(world), graph(world), graph(world, BOSS)
    policy = await make_policy(admin, world, org.people["deputy"].id)
    held = await assign(admin, policy, org.people["ann"].id)
    open_reviews(world)
    definition_id, instance_id = await _opened(admin)
    item_id = (await _asked(boss, definition_id, instance_id))["ann"]
    decisions = _instance(boss, definition_id, instance_id).decisions
    insights = await decisions.by_access_review_instance_decision_item_id(item_id).insights.get()
    (insight,) = insights.value
    assert isinstance(insight, UserSignInInsight)
    assert insight.last_sign_in_date_time == org.people["ann"].last_sign_in
    assert insight.additional_data["@accessReviews.daysSinceSignIn"] == 1
    contacted = await _instance(admin, definition_id, instance_id).contacted_reviewers.get()
    assert [one.user_principal_name for one in contacted.value] == [BOSS]
    assert contacted.value[0].additional_data["@accessReviews.mails"][0]["state"] == "sent"
    entitled = graph(world, "ann@example.com").identity_governance.entitlement_management
    assert [one.id for one in (await entitled.assignments.filter_by_current_user_with_on("target").get()).value] == [
        held
    ]
    asked = await entitled.assignment_requests.filter_by_current_user_with_on("target").get()
    assert [one.state.value for one in asked.value] == ["delivered"]
    assert (await entitled.access_packages.filter_by_current_user_with_on("allowedRequestor").get()).value == []


def test_a_policy_that_is_read_changed_and_put_keeps_its_review(world: World) -> None:
    """The SDK turns P14D into a timedelta and writes it back as "14 days, 0:00:00"."""
    asyncio.run(_round_trip(world))


async def _round_trip(world: World) -> None:
    org, gateway = staff(world), Gateway(world)
    client = graph(world, gateway=gateway)
    made = await make_policy(client, world, org.people["deputy"].id)
    policies = client.identity_governance.entitlement_management.assignment_policies
    address = policies.by_access_package_assignment_policy_id(made.id or "")
    before = world.get(f"{POLICIES}/{made.id}").json
    read = await address.get()
    assert read and read.review_settings
    read.description = "Changed"
    changed = await address.put(read)
    assert b"14 days" in gateway.seen[-1].content
    after = world.get(f"{POLICIES}/{made.id}").json
    moving = ("description", "modifiedDateTime")
    assert {**after, **dict.fromkeys(moving)} == {**before, **dict.fromkeys(moving)}
    assert after["description"] == "Changed"
    assert after["reviewSettings"]["schedule"]["expiration"]["duration"] == "P14D"
    assert changed and changed.review_settings and changed.review_settings.schedule
    assert changed.review_settings.schedule.expiration
    assert changed.review_settings.schedule.expiration.duration == dt.timedelta(days=14)


def test_the_page_iterator_sees_everybody_once(world: World) -> None:
    """Absolute next links with the stage, no empty page: more people than two pages hold."""
    asyncio.run(_everybody(world))


async def _everybody(world: World) -> None:
    org = Organisation(world.services)
    names = {org.person(f"p{number}").principal_name for number in range(230)}
    gateway = Gateway(world)
    client = graph(world, gateway=gateway)
    first = await client.users.get()
    assert first and first.value and len(first.value) == 100
    found: list[str] = []

    def keep(user: User) -> bool:
        found.append(user.user_principal_name or "")
        return True

    await PageIterator(first, client.request_adapter).iterate(keep)
    assert names <= set(found) and len(found) == len(set(found))
    assert len(gateway.seen) == 3
