"""People as those who run reviews see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.people import Group, Membership, Role, RoleGrant
from chalicelib.software import VERSION, source_hash
from chalicelib.usecases import list_people
from tests import factories
from tests.factories import Organisation
from tests.world import World

PEOPLE = "/api/v1/people"


def names(world: World, url: str) -> list[str]:
    """The display names on all pages of a list."""
    found, link = [], url
    while link:
        page = world.get(link).json
        found += [one["displayName"] for one in page["value"]]
        link = page.get("nextLink", "").removeprefix("https://graph.example.com/api")
    return found


def renamed(org: Organisation, name: str, display_name: str) -> None:
    org.services.writer.put_all([replace(org.person(name), display_name=display_name)])


def test_everybody_is_listed_by_name_page_by_page(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("chalicelib.routes.api.people.PAGE", 2)
    org = Organisation(world.services)
    for name in ("carl", "anna", "bert", "zoe", "7even", "alan"):
        org.person(name)
    renamed(org, "odd", "Élodie")
    assert names(world, PEOPLE) == ["Alan", "Anna", "Bert", "Carl", "Zoe", "7Even", "Élodie"]


def test_search_finds_names_first_and_sign_in_names_behind_them(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("chalicelib.routes.api.people.PAGE", 1)
    org = Organisation(world.services)
    org.person("anna")
    org.person("annika")
    renamed(org, "ann.other", "Beth Other")
    org.person("carl")
    assert names(world, f"{PEOPLE}?search=ANN") == ["Anna", "Annika", "Beth Other"]
    assert names(world, f"{PEOPLE}?search=nobody") == []
    assert world.get(f"{PEOPLE}?search={'x' * 201}").error["target"] == "search"


def test_letters_of_the_index_are_those_of_the_keys() -> None:
    """A name is found under its first letter, whichever case it has."""
    assert all(letter == letter.lower() for letter in list_people._LETTERS)


def test_a_person_with_manager_sign_in_and_delegate(world: World) -> None:
    org = Organisation(world.services)
    boss, eve = org.person("boss"), org.person("eve")
    ann = org.person("ann", manager="boss", job_title="Analyst", department="Finance")
    now = world.clock.now()
    away = StandingDelegate(
        user_id=ann.id, delegate_id=eve.id, starts=now, ends=now + timedelta(days=5), reason="holiday"
    )
    world.services.writer.put_all([away])
    shown = world.get(f"{PEOPLE}/{ann.id}").json
    assert shown["manager"] == {"id": boss.id, "displayName": "Boss"} and shown["canReview"]
    assert (shown["jobTitle"], shown["department"]) == ("Analyst", "Finance")
    assert shown["lastSignInDateTime"] == "2026-03-01T09:00:00Z"
    assert shown["delegate"]["to"] == {"id": eve.id, "displayName": "Eve"}
    org.grant(boss, Role.CATALOG_CREATOR)
    assert world.get(f"{PEOPLE}/{ann.id}", "boss@example.com").json["delegate"] is None
    assert world.get(f"{PEOPLE}/{ann.id}", "ann@example.com").json == shown
    assert world.get(f"{PEOPLE}/{ann.id}", "eve@example.com").status == 404
    world.clock.advance(days=6)
    assert world.get(f"{PEOPLE}/{ann.id}").json["delegate"] is None


def test_the_reviews_of_a_person_as_reviewer_and_as_reviewed(world: World) -> None:
    org = Organisation(world.services)
    boss, ann = org.person("boss"), org.person("ann", manager="boss")
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), boss))
    org.assign(policy, ann)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (asked,) = world.get(f"{PEOPLE}/{boss.id}/reviews").json["value"]
    assert (asked["items"], asked["undecided"], asked["reviewerReason"]) == (1, 1, "manager")
    (about,) = world.get(f"{PEOPLE}/{ann.id}/reviews?as=reviewed").json["value"]
    assert (about["decision"], about["status"], about["reviewId"]) == ("NotReviewed", "InProgress", asked["reviewId"])
    assert world.get(f"{PEOPLE}/{ann.id}/reviews").json["value"] == []
    org.grant(org.person("mia"), Role.PACKAGE_MANAGER, f"package:{policy.package_id}")
    org.grant(org.person("max"), Role.PACKAGE_MANAGER, f"package:{org.package('Other').id}")
    for who, seen in (("mia@example.com", 1), ("max@example.com", 0)):
        assert len(world.get(f"{PEOPLE}/{boss.id}/reviews", who).json["value"]) == seen
        assert len(world.get(f"{PEOPLE}/{ann.id}/reviews?as=reviewed", who).json["value"]) == seen
    assert world.get(f"{PEOPLE}/{ann.id}/reviews?as=x").error["target"] == "as"


def test_the_roles_of_a_person_tell_through_which_group_they_came(world: World) -> None:
    org = Organisation(world.services)
    ann, catalog = org.person("ann"), org.catalog("Finance")
    inner, outer = (Group(id=f"{letter * 8}-0000-0000-0000-000000000000", display_name=letter) for letter in "ab")
    owner = RoleGrant(
        role=Role.CATALOG_OWNER, scope=f"catalog:{catalog.id}", principal_id=outer.id, principal_kind="group"
    )
    nested = Membership(group_id=outer.id, member_id=inner.id, member_kind="group")
    world.services.writer.put_all([inner, outer, nested, Membership(group_id=inner.id, member_id=ann.id), owner])
    org.grant(ann, Role.AUDITOR)
    held = {one["role"]: one for one in world.get(f"{PEOPLE}/{ann.id}/roles").json["value"]}
    assert held["auditor"]["through"] is None and held["auditor"]["scopeDisplayName"] is None
    assert held["catalogOwner"]["through"] == {"id": outer.id, "displayName": "b"}
    assert held["catalogOwner"]["scopeDisplayName"] == "Finance"
    listed = {one["role"]: one for one in world.get("/api/v1/roles").json["value"]}
    assert listed["catalogOwner"]["scopeDisplayName"] == "Finance"


def test_the_first_administrator_is_one_by_the_settings(world: World) -> None:
    admin = Organisation(world.services).person("admin")
    (held,) = world.get(f"{PEOPLE}/{admin.id}/roles").json["value"]
    assert (held["role"], held["bySettings"]) == ("administrator", True)


def test_the_settings_of_the_deployment_hold_no_secret(world: World) -> None:
    shown = world.get("/api/v1/settings/deployment")
    assert shown.json["firstAdministrator"] == "admin@example.com" and shown.json["stage"] == "test"
    assert "secret" not in shown.text


def test_the_deployment_says_which_software_it_is(world: World) -> None:
    """By the hash that seals name, and `package.json` beside what was deployed."""
    shown = world.get("/api/v1/settings/deployment").json
    assert (shown["softwareVersion"], shown["softwareHash"]) == (VERSION, source_hash())
