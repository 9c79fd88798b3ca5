"""Connectors: connecting a system, seeing what is wrong with it, and choosing it for a resource."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.world import World


def test_a_system_is_connected_with_what_its_kind_asks_for(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit("/admin/connectors")
    page.get_by_role("link", name="Connect a system").click()
    page.get_by_role("radio", name="Changed by hand").check()
    page.get_by_label("What people call it").fill("Site Café 2")
    expect(page.get_by_label("Name in the API")).to_have_value("site-cafe-2")
    page.get_by_label("Who gets the tasks").fill("the desk")
    portal.expect_status(400)
    page.get_by_role("button", name="Save and try it").click()
    expect(page.get_by_text("Does not look right")).to_be_visible()
    expect(page.get_by_label("Who gets the tasks")).to_be_focused()
    page.get_by_label("Who gets the tasks").fill("catalogOwners")
    page.get_by_role("button", name="Save and try it").click()
    expect(page.get_by_role("heading", name="Site Café 2")).to_be_visible()
    expect(page.get_by_text("It works.")).to_be_visible()
    assert world.services.connections.connection("site-cafe-2").settings["dueDays"] == "5"


def test_what_is_wrong_is_said_and_changed(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit("/admin/connectors")
    expect(page.get_by_role("row").filter(has_text="Sales CRM").get_by_text("Does not work")).to_be_visible()
    page.get_by_role("link", name="Sales CRM").click()
    expect(page.get_by_text("There is no secret at ssm:/access-reviews/hooks.")).to_be_visible()
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Where the signing secret lies").fill("whsec_hunter2")
    portal.expect_status(400)
    page.get_by_role("button", name="Save and try it").click()
    expect(page.get_by_text("never the secret itself.").first).to_be_visible()
    assert "hunter2" not in str(world.services.connections.connection("hooks"))


def test_one_that_is_used_cannot_be_taken_away(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit("/admin/connectors/badges")
    expect(page.get_by_role("link", name="Vault door")).to_be_visible()
    expect(page.get_by_role("button", name="Take away")).to_be_disabled()
    page = portal.visit("/admin/connectors/hooks")
    page.get_by_role("button", name="Take away").click()
    page.get_by_role("dialog").get_by_role("button", name="Take away").click()
    expect(page.get_by_text("Sales CRM is taken away")).to_be_visible()
    assert world.services.connections.connection("hooks") is None


def test_a_resource_is_put_into_a_system_by_its_name(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit(f"/admin/catalogs/{office.catalogs['Finance']}", as_=office.people["owner"])
    page.get_by_role("button", name="Add a resource").first.click()
    page.get_by_label("System it lies in").select_option(label="Badge readers")
    page.get_by_role("radio", name="Application").check()
    page.get_by_label("Name", exact=True).fill("Cold store")
    page.get_by_label("Identifier").fill("cold-store")
    page.get_by_role("dialog").get_by_role("button", name="Add a resource").click()
    expect(page.get_by_text("Cold store").first).to_be_visible()
    found = world.services.entitlements.resources_of_connector("badges", 10, None).items
    assert {one.display_name for one in found} == {"Vault door", "Cold store"}
