"""Giving and taking roles through the API."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from chalicelib.domain import ids
from chalicelib.domain.packages import AccessPackage, Catalog
from chalicelib.domain.people import Role, RoleGrant
from chalicelib.storage.writer import TableWriter
from tests.directories import add_group, add_people, person
from tests.world import START, World

ADA, BOB, OLA = map(person, ["Ada", "Bob", "Ola"])
CATALOG, FOREIGN = ids.guid("catalog"), ids.guid("foreign catalog")
PACKAGE = ids.guid("package")


@pytest.fixture(autouse=True)
def directory(world: World) -> None:
    """Three people, two catalogs; Ola owns one of them."""
    add_people(ADA, BOB, OLA)
    catalogs = [Catalog(id=one, display_name=one, created=START, modified=START) for one in (CATALOG, FOREIGN)]
    package = AccessPackage(id=PACKAGE, catalog_id=CATALOG, display_name="Package", created=START, modified=START)
    owner = RoleGrant(role=Role.CATALOG_OWNER, scope=f"catalog:{CATALOG}", principal_id=OLA.id)
    TableWriter().put_all([*catalogs, package, owner])


def give(world: World, role: str, scope: str = "", to: str = ADA.id, as_: str = "admin@example.com", **more: str):
    body = {"role": role, "scope": scope, "principalId": to, **more}
    return world.post("/api/v1/roles", body, as_)


def held(world: World, as_: str = "admin@example.com") -> list[tuple[str, str, str]]:
    listed = world.get("/api/v1/roles", as_).json["value"]
    return sorted((one["role"], one["scope"], one["principalDisplayName"]) for one in listed)


def test_gives_and_takes_a_role(world: World) -> None:
    given = give(world, "auditor")
    assert given.status == 201
    assert given.json == {
        "id": given.json["id"],
        "role": "auditor",
        "scope": "",
        "scopeDisplayName": None,
        "principalId": ADA.id,
        "principalKind": "user",
        "principalDisplayName": "Ada",
        "createdDateTime": "2026-03-02T09:00:00Z",
    }
    assert ("auditor", "", "Ada") in held(world)
    assert ("auditor", "", "Ada") in held(world, ADA.principal_name)
    assert world.call("DELETE", f"/api/v1/roles/{given.json['id']}").status == 204
    assert ("auditor", "", "Ada") not in held(world)
    assert world.call("DELETE", f"/api/v1/roles/{given.json['id']}").status == 404


def test_giving_a_role_twice_changes_nothing(world: World) -> None:
    first, second = give(world, "auditor"), give(world, "auditor")
    assert (first.status, second.status) == (201, 200)
    assert first.json == second.json


def test_a_group_may_hold_a_role(world: World) -> None:
    group = add_group("Auditors", ADA)
    assert held(world, ADA.principal_name) == []
    given = give(world, "auditor", to=group.id, principalKind="group")
    assert given.json["principalDisplayName"] == "Auditors"
    assert ("catalogOwner", f"catalog:{CATALOG}", "Ola") in held(world, ADA.principal_name)


def test_owners_give_and_see_the_roles_of_their_catalog(world: World) -> None:
    give(world, "auditor")
    assert give(world, "packageManager", f"catalog:{CATALOG}", BOB.id, OLA.principal_name).status == 201
    assert held(world, OLA.principal_name) == [
        ("catalogOwner", f"catalog:{CATALOG}", "Ola"),
        ("packageManager", f"catalog:{CATALOG}", "Bob"),
    ]
    for role, scope in (("auditor", ""), ("administrator", ""), ("catalogOwner", f"catalog:{FOREIGN}")):
        refused = give(world, role, scope, BOB.id, OLA.principal_name)
        assert (refused.status, refused.error["code"]) == (403, "Forbidden")


def test_others_give_take_and_see_nothing(world: World) -> None:
    given = give(world, "auditor")
    assert give(world, "administrator", to=BOB.id, as_=BOB.principal_name).status == 403
    assert world.call("DELETE", f"/api/v1/roles/{given.json['id']}", as_=BOB.principal_name).status == 403
    assert held(world, BOB.principal_name) == []
    assert give(world, "administrator", to=ADA.id, as_=ADA.principal_name).status == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_strangers_are_refused(world: World, method: str) -> None:
    refused = world.call(method, "/api/v1/roles", None, None)
    assert (refused.status, refused.error["code"]) == (401, "InvalidAuthenticationToken")


def test_a_package_may_have_managers(world: World) -> None:
    assert give(world, "packageManager", f"package:{PACKAGE}").status == 201


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"role": "king", "principalId": ADA.id}, "role"),
        ({"principalId": ADA.id}, "role"),
        ({"role": "auditor"}, "principalId"),
        ({"role": "auditor", "principalId": 1}, "principalId"),
        ({"role": "auditor", "principalId": ADA.id, "principalKind": "robot"}, "principalKind"),
        ({"role": "auditor", "principalId": ADA.id, "surprise": 1}, "surprise"),
        ({"role": "auditor", "principalId": ids.NOBODY}, "principalId"),
        ({"role": "auditor", "principalId": ""}, "principalId"),
        ({"role": "auditor", "principalId": "x" * 2_000}, "principalId"),
        ({"role": "auditor", "principalId": ADA.id, "principalKind": "group"}, "principalId"),
        ({"role": "auditor", "principalId": ADA.id, "scope": f"catalog:{CATALOG}"}, "scope"),
        ({"role": "catalogOwner", "principalId": ADA.id}, "scope"),
        ({"role": "catalogOwner", "principalId": ADA.id, "scope": f"package:{PACKAGE}"}, "scope"),
        ({"role": "packageManager", "principalId": ADA.id, "scope": f"package:{ids.NOBODY}"}, "scope"),
        ([], None),
        ("{", None),
    ],
)
def test_refuses_what_makes_no_sense(world: World, body: object, target: str | None) -> None:
    refused = world.post("/api/v1/roles", body)
    assert (refused.status, refused.error["code"]) == (400, "BadRequest")
    assert refused.error.get("target") == target


@pytest.mark.parametrize(
    "role_id",
    [
        "x",
        "AAAA",
        "%C3%A9",
        urlsafe_b64encode(b'["king","",""]').decode(),
        urlsafe_b64encode(b"[" * 3_000).decode(),
        urlsafe_b64encode(b'["auditor","","nobody"]').decode(),
    ],
)
def test_an_unknown_role_cannot_be_taken(world: World, role_id: str) -> None:
    assert world.call("DELETE", f"/api/v1/roles/{role_id}").status == 404
