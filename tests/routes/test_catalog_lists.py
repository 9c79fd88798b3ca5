"""Lists of catalogs and access packages: options, filters, cursors, expanded properties, who sees what."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.people import Role
from tests.routes.entitling import (
    CATALOGS,
    NOBODY,
    PACKAGES,
    Office,
    office,
    refused,
)
from tests.world import World

__all__ = ["office"]
ADDRESSES = [CATALOGS, PACKAGES]


def names(reply: Any) -> list[str]:
    return [one["displayName"] for one in reply.json["value"]]


def test_lists_filter_order_select_count_and_page(world: World) -> None:
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        world.post(PACKAGES, {"displayName": name, "isHidden": name == "Beta"})
    found = world.get(f"{PACKAGES}?$orderby=displayName desc&$top=3&$count=true&$select=displayName")
    assert names(found) == ["Gamma", "Delta", "Beta"]
    assert found.json["@odata.count"] == 4
    assert set(found.json["value"][0]) == {"id", "displayName"}
    link = found.json["@odata.nextLink"].removeprefix("https://graph.example.com/api")
    assert names(world.get(link)) == ["Alpha"]
    assert names(world.get(f"{PACKAGES}?$filter=isHidden eq true")) == ["Beta"]
    assert names(world.get(f"{PACKAGES}?$filter=contains(displayName,'LT')")) == ["Delta"]
    assert world.get(f"{PACKAGES}/$count?$filter=isHidden eq false").text == "3"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "query",
    [
        "$filter=foo eq 1",
        "$filter=displayName",
        "$top=0",
        "$top=x",
        "$select=foo",
        "$expand=foo",
        "$orderby=description",
        "$skiptoken=AAAA",
        "$search=x",
        "$count=maybe",
    ],
)
def test_options_that_are_not_understood_are_refused(world: World, address: str, query: str) -> None:
    refused(world.get(f"{address}?{query}"), 400)


def test_altered_cursors_and_those_of_others_are_refused(office: Office) -> None:
    world = office.world
    office.grant(office.ann, Role.AUDITOR, "")
    for name in ("Alpha", "Beta"):
        world.post(PACKAGES, {"displayName": name})
    link = world.get(f"{PACKAGES}?$top=1").json["@odata.nextLink"].removeprefix("https://graph.example.com/api")
    assert world.get(link).status == 200
    assert refused(world.get(link[:-2] + ("AA" if link[-2:] != "AA" else "BB")), 400)["code"] == "InvalidCursor"
    refused(world.get(link, as_="ann@example.com"), 400)
    refused(world.get(link.replace("$top=1", "$top=2")), 400)


def test_filters_by_id_and_catalog_read_only_what_they_name(office: Office) -> None:
    world = office.world
    by_catalog = f"{PACKAGES}?$filter=catalog/id eq '{office.package.catalog_id.upper()}'"
    assert names(world.get(by_catalog)) == [office.package.display_name]
    assert names(world.get(f"{PACKAGES}?$filter=id eq '{office.package.id}'")) == [office.package.display_name]
    for wanted in (NOBODY, "", "x" * 3000, "a/b"):
        assert names(world.get(f"{PACKAGES}?$filter=catalog/id eq '{wanted}'")) == []
        assert names(world.get(f"{PACKAGES}?$filter=id eq '{wanted}'")) == []


def test_expanded_lists(office: Office) -> None:
    world = office.world
    catalog = world.get(f"{CATALOGS}/{office.package.catalog_id}?$expand=accessPackages($select=displayName)").json
    assert [set(one) for one in catalog["accessPackages"]] == [{"id", "displayName"}]
    package = world.get(f"{PACKAGES}/{office.package.id}?$expand=assignmentPolicies,catalog").json
    assert [one["id"] for one in package["assignmentPolicies"]] == [office.policy.id]
    assert package["catalog"]["id"] == office.package.catalog_id
    nested = f"{CATALOGS}?$expand=accessPackages($expand=assignmentPolicies)"
    shown = [one for one in world.get(nested).json["value"] if one["accessPackages"]]
    assert shown[0]["accessPackages"][0]["assignmentPolicies"][0]["id"] == office.policy.id
    refused(world.get(f"{CATALOGS}?$expand=accessPackages($expand=foo)"), 400, "$expand")


def test_who_holds_a_package_sees_it_but_not_its_policies(office: Office) -> None:
    office.add(office.bob)
    world, own = office.world, f"{PACKAGES}/{office.package.id}"
    assert names(world.get(PACKAGES, as_="bob@example.com")) == [office.package.display_name]
    shown = world.get(f"{own}?$expand=catalog,assignmentPolicies", as_="bob@example.com").json
    assert (shown["catalog"], shown["assignmentPolicies"]) == ({"id": office.package.catalog_id}, [])
    assert world.get(f"{own}/assignmentPolicies", as_="bob@example.com").json["value"] == []
    refused(world.call("DELETE", own, as_="bob@example.com"), 403)
