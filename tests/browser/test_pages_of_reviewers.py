"""The pages everybody has, as a manager who reviews and as a person reviewed: usable by everybody (WCAG 2.2 AA)."""

from __future__ import annotations

import pytest

from tests.browser import pages
from tests.browser.organisation import Office
from tests.browser.portal import Portal


@pytest.mark.parametrize("who", ["nora", "ada"])
@pytest.mark.parametrize("pattern", pages.own())
def test_everybody_can_use_it(portal: Portal, office: Office, pattern: str, who: str) -> None:
    pages.check(portal, office, pattern, who)


def test_an_address_that_leads_nowhere_says_so(portal: Portal) -> None:
    page = portal.visit("/admin/no-such-page")
    assert page.get_by_text("There is no such page").is_visible()
    assert page.get_by_role("link", name="To your reviews").is_visible()


def test_pages_of_administrators_are_no_pages_for_others(portal: Portal, office: Office) -> None:
    page = portal.visit("/", as_=office.people["ada"])
    seen = pages.seen_by(page)
    assert set(pages.own()) <= set(seen)
    assert not {"/evidence", "/coverage", "/audit", "/admin/packages", "/admin/catalogs"} & set(seen)
