"""Making, changing, stopping and deleting review series through Graph (R48, R61, R78, R138, R141, R144, G6, G14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance, Status
from tests import factories
from tests.factories import Organisation
from tests.graph_schema import SCHEMA_FILE, faults
from tests.world import Reply, World

AR = "/v1.0/identityGovernance/accessReviews/definitions"
EM = "/v1.0/identityGovernance/entitlementManagement"
USER = "#microsoft.graph.accessReviewQueryScope"


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def validate(obj: Any) -> None:
    """Against Microsoft's own type, where its schema is at hand."""
    assert not SCHEMA_FILE.exists() or faults(obj, "accessReviewScheduleDefinition") == []


def scope_of(policy: Any) -> dict[str, str]:
    query = (
        "/identityGovernance/entitlementManagement/accessPackageAssignments"
        f"?$filter=(accessPackageId eq '{policy.package_id}' and assignmentPolicyId eq '{policy.id}')"
    )
    return {"@odata.type": USER, "query": query, "queryType": "MicrosoftGraph"}


def body(policy: Any, *reviewers: User, **more: Any) -> dict[str, Any]:
    """A one-time review of a policy, 7 days, by these people."""
    return {
        "displayName": "After the merger",
        "scope": scope_of(policy),
        "reviewers": [{"query": f"/users/{one.id}", "queryType": "MicrosoftGraph"} for one in reviewers],
        "settings": {"instanceDurationInDays": 7, "recurrence": None, "autoApplyDecisionsEnabled": True},
        **more,
    }


def made(world: World, policy: Any, *reviewers: User, **more: Any) -> str:
    reply = world.post(AR, body(policy, *reviewers, **more))
    assert reply.status == 201, reply.text
    return str(reply.json["id"])


def end_of_day(world: World) -> None:
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()


def instances(world: World, definition_id: str) -> list[ReviewInstance]:
    return list(world.services.reviews.instances_of(definition_id, 10, None).items)


def status_of(world: World, instance: ReviewInstance) -> Status:
    return world.services.reviews.state(instance.id).status


def shown(world: World, definition_id: str) -> Reply:
    return world.get(f"{AR}/{definition_id}")


def test_a_one_time_review_opens_at_the_end_of_the_day_and_ends_its_series(world: World, org: Organisation) -> None:
    """R48, R49, R60: recurrence null; the series has one occurrence and an id of its own."""
    ann, eve = org.person("ann"), org.person("eve")
    policy = org.policy()
    (held,) = org.assign(policy, ann)
    reply = world.post(AR, body(policy, eve))
    assert reply.status == 201
    validate(reply.json)
    found = reply.json
    assert found["scope"] == scope_of(policy) and found["status"] == "NotStarted"
    assert found["id"] != ids.definition_id(policy.id) and found["@accessReviews.adHoc"] is True
    assert found["settings"]["recurrence"]["pattern"] is None
    assert found["id"] in [one["id"] for one in world.get(AR).json["value"]]
    end_of_day(world)
    (instance,) = instances(world, found["id"])
    assert status_of(world, instance) is Status.IN_PROGRESS and instance.name.startswith("After the merger")
    assert [mail["to"] for mail in world.mails()] == ["eve@example.com"]
    address = f"{AR}/{found['id']}/instances/{instance.id}/decisions"
    (item,) = world.get(f"{address}/filterByCurrentUser(on='reviewer')", "eve@example.com").json["value"]
    world.call("PATCH", f"{address}/{item['id']}", {"decision": "Deny"}, "eve@example.com")
    world.clock.set(instance.closes + timedelta(seconds=1))
    world.tick()
    assert world.services.entitlements.assignment(held).state == "expired"
    assert world.services.reviews.definition(found["id"]).ended is not None


def test_a_retried_create_makes_one_series(world: World, org: Organisation) -> None:
    eve, policy = org.person("eve"), org.policy()
    first = world.post(AR, body(policy, eve))
    again = world.post(AR, body(policy, eve), headers={"Retry-Attempt": "1"})
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert world.post(AR, body(policy, eve)).json["id"] != first.json["id"]


@pytest.mark.parametrize("form", ["policy scope", "inside resource scopes", "other names"])
def test_other_forms_of_the_scope(world: World, org: Organisation, form: str) -> None:
    eve, policy = org.person("eve"), org.policy()
    scope: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.accessReviewAccessPackageAssignmentPolicyScope",
        "accessPackageId": policy.package_id,
        "resourceId": policy.id,
    }
    if form == "inside resource scopes":
        scope = {"@odata.type": "#microsoft.graph.principalResourceMembershipsScope", "resourceScopes": [scope]}
    if form == "other names":
        scope = {"query": f"{EM}/assignments?$filter=assignmentPolicy/id eq '{policy.id}'"}
    assert world.services.reviews.definition(made(world, policy, eve, scope=scope)).policy_id == policy.id


def days(number: int, **more: Any) -> dict[str, Any]:
    return {"settings": {"instanceDurationInDays": number, **more}}


def weekly_from(start: str) -> dict[str, Any]:
    return {"pattern": {"type": "weekly", "interval": 1}, "range": {"type": "noEnd", "startDate": start}}


DURATION = "settings/instanceDurationInDays"


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"displayName": " "}, "displayName"),
        ({"scope": None}, "scope"),
        ({"scope": {"query": "/groups/x/transitiveMembers"}}, "scope"),
        ({"settings": {}}, DURATION),
        (days(0), DURATION),
        (days(365), DURATION),
        (days(8, recurrence=weekly_from("2026-03-09")), DURATION),
        (days(1, defaultDecisionEnabled=True, defaultDecision="Approve"), "settings/defaultDecision"),
        (days(1, recurrence=weekly_from("2020-01-06")), "settings/recurrence/range/startDate"),
        (days(1, mailNotificationsEnabled=False), "settings/mailNotificationsEnabled"),
        ({"reviewers": [{"query": "/devices/1"}]}, "reviewers/0/query"),
        ({"reviewers": [{"query": "/users/nobody"}]}, "reviewers/0/query"),
        ({"reviewers": [{"query": "./manager", "queryRoot": "decisions"}]}, "fallbackReviewers"),
        ({"stageSettings": [{"stageId": "1"}]}, "stageSettings"),
        ({"descriptionForReviewers": "x" * 257}, "descriptionForReviewers"),
    ],
)
def test_what_cannot_be_is_refused_by_its_member(
    world: World, org: Organisation, change: dict[str, Any], target: str
) -> None:
    """R54, R70, R181, G3, G5, G19: in the definition's own terms."""
    reply = world.post(AR, body(org.policy(), org.person("eve")) | change)
    assert (reply.status, reply.error.get("target")) == (400, target), reply.text
    assert world.get(AR).json["value"] == []


def test_strangers_learn_nothing_of_policies_and_auditors_may_not(world: World, org: Organisation) -> None:
    eve, policy = org.person("eve"), org.policy()
    assert world.post(AR, body(policy, eve), as_="eve@example.com").status == 404
    definition = made(world, policy, eve)
    assert world.call("PATCH", f"{AR}/{definition}", {}, "eve@example.com").status == 404


def test_a_later_review_of_the_same_policy_waits_until_the_open_one_has_closed(world: World, org: Organisation) -> None:
    """G6: never two open instances of one policy; waiting does not poll, and the wait shows on our own root."""
    eve = org.person("eve")
    policy = org.policy(review=factories.by_oneself(world.clock.now().date(), duration_days=3))
    org.assign(policy, org.person("ann"))
    once = {"pattern": None, "range": {"type": "numbered", "numberOfOccurrences": 1, "startDate": "2026-03-03"}}
    definition = made(world, policy, eve, **days(7, recurrence=once, autoApplyDecisionsEnabled=True))
    end_of_day(world)
    (regular,) = instances(world, ids.definition_id(policy.id))
    world.clock.advance(days=1)
    world.tick()
    assert instances(world, definition) == [] and status_of(world, regular) is Status.IN_PROGRESS
    rows = [row for row in world.services.reviews.due_until(world.clock.now(), 50) if row.kind == "series"]
    assert rows == []
    assert world.get(f"/api/v1/review-series/{definition}").json["waiting"]["date"] == "2026-03-03"
    world.clock.set(regular.closes + timedelta(seconds=5))
    world.tick()
    world.clock.advance(hours=1)
    world.tick()
    (later,) = instances(world, definition)
    assert status_of(world, regular) is Status.APPLIED and status_of(world, later) is Status.IN_PROGRESS
    assert later.closes - later.opens == timedelta(days=7)
    (review,) = world.get(f"/api/v1/review-series/{definition}").json["reviews"]
    assert review["openedLate"] is True


def test_the_policys_own_review_waits_for_an_ad_hoc_one(world: World, org: Organisation) -> None:
    """G6, the other way round."""
    eve = org.person("eve")
    start = world.clock.now().date() + timedelta(days=1)
    policy = org.policy(review=factories.by_oneself(start))
    org.assign(policy, org.person("ann"))
    definition = made(world, policy, eve)
    end_of_day(world)
    world.clock.advance(days=1)
    world.tick()
    assert len(instances(world, definition)) == 1
    assert instances(world, ids.definition_id(policy.id)) == []


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
def test_changing_a_policys_definition_changes_the_policy(world: World, org: Organisation, verb: str) -> None:
    """R138, R78, G14: through the policy, with its checks and its audit trail."""
    ann, eve = org.person("ann"), org.person("eve")
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), ann))
    definition = ids.definition_id(policy.id)
    whole = shown(world, definition).json
    scope = {"query": f"/users/{eve.id}", "queryType": "MicrosoftGraph"}
    change = {
        "descriptionForReviewers": "Contractors first.",
        "additionalNotificationRecipients": [{"notificationRecipientScope": scope}],
        "settings": {**whole["settings"], "instanceDurationInDays": 10, "defaultDecision": "Deny"}
        | {"defaultDecisionEnabled": True},
    }
    assert world.call(verb, f"{AR}/{definition}", whole | change if verb == "PUT" else change).status == 204
    review = world.get(f"{EM}/assignmentPolicies/{policy.id}").json["reviewSettings"]
    assert review["schedule"]["expiration"]["duration"] == "P10D" and review["expirationBehavior"] == "removeAccess"
    assert review["@accessReviews.descriptionForReviewers"] == "Contractors first."
    assert review["primaryReviewers"][0]["@odata.type"].endswith("targetManager")
    after = shown(world, definition).json
    assert after["settings"]["instanceDurationInDays"] == 10
    recipient = after["additionalNotificationRecipients"][0]["notificationRecipientScope"]
    assert recipient["query"] == f"/users/{eve.id}"
    validate(after)
    renamed = world.call(verb, f"{AR}/{definition}", {"displayName": "Mine"})
    assert (renamed.status, renamed.error["target"]) == (400, "displayName")


def test_sending_a_definition_back_unchanged_changes_nothing(world: World, org: Organisation) -> None:
    """Owners' reviews show no reviewers, and are not mistaken for self-reviews when they come back (R141)."""
    eve = org.person("eve")
    owners = replace(factories.by_manager(world.clock.now().date(), eve), reviewers=ReviewerKind.OWNERS, primary=())
    for name, review in (("A", owners), ("B", factories.by_people(world.clock.now().date(), eve))):
        policy = org.policy(org.package(name), review=review)
        definition = ids.definition_id(policy.id)
        before = world.services.entitlements.policy(policy.id)
        assert world.call("PUT", f"{AR}/{definition}", shown(world, definition).json).status == 204
        assert world.services.entitlements.policy(policy.id) == before


def test_the_text_for_reviewers_stands_in_their_mails(world: World, org: Organisation) -> None:
    """R78, R181."""
    policy = org.policy()
    org.assign(policy, org.person("ann"))
    made(world, policy, org.person("eve"), descriptionForReviewers="Contractors first, please.")
    end_of_day(world)
    (mail,) = world.mails()
    assert "Contractors first, please." in mail["body"]


def test_an_ad_hoc_series_follows_its_own_changes(world: World, org: Organisation) -> None:
    """R61, R138: an earlier end date prevents later occurrences only."""
    eve, policy = org.person("eve"), org.policy()
    org.assign(policy, org.person("ann"))
    weekly = {
        "pattern": {"type": "weekly", "interval": 1},
        "range": {"type": "noEnd", "startDate": "2026-03-02"},
    }
    definition = made(world, policy, eve, settings={"instanceDurationInDays": 3, "recurrence": weekly})
    end_of_day(world)
    ended = {"settings": {"recurrence": weekly | {"range": {"type": "endDate", "endDate": "2026-03-05"}}}}
    assert world.call("PATCH", f"{AR}/{definition}", ended | {"displayName": "Renamed"}).status == 204
    assert shown(world, definition).json["displayName"] == "Renamed"
    view = world.get(f"/api/v1/review-series/{definition}").json
    assert (view["status"], view["next"]) == ("ended", [])
    assert view["running"]["status"] == "InProgress" and view["running"]["displayName"].startswith("After")


@pytest.mark.parametrize("own", [True, False])
def test_stopping_a_series_ends_it_and_its_open_review(world: World, org: Organisation, own: bool) -> None:
    """R61, R142: no later occurrence; the open review closes as by its own Stop, explicit decisions are applied."""
    eve = org.person("eve")
    review = factories.by_people(world.clock.now().date(), eve) if own else None
    policy = org.policy(review=review)
    held = org.assign(policy, org.person("ann"), org.person("bob"))
    definition = ids.definition_id(policy.id) if own else made(world, policy, eve)
    end_of_day(world)
    (instance,) = instances(world, definition)
    address = f"{AR}/{definition}/instances/{instance.id}/decisions"
    item = world.get(f"{address}/filterByCurrentUser(on='reviewer')", "eve@example.com").json["value"][0]
    world.call("PATCH", f"{address}/{item['id']}", {"decision": "Deny"}, "eve@example.com")
    for _ in range(2):
        assert world.post(f"{AR}/{definition}/stop").status == 204
    world.clock.advance(minutes=1)
    world.tick()
    assert status_of(world, instance) is Status.APPLIED
    states = sorted(str(world.services.entitlements.assignment(one).state) for one in held)
    assert states == ["delivered", "expired"]
    assert world.get(f"/api/v1/review-series/{definition}").json["status"] == "ended"
    assert world.call("PATCH", f"{AR}/{definition}", {"descriptionForAdmins": "x"}).status == 409
    if own:
        assert world.get(f"{EM}/assignmentPolicies/{policy.id}").json["reviewSettings"]["isEnabled"] is False


@pytest.mark.parametrize("own", [True, False])
def test_a_deleted_series_leaves_the_lists_and_nothing_of_it_is_applied(
    world: World, org: Organisation, own: bool
) -> None:
    """R144, G32: evidence and audit trail stay; what was denied waits for an administrator."""
    eve = org.person("eve")
    policy = org.policy(review=factories.by_people(world.clock.now().date(), eve) if own else None)
    (held,) = org.assign(policy, org.person("ann"))
    definition = ids.definition_id(policy.id) if own else made(world, policy, eve)
    end_of_day(world)
    (instance,) = instances(world, definition)
    address = f"{AR}/{definition}/instances/{instance.id}/decisions"
    (item,) = world.get(f"{address}/filterByCurrentUser(on='reviewer')", "eve@example.com").json["value"]
    world.call("PATCH", f"{address}/{item['id']}", {"decision": "Deny"}, "eve@example.com")
    assert world.call("DELETE", f"{AR}/{definition}").status == 204
    world.clock.advance(minutes=1)
    world.tick()
    world.tick()
    assert world.services.entitlements.assignment(held).state == "delivered"
    assert (shown(world, definition).status, world.get(AR).json["value"]) == (404, [])
    assert world.call("DELETE", f"{AR}/{definition}").status == 404
    assert world.get(f"{AR}/{definition}/instances").status == 404
    for who in ("eve@example.com", "admin@example.com"):
        assert world.get("/api/v1/reviews", who).json["value"] == []
    assert world.get(f"{AR}/filterByCurrentUser(on='reviewer')", "eve@example.com").json["value"] == []
    assert world.get(f"/api/v1/reviews/{instance.id}").json["status"] == "Completed"
    assert world.get(f"/api/v1/review-series/{definition}").json["status"] == "deleted"
    rows = world.services.reviews.due_until(world.clock.now() + timedelta(days=900), 50)
    assert [row.kind for row in rows if row.kind != "switchedOff"] == []
    if own:  # switched on again it is back, with what comes
        review = {"isEnabled": True}
        assert world.call("PATCH", f"{EM}/assignmentPolicies/{policy.id}", {"reviewSettings": review}).status == 200
        assert shown(world, definition).status == 200


def test_a_deleted_policy_takes_its_waiting_reviews_along_and_keeps_the_past(world: World, org: Organisation) -> None:
    """G33, R145: an open review is stopped without applying, a waiting one never opens, past ones stay readable."""
    eve, ann = org.person("eve"), org.person("ann")
    policy = org.policy()
    (held,) = org.assign(policy, ann)
    open_one = made(world, policy, eve)
    end_of_day(world)
    waiting = made(world, policy, eve, displayName="Later")
    assert world.call("DELETE", f"{EM}/assignmentPolicies/{policy.id}").status == 409
    remove = {"requestType": "adminRemove", "assignment": {"id": held}}
    assert world.post(f"{EM}/assignmentRequests", remove).status == 201
    assert world.call("DELETE", f"{EM}/assignmentPolicies/{policy.id}").status == 204
    world.clock.advance(days=1)
    for _ in range(3):
        world.tick()
        world.clock.advance(hours=2)
    (instance,) = instances(world, open_one)
    assert status_of(world, instance) in (Status.COMPLETED, Status.APPLIED)
    assert instances(world, waiting) == [] and world.services.reviews.definition(waiting).ended is not None
    assert world.get(f"{AR}/{open_one}/instances/{instance.id}/decisions").json["value"][0]["principal"]["id"] == ann.id
    series = world.get(f"/api/v1/reviews?accessPackageId={policy.package_id}").json["value"]
    assert {one["definitionId"] for one in series} == {open_one, waiting}
