"""Identity providers work in parallel and repeat themselves: nobody is made twice, no change is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.storage.writer import TableWriter
from tests.scim.clients import Client, new_client
from tests.world import World


@pytest.fixture
def client(world: World) -> Client:
    return new_client(world)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Somebody else does something just before the next commit."""
    original = TableWriter.commit
    done: list[bool] = []

    def commit(self: TableWriter, operation: str, *changes: Any) -> None:
        if not done:
            done.append(True)
            act()
        original(self, operation, *changes)

    monkeypatch.setattr(TableWriter, "commit", commit)


def test_two_that_make_the_same_person_make_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 7644, 3.3: the slower one hears of uniqueness."""
    meanwhile(monkeypatch, lambda: client.user("anna"))
    refused = client.post("/Users", {"userName": "anna@example.com", "displayName": "Anna"})
    assert refused.status == 409 and refused.json["scimType"] == "uniqueness"
    assert client.get("/Users?count=0").json["totalResults"] == 1


def test_two_changes_of_a_person_at_once_are_both_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = client.user("anna")
    path = f"/Users/{made['id']}"
    meanwhile(monkeypatch, lambda: client.patch(path, {"op": "replace", "path": "title", "value": "Chef"}))
    client.patch(path, {"op": "replace", "path": "name.familyName", "value": "Meier"})
    found = client.get(path).json
    assert found["title"] == "Chef" and found["name"] == {"familyName": "Meier"}


def test_two_members_added_at_once_are_both_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, bert = client.user("anna")["id"], client.user("bert")["id"]
    group = client.post("/Groups", {"displayName": "Crew"}).json["id"]

    def adding(person: str) -> dict[str, Any]:
        return {"op": "add", "path": "members", "value": [{"value": person}]}

    meanwhile(monkeypatch, lambda: client.patch(f"/Groups/{group}", adding(bert)))
    assert client.patch(f"/Groups/{group}", adding(anna)).status == 204
    assert {one["value"] for one in client.get(f"/Groups/{group}").json["members"]} == {anna, bert}


def test_a_person_deleted_meanwhile_is_not_there(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/Users/{client.user('anna')['id']}"
    meanwhile(monkeypatch, lambda: client.call("DELETE", path))
    assert client.patch(path, {"op": "replace", "path": "title", "value": "Chef"}).status == 404


def test_a_manager_who_comes_at_the_same_moment_is_found(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither saw the other before it was written."""
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    meanwhile(monkeypatch, lambda: client.user("boss"))
    clerk = client.user("clerk", **{enterprise: {"manager": {"value": "boss@example.com"}}})
    client.world.tick()
    assert client.world.services.people.user(clerk["id"]).manager_id


def test_a_change_that_changes_nothing_writes_nothing(client: Client) -> None:
    """Okta sends whole profiles again and again."""
    made = client.user("anna", externalId="a", title="Chef")
    put = client.call("PUT", f"/Users/{made['id']}", made)
    assert put.status == 200 and put.json == made
    events = client.world.get(f"/api/v1/audit?target={made['id']}").json["value"]
    assert [one["activityDisplayName"] for one in events] == ["Add user"]
