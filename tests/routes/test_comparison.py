"""The completeness of a review over our own API."""

from __future__ import annotations

from chalicelib.domain import ids
from chalicelib.domain.people import Role
from tests.factories import Organisation
from tests.groups_outside import plug_in_groups
from tests.world import World

SETTINGS = {"isEnabled": True, "isSelfReview": True, "expirationBehavior": "keepAccess"}


def test_the_administrator_and_the_auditor_see_what_the_opening_found(world: World) -> None:
    outside = plug_in_groups(world.services, "identity-center")
    organisation = Organisation(world.services)
    for name in ("ada", "bob", "aud", "eve"):
        organisation.person(name)
    organisation.grant(organisation.people["aud"], Role.AUDITOR)
    outside.join("admins", "ada", "bob")
    started = world.post("/api/v1/adoptions", {"connection": "identity-center", "groups": "all"})
    world.drain()
    (made,) = world.get(f"/api/v1/adoptions/{started.json['id']}").json["groups"]
    policy = made["accessPackage"]["assignmentPolicyId"]
    address = f"/v1.0/identityGovernance/entitlementManagement/assignmentPolicies/{policy}"
    schedule = {"startDateTime": "2026-03-02", "expiration": {"type": "afterDuration", "duration": "P14D"}}
    switched = world.call("PATCH", address, {"reviewSettings": {**SETTINGS, "schedule": schedule}})
    assert switched.status == 200, switched.text
    outside.leave("admins", "ada")
    outside.join("admins", "stranger")
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy), 5, None).items
    path = f"/api/v1/reviews/{instance.id}/comparison"
    found = world.get(path).json
    assert (found["missing"], found["extra"], found["notCompared"]) == (1, 1, 0)
    (target,) = found["targets"]
    assert (target["resource"]["displayName"], target["role"], target["members"]) == ("admins", "Member", 2)
    (missing,) = found["value"]
    assert (missing["difference"], missing["member"]["key"], missing["person"]) == ("missing", "key-stranger", None)
    (extra,) = world.get(f"{path}?difference=extra", "aud@example.com").json["value"]
    assert (extra["person"]["displayName"], extra["assignment"]["state"]) == ("Ada", "delivered")
    following = found["nextLink"].partition("/api/api")[2]
    assert world.get(f"/api{following}").json["value"] == [extra]
    assert world.get("/api/v1/overview").json["differing"] == 1
    (differing,) = world.get("/api/v1/live-reviews?needs=differences").json["value"]
    assert differing["id"] == instance.id
    assert world.get(f"{path}?difference=x").error["target"] == "difference"
    assert world.get(path, "eve@example.com").status == 404
    assert world.get(path, "bob@example.com").status == 403
