"""A review as its administrator runs it: every action says what it does in numbers, and afterwards what happened."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from chalicelib.domain.reviews import Status
from tests.browser.organisation import Office
from tests.browser.pages import sticking_out
from tests.browser.portal import DESK, PHONE, Portal
from tests.world import World


def at(portal: Portal, office: Office, review: str, tab: str = "", who: str = "admin") -> Page:
    """The page of a review, or one of its tabs."""
    query = f"?tab={tab}" if tab else ""
    return portal.visit(f"/admin/reviews/{office.reviews[review]}{query}", office.people[who])


def ask(page: Page, action: str) -> Locator:
    """Choose an action of the menu; its confirmation."""
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name=action).click()
    return page.get_by_role("dialog")


def status(world: World, office: Office, review: str) -> Status:
    found: Status = world.services.reviews.state(office.reviews[review]).status
    return found


def settle(portal: Portal, world: World, office: Office, review: str) -> Page:
    """What is due happens; the page anew."""
    world.clock.advance(minutes=2)
    world.tick()
    return at(portal, office, review)


def test_a_review_is_stopped_with_its_consequence_in_numbers(portal: Portal, world: World, office: Office) -> None:
    """Four of eight are decided, one of them denied; the policy keeps who is not answered for."""
    page = at(portal, office, "managers")
    dialog = ask(page, "Stop")
    expect(dialog).to_contain_text("4 people are undecided.")
    expect(dialog).to_contain_text("The 4 who are undecided keep their access.")
    expect(dialog).to_contain_text("1 person was denied and is to lose access.")
    dialog.get_by_role("button", name="Stop the review").click()
    expect(page.get_by_text("The review was stopped. It closes within a minute.")).to_be_visible()
    page = settle(portal, world, office, "managers")
    assert status(world, office, "managers") is Status.APPLIED
    expect(page.locator(".page-head")).to_contain_text("Closed")
    expect(page.locator(".progress-side")).to_contain_text("Removed")
    page.get_by_role("link", name="Audit", exact=True).click()
    expect(page.get_by_text("Alex Marin", exact=False).first).to_be_visible()


def test_a_failed_review_is_tried_again(portal: Portal, world: World, office: Office) -> None:
    page = at(portal, office, "failed")
    expect(page.get_by_role("alert")).to_contain_text("This review failed")
    page.get_by_role("alert").get_by_role("button", name="Try again").click()
    page.get_by_role("dialog").get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The review goes on.")).to_be_visible()
    settle(portal, world, office, "failed")
    assert status(world, office, "failed") is not Status.FAILED


def test_reviewers_are_given_more_time_and_told_why(portal: Portal, world: World, office: Office) -> None:
    page = at(portal, office, "managers")
    dialog = ask(page, "Extend")
    expect(dialog.get_by_role("button", name="Extend", exact=True)).to_be_disabled()
    dialog.get_by_label("New last day").fill("2026-03-20")
    dialog.get_by_label("Why?").fill("Quarter end comes first.")
    expect(dialog).to_contain_text("4 people can be decided about until Fri 20 March, 23:59")
    dialog.get_by_role("button", name="Extend", exact=True).click()
    expect(page.get_by_text("The review is open until Fri 20 March. Its 3 reviewers are told.")).to_be_visible()
    expect(page.locator(".page-head")).to_contain_text("Fri 20 March, 23:59")
    assert world.services.reviews.state(office.reviews["managers"]).ends.isoformat() == "2026-03-20T22:59:00+00:00"


def test_decisions_are_thrown_away_only_when_one_is_sure(portal: Portal, world: World, office: Office) -> None:
    page = at(portal, office, "managers")
    dialog = ask(page, "Reset decisions")
    expect(dialog).to_contain_text("4 decisions are set back to undecided.")
    expect(dialog.get_by_role("button", name="Reset decisions")).to_be_disabled()
    dialog.get_by_label("Yes, throw 4 decisions away").check()
    dialog.get_by_role("button", name="Reset decisions").click()
    expect(page.get_by_text("4 decisions are being set back.")).to_be_visible()
    page = settle(portal, world, office, "managers")
    expect(page.locator(".progress-side")).to_contain_text("0 of 8 people decided")


def test_those_left_undecided_are_reviewed_again(portal: Portal, world: World, office: Office) -> None:
    page = at(portal, office, "closed")
    dialog = ask(page, "Follow-up review")
    expect(dialog.get_by_role("heading")).to_have_text("Review 1 person again")
    dialog.get_by_label("Days it is open").fill("7")
    dialog.get_by_role("button", name="Begin the follow-up").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("follow-up")
    expect(page.get_by_text("A second look at people whom a review left undecided.")).to_be_visible()


def test_a_named_reviewer_is_added_and_taken_off(portal: Portal, world: World, office: Office) -> None:
    page = at(portal, office, "shared", "reviewers")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Add a reviewer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill("Dora")
    dialog.get_by_role("option").filter(has_text="Dora Petrov").click()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Dora Petrov is a reviewer now and gets a mail.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Take Max Okafor off this review").click()
    expect(dialog).to_contain_text("2 undecided people are left to the other reviewers.")
    dialog.get_by_role("button", name="Take off").click()
    expect(page.get_by_text("Max Okafor is no reviewer of this review any more.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_reviewers_are_found_by_how_far_they_are(portal: Portal, office: Office) -> None:
    page = at(portal, office, "managers", "reviewers")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Not begun", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Dora Petrov")


def test_results_are_filtered_and_downloaded(portal: Portal, office: Office) -> None:
    page = at(portal, office, "managers", "results")
    expect(page.locator("tbody tr")).to_have_count(8)
    page.get_by_role("button", name="Denied 1").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Ben Rossi")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename.startswith("results-2026-03-09-") and "Ben Rossi" in text


def test_an_auditor_sees_everything_and_is_offered_no_action(portal: Portal, office: Office) -> None:
    for review in ("managers", "waiting", "failed"):
        page = at(portal, office, review, who="auditor")
        expect(page.get_by_role("button", name="Download")).to_be_visible()
        for name in ("More", "Remind", "Apply removals", "Try again"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
    page = at(portal, office, "shared", "reviewers", who="auditor")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="Add a reviewer")).to_have_count(0)


def test_a_series_is_deleted_after_saying_what_goes_with_it(portal: Portal, world: World, office: Office) -> None:
    page = at(portal, office, "managers")
    dialog = ask(page, "Delete series")
    expect(dialog).to_contain_text("1 review leaves every list, and no more will open.")
    expect(dialog).to_contain_text("4 undecided people keep access")
    dialog.get_by_label("Yes, delete the series").check()
    dialog.get_by_role("button", name="Delete the series").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All reviews")
    world.tick()
    page = portal.visit("/admin/reviews")
    expect(page.get_by_role("link", name="Source Code")).to_be_visible()
    expect(page.locator("tbody tr").filter(has_text="Ledger")).to_have_count(1)


def test_every_part_of_a_review_is_for_everybody_to_use(portal: Portal, office: Office) -> None:
    """WCAG 2.2 AA on a desk and on a phone, light and dark; nothing is wider than the window."""
    for tab in ("", "results", "reviewers", "settings", "audit"):
        page = at(portal, office, "managers", tab)
        for width, dark in ((DESK, False), (PHONE, True)):
            portal.look(page, width=width, dark=dark)
            portal.axe(page)
            assert sticking_out(page) == []
