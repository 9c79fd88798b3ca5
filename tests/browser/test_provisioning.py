"""Identity providers: connected with a token that is seen once, renewed, disconnected; and erasing a person."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chalicelib.domain.people import Role
from tests.browser.portal import Portal
from tests.factories import Organisation
from tests.scim.clients import Client, new_client
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    made = Organisation(world.services)
    for name in ("admin", "ann", "agnes"):
        made.person(name)
    return made


def test_a_provider_is_connected_and_its_token_seen_once(portal: Portal, world: World, org: Organisation) -> None:
    page = portal.visit("/admin/provisioning")
    expect(page.get_by_text("No identity provider is connected")).to_be_visible()
    page.get_by_role("button", name="Connect an identity provider").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Make the token")).to_be_disabled()
    dialog.get_by_label("Name").fill("Okta")
    portal.axe(page, within="dialog")
    dialog.get_by_role("button", name="Make the token").click()
    token = dialog.locator("code", has_text="scim_")
    expect(token).to_be_visible()
    assert Client(world, "", token.inner_text()).get("/Users").status == 200
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("gone for good")).to_be_visible()
    dialog.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("row", name="Okta connected")).to_be_visible()
    expect(page.get_by_text("scim_")).to_have_count(0)
    portal.axe(page)


def test_a_token_is_renewed_and_a_provider_disconnected(portal: Portal, world: World, org: Organisation) -> None:
    client = new_client(world, "Entra ID")
    page = portal.visit("/admin/provisioning")
    page.get_by_role("button", name="Actions for Entra ID").click()
    page.get_by_role("menuitem", name="New token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make the token").click()
    expect(dialog.locator("code", has_text="scim_")).to_be_visible()
    dialog.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text("the old one ends")).to_be_visible()
    assert client.get("/Users").status == 200
    page.get_by_role("button", name="Actions for Entra ID").click()
    page.get_by_role("menuitem", name="Disconnect").click()
    expect(dialog.get_by_text("stay as they are")).to_be_visible()
    dialog.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("No identity provider is connected")).to_be_visible()
    assert client.get("/Users").status == 401


def test_auditors_see_providers_and_change_nothing(portal: Portal, world: World, org: Organisation) -> None:
    """R167."""
    new_client(world, "Entra ID")
    org.grant(org.people["agnes"], Role.AUDITOR)
    page = portal.visit("/admin/provisioning", org.people["agnes"])
    expect(page.get_by_role("row", name="Entra ID connected")).to_be_visible()
    expect(page.get_by_role("button", name="Connect an identity provider")).to_have_count(0)
    expect(page.get_by_role("button", name="Actions for Entra ID")).to_have_count(0)


def test_a_person_is_erased_after_their_name_was_typed(portal: Portal, world: World, org: Organisation) -> None:
    """R137: what ends is said in numbers first."""
    ann = org.people["ann"]
    org.assign(org.policy(), ann)
    new_client(world, "Okta").patch(f"/Users/{ann.id}", {"op": "add", "path": "externalId", "value": "x"})
    page = portal.visit(f"/admin/people/{ann.id}")
    expect(page.get_by_text("Okta")).to_be_visible()
    page.get_by_role("button", name="Erase").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Their 1 access package ends now.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Erase this person")).to_be_disabled()
    dialog.get_by_label("Type ann@example.com to confirm").fill("ann@example.com")
    portal.axe(page, within="dialog")
    dialog.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("This person is being erased")).to_be_visible()
    expect(page.get_by_role("button", name="Erase")).to_have_count(0)
