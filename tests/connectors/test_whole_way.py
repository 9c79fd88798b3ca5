"""From an assignment to the end of a review, with the group in IAM Identity Center itself."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.domain.resources import GROUP
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.ports import Create
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.connectors.scripted import connection
from tests.connectors.test_identity_center import IdentityCenterRig
from tests.factories import ADMIN, Organisation
from tests.world import World


def test_who_is_denied_leaves_the_group_and_who_is_approved_stays(world: World) -> None:
    rig, org = IdentityCenterRig(), Organisation(world.services)
    rig.new_user(org.person("bob"), UserName="bob@example.com")
    connected = connection("identityCenter", identityStoreId=rig.store["IdentityStoreId"])
    world.services.writer.commit("connect", Create(connected))
    package = org.package("Platform")
    draft = ResourceDraft(
        catalog_id=package.catalog_id, origin_system=GROUP, origin_id=rig.group, connector=connected.name
    )
    resource = add_resource(world.services, ADMIN, org.now, org.operation(), draft).resource_id
    add_role(world.services, ADMIN, org.now, org.operation(), package.id, resource, rig.right.role)
    boss = org.person("boss")
    review = factories.by_people(org.now.date(), boss, justification_required=False)
    org.assign(org.policy(package, review=review), org.person("ann"), org.people["bob"])
    world.drain()
    assert members(rig) == {"ann@example.com", "bob@example.com"}

    world.clock.set(org.now.replace(hour=23, minute=59, second=30))
    world.tick()
    (mine,) = world.get("/api/v1/reviews", "boss@example.com").json["value"]
    instance = world.services.reviews.instance(mine["id"])
    url = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    for item in world.get(f"{url}/decisions").json["value"]:
        deny = item["principal"]["displayName"] == "Ann"
        body = {"decision": "Deny" if deny else "Approve"}
        assert world.call("PATCH", f"{url}/decisions/{item['id']}", body, "boss@example.com").status == 204
    world.clock.set(instance.closes + timedelta(seconds=5))
    world.tick()
    world.clock.advance(minutes=2)  # the second look at what was removed
    world.tick()
    assert members(rig) == {"bob@example.com"}
    results = {
        one["principal"]["displayName"]: one["applyResult"] for one in world.get(f"{url}/decisions").json["value"]
    }
    assert results["Ann"] == "AppliedSuccessfully"


def members(rig: IdentityCenterRig) -> set[str]:
    """Who is in the group, seen at Identity Center itself."""
    found = rig.aws.list_group_memberships(**rig.store, GroupId=rig.group)["GroupMemberships"]
    users = (rig.aws.describe_user(**rig.store, UserId=one["MemberId"]["UserId"]) for one in found)
    return {user["UserName"] for user in users}
