"""Adopting over our own API: what there is, a preview, the adoption, and what became of everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.connections import Connection
from tests.factories import Organisation
from tests.groups_outside import GroupsOutside, plug_in_groups
from tests.world import World

ADOPTIONS = "/api/v1/adoptions"
NAME = "identity-center"


@pytest.fixture
def outside(world: World) -> GroupsOutside:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    world.services.writer.put_all(
        [
            Connection(
                name=NAME, kind="identityCenter", display_name="Identity Center of Example", created=now, modified=now
            )
        ]
    )
    organisation = Organisation(world.services)
    for name in ("ada", "bob"):
        organisation.person(name)
    found = plug_in_groups(world.services, NAME)
    found.join("g-1", "ada", "bob", "stranger")
    found.join("g-2", "ada")
    found.names = {"g-1": "Admins", "g-2": "Readers"}
    return found


def adopted(world: World, path: str = ADOPTIONS, **body: Any) -> dict[str, Any]:
    started = world.post(path, {"connection": NAME, "groups": "all", **body})
    assert started.status == 202, started.text
    world.drain()
    return world.get(f"{ADOPTIONS}/{started.json['id']}").json


def test_what_can_be_adopted(world: World, outside: GroupsOutside) -> None:
    listed = world.get("/api/v1/adoptable-connections").json["value"]
    assert listed == [{"name": NAME, "displayName": "Identity Center of Example", "kind": "identityCenter"}]
    found = world.get(f"/api/v1/adoptable-connections/{NAME}/groups").json["value"]
    assert [(one["originId"], one["displayName"], one["accessPackageId"]) for one in found] == [
        ("g-1", "Admins", None),
        ("g-2", "Readers", None),
    ]
    assert world.get("/api/v1/adoptable-connections/recorded/groups").status == 404
    outside.resources = lambda *_: 1 / 0
    assert world.get(f"/api/v1/adoptable-connections/{NAME}/groups").status == 503


def test_preview_then_adopt_then_look(world: World, outside: GroupsOutside) -> None:
    preview = adopted(world, f"{ADOPTIONS}/preview")
    assert (preview["preview"], preview["status"]) == (True, "done")
    assert preview["catalog"] == {"id": None, "displayName": "Adopted from Identity Center of Example"}
    assert [one["accessPackage"]["id"] for one in preview["groups"]] == [None, None]
    made = adopted(world)
    totals = {name: number for name, number in made["totals"].items() if number}
    assert totals == {"groups": 2, "groupsDone": 2, "members": 4, "assigned": 3, "unmatched": 1, "packages": 2}
    admins = made["groups"][0]
    assert (admins["displayName"], admins["status"], admins["problem"]) == ("Admins", "done", None)
    package = world.get(
        f"/v1.0/identityGovernance/entitlementManagement/accessPackages/{admins['accessPackage']['id']}"
    )
    assert package.json["displayName"] == "Admins"
    found = world.get(f"{ADOPTIONS}/{made['id']}/groups/0/members").json["value"]
    assert [(one["outcome"], (one["member"] or {}).get("displayName")) for one in found] == [("unmatched", "Stranger")]
    rest = world.get(f"{ADOPTIONS}/{made['id']}/groups/0/members?outcome=assigned").json["value"]
    assert {one["person"]["userPrincipalName"] for one in rest} == {"ada@example.com", "bob@example.com"}
    (listed,) = world.get(ADOPTIONS).json["value"]
    assert (listed["id"], listed["connection"]["displayName"]) == (made["id"], "Identity Center of Example")
    assert listed["by"]["displayName"] == "admin@example.com" or listed["by"]["displayName"]


def test_reviews_can_be_switched_on_at_once(world: World, outside: GroupsOutside) -> None:
    settings = {
        "isEnabled": True,
        "isSelfReview": True,
        "expirationBehavior": "keepAccess",
        "schedule": {
            "startDateTime": "2026-03-10T00:00:00Z",
            "expiration": {"type": "afterDuration", "duration": "P14D"},
            "recurrence": {
                "pattern": {"type": "absoluteMonthly", "interval": 3, "dayOfMonth": 10},
                "range": {"type": "noEnd", "startDate": "2026-03-10"},
            },
        },
    }
    made = adopted(world, groups=[{"originId": "g-2"}], reviewSettings=settings)
    policy = made["groups"][0]["accessPackage"]["assignmentPolicyId"]
    stored = world.get(f"/v1.0/identityGovernance/entitlementManagement/assignmentPolicies/{policy}").json
    assert stored["reviewSettings"]["isEnabled"] is True
    refused = world.post(ADOPTIONS, {"connection": NAME, "groups": "all", "reviewSettings": {"isEnabled": True}})
    assert (refused.status, refused.error["target"]) == (400, "reviewSettings/schedule")


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"connection": "nowhere", "groups": "all"}, "connection"),
        ({"connection": NAME, "groups": []}, "groups"),
        ({"connection": NAME, "groups": "some"}, "groups"),
        ({"connection": NAME}, "groups"),
        ({"connection": NAME, "groups": "all", "members": ["a"]}, "members"),
        ({"connection": NAME, "groups": "all", "catalogId": "x"}, "catalogId"),
        ({"connection": NAME, "groups": "all", "catalog": "x"}, "catalog"),
    ],
)
def test_bad_input_names_the_member(world: World, outside: GroupsOutside, body: dict[str, Any], target: str) -> None:
    refused = world.post(ADOPTIONS, body)
    assert (refused.status, refused.error["target"]) == (400, target), refused.text


def test_only_administrators(world: World, outside: GroupsOutside) -> None:
    job_id = adopted(world)["id"]
    for path in (ADOPTIONS, f"{ADOPTIONS}/{job_id}", f"{ADOPTIONS}/x", "/api/v1/adoptable-connections"):
        assert world.get(path, "ada@example.com").status == 403
    assert world.get(f"{ADOPTIONS}/x").status == 404
    assert world.get(f"{ADOPTIONS}/{job_id}/groups/7/members").status == 404
    assert world.get(f"{ADOPTIONS}/{job_id}/groups/0/members?outcome=x").error["target"] == "outcome"
