"""From an assignment to the end of a review, with the group in IAM Identity Center itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from moto.identitystore.models import IdentityStoreBackend

from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.resources import GROUP
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.ports import Create
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.connectors.scripted import connection
from tests.connectors.test_identity_center import IdentityCenterRig
from tests.factories import ADMIN, Organisation
from tests.world import World


class Way:
    """A package whose right is a group of Identity Center, held by ann and bob; boss reviews it."""

    def __init__(self, world: World) -> None:
        self.world, self.rig, self.org = world, IdentityCenterRig(), Organisation(world.services)
        self.rig.new_user(self.org.person("bob"), UserName="bob@example.com")
        connected = connection("identityCenter", identityStoreId=self.rig.store["IdentityStoreId"])
        world.services.writer.commit("connect", Create(connected))
        package = self._package(connected.name)
        review = factories.by_people(self.org.now.date(), self.org.person("boss"), justification_required=False)
        self.org.assign(self.org.policy(package, review=review), self.org.person("ann"), self.org.people["bob"])
        world.drain()

    def _package(self, connector: str) -> AccessPackage:
        package, services, now = self.org.package("Platform"), self.world.services, self.org.now
        draft = ResourceDraft(
            catalog_id=package.catalog_id, origin_system=GROUP, origin_id=self.rig.group, connector=connector
        )
        resource = add_resource(services, ADMIN, now, self.org.operation(), draft).resource_id
        add_role(services, ADMIN, now, self.org.operation(), package.id, resource, self.rig.right.role)
        return package

    def deny_ann(self) -> str:
        """Open the review, deny ann, approve bob, let it close and what follows end; the address of the review."""
        self.world.clock.set(self.org.now.replace(hour=23, minute=59, second=30))
        self.world.tick()
        (mine,) = self.world.get("/api/v1/reviews", "boss@example.com").json["value"]
        instance = self.world.services.reviews.instance(mine["id"])
        url = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
        for item in self.world.get(f"{url}/decisions").json["value"]:
            deny = item["principal"]["displayName"] == "Ann"
            body = {"decision": "Deny" if deny else "Approve"}
            assert self.world.call("PATCH", f"{url}/decisions/{item['id']}", body, "boss@example.com").status == 204
        self.world.clock.set(instance.closes + timedelta(seconds=5))
        self.world.tick()
        self.world.clock.advance(minutes=2)  # the second look at what was removed
        self.world.tick()
        return f"/api/v1/reviews/{instance.id}"

    def members(self) -> set[str]:
        """Who is in the group, seen at Identity Center itself."""
        found = self.rig.aws.list_group_memberships(**self.rig.store, GroupId=self.rig.group)["GroupMemberships"]
        users = (self.rig.aws.describe_user(**self.rig.store, UserId=one["MemberId"]["UserId"]) for one in found)
        return {user["UserName"] for user in users}


@pytest.fixture
def way(world: World) -> Way:
    return Way(world)


def test_who_is_denied_leaves_the_group_and_who_is_approved_stays(way: Way) -> None:
    assert way.members() == {"ann@example.com", "bob@example.com"}
    review = way.deny_ann()
    assert way.members() == {"bob@example.com"}
    (removal,) = way.world.get(f"{review}/removals").json["value"]
    assert (removal["standing"], len(removal["absentDateTimes"])) == ("removed", 2)


def test_a_synchronised_group_is_left_to_a_person_who_is_told_why(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    described = IdentityStoreBackend.describe_group
    outer = [{"Issuer": "https://scim.example.com", "Id": "77"}]

    def with_outer_id(store: Any, **which: str) -> Any:
        return described(store, **which)._replace(ExternalIds=outer)

    monkeypatch.setattr(IdentityStoreBackend, "describe_group", with_outer_id)
    review = way.deny_ann()
    assert way.members() == {"ann@example.com", "bob@example.com"}
    (removal,) = way.world.get(f"{review}/removals").json["value"]
    assert removal["standing"] == "needsPerson"
    assert "synchronised into IAM Identity Center from another directory" in removal["reason"]
