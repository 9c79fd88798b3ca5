"""Decisions on their way: undone, together with a fellow reviewer, without a network, too late."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.portal import Portal
from tests.browser.reviewing import asked, decisions, is_, mine, org, press, row, saved, stands, two_reviewers, visit
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed
from tests.world import World

__all__ = ["org"]
DECISIONS = re.compile("/decisions$")


def test_undo_puts_back_what_stood_before(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 2)
    page = visit(portal, instance, nora)
    press(page, "Ann", "Approve")
    saved(page)
    press(page, "Ann", "Deny")
    page.get_by_role("button", name="Undo").click()
    is_(page, "Ann", "Approved")
    page.keyboard.press("z")
    expect(row(page, "Ann").locator("[aria-pressed=true]")).to_have_count(0)
    expect(page.get_by_text("0 of 2")).to_be_visible()
    saved(page)
    stands(page, world, instance, nora, "Ann", "NotReviewed")


def test_two_reviewers_see_what_the_other_did(portal: Portal, world: World, org: Organisation) -> None:
    """R94, G16: nobody overwrites what they have not seen; the page says what stands, and one may insist."""
    nora, vera, instance = two_reviewers(world, org)
    hers = visit(portal, instance, nora)
    other = visit(portal, instance, vera)
    press(other, "Ann", "Deny")
    saved(other)
    press(hers, "Ann", "Don’t know")
    note = hers.get_by_text("One decision was not saved")
    expect(note).to_be_visible()
    expect(hers.get_by_text("Ann: Vera decided “Denied”")).to_be_visible()
    is_(hers, "Ann", "Denied")
    portal.axe(hers)
    hers.get_by_role("button", name="Don’t know all the same").click()
    expect(note).to_have_count(0)
    hers.get_by_label("Vera denied this. Why do you see it differently?").fill("she moves in May")
    hers.keyboard.press("Enter")
    is_(hers, "Ann", "Don’t know")
    saved(hers)
    assert decisions(world, instance, nora)["Ann"] == ("DontKnow", "she moves in May")


def test_what_others_decided_is_told_when_one_comes_back(portal: Portal, world: World, org: Organisation) -> None:
    nora, vera, instance = two_reviewers(world, org)
    hers = visit(portal, instance, nora)
    other = visit(portal, instance, vera)
    press(other, "Bob", "Approve")
    saved(other)
    world.drain()  # the counts tell that somebody decided
    hers.wait_for_timeout(5_100)  # the page does not look more often
    hers.evaluate("dispatchEvent(new Event('focus'))")
    expect(hers.get_by_text("Vera decided about Bob meanwhile: Approved.")).to_be_visible()
    is_(hers, "Bob", "Approved")


def test_without_a_connection_decisions_are_kept_and_sent_later(
    portal: Portal, world: World, org: Organisation
) -> None:
    """Also over a reload: they lie on this machine until they are saved."""
    nora, instance = asked(world, org, 3)
    page = visit(portal, instance, nora)
    with portal.offline(page):
        press(page, "Ann", "Deny")
        press(page, "Bob", "Deny")
        is_(page, "Ann", "Denied")
        expect(page.get_by_text("2 decisions are kept on this device")).to_be_visible()
    saved(page)
    assert [decisions(world, instance, nora)[name][0] for name in ("Ann", "Bob")] == ["Deny", "Deny"]
    with portal.failing(page, "/decisions"):
        press(page, "Cyd", "Approve")
        expect(page.get_by_text("1 decision is kept on this device")).to_be_visible()
    page.reload()
    is_(page, "Cyd", "Approved")
    saved(page)
    assert decisions(world, instance, nora)["Cyd"][0] == "Approve"


def test_an_answer_that_was_lost_is_no_conflict(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 2)
    page = visit(portal, instance, nora)

    def lose(route: Any) -> None:
        route.fetch()
        route.abort("internetdisconnected")
        page.unroute(DECISIONS)

    with portal.watch.without_network():
        page.route(DECISIONS, lose)
        press(page, "Ann", "Deny")
        saved(page)
    expect(page.get_by_text("was not saved")).to_have_count(0)
    (ann,) = (item for item in mine(world, instance, nora) if item.display_name == "Ann")
    assert (ann.decision, len(ann.history)) == ("Deny", 1)


def test_a_deny_that_removes_at_once_can_be_taken_back_before_it_is_sent(
    portal: Portal, world: World, org: Organisation
) -> None:
    """G48: afterwards nobody can. Several people at once are named in a question first."""
    nora, instance = asked(world, org, 3, cut_now=True)
    page = visit(portal, instance, nora)
    expect(page.get_by_text("Deny removes it at once.")).to_be_visible()
    press(page, "Ann", "Deny")
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "Ann").locator("[aria-pressed=true]")).to_have_count(0)
    page.get_by_role("checkbox", name="Select all 3 people").click()
    page.get_by_role("region", name="Selected people").get_by_role("button", name="Deny").click()
    dialog = page.get_by_role("dialog", name="Remove access of 3 people now?")
    expect(dialog).to_contain_text("Ann, Bob, and Cyd")
    dialog.get_by_role("button", name="Cancel").click()
    assert all(item.history == () for item in mine(world, instance, nora))


def test_a_decision_that_comes_too_late_is_explained(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 2)
    page = visit(portal, instance, nora)
    closed(world, instance)
    portal.expect_status(409)
    press(page, "Ann", "Approve")
    expect(page.get_by_text("Ann: The review is closed")).to_be_visible()
    expect(row(page, "Ann").locator("[aria-pressed=true]")).to_have_count(0)
