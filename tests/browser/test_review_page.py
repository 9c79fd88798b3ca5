"""The page around the decisions: the pane, long lists, closed reviews, strangers, nobody kept out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from chalicelib.domain import ids
from tests import factories
from tests.browser.pages import sticking_out
from tests.browser.portal import DESK, PHONE, Portal
from tests.browser.reviewing import asked, is_, org, press, row, saved, visit
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, opened
from tests.world import World

__all__ = ["org"]


def test_the_pane_tells_what_one_needs_to_know(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 2)
    page = visit(portal, instance, nora)
    page.get_by_role("button", name="Ann", exact=True).click()
    pane = page.get_by_role("complementary", name="Details")
    for words in ("What Ledger gives", "How they got it", "Assigned by", "No end date", "Other packages"):
        expect(pane).to_contain_text(words)
    portal.axe(page)
    pane.get_by_role("button", name="Approve").click()
    is_(page, "Ann", "Approved")
    expect(pane).to_contain_text("Decisions in this review")
    page.keyboard.press("Escape")
    expect(pane).to_have_count(0)


def test_a_closed_review_says_so_kindly(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 2)
    page = visit(portal, instance, nora)
    press(page, "Ann", "Approve")
    saved(page)
    closed(world, instance)
    page = visit(portal, instance, nora)
    expect(page.get_by_text("This review is closed.")).to_be_visible()
    expect(row(page, "Ann")).to_contain_text("Approved")
    expect(page.get_by_role("group", name="Decision for Ann")).to_have_count(0)
    portal.axe(page)


def test_a_stranger_finds_no_review_and_an_auditor_is_shown_the_way(
    portal: Portal, world: World, org: Organisation
) -> None:
    _, instance = asked(world, org, 1)
    eve = org.person("eve")
    portal.expect_status(404)
    page = portal.visit(f"/reviews/{instance.id}", eve)
    expect(page.get_by_role("heading", name="This review is not yours to decide")).to_be_visible()
    portal.axe(page)
    page = portal.visit(f"/reviews/{instance.id}")
    expect(page.get_by_text("You are not a reviewer here")).to_be_visible()


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_keeps_people_out(portal: Portal, world: World, org: Organisation, width: int, dark: bool) -> None:
    nora, instance = asked(world, org, 6, reviewer_text="Please be quick.")
    page = visit(portal, instance, nora, width=width, dark=dark)
    press(page, "Ann", "Approve")
    press(page, "Bob", "Deny")
    press(page, "Cyd", "Don’t know")
    portal.axe(page)
    page.get_by_role("checkbox", name="Select Dee").click()
    portal.axe(page)
    assert sticking_out(page) == []


def test_a_long_list_draws_only_what_is_near(portal: Portal, world: World, org: Organisation) -> None:
    """Grouped and sorted as the address says, with one heading a group."""
    nora = org.person("nora")
    chiefs = [org.person(name) for name in ("kim", "lou")]
    review = factories.by_people(world.clock.now().date(), nora, justification_required=False)
    policy = org.policy(org.package("Ledger"), review=review)
    people = [org.person(f"p{number:03}", manager=("kim", "lou")[number % 2]) for number in range(120)]
    org.assign(policy, *people)
    page = visit(portal, opened(world, policy), nora)
    assert page.locator("[data-row]").count() < 60
    page.get_by_label("Group by").select_option("By manager")
    expect(page.get_by_role("row").filter(has_text="Kim 60")).to_be_visible()
    expect(page).to_have_url(re.compile(r"group=manager"))
    page.get_by_role("checkbox", name="Select Kim, 60 people").click()
    expect(page.get_by_text("60 selected")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="P119", exact=True)).to_be_visible()
    assert len(chiefs) == 2 and ids.is_guid(nora.id)


def test_single_letters_can_be_turned_off(portal: Portal, world: World, org: Organisation) -> None:
    """WCAG 2.1.4: who dictates decides nothing by accident; arrows and Enter still work."""
    nora, instance = asked(world, org, 2)
    page = visit(portal, instance, nora)
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Single letters act").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    expect(page.get_by_role("button", name="Denied")).to_have_count(0)
