"""Catalogs and access packages over HTTP (R1-R4, R8, R12)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.people import Role
from tests.routes.entitling import (
    CATALOGS,
    MALFORMED,
    NOBODY,
    PACKAGES,
    REQUESTS,
    RETRY,
    Office,
    office,
    refused,
)
from tests.world import World

__all__ = ["office"]
ADDRESSES = [CATALOGS, PACKAGES]


def names(reply: Any) -> list[str]:
    return [one["displayName"] for one in reply.json["value"]]


def test_the_built_in_catalog_is_there_before_anybody_made_it(world: World) -> None:
    listed = world.get(CATALOGS).json["value"]
    assert [one["catalogType"] for one in listed] == ["serviceDefault"]
    assert world.get(f"{CATALOGS}/{listed[0]['id']}").json["displayName"] == "General"
    assert world.get(f"{CATALOGS}/$count").text == "1"


def test_a_package_without_a_catalog_goes_into_the_built_in_one(world: World) -> None:
    made = world.post(PACKAGES, {"displayName": "Reporting"}).json
    found = world.get(f"{PACKAGES}/{made['id']}?$expand=catalog").json
    assert found["catalog"]["displayName"] == "General"


@pytest.mark.parametrize("address", ADDRESSES)
def test_created_read_changed_deleted(world: World, address: str) -> None:
    made = world.post(address, {"displayName": " Sales ", "description": "All of it", "id": "x", "@odata.id": "y"})
    assert made.status == 201
    assert made.headers["Content-Type"] == "application/json"
    assert made.json["displayName"] == "Sales"
    own = f"{address}/{made.json['id']}"
    world.clock.advance(hours=1)
    body = {**made.json, "displayName": "Sales and more", "createdDateTime": "0001-01-01T00:00:00Z", "foo": 1}
    changed = world.call("PATCH", own, body)
    assert changed.status == 200
    assert changed.json["description"] == "All of it"
    assert changed.json["createdDateTime"] == made.json["createdDateTime"] < changed.json["modifiedDateTime"]
    assert world.get(own).json["displayName"] == "Sales and more"
    assert world.call("PATCH", own, {"description": None}).json["description"] == ""
    deleted = world.call("DELETE", own)
    assert (deleted.status, deleted.text) == (204, "")
    refused(world.get(own), 404)
    assert world.post(address, {"displayName": "Sales"}).status == 201  # the name is free again


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_name_is_given_once(world: World, address: str) -> None:
    first = world.post(address, {"displayName": "Sales"}).json
    assert refused(world.post(address, {"displayName": "SALES"}), 409, "displayName")["code"] == "Conflict"
    again = world.post(address, {"displayName": "Sales"}, headers=RETRY)
    assert (again.status, again.json["id"]) == (201, first["id"])
    other = {"displayName": "Sales", "description": "another one"}
    refused(world.post(address, other, headers=RETRY), 409, "displayName")
    second = world.post(address, {"displayName": "Support"}).json
    refused(world.call("PATCH", f"{address}/{second['id']}", {"displayName": "sales"}), 409, "displayName")
    assert world.call("PATCH", f"{address}/{first['id']}", {"displayName": "sales"}).json["displayName"] == "sales"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({}, "displayName"),
        ({"displayName": None}, "displayName"),
        ({"displayName": ""}, "displayName"),
        ({"displayName": "  \t"}, "displayName"),
        ({"displayName": "a\u0000b"}, "displayName"),
        ({"displayName": "two\nlines"}, "displayName"),
        ({"displayName": "x" * 257}, "displayName"),
        ({"displayName": 7}, "displayName"),
        ({"displayName": ["x"]}, "displayName"),
        ({"displayName": "x", "description": "y" * 4001}, "description"),
        ({"displayName": "x", "description": {"a": 1}}, "description"),
        ({"displayName": "x", "description": "\u0007"}, "description"),
    ],
)
def test_text_must_be_text_within_its_limits(world: World, address: str, body: Any, target: str) -> None:
    refused(world.post(address, body), 400, target)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_no_json_object_is_refused(world: World, address: str, body: Any) -> None:
    refused(world.post(address, body, headers={"content-type": "application/json"}), 400)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_write_with_query_options_is_refused_before_anything_is_written(world: World, address: str) -> None:
    for query in ("$select=displayName", "$foo=1"):
        refused(world.post(f"{address}?{query}", {"displayName": "A"}), 400)
    assert world.post(address, {"displayName": "A"}).status == 201


@pytest.mark.parametrize("address", ADDRESSES)
def test_huge_bodies_and_other_content_types_are_refused(world: World, address: str) -> None:
    refused(world.post(address, {"displayName": "x", "other": "y" * 1_000_000}), 413)
    refused(world.post(address, "<a/>", headers={"content-type": "text/xml"}), 415)


def test_longest_names_are_taken(world: World) -> None:
    name = "\U0001f600" * 256
    assert world.post(CATALOGS, {"displayName": name}).json["displayName"] == name


def test_choices_and_flags_of_catalogs_and_packages(world: World) -> None:
    body = {"displayName": "A", "state": "Unpublished", "isExternallyVisible": False}
    made = world.post(CATALOGS, body).json
    assert (made["state"], made["isExternallyVisible"]) == ("unpublished", False)
    assert "published" in refused(world.post(CATALOGS, {"displayName": "B", "state": "gone"}), 400, "state")["message"]
    refused(world.post(CATALOGS, {"displayName": "B", "isExternallyVisible": "true"}), 400, "isExternallyVisible")
    refused(world.post(PACKAGES, {"displayName": "B", "isHidden": 1}), 400, "isHidden")
    hidden = world.post(PACKAGES, {"displayName": "B", "isHidden": True}).json
    assert world.get(f"{PACKAGES}/{hidden['id']}").json["isHidden"] is True


@pytest.mark.parametrize(
    ("catalog", "target"),
    [({"id": NOBODY}, "catalog/id"), ({"id": 7}, "catalog/id"), ({"id": "a b"}, "catalog/id"), ("x", "catalog")],
)
def test_a_package_needs_a_catalog_that_exists(world: World, catalog: Any, target: str) -> None:
    refused(world.post(PACKAGES, {"displayName": "B", "catalog": catalog}), 400, target)


def test_a_catalog_with_packages_stays(office: Office) -> None:
    world = office.world
    refused(world.call("DELETE", f"{CATALOGS}/{office.package.catalog_id}"), 409)
    general = world.get(f"{CATALOGS}?$filter=catalogType eq 'serviceDefault'").json["value"][0]
    refused(world.call("DELETE", f"{CATALOGS}/{general['id']}"), 409)


def test_a_package_somebody_holds_stays(office: Office) -> None:
    world, own = office.world, f"{PACKAGES}/{office.package.id}"
    made = office.add(office.ann).json
    refused(world.call("DELETE", own), 409)
    world.post(REQUESTS, {"requestType": "adminRemove", "assignment": {"id": made["assignment"]["id"]}})
    assert world.call("DELETE", own).status == 204
    refused(world.get(f"{own}/assignmentPolicies"), 404)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("key", [NOBODY, "x", "$ref", "%20", "a" * 200])
def test_unknown_ones_are_not_found(world: World, address: str, key: str) -> None:
    refused(world.get(f"{address}/{key}"), 404)
    refused(world.call("PATCH", f"{address}/{key}", {"displayName": "A"}), 404)
    refused(world.call("DELETE", f"{address}/{key}"), 404)


def test_the_callers_own_views_name_whose_they_are(world: World) -> None:
    refused(world.get(f"{CATALOGS}/filterByCurrentUser(on='reviewer')"), 404)
    refused(world.get(f"{PACKAGES}/filterByCurrentUser(on='reviewer')"), 400, "on")


def test_who_sees_and_changes_what(office: Office) -> None:
    world, catalog, package = office.world, f"{CATALOGS}/{office.package.catalog_id}", f"{PACKAGES}/{office.package.id}"
    world.post(PACKAGES, {"displayName": "Elsewhere"})
    office.grant(office.ann, Role.AUDITOR, "")
    office.grant(office.eve, Role.CATALOG_OWNER, f"catalog:{office.package.catalog_id}")
    change = {"description": "new"}
    # auditor: sees everything, changes nothing
    assert world.get(catalog, as_="ann@example.com").status == 200
    refused(world.call("PATCH", catalog, change, as_="ann@example.com"), 403)
    refused(world.call("DELETE", package, as_="ann@example.com"), 403)
    refused(world.post(CATALOGS, {"displayName": "Mine"}, as_="ann@example.com"), 403)
    # nobody in particular: nothing is there
    assert world.get(PACKAGES, as_="bob@example.com").json["value"] == []
    assert world.get(CATALOGS, as_="bob@example.com").json["value"] == []
    for address in (catalog, package):
        refused(world.get(address, as_="bob@example.com"), 404)
        refused(world.call("PATCH", address, change, as_="bob@example.com"), 404)
        refused(world.call("DELETE", address, as_="bob@example.com"), 404)
    refused(world.post(CATALOGS, {"displayName": "Mine"}, as_="bob@example.com"), 403)
    refused(world.post(PACKAGES, {"displayName": "M", "catalog": {"id": NOBODY}}, as_="bob@example.com"), 404)
    # owner: their catalog only
    assert names(world.get(PACKAGES, as_="eve@example.com")) == [office.package.display_name]
    assert len(names(world.get(CATALOGS, as_="eve@example.com"))) == 1
    assert world.call("PATCH", catalog, change, as_="eve@example.com").status == 200
    refused(world.post(PACKAGES, {"displayName": "Mine"}, as_="eve@example.com"), 404)
    own = {"displayName": "Mine", "catalog": {"id": office.package.catalog_id}}
    assert world.post(PACKAGES, own, as_="eve@example.com").status == 201


def test_without_a_token_nothing(world: World) -> None:
    for method, address in (("GET", CATALOGS), ("POST", CATALOGS), ("GET", PACKAGES), ("POST", PACKAGES)):
        refused(world.call(method, address, {} if method == "POST" else None, as_=None), 401)
