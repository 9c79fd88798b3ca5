"""Resources of catalogs and role scopes of packages over HTTP (R4-R8)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.people import Group, Role
from tests.graph_schema import SCHEMA_FILE, faults
from tests.outside import plug_in
from tests.routes.entitling import CATALOGS, EM, NOBODY, PACKAGES, RETRY, Office, office, refused
from tests.world import Reply

__all__ = ["office"]
RESOURCES, REQUESTS = f"{EM}/resources", f"{EM}/resourceRequests"


def crew(office: Office, kind: str = "") -> Group:
    group = Group(id=ids.guid("group", "crew", kind), display_name="Crew", kind=kind)
    office.world.services.writer.put_all([group])
    return group


def put(office: Office, as_: str = "admin@example.com", headers: Any = None, **resource: Any) -> Reply:
    body = {"requestType": "adminAdd", "catalog": {"id": office.package.catalog_id}, "resource": resource}
    return office.world.post(REQUESTS, body, as_, headers=headers)


def put_app(office: Office, name: str = "Payroll", **more: Any) -> str:
    reply = put(office, originSystem="AadApplication", originId=name.lower(), displayName=name, **more)
    assert reply.status == 201, reply.text
    return str(reply.json["resource"]["id"])


def take(office: Office, resource_id: str, as_: str = "admin@example.com") -> Reply:
    return office.world.post(REQUESTS, {"requestType": "adminRemove", "resource": {"id": resource_id}}, as_)


def grant(office: Office, resource_id: str, role: str, as_: str = "admin@example.com", headers: Any = None) -> Reply:
    body = {"role": {"originId": role, "resource": {"id": resource_id}}, "scope": {"isRootScope": True}}
    return office.world.post(f"{PACKAGES}/{office.package.id}/resourceRoleScopes", body, as_, headers=headers)


def roles(office: Office, resource_id: str) -> dict[str, str]:
    found = office.world.get(f"{RESOURCES}/{resource_id}?$expand=roles").json["roles"]
    return {role["originId"]: role["displayName"] for role in found}


def test_a_group_becomes_a_resource_with_its_two_roles(office: Office) -> None:
    """R5, R6: a group offers Member and Owner; its name comes from the directory."""
    group = crew(office)
    made = put(office, originSystem="AadGroup", originId=group.id).json
    assert (made["requestType"], made["state"], made["resource"]["displayName"]) == ("adminAdd", "delivered", "Crew")
    assert roles(office, made["resource"]["id"]) == {f"Member_{group.id}": "Member", f"Owner_{group.id}": "Owner"}


def test_a_dynamic_group_offers_owner_only(office: Office) -> None:
    """R7: the members of a dynamic group are computed, so that only its ownership can be given."""
    made = put(office, originSystem="AadGroup", originId=crew(office, "dynamic").id).json
    assert list(roles(office, made["resource"]["id"]).values()) == ["Owner"]


@pytest.mark.parametrize("kind", ["onPremises", "distribution"])
def test_a_group_that_is_changed_elsewhere_cannot_be_a_resource(office: Office, kind: str) -> None:
    """R7."""
    refused(put(office, originSystem="AadGroup", originId=crew(office, kind).id), 400, "resource/originId")


def test_an_application_has_its_own_roles_or_default_access(office: Office) -> None:
    """R5, R6."""
    assert roles(office, put_app(office)) == {ids.NOBODY: "Default Access"}
    own = [{"originId": "r1", "displayName": "Reader"}]
    assert roles(office, put_app(office, "Ledger", roles=own)) == {"r1": "Reader"}


def test_a_site_offers_three_roles(office: Office) -> None:
    """R5, R6."""
    made = put(office, originSystem="SharePointOnline", originId="https://sites.example.com/a", displayName="A").json
    assert sorted(roles(office, made["resource"]["id"]).values()) == ["Members", "Owners", "Visitors"]


def test_what_cannot_be_a_resource_is_named(office: Office) -> None:
    plug_in(office.world.services)
    refused(put(office, originSystem="AadGroup", originId=NOBODY), 400, "resource/originId")
    refused(put(office, originSystem="AadApplication", originId="x"), 400, "resource/displayName")
    refused(put(office, originSystem="AadGroup"), 400, "resource/originId")
    refused(put(office, originSystem="Elsewhere", originId="x"), 400, "resource/originSystem")
    given = {"originSystem": "AadApplication", "originId": "missing", "@accessReviews.connector": "outside"}
    refused(put(office, **given), 400, "resource/originId")
    refused(put(office, **{**given, "@accessReviews.connector": "none"}), 400, "resource/@accessReviews.connector")
    assert office.world.get(RESOURCES).json["value"] == []


def test_adding_twice_is_a_conflict_and_a_repeat_gives_the_first_request(office: Office) -> None:
    """R5: a resource is in a catalog once; brief, decision 13."""
    first = put(office, originSystem="AadApplication", originId="p", displayName="P")
    refused(put(office, originSystem="AadApplication", originId="p", displayName="P"), 409, "resource/originId")
    again = put(office, originSystem="AadApplication", originId="p", displayName="P", headers=RETRY)
    assert (again.status, again.json["id"]) == (201, first.json["id"])


def test_a_resource_leaves_only_when_no_package_uses_it(office: Office) -> None:
    """R4."""
    app = put_app(office)
    made = grant(office, app, ids.NOBODY)
    assert made.status == 201, made.text
    assert "Reporting" in refused(take(office, app), 409)["message"]
    url = f"{PACKAGES}/{office.package.id}/resourceRoleScopes/{made.json['id']}"
    assert office.world.call("DELETE", url).status == 204
    assert take(office, app).status == 201
    refused(office.world.get(f"{RESOURCES}/{app}"), 404)
    kinds = [one["requestType"] for one in office.world.get(REQUESTS).json["value"]]
    assert sorted(kinds) == ["adminAdd", "adminRemove"]


def test_a_package_grants_roles_of_its_own_catalog_only(office: Office) -> None:
    """R8."""
    other = office.organisation.catalog("Elsewhere")
    body = {
        "requestType": "adminAdd",
        "catalog": {"id": other.id},
        "resource": {"originSystem": "AadApplication", "originId": "x", "displayName": "X"},
    }
    foreign = office.world.post(REQUESTS, body).json["resource"]["id"]
    refused(grant(office, foreign, ids.NOBODY), 400, "role/resource/id")
    app = put_app(office)
    refused(grant(office, app, "nothing"), 400, "role/originId")
    assert grant(office, app, ids.NOBODY).status == 201
    refused(grant(office, app, ids.NOBODY), 409, "role/originId")
    assert grant(office, app, ids.NOBODY, headers=RETRY).status == 201
    assert len(office.world.get(f"{PACKAGES}/{office.package.id}/resourceRoleScopes").json["value"]) == 1


def test_what_a_package_grants_can_be_expanded(office: Office) -> None:
    app = put_app(office)
    made = grant(office, app, ids.NOBODY).json
    url = f"{PACKAGES}/{office.package.id}/resourceRoleScopes/{made['id']}"
    found = office.world.get(f"{url}?$expand=role($expand=resource),scope").json
    assert found["role"]["displayName"] == "Default Access" and found["role"]["resource"]["id"] == app
    assert found["scope"]["isRootScope"] is True
    package = office.world.get(f"{PACKAGES}/{office.package.id}?$expand=resourceRoleScopes($expand=role,scope)").json
    assert [one["role"]["originId"] for one in package["resourceRoleScopes"]] == [ids.NOBODY]
    catalog = f"{CATALOGS}/{office.package.catalog_id}"
    named = office.world.get(f"{catalog}/resourceRoles?$filter=resource/id eq '{app}'&$expand=resource").json["value"]
    assert [one["resource"]["displayName"] for one in named] == ["Payroll"]
    wrong = f"{catalog}/resourceRoles?$filter=originSystem eq 'AadGroup'"
    assert office.world.get(wrong).json["value"] == []
    assert len(office.world.get(f"{catalog}/resourceScopes").json["value"]) == 1
    assert office.world.get(f"{catalog}/resources/{app}").json["id"] == app
    refused(office.world.get(f"{CATALOGS}/{office.organisation.catalog('B').id}/resources/{app}"), 404)


def test_resources_are_for_those_who_have_a_role_in_the_catalog(office: Office) -> None:
    """R165: owners decide about resources, managers about a package's roles, strangers see nothing."""
    app = put_app(office)
    office.grant(office.ann, Role.PACKAGE_MANAGER, f"catalog:{office.package.catalog_id}")
    office.grant(office.bob, Role.CATALOG_OWNER, f"catalog:{office.package.catalog_id}")
    for url in (f"{RESOURCES}/{app}", f"{CATALOGS}/{office.package.catalog_id}/resources"):
        refused(office.world.get(url, "eve@example.com"), 404)
        assert office.world.get(url, "ann@example.com").status == 200
    assert office.world.get(RESOURCES, "eve@example.com").json["value"] == []
    assert office.world.get(REQUESTS, "eve@example.com").json["value"] == []
    assert len(office.world.get(RESOURCES, "bob@example.com").json["value"]) == 1
    another = {"originSystem": "AadApplication", "originId": "ledger", "displayName": "Ledger"}
    refused(put(office, "ann@example.com", **another), 403)
    refused(put(office, "eve@example.com", **another), 404)
    assert put(office, "bob@example.com", **another).status == 201
    refused(take(office, app, "ann@example.com"), 403)
    refused(take(office, app, "eve@example.com"), 404)
    refused(grant(office, app, ids.NOBODY, "eve@example.com"), 404)
    assert grant(office, app, ids.NOBODY, "ann@example.com").status == 201
    office.add(office.eve)  # who holds the package does not see how it is made
    refused(office.world.get(f"{PACKAGES}/{office.package.id}/resourceRoleScopes", "eve@example.com"), 404)


def test_a_catalog_takes_its_resources_along(office: Office) -> None:
    """R4: resources do not keep a catalog, packages do."""
    catalog = office.organisation.catalog("Old")
    for name in ("a", "b", "c"):
        body = {"originSystem": "AadApplication", "originId": name, "displayName": name}
        asked = {"requestType": "adminAdd", "catalog": {"id": catalog.id}, "resource": body}
        assert office.world.post(REQUESTS, asked).status == 201
    assert office.world.call("DELETE", f"{CATALOGS}/{catalog.id}").status == 204
    assert office.world.get(RESOURCES).json["value"] == []


def test_every_answer_is_of_microsofts_type(office: Office) -> None:
    if not SCHEMA_FILE.exists():
        pytest.skip("GRAPH_SCHEMA names no schema file")
    app = put_app(office)
    made = grant(office, app, ids.NOBODY)
    assert faults(made.json, "accessPackageResourceRoleScope") == []
    world, catalog = office.world, f"{CATALOGS}/{office.package.catalog_id}"
    asked = [
        (f"{RESOURCES}?$expand=roles($expand=resource),scopes", "accessPackageResource"),
        (f"{catalog}/resourceRoles?$expand=resource", "accessPackageResourceRole"),
        (f"{catalog}/resourceScopes?$expand=resource", "accessPackageResourceScope"),
        (f"{REQUESTS}?$expand=catalog,resource", "accessPackageResourceRequest"),
        (
            f"{PACKAGES}/{office.package.id}/resourceRoleScopes?$expand=role($expand=resource),scope",
            "accessPackageResourceRoleScope",
        ),
        (f"{PACKAGES}?$expand=resourceRoleScopes($expand=role,scope)", "accessPackage"),
    ]
    for url, kind in asked:
        found = world.get(url)
        assert found.status == 200, found.text
        assert found.json["value"] and [faults(one, kind) for one in found.json["value"]] == [[]], url


def test_many_catalogs_are_walked_page_by_page(office: Office) -> None:
    for number in range(3):
        put_app(office, f"App {number}")
    catalog = office.organisation.catalog("B")
    body = {"originSystem": "AadApplication", "originId": "x", "displayName": "X"}
    office.world.post(REQUESTS, {"requestType": "adminAdd", "catalog": {"id": catalog.id}, "resource": body})
    url, found = f"{RESOURCES}?$top=1", []
    while url:
        page = office.world.get(url).json
        found += [one["displayName"] for one in page["value"]]
        url = page.get("@odata.nextLink", "").removeprefix("https://graph.example.com/api")
    assert sorted(found) == ["App 0", "App 1", "App 2", "X"]
