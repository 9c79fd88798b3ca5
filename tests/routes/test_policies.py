"""Assignment policies over HTTP (R12, R15-R19, R29, S12)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.people import Role
from tests.routes.entitling import (
    EM,
    KEPT,
    MALFORMED,
    NOBODY,
    PACKAGES,
    POLICIES,
    RETRY,
    Office,
    by_self,
    office,
    refused,
)

__all__ = ["office"]


def test_created_read_replaced_deleted(office: Office) -> None:
    world = office.world
    made = world.post(POLICIES, office.body(displayName="Guests", description="d", reviewSettings=by_self()))
    assert made.status == 201
    own = f"{POLICIES}/{made.json['id']}"
    assert world.get(own).json == made.json | {"@odata.context": world.get(own).json["@odata.context"]}
    replaced = world.call("PUT", own, {"displayName": "Visitors"})
    assert replaced.status == 200
    assert (replaced.json["displayName"], replaced.json["description"]) == ("Visitors", "")
    assert replaced.json["reviewSettings"] is None
    shown = world.get(f"{own}?$expand=accessPackage,catalog").json
    assert shown["accessPackage"]["id"] == office.package.id
    assert shown["catalog"]["id"] == office.package.catalog_id
    assert world.call("DELETE", own).status == 204
    refused(world.get(own), 404)


def test_the_sdks_way_of_changing_reads_changes_and_puts_everything_back(office: Office) -> None:
    world = office.world
    body = office.body(displayName="Guests", reviewSettings=by_self(), **KEPT)
    made = world.post(POLICIES, body).json
    own = f"{POLICIES}/{made['id']}"
    world.clock.advance(days=1)
    sent = {**deepcopy(made), "displayName": "Visitors", "review_settings": None, "access_package": {"id": "x"}}
    sent["reviewSettings"]["schedule"]["expiration"]["duration"] = "14 days, 0:00:00"
    sent["reviewSettings"]["schedule"]["startDateTime"] = "2026-04-01T23:59:00+00:00"
    changed = world.call("PUT", own, sent).json
    for name in ("reviewSettings", "createdDateTime", *KEPT):
        assert changed[name] == made[name], name
    assert changed["displayName"] == "Visitors"


def test_patch_changes_what_is_given(office: Office) -> None:
    own = f"{POLICIES}/{office.policy.id}"
    first = office.world.call("PATCH", own, {"description": "d", "reviewSettings": by_self()}).json
    assert (first["displayName"], first["description"]) == ("Staff", "d")
    second = office.world.call("PATCH", own, {"reviewSettings": {"expirationBehavior": "removeAccess"}}).json
    assert second["description"] == "d"
    assert second["reviewSettings"] == {**first["reviewSettings"], "expirationBehavior": "removeAccess"}
    third = office.world.call("PATCH", own, {"reviewSettings": {"isEnabled": False}}).json
    assert third["reviewSettings"]["schedule"] == first["reviewSettings"]["schedule"]
    assert office.world.call("PATCH", own, {"reviewSettings": None}).json["reviewSettings"] is None
    assert office.world.call("PATCH", own, {}).status == 200


def test_a_name_is_given_once_in_a_package(office: Office) -> None:
    world, body = office.world, office.body(displayName="Guests", reviewSettings=by_self(), **KEPT)
    first = world.post(POLICIES, body).json
    refused(world.post(POLICIES, body), 409, "displayName")
    again = world.post(POLICIES, body, headers=RETRY)
    assert (again.status, again.json["id"]) == (201, first["id"])
    refused(world.post(POLICIES, {**body, "description": "other"}, headers=RETRY), 409, "displayName")
    refused(world.call("PATCH", f"{POLICIES}/{first['id']}", {"displayName": "STAFF"}), 409, "displayName")
    elsewhere = office.organisation.package("Elsewhere")
    assert world.post(POLICIES, {**body, "accessPackage": {"id": elsewhere.id}}).status == 201


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"accessPackage": None}, "accessPackage/id"),
        ({"accessPackage": {}}, "accessPackage/id"),
        ({"accessPackage": {"id": NOBODY}}, "accessPackage/id"),
        ({"accessPackage": {"id": "a/b"}}, "accessPackage/id"),
        ({"accessPackage": "x"}, "accessPackage"),
        ({"displayName": ""}, "displayName"),
        ({"displayName": None}, "displayName"),
        ({"description": 7}, "description"),
        ({"allowedTargetScope": "everybody"}, "allowedTargetScope"),
        ({"allowedTargetScope": 7}, "allowedTargetScope"),
        ({"reviewSettings": "on"}, "reviewSettings"),
        ({"reviewSettings": []}, "reviewSettings"),
    ],
)
def test_bad_members_are_named(office: Office, body: dict[str, Any], target: str) -> None:
    refused(office.world.post(POLICIES, {**office.body(displayName="Guests"), **body}), 400, target)


@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_no_json_object_is_refused(office: Office, body: Any) -> None:
    headers = {"content-type": "application/json"}
    own = f"{POLICIES}/{office.policy.id}"
    refused(office.world.post(POLICIES, body, headers=headers), 400)
    refused(office.world.call("PUT", own, body, headers=headers), 400)
    refused(office.world.call("PATCH", own, body, headers=headers), 400)


def test_unknown_policies_and_huge_bodies(office: Office) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        for key in (NOBODY, "x", "$ref"):
            body = {"displayName": "x"} if method in ("PUT", "PATCH") else None
            refused(office.world.call(method, f"{POLICIES}/{key}", body), 404)
    refused(office.world.post(POLICIES, office.body(description="x" * 1_000_000)), 413)
    refused(office.world.get(f"{PACKAGES}/{NOBODY}/assignmentPolicies"), 404)


def test_a_policy_in_use_stays(office: Office) -> None:
    """R12: also while an assignment is only scheduled."""
    world, own = office.world, f"{POLICIES}/{office.policy.id}"
    made = office.add(office.ann, schedule={"startDateTime": "2026-03-09T00:00:00Z"}).json
    refused(world.call("DELETE", own), 409)
    removal = {"requestType": "adminRemove", "assignment": {"id": made["assignment"]["id"]}}
    world.post(f"{EM}/assignmentRequests", removal)
    assert world.call("DELETE", own).status == 204


def test_lists_and_filters(office: Office) -> None:
    world = office.world
    other = office.organisation.package("Elsewhere")
    world.post(POLICIES, office.body(displayName="Guests"))
    world.post(POLICIES, {"displayName": "Others", "accessPackage": {"id": other.id}})

    def names(url: str) -> list[str]:
        return sorted(one["displayName"] for one in world.get(url).json["value"])

    assert names(POLICIES) == ["Guests", "Others", "Staff"]
    assert names(f"{POLICIES}?$filter=accessPackage/id eq '{office.package.id}'") == ["Guests", "Staff"]
    assert names(f"{POLICIES}?$filter=catalog/id eq '{other.catalog_id}'") == ["Others"]
    assert names(f"{POLICIES}?$filter=id eq '{office.policy.id}'") == ["Staff"]
    assert names(f"{PACKAGES}/{office.package.id}/assignmentPolicies") == ["Guests", "Staff"]
    one = f"{PACKAGES}/{other.id}/assignmentPolicies?$filter=id eq '{office.policy.id}'"
    assert names(one) == []
    assert world.get(f"{POLICIES}/$count").text == "3"
    assert world.get(f"{POLICIES}/$count?$filter=displayName eq 'staff'").text == "1"


def test_who_may_save_review_settings(office: Office) -> None:
    """S12: administrators, owners and managers of the catalog, managers of the package."""
    world, own = office.world, f"{POLICIES}/{office.policy.id}"
    office.grant(office.ann, Role.PACKAGE_MANAGER, f"package:{office.package.id}")
    office.grant(office.bob, Role.AUDITOR, "")
    body = {"reviewSettings": by_self()}
    assert world.call("PATCH", own, body, as_="ann@example.com").status == 200
    assert world.get(POLICIES, as_="ann@example.com").json["value"][0]["id"] == office.policy.id
    policy = world.services.entitlements.policy(office.policy.id)
    assert policy.review_saved_by == office.ann.id
    assert world.services.reviews.definition(ids.definition_id(policy.id)).saved_by == office.ann.id
    assert world.get(own, as_="bob@example.com").status == 200
    for method, given in (("PUT", office.body()), ("PATCH", {"reviewSettings": None}), ("DELETE", None)):
        refused(world.call(method, own, given, as_="bob@example.com"), 403)
        refused(world.call(method, own, given, as_="eve@example.com"), 404)
    refused(world.get(own, as_="eve@example.com"), 404)
    assert world.get(POLICIES, as_="eve@example.com").json["value"] == []
    refused(world.post(POLICIES, office.body(displayName="Mine"), as_="eve@example.com"), 404)
    refused(world.post(POLICIES, office.body(displayName="Mine"), as_="bob@example.com"), 403)
    elsewhere = {"displayName": "Mine", "accessPackage": {"id": office.organisation.package("Else").id}}
    refused(world.post(POLICIES, elsewhere, as_="ann@example.com"), 404)
