"""Adopting and comparing through the connectors there are, over moto's AWS."""

from __future__ import annotations

from datetime import UTC, datetime

import boto3

from chalicelib.domain import ids
from chalicelib.domain.connections import Connection
from tests.factories import Organisation
from tests.world import World

REGION = "us-east-1"


def connect(world: World, name: str, kind: str, **settings: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    known = {"kind": kind, "display_name": name, "settings": settings, "created": now, "modified": now}
    world.services.writer.put_all([Connection(name=name, **known)])


def adopted(world: World, name: str) -> dict:
    started = world.post("/api/v1/adoptions", {"connection": name, "groups": "all"})
    assert started.status == 202, started.text
    world.drain()
    return world.get(f"/api/v1/adoptions/{started.json['id']}").json


def told(found: dict) -> tuple[str, int, int, list[str]]:
    totals = found["totals"]
    return found["status"], totals["assigned"], totals["unmatched"], [one["displayName"] for one in found["groups"]]


def test_identity_center(world: World) -> None:
    organisation = Organisation(world.services)
    boss = organisation.person("boss")
    store = boto3.client("identitystore", REGION)
    of = {"IdentityStoreId": boto3.client("sso-admin", REGION).list_instances()["Instances"][0]["IdentityStoreId"]}
    group = store.create_group(**of, DisplayName="Administrators")["GroupId"]
    users = {}
    for name, known in (("ada", True), ("bob", True), ("stranger", False)):
        if known:
            organisation.person(name)
        emails = [{"Value": f"{name}@example.com", "Primary": True}]
        person = {"UserName": name, "DisplayName": name.title(), "Name": {"GivenName": name, "FamilyName": "X"}}
        users[name] = store.create_user(**of, **person, Emails=emails)["UserId"]
        store.create_group_membership(**of, GroupId=group, MemberId={"UserId": users[name]})
    connect(world, "identity-center", "identityCenter", region=REGION, identityStoreId=of["IdentityStoreId"])
    made = adopted(world, "identity-center")
    assert told(made) == ("done", 2, 1, ["Administrators"])
    policy = world.services.entitlements.policy(made["groups"][0]["accessPackage"]["assignmentPolicyId"])
    address = f"/v1.0/identityGovernance/entitlementManagement/assignmentPolicies/{policy.id}"
    body = {
        "isEnabled": True,
        "expirationBehavior": "keepAccess",
        "primaryReviewers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": boss.id}],
        "schedule": {"startDateTime": "2026-03-02", "expiration": {"type": "afterDuration", "duration": "P14D"}},
    }
    switched = world.call("PATCH", address, {"reviewSettings": body})
    assert switched.status == 200, switched.text
    (membership,) = [
        one["MembershipId"]
        for one in store.list_group_memberships(**of, GroupId=group)["GroupMemberships"]
        if one["MemberId"]["UserId"] == users["ada"]
    ]
    store.delete_group_membership(**of, MembershipId=membership)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    found = world.get(f"/api/v1/reviews/{instance.id}/comparison").json
    assert [(one["difference"], (one["person"] or one["member"])["displayName"]) for one in found["value"]] == [
        ("missing", "Stranger")
    ]
    (extra,) = world.get(f"/api/v1/reviews/{instance.id}/comparison?difference=extra").json["value"]
    assert extra["person"]["displayName"] == "Ada"


def test_iam_and_cognito(world: World) -> None:
    organisation = Organisation(world.services)
    for name in ("ada", "bob"):
        organisation.person(name)
    iam = boto3.client("iam", REGION)
    iam.create_group(GroupName="operators")
    iam.create_user(UserName="ada@example.com")
    iam.add_user_to_group(GroupName="operators", UserName="ada@example.com")
    cognito = boto3.client("cognito-idp", REGION)
    pool = cognito.create_user_pool(PoolName="customers")["UserPool"]["Id"]
    cognito.create_group(UserPoolId=pool, GroupName="support")
    emails = [{"Name": "email", "Value": "bob@example.com"}]
    cognito.admin_create_user(UserPoolId=pool, Username="bob", UserAttributes=emails)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="bob", GroupName="support")
    connect(world, "iam", "iam", region=REGION)
    connect(world, "customers", "cognito", region=REGION, userPoolId=pool)
    assert told(adopted(world, "iam")) == ("done", 1, 0, ["operators"])
    assert told(adopted(world, "customers")) == ("done", 1, 0, ["support"])
