"""Importing a file: looked at before it is sent, watched while it runs, and what was left out said plainly."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import Organisation
from tests.world import World

GOOD = "userPrincipalName,displayName,manager,shoe size\nanna@example.com,Anna Berg,,38\nbob@example.com,Bob,,44\n"
MIXED = "userPrincipalName,manager\nanna@example.com,\nnobody,\nbob@example.com,ghost@example.com\n"


def choose(page: Page, text: str, name: str = "people.csv") -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def test_a_file_is_looked_at_sent_and_watched_until_it_is_done(portal: Portal, world: World) -> None:
    Organisation(world.services).person("admin")
    page = portal.visit("/admin/imports")
    choose(page, GOOD)
    expect(page.get_by_text("2 rows.")).to_be_visible()
    expect(page.get_by_text("shoe size is not used")).to_be_visible()
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    world.drain_queue()
    expect(page.locator(".numbers-one").filter(has_text="Added")).to_contain_text("2")
    expect(page.get_by_role("row").filter(has_text="by Admin").get_by_text("Done")).to_be_visible()
    assert world.services.people.user_by_principal_name("anna@example.com").display_name == "Anna Berg"
    page.get_by_role("button", name="Import another file").click()
    expect(page.get_by_text("Drop a CSV file here")).to_be_visible()


def test_rows_that_were_left_out_are_told_line_by_line_and_can_be_kept(portal: Portal, world: World) -> None:
    page = portal.visit("/admin/imports")
    choose(page, MIXED)
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    world.drain_queue()
    expect(page.get_by_role("heading", name="Nothing was changed for 2 rows")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Nobody has this principal name or id.")).to_contain_text("manager")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download these rows").click()
    rows = list(csv.reader(io.StringIO(Path(kept.value.path()).read_text(encoding="utf-8-sig"))))
    assert [row[:2] for row in rows] == [["Line", "Column"], ["3", "userPrincipalName"], ["4", "manager"]]
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")
    page.get_by_role("link", name="People", exact=True).last.click()
    expect(page.get_by_role("heading", name="Nothing was changed for 2 rows")).to_be_visible()


def test_a_file_without_a_needed_column_is_not_sent(portal: Portal, world: World) -> None:
    page = portal.visit("/admin/imports?kind=assignments")
    choose(page, "user,start\nanna@example.com,\n")
    expect(page.get_by_text("A column is missing: package")).to_be_visible()
    expect(page.get_by_role("button", name="Import 1 row")).to_be_disabled()
    assert world.get("/api/v1/imports").json["value"] == []


def test_the_template_can_be_imported_as_it_is(portal: Portal, world: World) -> None:
    page = portal.visit("/admin/imports")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download a template").click()
    page.locator("input[type=file]").set_input_files(kept.value.path())
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    world.drain_queue()
    expect(page.locator(".numbers-one").filter(has_text="Added")).to_contain_text("2")
