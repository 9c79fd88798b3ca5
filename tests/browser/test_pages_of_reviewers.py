"""The pages everybody has, as a manager who reviews and as a person reviewed: usable by everybody (WCAG 2.2 AA)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import pages
from tests.browser.organisation import Office
from tests.browser.portal import DESK, PHONE, Portal


@pytest.mark.parametrize("who", ["nora", "ada"])
@pytest.mark.parametrize("pattern", pages.own())
def test_everybody_can_use_it(portal: Portal, office: Office, pattern: str, who: str) -> None:
    pages.check(portal, office, pattern, who)


def test_help_is_at_hand_on_a_desk_and_on_a_phone(portal: Portal, office: Office) -> None:
    page = portal.visit("/", as_=office.people["ada"], width=PHONE)
    page.get_by_role("button", name="More").click()
    portal.axe(page)
    page.get_by_role("dialog").get_by_role("link", name="Help").click()
    expect(page.get_by_role("heading", name="How reviewing works")).to_be_visible()
    page = portal.visit("/", as_=office.people["ada"], width=DESK)
    page.get_by_role("link", name="Help").click()
    expect(page.get_by_role("heading", name="How reviewing works")).to_be_visible()


def test_an_address_that_leads_nowhere_says_so(portal: Portal) -> None:
    page = portal.visit("/admin/no-such-page")
    assert page.get_by_text("There is no such page").is_visible()
    assert page.get_by_role("link", name="To your reviews").is_visible()


def test_pages_of_administrators_are_no_pages_for_others(portal: Portal, office: Office) -> None:
    page = portal.visit("/", as_=office.people["ada"])
    seen = pages.seen_by(page)
    assert set(pages.own()) <= set(seen)
    assert not {"/evidence", "/coverage", "/audit", "/admin/packages", "/admin/catalogs"} & set(seen)
