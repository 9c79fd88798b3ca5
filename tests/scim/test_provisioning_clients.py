"""Provisioning clients and their tokens: shown once, kept as a hash, rotated with an overlap, good for SCIM only."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.people import Role
from chalicelib.domain.provisioning import PREFIX, client_of
from tests.factories import Organisation
from tests.routes.attacking import contents
from tests.scim.clients import Client
from tests.world import Reply, World, token

CLIENTS = "/api/v1/provisioning-clients"


def made(world: World, **more: Any) -> dict[str, Any]:
    reply = world.post(CLIENTS, {"displayName": "Okta", **more})
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def asks(world: World, secret: str) -> Reply:
    return Client(world, "", secret).get("/Users")


def test_a_client_is_made_used_listed_and_deleted(world: World) -> None:
    client = made(world)
    assert client["address"] == "https://graph.example.com/api/scim/v2" and client["lastUsedDateTime"] is None
    assert asks(world, client["token"]).status == 200
    (listed,) = world.get(CLIENTS).json["value"]
    assert "token" not in listed and listed["lastUsedDateTime"] == "2026-03-02T09:00:00Z"
    assert world.call("DELETE", f"{CLIENTS}/{client['id']}").status == 204
    assert world.get(CLIENTS).json["value"] == []
    assert asks(world, client["token"]).status == 401


def test_a_client_is_a_source_of_data_that_retires_with_it(world: World) -> None:
    """Freshness: what waits for people's data knows when a client last brought some."""
    client = made(world)
    asks(world, client["token"])
    (source,) = world.services.sources.sources()
    assert (source.kind.value, source.subject_id, source.last_success) == ("scim", client["id"], world.clock.now())
    world.call("DELETE", f"{CLIENTS}/{client['id']}")
    (source,) = world.services.sources.sources()
    assert source.retired == world.clock.now()


def test_a_token_is_nowhere_in_the_tables(world: World) -> None:
    secret = made(world)["token"]
    assert secret.startswith(PREFIX) and len(secret) == 5 + 32 + 64
    everything = str(contents())
    assert secret not in everything and secret[-64:] not in everything


def test_the_old_token_works_until_the_overlap_is_over(world: World) -> None:
    client = made(world)
    rotated = world.post(f"{CLIENTS}/{client['id']}/rotate", {"overlapHours": 2}).json
    assert rotated["previousTokenEndDateTime"] == "2026-03-02T11:00:00Z"
    assert [asks(world, one["token"]).status for one in (client, rotated)] == [200, 200]
    world.clock.advance(hours=2)
    assert [asks(world, one["token"]).status for one in (client, rotated)] == [401, 200]


def test_an_overlap_of_none_ends_the_old_token_at_once_and_a_day_is_the_default(world: World) -> None:
    client = made(world)
    first = world.post(f"{CLIENTS}/{client['id']}/rotate", {"overlapHours": 0}).json
    assert first["previousTokenEndDateTime"] is None and asks(world, client["token"]).status == 401
    second = world.post(f"{CLIENTS}/{client['id']}/rotate", {}).json
    assert second["previousTokenEndDateTime"] == "2026-03-03T09:00:00Z"
    third = world.post(f"{CLIENTS}/{client['id']}/rotate", {}).json
    assert [asks(world, one["token"]).status for one in (first, second, third)] == [401, 200, 200]


def test_a_token_ends_when_it_was_said_to(world: World) -> None:
    ends = world.clock.now() + timedelta(days=1)
    client = made(world, expirationDateTime=ends.isoformat())
    assert asks(world, client["token"]).status == 200
    world.clock.set(ends)
    assert asks(world, client["token"]).status == 401


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"displayName": " "}, "displayName"),
        ({"displayName": "x" * 121}, "displayName"),
        ({"displayName": "x", "expirationDateTime": "2020-01-01T00:00:00Z"}, "expirationDateTime"),
        ({"displayName": "x", "expirationDateTime": "2030-01-01T00:00:00"}, "expirationDateTime"),
        ({"displayName": "x", "scopes": []}, "scopes"),
    ],
)
def test_a_wrong_client_is_refused(world: World, body: dict[str, Any], target: str) -> None:
    refused = world.post(CLIENTS, body)
    assert refused.status == 400 and refused.error["target"] == target


@pytest.mark.parametrize("hours", [-1, 169, 1.5, "1"])
def test_an_overlap_lasts_a_week_at_most(world: World, hours: object) -> None:
    client = made(world)
    refused = world.post(f"{CLIENTS}/{client['id']}/rotate", {"overlapHours": hours})
    assert refused.status == 400 and refused.error["target"] == "overlapHours"


def test_a_repeated_request_gives_the_client_a_token_that_was_seen(world: World) -> None:
    """Brief, decision 13: the first answer was lost, and with it the token."""
    client = made(world)
    again = world.post(CLIENTS, {"displayName": "Okta"}, headers={"retry-attempt": "1"}).json
    assert again["id"] == client["id"] and asks(world, again["token"]).status == 200
    assert asks(world, client["token"]).status == 401
    assert made(world)["id"] != client["id"]


def test_a_provisioning_token_reaches_nothing_but_scim(world: World) -> None:
    secret = {"authorization": f"Bearer {made(world)['token']}"}
    for path in ("/v1.0/users", "/v1.0/me", "/api/v1/me", CLIENTS, "/api/v1/people", "/api/v1/audit"):
        refused = world.get(path, None, headers=secret)
        assert refused.status == 401, path
    assert world.post("/api/v1/imports/people", {}, None, headers=secret).status == 401


def test_a_persons_token_does_not_reach_scim(world: World) -> None:
    """Not even the administrator's."""
    for path in ("/Users", "/Groups", "/Schemas", "/ServiceProviderConfig"):
        refused = asks_with(world, f"Bearer {token('admin@example.com')}", path)
        assert refused.status == 401 and refused.headers["WWW-Authenticate"] == "Bearer"
        assert refused.json["status"] == "401"


def asks_with(world: World, header: str | None, path: str = "/Users") -> Reply:
    return world.get(f"/scim/v2{path}", None, headers={"authorization": header} if header else {})


def test_wrong_tokens_are_refused_in_the_same_words(world: World) -> None:
    secret = made(world)["token"]
    other = made(world)["token"]
    mixed = other[:37] + secret[37:]
    wrong = [
        secret[:-1],
        secret + "0",
        secret[:-1] + ("0" if secret[-1] != "0" else "1"),
        mixed,
        PREFIX,
        PREFIX + "0" * 96,
    ]
    told = {asks_with(world, f"Bearer {one}").json["detail"] for one in wrong}
    assert len(told) == 1
    assert {asks_with(world, one).status for one in (None, "", "Bearer", f"Basic {secret}", secret)} == {401}
    assert client_of(secret) and client_of(PREFIX + "z" * 96) is None


def test_only_administrators_manage_clients_and_auditors_see_them(world: World) -> None:
    """R165: whoever is neither learns nothing."""
    organisation = Organisation(world.services)
    organisation.person("eve")
    organisation.grant(organisation.person("audrey"), Role.AUDITOR)
    client = made(world)
    for as_, seen, changed in (("eve@example.com", 403, 403), ("audrey@example.com", 200, 403)):
        assert world.get(CLIENTS, as_).status == seen
        assert world.post(CLIENTS, {"displayName": "x"}, as_).status == changed
        assert world.post(f"{CLIENTS}/{client['id']}/rotate", {}, as_).status == changed
        assert world.call("DELETE", f"{CLIENTS}/{client['id']}", None, as_).status == changed
    assert world.post(f"{CLIENTS}/{client['id'][::-1]}/rotate", {}).status == 404


def test_every_change_of_a_client_is_in_the_audit_trail(world: World) -> None:
    client = made(world)
    world.post(f"{CLIENTS}/{client['id']}/rotate", {})
    world.call("DELETE", f"{CLIENTS}/{client['id']}")
    events = world.get(f"/api/v1/audit?target={client['id']}").json["value"]
    assert sorted(one["activityDisplayName"] for one in events) == [
        "Add provisioning client",
        "Delete provisioning client",
        "Rotate provisioning client token",
    ]
    assert client["token"] not in json.dumps(events)


def test_the_last_use_is_written_once_an_hour(world: World) -> None:
    client = made(world)
    asks(world, client["token"])
    world.clock.advance(minutes=50)
    asks(world, client["token"])
    assert world.get(CLIENTS).json["value"][0]["lastUsedDateTime"] == "2026-03-02T09:00:00Z"
    world.clock.advance(minutes=20)
    asks(world, client["token"])
    assert world.get(CLIENTS).json["value"][0]["lastUsedDateTime"] == "2026-03-02T10:10:00Z"
