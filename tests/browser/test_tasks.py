"""Tasks: what somebody has to do by hand, and saying what became of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.world import World

NORA = "nora@example.com"


def row(page: Page, name: str) -> object:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def test_the_menu_says_so_only_to_those_who_have_some(portal: Portal, office: Office) -> None:
    page = portal.visit("/", as_=office.people["omar"])
    expect(page.get_by_role("link", name="Everything waiting").first).to_be_visible()
    expect(page.get_by_role("link", name="Tasks")).to_have_count(0)
    page = portal.visit("/", as_=NORA)
    page.get_by_role("link", name="Tasks").first.click()
    expect(page.get_by_role("heading", name="Your tasks")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main menu").get_by_text("2 to do")).to_be_attached()


def test_a_task_is_done_from_the_list_and_counted(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit("/tasks", as_=NORA)
    what = "Take Key holder of Vault door away from Ada Nakamura"
    row(page, what).get_by_role("button", name="Done").click()
    expect(row(page, what).get_by_text("Nora Lindqvist said on 2 March 2026 that it is done.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main menu").get_by_text("1 to do")).to_be_attached()
    assert world.services.tasks.task(office.tasks["ada"]).state == "done"
    page.get_by_role("link", name="Done and ended").click()
    expect(page.get_by_role("heading", name=what)).to_be_visible()


def test_a_task_says_how_it_is_done_and_takes_a_note(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit(f"/tasks/{office.tasks['cara']}", as_=NORA)
    expect(page.get_by_role("heading", name="Give Key holder of Vault door to Cara Dubois")).to_be_visible()
    expect(page.get_by_text("Open the group and press Publish.")).to_be_visible()
    page.get_by_label("Anything to add?").fill("Ticket 7")
    page.get_by_role("button", name="It is done").click()
    expect(page.get_by_text("“Ticket 7”")).to_be_visible()
    expect(page.get_by_role("button", name="It is done")).to_have_count(0)
    assert world.services.tasks.task(office.tasks["cara"]).note == "Ticket 7"


def test_who_cannot_do_it_says_why_and_who_else_does_is_chosen(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit("/tasks", as_=NORA)
    row(page, "away from Ada Nakamura").get_by_role("button", name="More about this task").click()
    page.get_by_role("menuitem", name="It cannot be done").click()
    page.get_by_label("Reason").fill("The lock is mechanical.")
    page.get_by_role("button", name="Tell the administrator").click()
    expect(row(page, "away from Ada Nakamura").get_by_text("“The lock is mechanical.”")).to_be_visible()
    row(page, "to Cara Dubois").get_by_role("button", name="More about this task").click()
    page.get_by_role("menuitem", name="Give to somebody else").click()
    page.get_by_role("combobox", name="Who does it?").fill("Lena")
    page.get_by_role("option").filter(has_text="Lena Fischer").click()
    page.get_by_role("button", name="Give the task").click()
    expect(page.get_by_text("Lena Fischer has the task and gets a mail")).to_be_visible()
    assert world.services.tasks.task(office.tasks["cara"]).assignee.id == office.people["lena"].id


def test_what_is_not_so_yet_is_said_where_another_connection_sees_it(
    portal: Portal, office: Office, world: World
) -> None:
    connection = world.services.connections.connection("badges")
    seen = {**connection.settings, "verifyWith": "eyes"}
    from dataclasses import replace

    from tests.outside import plug_in

    world.services.writer.put_all([replace(connection, settings=seen)])
    plug_in(world.services, "eyes").held.add(("key", office.people["ada"].id))
    page = portal.visit("/tasks", as_=NORA)
    portal.expect_status(409)
    row(page, "away from Ada Nakamura").get_by_role("button", name="Done").click()
    expect(page.get_by_text("It was looked at just now, and the person still has it.")).to_be_visible()


def test_an_administrator_sees_everybodys_and_what_is_overdue(portal: Portal, office: Office, world: World) -> None:
    world.clock.advance(days=10)
    page = portal.visit("/tasks?of=all", as_="admin@example.com")
    expect(page.get_by_text("for Nora Lindqvist").first).to_be_visible()
    page.get_by_role("button", name="Overdue").click()
    expect(page.get_by_text("Was due Mon 9 Mar").first).to_be_visible()
    expect(page.get_by_role("heading", name="Cara Dubois")).to_be_visible()


def test_without_tasks_it_says_what_would_be_here(portal: Portal, office: Office) -> None:
    page = portal.visit("/tasks", as_=office.people["omar"])
    expect(page.get_by_text("Nothing to do by hand")).to_be_visible()
    portal.expect_status(404)
    page = portal.visit(f"/tasks/{office.tasks['ada']}", as_=office.people["omar"])
    expect(page.get_by_text("There is no such task").last).to_be_visible()
