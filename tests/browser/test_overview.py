"""The administrators' overview: what needs a person is seen at once, and leads to where it is done."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.organisation import Office
from tests.browser.pages import sticking_out
from tests.browser.portal import DESK, PHONE, Portal
from tests.world import World


def tile(page: Page, name: str) -> Locator:
    """One of the four numbers."""
    return page.get_by_role("list", name="What needs a person").get_by_role("listitem").filter(has_text=name)


def row(page: Page, package: str) -> Locator:
    return page.locator(".running-row").filter(has=page.get_by_role("link", name=package, exact=True)).first


def test_what_needs_a_person_comes_first_and_leads_there(portal: Portal, office: Office) -> None:
    """One review is late, one has failed, and five removals of one wait for a confirmation."""
    page = portal.visit("/admin")
    expect(page.get_by_text("3 reviews need you.")).to_be_visible()
    for name in ("Late", "Failed", "To be confirmed"):
        expect(tile(page, name).locator(".tile-number")).to_have_text("1")
    expect(tile(page, "Nobody reached")).to_contain_text("Everybody has a reviewer, and every mail arrived.")
    expect(page.locator(".running-row .running-link").first).to_have_text("Archive")
    tile(page, "To be confirmed").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All reviews")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Treasury").click()
    expect(page.get_by_text("5 people would lose Treasury")).to_be_visible()


def test_who_has_not_begun_is_named_and_reminded_from_the_overview(
    portal: Portal, world: World, office: Office
) -> None:
    page = portal.visit("/admin")
    expect(row(page, "Build Farm")).to_contain_text("1 has not begun: Nora Lindqvist")
    before = len(world.mails())
    row(page, "Build Farm").get_by_role("button", name="Remind").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Up to 1 reviewer has people left to decide about")
    dialog.get_by_role("button", name="Send reminders").click()
    expect(page.get_by_text("The reminder is on its way.")).to_be_visible()
    world.tick()
    assert [mail["to"] for mail in world.mails()[before:]] == ["nora@example.com"]
    page.reload()
    row(page, "Build Farm").get_by_role("button", name="Remind").click()
    expect(dialog).to_contain_text("Reviewers were reminded less than an hour ago.")
    expect(dialog.get_by_role("button", name="Send reminders")).to_be_disabled()


def test_the_year_ahead_lists_a_months_openings_by_mouse_and_by_keyboard(portal: Portal, office: Office) -> None:
    page = portal.visit("/admin")
    may = page.get_by_role("button", name="May 2026: 5 reviews open")
    may.focus()
    heading = page.get_by_role("heading", level=3)
    expect(heading).to_have_text("May 2026: 5 reviews open")
    expect(page.locator(".year-opening")).to_have_count(5)
    page.get_by_role("button", name="April 2026: 3 reviews open").click()
    expect(heading).to_have_text("April 2026: 3 reviews open")
    page.locator(".year-opening").get_by_role("link", name="Data Lake").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data Lake: Staff")
    expect(page.get_by_text("No review has opened yet")).to_be_visible()


def test_an_owner_sees_the_reviews_of_their_catalog(portal: Portal, office: Office) -> None:
    page = portal.visit("/admin", office.people["owner"])
    expect(row(page, "Treasury")).to_be_visible()
    expect(page.get_by_role("link", name="Source Code")).to_have_count(0)


def test_an_auditor_reads_the_same_page_and_can_remind_nobody(portal: Portal, office: Office) -> None:
    page = portal.visit("/admin", office.people["auditor"])
    expect(tile(page, "Failed").locator(".tile-number")).to_have_text("1")
    expect(page.get_by_role("button", name="Remind")).to_have_count(0)


def test_the_overview_is_for_everybody_to_use(portal: Portal, office: Office) -> None:
    """WCAG 2.2 AA on a desk and on a phone, light and dark; nothing is wider than the window."""
    for width, dark in ((DESK, False), (PHONE, True)):
        page = portal.visit("/admin", width=width, dark=dark)
        expect(page.locator(".running-row").first).to_be_visible()
        expect(page.locator(".year-month").first).to_be_visible()
        portal.axe(page)
        assert sticking_out(page) == []
