"""/scim/v2/Groups: members come and go one by one, whatever form the request has and however many there are."""

from __future__ import annotations

from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.people import Group, Membership, Role, RoleGrant
from chalicelib.usecases import provision_groups
from tests.scim.clients import Client, new_client
from tests.world import World


@pytest.fixture
def client(world: World) -> Client:
    return new_client(world)


def members(client: Client, group_id: str) -> set[str]:
    return {one["value"] for one in client.get(f"/Groups/{group_id}").json.get("members", [])}


def crew(client: Client, *people: str) -> str:
    made = client.post("/Groups", {"displayName": "Crew", "members": [{"value": one} for one in people]})
    assert made.status == 201, made.text
    found: str = made.json["id"]
    return found


def test_a_group_is_made_found_renamed_and_deleted(client: Client) -> None:
    """RFC 7644, in Entra's order: search, create, read without members, rename, delete."""
    assert client.get('/Groups?excludedAttributes=members&filter=displayName eq "Crew"').json["totalResults"] == 0
    anna, bert = client.user("anna")["id"], client.user("bert")["id"]
    made = client.post("/Groups", {"displayName": "Crew", "externalId": "g1", "members": [{"value": anna}]}).json
    assert made["members"] == [
        {"value": anna, "$ref": f"https://graph.example.com/api/scim/v2/Users/{anna}", "type": "User"}
    ]
    assert "members" not in client.get(f"/Groups/{made['id']}?excludedAttributes=members").json
    for found in ('displayName eq "crew"', 'externalId eq "g1"', f'members eq "{anna}"', f'id eq "{made["id"]}"'):
        assert [one["id"] for one in client.get(f"/Groups?filter={found}").json["Resources"]] == [made["id"]], found
    assert client.get(f'/Groups?filter=id eq "{made["id"]}" and members eq "{bert}"').json["totalResults"] == 0
    renamed = client.patch(f"/Groups/{made['id']}", {"op": "Replace", "path": "displayName", "value": "Team"})
    assert renamed.status == 204 and client.get(f"/Groups/{made['id']}").json["displayName"] == "Team"
    assert client.call("DELETE", f"/Groups/{made['id']}").status == 204
    client.world.tick()
    assert client.get(f"/Groups/{made['id']}").status == 404
    assert not client.world.services.people.members(made["id"], 10, None).items
    assert client.get(f"/Users/{anna}").status == 200


@pytest.mark.parametrize(
    ("operations", "left"),
    [
        ([{"op": "Add", "path": "members", "value": [{"value": "{c}"}]}], "abc"),
        ([{"op": "add", "path": "members", "value": {"value": "{c}"}}], "abc"),
        ([{"op": "add", "value": {"members": [{"value": "{c}"}]}}], "abc"),
        ([{"op": "add", "path": "members", "value": [{"value": "{a}"}]}], "ab"),
        ([{"op": "Remove", "path": "members", "value": [{"value": "{a}"}]}], "b"),
        ([{"op": "remove", "path": 'members[value eq "{a}"]'}], "b"),
        ([{"op": "remove", "path": 'members[value eq "{a}" or value eq "{b}"]'}], ""),
        ([{"op": "remove", "path": 'members[value eq "{c}"]'}], "ab"),
        ([{"op": "remove", "path": "members"}], ""),
        ([{"op": "replace", "path": "members", "value": [{"value": "{c}"}]}], "c"),
        ([{"op": "replace", "value": {"id": "x", "displayName": "Crew", "members": [{"value": "{b}"}]}}], "b"),
        (
            [
                {"op": "remove", "path": 'members[value eq "{a}"]'},
                {"op": "add", "path": "members", "value": [{"value": "{c}"}, {"value": "{a}"}]},
                {"op": "remove", "path": 'members[value eq "{c}"]'},
            ],
            "ab",
        ),
    ],
)
def test_every_way_to_change_members(client: Client, operations: list[dict[str, Any]], left: str) -> None:
    """RFC 7644, 3.5.2, and the forms Entra and Okta send."""
    people = {name: client.user(name)["id"] for name in "abc"}
    group = crew(client, people["a"], people["b"])

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [filled(inner) for inner in value]
        for name, person in people.items():
            value = value.replace(f"{{{name}}}", person)
        return value

    assert client.patch(f"/Groups/{group}", *filled(operations)).status == 204
    assert members(client, group) == {people[name] for name in left}
    assert client.patch(f"/Groups/{group}", *filled(operations)).status == 204  # the same again
    assert members(client, group) == {people[name] for name in left}


def test_a_put_replaces_the_members_and_clears_what_it_lacks(client: Client) -> None:
    anna, bert = client.user("anna")["id"], client.user("bert")["id"]
    group = crew(client, anna)
    put = client.call("PUT", f"/Groups/{group}", {"displayName": "New", "members": [{"value": bert}]})
    assert put.status == 200 and {one["value"] for one in put.json["members"]} == {bert}
    assert "members" not in client.call("PUT", f"/Groups/{group}", {"displayName": "New"}).json


def test_groups_in_groups_and_nobody_unknown(client: Client) -> None:
    inner = crew(client)
    outer = crew(client, inner)
    assert client.get(f"/Groups/{outer}").json["members"][0]["type"] == "Group"
    for wrong in (ids.guid("nobody"), "x", outer):
        refused = client.patch(f"/Groups/{outer}", {"op": "add", "path": "members", "value": [{"value": wrong}]})
        assert (refused.status, refused.json["scimType"]) == (400, "invalidValue"), refused.text
    refused = client.patch(f"/Groups/{outer}", {"op": "remove", "path": 'members[type eq "User"]'})
    assert (refused.status, refused.json["scimType"]) == (400, "invalidFilter")


def test_the_version_of_a_group_tells_of_its_members(client: Client) -> None:
    anna = client.user("anna")["id"]
    group = crew(client)
    version = client.get(f"/Groups/{group}").json["meta"]["version"]
    add = {"op": "add", "path": "members", "value": [{"value": anna}]}
    assert client.patch(f"/Groups/{group}", add, if_match=version).status == 204
    assert client.patch(f"/Groups/{group}", add, if_match=version).status == 412
    assert client.get(f"/Groups/{group}", if_none_match=version).status == 200


def test_more_members_than_one_commit_takes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision_groups, "_IN_ONE_COMMIT", 3)
    people = [client.user(f"p{number}")["id"] for number in range(8)]
    group = crew(client, *people)
    assert members(client, group) == set(people)
    gone = {"op": "remove", "path": "members", "value": [{"value": one} for one in people[:7]]}
    client.patch(f"/Groups/{group}", gone)
    assert members(client, group) == set(people[7:])


def test_members_of_a_synchronised_group_are_not_set_here(world: World, client: Client) -> None:
    """R7: they are mastered elsewhere."""
    group = Group(id=ids.guid("synced"), display_name="Synced", kind="onPremises", created=world.clock.now())
    world.services.writer.put_all([group])
    add = {"op": "add", "path": "members", "value": [{"value": client.user("anna")["id"]}]}
    assert client.patch(f"/Groups/{group.id}", add).status == 400


def test_one_member_costs_the_same_in_a_group_of_five_thousand(world: World, client: Client) -> None:
    """The group is not rewritten, its other members are not read."""
    first, second = client.user("anna")["id"], client.user("bert")["id"]
    group = crew(client)

    def cost(person: str) -> tuple[int, float, int]:
        with Meter() as meter:
            add = {"op": "add", "path": "members", "value": [{"value": person}]}
            assert client.patch(f"/Groups/{group}", add).status == 204
        return meter.write_units, meter.read_units, meter.requests

    cost(client.user("warm")["id"])
    small = cost(first)
    crowd = [Membership(group_id=group, member_id=ids.guid("crowd", number)) for number in range(5_000)]
    world.services.writer.put_all(crowd)
    large = cost(second)
    assert large == small and small[0] <= 10 and small[2] <= 6, (small, large)


def test_deleting_a_group_takes_its_roles(world: World, client: Client) -> None:
    """P14."""
    group = crew(client)
    world.services.writer.put_all([RoleGrant(role=Role.AUDITOR, scope="", principal_id=group, principal_kind="group")])
    assert client.call("DELETE", f"/Groups/{group}").status == 204
    assert not world.services.people.role_grants()


def test_a_group_of_very_many_is_read_without_its_members(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provision_groups, "MOST_MEMBERS", 1)
    monkeypatch.setattr(provision_groups, "_PAGE", 1)
    group = crew(client, *(client.user(name)["id"] for name in "abc"))  # made, though too many to be answered
    assert client.get(f"/Groups/{group}?excludedAttributes=members").status == 200
    refused = client.get(f"/Groups/{group}")
    assert (refused.status, refused.json["scimType"]) == (400, "tooMany")
