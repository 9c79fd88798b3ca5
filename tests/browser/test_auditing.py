"""The auditor's proof: exceptions and what is made of them, the sign-off, seals, packs, and the cadence of a year."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from chalicelib.domain.people import Role
from chalicelib.domain.reviews import Compared
from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.factories import Organisation
from tests.world import World


def test_exceptions_are_settled_and_the_control_owner_signs(portal: Portal, office: Office, world: World) -> None:
    """Who is named sees the review, says what is made of each exception, and signs in their own words."""
    world.tick()
    carol = office.people["nora"]
    review = office.reviews["closed"]
    package = office.packages["Payments"]
    page = portal.visit(f"/admin/packages/{package}", as_=office.people["admin"])
    expect(page.get_by_text("Nobody is named, so no review can be signed off.")).to_be_visible()
    page.get_by_role("button", name="Name a control owner").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Person").fill(carol.display_name.split()[0])
    dialog.get_by_role("option", name=re.compile(carol.display_name)).click()
    dialog.get_by_role("button", name="Name them").click()
    expect(page.get_by_text("Named here")).to_be_visible()

    page = portal.visit(f"/evidence/{review}", as_=carol)
    table = page.get_by_role("table", name="Exceptions")
    expect(table.get_by_text("Nobody has said yet").first).to_be_visible()
    table.get_by_role("button", name=re.compile("^Show who")).first.click()
    expect(page.get_by_role("dialog").get_by_role("table")).to_be_visible()
    portal.axe(page)
    page.keyboard.press("Escape")
    for left in range(table.get_by_text("Nobody has said yet").count(), 0, -1):
        table.get_by_role("button", name=re.compile("^Say what is made of it")).first.click()
        page.get_by_label("Accepted").check()
        page.get_by_label("Why").fill("Known: ticket 12.")
        page.get_by_role("button", name="Record it").click()
        expect(table.get_by_text("Nobody has said yet")).to_have_count(left - 1)
    world.tick()
    page.reload()
    page.get_by_role("button", name="Sign off", exact=True).click()
    page.get_by_label("In your own words").fill("I have looked at every exception.")
    page.get_by_role("dialog").get_by_role("button", name="Sign off").click()
    expect(page.get_by_text(f"Signed off by {carol.display_name}")).to_be_visible()
    expect(page.get_by_text("themselves, ")).to_be_visible()  # the manager had decided here
    expect(table.get_by_role("button", name=re.compile("^Change"))).to_have_count(0)
    portal.axe(page)
    world.tick()
    page = portal.visit("/evidence", as_=office.people["auditor"])
    row = page.get_by_role("row", name=re.compile("^Payments"))
    expect(row.get_by_text("Signed off")).to_be_visible()


def test_an_auditor_reads_the_seals_and_makes_a_sample(portal: Portal, office: Office, world: World) -> None:
    """Seals with numbers and hashes, a check of everything stored, a pack with the command that verifies it."""
    world.tick()
    page = portal.visit(f"/evidence/{office.reviews['closed']}", as_=office.people["auditor"])
    seals = page.get_by_role("table", name="Seals")
    expect(seals.get_by_role("row", name=re.compile("Decisions"))).to_contain_text("5 items")
    seals.get_by_role("button", name=re.compile("^Look")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text("access-reviews seal v1")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Everything agrees with the seals.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Make a pack").click()
    page.get_by_label("A sample").check()
    page.get_by_label("How many rows").fill("2")
    page.get_by_role("textbox", name="Drawn by").fill("2026-03-31")
    portal.axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Make a pack").click()
    expect(page.get_by_text("The pack is being made.")).to_be_visible()
    world.drain()
    expect(page.get_by_text("2 rows are in it, each with its proof. Drawn by “2026-03-31”.")).to_be_visible()
    fingerprint = world.get("/api/v1/evidence-key").json["fingerprint"]
    expect(page.get_by_role("dialog")).to_contain_text(f"--fingerprint {fingerprint}")


def test_what_outside_differs_is_part_of_the_verdict(portal: Portal, office: Office, world: World) -> None:
    """Numbers that add up are not all: the comparison at the opening counts too."""
    state = world.services.reviews.state(office.reviews["closed"])
    world.services.reviews.checkpoint(replace(state, compared=Compared(at=state.started, missing=2)))
    page = portal.visit("/evidence", as_=office.people["auditor"])
    row = page.get_by_role("row", name=re.compile("^Payments"))
    expect(row.get_by_text("Adds up; outside differs")).to_be_visible()


def test_the_cadence_of_a_year_is_read_and_downloaded(portal: Portal, office: Office, world: World) -> None:
    owner = office.people["packager"]
    Organisation(world.services).grant(owner, Role.CONTROL_OWNER, f"package:{office.packages['Payments']}")
    page = portal.visit("/evidence?view=cadence&year=2026", as_=owner)
    page.get_by_label("Access package").select_option(label="Payments")
    expect(page.get_by_role("heading", name="Payments, 2026")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("took place")).to_be_visible()
    expect(page.get_by_text("To come").first).to_be_visible()
    portal.axe(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    rows = list(csv.DictReader(Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0]["outcome"] == "held"
