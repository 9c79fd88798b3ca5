"""The auditor's journeys: a closed review and whether it adds up, its results, reports, what is never reviewed."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.world import World

CHANGES = re.compile(r"^(Stop|Apply|Delete|Extend|Remind|Reset|Edit|Save|Add|Remove|Approve|Deny)\b")
YEAR = "/evidence?period=year"


def rows_of(download: Download) -> list[dict[str, str]]:
    """The rows of a downloaded file by heading."""
    return list(csv.DictReader(Path(download.path()).read_text(encoding="utf-8-sig").splitlines()))


def changing(page: Page) -> list[str]:
    """The buttons of a page that would change something."""
    return [name for name in page.locator("main button").all_inner_texts() if CHANGES.match(name.strip())]


def test_an_auditor_reads_a_closed_review_and_downloads_its_results(portal: Portal, office: Office) -> None:
    page = portal.visit("/evidence", as_=office.people["auditor"])
    expect(page.get_by_text("All 2 reviews add up.")).to_be_visible()
    page.get_by_role("link", name="Payments", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payments")
    expect(page.locator(".page-head").get_by_text("Adds up")).to_be_visible()
    decisions = page.locator(".equation", has_text="Is every person accounted for?")
    expect(decisions).to_contain_text("Both sides agree.")
    numbers = [int(text) for text in decisions.locator("strong.number").all_inner_texts()]
    assert numbers[0] == sum(numbers[1:]) == 5
    expect(page.get_by_text("Each person’s manager was asked.")).to_be_visible()
    removals = page.get_by_role("table", name="Removals")
    expect(removals.get_by_text("Removed", exact=True)).to_have_count(2)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download results").click()
    assert len(rows_of(saved.value)) == 5
    assert changing(page) == []


def test_a_wrong_number_is_told_loudly_on_the_list_and_on_the_review(
    portal: Portal, office: Office, world: World
) -> None:
    """A counter that was altered behind the product's back."""
    state = world.services.reviews.state(office.reviews["closed"])
    world.services.reviews.checkpoint(replace(state, counted=state.counted + 1))
    page = portal.visit("/evidence", as_=office.people["auditor"])
    expect(page.get_by_text("1 review does not add up.")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("^Payments"))
    expect(row.get_by_text("Does not add up")).to_be_visible()
    row.get_by_role("link", name="Payments").click()
    wrong = page.locator(".equation-off")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("Was anybody left out?")
    expect(wrong).to_contain_text("1 is missing on the right.")
    portal.axe(page)
    portal.look(page, dark=True)
    portal.axe(page)


def test_removals_that_wait_are_told_and_not_called_done(portal: Portal, office: Office) -> None:
    page = portal.visit(f"/evidence/{office.reviews['waiting']}", as_=office.people["auditor"])
    expect(page.get_by_text("they wait until an administrator confirms")).to_have_count(0)
    expect(page.get_by_text("the removals wait until an administrator confirms them")).to_be_visible()
    removals = page.locator(".equation", has_text="Was denied access removed?")
    expect(removals).to_contain_text("still to be removed")
    expect(removals).to_contain_text("Both sides agree.")


def test_an_open_review_is_no_evidence_yet(portal: Portal, office: Office) -> None:
    page = portal.visit(f"/evidence/{office.reviews['managers']}", as_=office.people["auditor"])
    expect(page.get_by_text("This review is still open")).to_be_visible()
    expect(page.locator(".equation")).to_have_count(0)


def test_reviews_are_narrowed_by_package_and_grouped_as_the_address_says(portal: Portal, office: Office) -> None:
    page = portal.visit("/evidence", as_=office.people["auditor"])
    page.get_by_label("Access package").select_option(label="Treasury")
    expect(page.get_by_role("row", name=re.compile("^Treasury"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Payments"))).to_have_count(0)
    assert f"package={office.packages['Treasury']}" in page.url
    page.get_by_label("Grouped by").select_option(label="Access package")
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("^Treasury"))).to_be_visible()


def test_an_owner_sees_the_reviews_of_their_catalog_only(portal: Portal, office: Office) -> None:
    page = portal.visit(YEAR, as_=office.people["owner"])
    expect(page.get_by_role("link", name="Payments", exact=True)).to_be_visible()
    page = portal.visit(YEAR, as_=office.people["packager"])
    expect(page.get_by_text("No review closed in this period")).to_be_visible()


def test_a_report_is_asked_for_and_downloaded(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit("/evidence?view=reports", as_=office.people["auditor"])
    expect(page.get_by_text("You have not asked for a report yet")).to_be_visible()
    page.get_by_role("button", name="New report").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("The first quarter")
    dialog.get_by_label("Approved").uncheck()
    dialog.get_by_role("button", name="Make the report").click()
    expect(page.get_by_text("The first quarter")).to_be_visible()
    world.drain_queue()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    results = {row["ReviewResult"] for row in rows_of(saved.value)}
    assert results and not any(result.lower().startswith("approve") for result in results)


def test_coverage_shows_what_nobody_reviews_first(portal: Portal, office: Office) -> None:
    page = portal.visit("/coverage", as_=office.people["auditor"])
    table = page.get_by_role("table", name="Coverage")
    expect(table.get_by_role("row", name=re.compile("^Old Tools"))).to_contain_text("No policy")
    expect(table.get_by_role("row", name=re.compile("^Archive"))).to_contain_text("Had its last review")
    expect(table.get_by_role("row", name=re.compile("^Ledger"))).to_have_count(0)
    page.get_by_role("button", name="Everything").click()
    expect(table.get_by_role("row", name=re.compile("^Ledger"))).to_have_count(2)
    assert "show=all" in page.url
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    assert {"Old Tools", "Ledger"} <= {row["Access package"] for row in rows_of(saved.value)}
    table.get_by_role("row", name=re.compile("^Payments")).get_by_role("link").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payments")
    assert changing(page) == []
