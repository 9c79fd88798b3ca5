"""Connections and the connectors made of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.connectors.registry import ConnectorRegistry
from chalicelib.domain.connections import Connection, ConnectorKind, Setting, complete, problems
from chalicelib.domain.errors import InvalidInput
from chalicelib.usecases.ports import Create, ListsMembers, Save, able
from tests.outside import Outside
from tests.world import START, World

KIND = ConnectorKind(
    kind="directory",
    display_name="Directory",
    description="A directory.",
    settings=(
        Setting(name="store", label="Store", pattern=r"d-[0-9a-f]{10}", example="d-1234567890"),
        Setting(name="mode", label="Mode", required=False, choices=("fast", "slow"), default="fast"),
        Setting(name="key", label="Key", required=False, secret=True),
    ),
)
STORE = {"store": "d-1234567890"}


def connection(**changes: object) -> Connection:
    made = Connection(
        name="staff", kind="directory", display_name="Staff", settings=STORE, created=START, modified=START
    )
    return replace(made, **changes)


def registry(world: World) -> ConnectorRegistry:
    def make(found: Connection) -> Outside:
        return Outside(held={(found.settings["store"], "")})

    known = {"directory": (KIND, make)}
    return ConnectorRegistry(world.services.connections, world.clock, lambda: known, {"fixed": Outside()})


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (STORE, []),
        ({}, ["store"]),
        ({"store": "somewhere"}, ["store"]),
        ({**STORE, "mode": "medium"}, ["mode"]),
        ({**STORE, "key": "hunter2"}, ["key"]),
        ({**STORE, "key": "ssm:/access-reviews/key"}, []),
        ({**STORE, "colour": "red"}, ["colour"]),
        ({"store": "x" * 501, "mode": "medium"}, ["mode", "store"]),
    ],
)
def test_every_wrong_setting_is_named_and_a_secret_is_never_one(settings: dict[str, str], wrong: list[str]) -> None:
    found = problems(KIND, settings)
    assert [name for name, _ in found] == wrong
    assert "hunter2" not in str(found)


def test_settings_left_out_have_their_default() -> None:
    assert complete(KIND, {**STORE, "key": ""}) == {**STORE, "mode": "fast"}


def test_a_connection_gives_a_connector_that_follows_its_changes_within_a_minute(world: World) -> None:
    made, services = registry(world), world.services
    assert made.get("staff") is None
    services.writer.commit("one", Create(connection()))
    first = made.get("staff")
    assert first is not None and first is made.get("staff")
    stored = services.connections.connection("staff")
    services.writer.commit("two", Save(replace(stored, settings={"store": "d-0000000000"})))
    assert made.get("staff") is first
    world.clock.advance(seconds=61)
    assert made.get("staff").held == {("d-0000000000", "")}
    assert made.names() == ["fixed", "staff"]


def test_a_connection_that_was_deleted_is_gone_and_an_unknown_kind_is_refused(world: World) -> None:
    made, services = registry(world), world.services
    services.writer.commit("one", Create(connection()))
    assert made.get("staff") is not None
    services.writer.remove(connection())
    made.forget("staff")
    assert made.get("staff") is None
    with pytest.raises(InvalidInput):
        made.make(connection(kind="fax"))


def test_a_capability_is_had_or_not(world: World) -> None:
    assert able(registry(world).get("fixed"), ListsMembers) is None
    assert able(None, ListsMembers) is None


def test_a_secret_is_read_where_it_lies_and_never_shown(world: World) -> None:
    from chalicelib.aws.clients import client

    client("ssm").put_parameter(Name="/reviews/key", Value="hunter2", Type="SecureString")
    client("secretsmanager").create_secret(Name="reviews-key", SecretString="hunter3")
    secrets = world.services.secrets
    assert (secrets.read("ssm:/reviews/key"), secrets.read("secretsmanager:reviews-key")) == ("hunter2", "hunter3")
    assert "hunter" not in repr(secrets)
    with pytest.raises(InvalidInput, match="There is no secret at ssm:/other"):
        secrets.read("ssm:/other")
