"""Connections made of settings: as deployed, in other regions and accounts."""

from __future__ import annotations

import pytest

from chalicelib.aws import clients
from chalicelib.domain import ids
from chalicelib.domain.connections import complete, problems
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.resources import GROUP
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.ports import Create
from tests.connectors.scripted import connection
from tests.factories import ADMIN, Organisation
from tests.world import World

ROLE = "arn:aws:iam::111122223333:role/access-reviews"


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("identityCenter", {"identityStoreId": "d-1234567890", "region": "eu-west-1", "matchBy": "email"}),
        ("cognito", {"userPoolId": "eu-west-1_aB3dE6gH9", "roleArn": ROLE, "externalId": "reviews-1"}),
        ("iam", {"domain": "example.com", "roleArn": ROLE}),
        ("iam", {}),
    ],
)
def test_settings_as_they_are_typed_are_fine(world: World, kind: str, settings: dict[str, str]) -> None:
    kinds = {one.kind: one for one in world.services.connectors.kinds()}
    assert problems(kinds[kind], settings) == []
    made = world.services.connectors.make(connection(kind, **complete(kinds[kind], settings)))
    assert made is not None


@pytest.mark.parametrize(
    ("kind", "settings", "wrong"),
    [
        ("identityCenter", {"identityStoreId": "Staff", "synchronised": "maybe"}, ["identityStoreId", "synchronised"]),
        ("identityCenter", {}, ["identityStoreId"]),
        ("cognito", {"userPoolId": "Customers", "externalId": "a b"}, ["externalId", "userPoolId"]),
        ("iam", {"domain": "@example.com", "roleArn": "admin"}, ["domain", "roleArn"]),
    ],
)
def test_wrong_settings_are_named(world: World, kind: str, settings: dict[str, str], wrong: list[str]) -> None:
    kinds = {one.kind: one for one in world.services.connectors.kinds()}
    assert [name for name, _ in problems(kinds[kind], settings)] == wrong


def test_a_role_in_another_account_is_assumed(world: World) -> None:
    """moto numbers the accounts by the credentials it gave."""
    role = "arn:aws:iam::444455556666:role/access-reviews"
    elsewhere = clients.client_elsewhere("iam", "", role, "reviews-1")
    elsewhere.create_group(GroupName="readers")
    assert [group["Arn"] for group in elsewhere.list_groups()["Groups"]] == ["arn:aws:iam::444455556666:group/readers"]
    assert clients.client_elsewhere("iam", "", "", "").list_groups()["Groups"] == []


def test_a_group_of_a_connection_becomes_a_resource_with_its_only_role(world: World) -> None:
    org = Organisation(world.services)
    world.services.writer.commit("connect", Create(connection("iam")))
    clients.client("iam").create_group(GroupName="readers")
    draft = ResourceDraft(catalog_id=org.catalog().id, origin_system=GROUP, origin_id="readers", connector="iam")
    made = add_resource(world.services, ADMIN, org.now, org.operation(), draft)
    resource = world.services.entitlements.resource(made.resource_id)
    assert resource.display_name == "readers"
    assert [(role.origin_id, role.display_name) for role in resource.roles] == [("Member_readers", "Member")]
    missing = ResourceDraft(catalog_id=draft.catalog_id, origin_system=GROUP, origin_id=ids.NOBODY, connector="iam")
    with pytest.raises(InvalidInput, match="no such resource"):
        add_resource(world.services, ADMIN, org.now, org.operation(), missing)
