"""What greets a reviewer: the list, one's own access as questions, handing over, a stand-in, everything waiting."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chalicelib.domain.people import User
from tests import factories
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, decide, mine, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(world.services)


def managed(world: World, org: Organisation, *packages: str, **settings: Any) -> User:
    """Nora with two people; each of them has every package, and she reviews them; the first review closes first."""
    nora, deputy = org.person("nora"), org.person("deputy")
    staff = [org.person(name, manager="nora", job_title="Clerk", department="Sales") for name in ("ann", "bob")]
    for number, name in enumerate(packages):
        review = factories.by_manager(
            world.clock.now().date(), deputy, duration_days=5 + 5 * number, justification_required=False, **settings
        )
        policy = org.policy(org.package(name), review=review)
        org.assign(policy, *staff)
    opened(world, policy)
    return nora


def names(page: Page) -> Locator:
    """The packages of the list, in its order."""
    return page.locator(".todo-name")


def test_the_most_urgent_review_comes_first_and_says_what_is_asked(
    portal: Portal, world: World, org: Organisation
) -> None:
    nora = managed(world, org, "Ledger", "Travel")
    page = portal.visit("/", nora)
    expect(page.get_by_role("heading", level=1)).to_have_text("Reviews waiting for you")
    expect(names(page)).to_have_text(["Ledger", "Travel"])
    first = page.locator(".todo").first
    expect(first).to_contain_text("Do the 2 people you manage still need it?")
    expect(first).to_contain_text("closes in 5 days")
    expect(first).to_contain_text("0 of 2")
    expect(page.get_by_text("4 decisions in 2 reviews. The first closes in 5 days.")).to_be_visible()
    expect(page.get_by_role("link", name="All people in one list")).to_be_visible()
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page)


def test_who_has_one_review_goes_straight_to_it(portal: Portal, world: World, org: Organisation) -> None:
    nora = managed(world, org, "Ledger")
    page = portal.visit("/", nora)
    expect(page).to_have_url(re.compile(r"/reviews/[0-9a-f-]{36}$"))
    page.get_by_role("link", name="Reviews", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reviews waiting for you")
    expect(names(page)).to_have_text(["Ledger"])


def test_an_empty_list_says_what_would_be_there(portal: Portal, world: World, org: Organisation) -> None:
    page = portal.visit("/", org.person("eve"))
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    expect(page.get_by_text("you get a mail with a link to it")).to_be_visible()
    portal.axe(page)


def test_closed_reviews_stand_apart_with_their_outcome(portal: Portal, world: World, org: Organisation) -> None:
    nora = managed(world, org, "Ledger", "Travel")
    value = world.get("/api/v1/reviews", nora.principal_name).json["value"]
    reviews = {one["accessPackage"]["displayName"]: one["id"] for one in value}
    ledger = world.services.reviews.instance(reviews["Ledger"])
    items = list(mine(world, ledger, nora).values())
    decide(world, ledger, nora, items[0]["id"], "Approve")
    decide(world, ledger, nora, items[1]["id"], "Deny")
    closed(world, ledger)
    page = portal.visit("/my-access", nora)
    page.get_by_role("link", name="Reviews", exact=True).first.click()  # a single one would be opened at once
    expect(names(page)).to_have_text(["Travel", "Ledger"])
    over = page.locator(".todo-over")
    expect(over).to_contain_text("1 approved")
    expect(over).to_contain_text("1 denied")
    portal.axe(page)


def test_handing_over_and_taking_back(portal: Portal, world: World, org: Organisation) -> None:
    nora, eve = managed(world, org, "Ledger", "Travel"), org.person("eve")
    page = portal.visit("/", nora)
    page.get_by_role("button", name="More for Ledger").click()
    page.get_by_role("menuitem", name="Hand over").click()
    dialog = page.get_by_role("dialog", name="Hand over Ledger")
    dialog.get_by_role("button", name="Hand over").click()
    expect(dialog.get_by_text("Choose a person.")).to_be_visible()
    expect(dialog.get_by_text("Write a few words")).to_be_visible()
    portal.axe(page)
    dialog.get_by_role("combobox").fill("Ev")
    page.get_by_role("option", name="Eve").click()
    dialog.get_by_label("Why?").fill("I am on holiday")
    dialog.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("Handed over to Eve.").first).to_be_visible()
    world.drain()
    world.clock.seconds += 10
    row = page.locator(".todo").filter(has_text="Ledger")
    expect(row).to_contain_text("Handed over to Eve.")
    hers = portal.visit("/my-access", eve)
    hers.get_by_role("link", name="Reviews", exact=True).first.click()
    expect(hers.locator(".todo")).to_contain_text("Handed over to you by Nora")
    expect(hers.get_by_role("button", name="More for Ledger")).to_have_count(0)
    row.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(row).not_to_contain_text("Handed over to Eve.")
    assert world.get("/api/v1/reviews", eve.principal_name).json["value"] == []


def test_a_stand_in_is_named_changed_and_dismissed(portal: Portal, world: World, org: Organisation) -> None:
    nora, _ = managed(world, org, "Ledger"), org.person("eve")
    portal.expect_status(404)  # nobody is named yet
    page = portal.visit("/delegate", nora)
    portal.axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose the last day.")).to_be_visible()
    last = (world.clock.now() + timedelta(days=9)).date().isoformat()
    page.get_by_label("Last day").fill(last)
    page.get_by_role("combobox").fill("Ev")
    page.get_by_role("option", name="Eve").click()
    page.get_by_label("Why?").fill("on leave")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Eve reviews for you.")).to_be_visible()
    world.tick()
    page = portal.visit("/delegate", nora)
    expect(page.get_by_text(re.compile("Until .*March, Eve reviews for you."))).to_be_visible()
    expect(page.get_by_role("heading", name="With your stand-in now")).to_be_visible()
    portal.axe(page)
    page.get_by_role("button", name="End it").click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    expect(page.get_by_label("Last day")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", name="With your stand-in now")).to_have_count(0)


def test_ones_own_access_is_a_question_a_package_and_one_leads_to_the_next(
    portal: Portal, world: World, org: Organisation
) -> None:
    """R97: a Yes needs a reason where the policy says so; it may be changed until the close."""
    ann = org.person("ann")
    start = world.clock.now().date()
    for number, name in enumerate(("Ledger", "Travel")):
        review = factories.by_oneself(start, duration_days=5 + number, justification_required=name == "Ledger")
        policy = org.policy(org.package(name), review=review)
        org.assign(policy, ann)
    opened(world, policy)
    page = portal.visit("/", ann)
    expect(page.locator(".todo").first).to_contain_text("Do you still need this access?")
    page.get_by_role("link", name="Answer: Ledger").click()
    question = page.get_by_role("heading", level=1)
    expect(question).to_have_text("Do you still need Ledger?")
    expect(page.get_by_text("You have had it since")).to_contain_text("2 March 2026")
    portal.axe(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Choose Yes or No.")).to_be_visible()
    page.get_by_text("Yes, I still need it").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Write a few words about what you need it for.")).to_be_visible()
    page.get_by_label("What do you need it for?").fill("I close the books")
    page.get_by_role("button", name="Next").click()
    expect(question).to_have_text("Do you still need Travel?")
    page.get_by_role("radio", name="No, I no longer need it").check(force=True)
    page.get_by_role("button", name="Done").click()
    expect(question).to_have_text("Thank you, that is all")
    expect(page.get_by_text("“I close the books”")).to_be_visible()
    portal.axe(page)
    page.get_by_role("button", name="Change your answer for Travel").click()
    page.get_by_text("Yes, I still need it").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Yes, still needed")).to_have_count(2)
    value = world.get("/api/v1/my-access", ann.principal_name).json["value"]
    assert {one["openReview"]["decision"] for one in value} == {"Approve"}


def many(world: World, org: Organisation, **settings: Any) -> User:
    """Nora with two people who have two packages each: one page, not four."""
    return managed(world, org, "Ledger", "Travel", **settings)


def decisions(world: World, nora: User) -> dict[tuple[str, str], tuple[str, str]]:
    """By package and person what is saved."""
    found = {}
    for one in world.get("/api/v1/reviews", nora.principal_name).json["value"]:
        instance = world.services.reviews.instance(one["id"])
        for item in mine(world, instance, nora).values():
            key = one["accessPackage"]["displayName"], item["principal"]["displayName"]
            found[key] = item["decision"], item["justification"]
    return found


def test_everything_waiting_is_decided_person_by_person(portal: Portal, world: World, org: Organisation) -> None:
    nora = many(world, org)
    page = portal.visit("/waiting", nora)
    expect(page.get_by_text("4 decisions about 2 people in 2 packages.")).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Ann", "Bob"])
    ann, bob = page.get_by_role("region", name="Ann"), page.get_by_role("region", name="Bob")
    expect(ann.locator(".waiting-row")).to_have_count(2)
    portal.axe(page)
    ann.get_by_role("button", name="Approve all 2 of Ann").click()
    expect(ann.get_by_text("Decided")).to_be_visible()
    bob.get_by_role("group", name="Bob, Travel").get_by_role("button", name="Deny").click()
    expect(page.get_by_text("3 of 4")).to_be_visible()
    expect(page.get_by_text("Saved")).to_be_visible()
    assert decisions(world, nora)["Travel", "Bob"][0] == "Deny"
    page.keyboard.press("z")
    expect(page.get_by_text("2 of 4")).to_be_visible()
    bob.get_by_role("button", name="Deny all 2 of Bob").click()
    expect(page.get_by_text("All 4 decided")).to_be_visible()
    expect(page.get_by_text("Saved")).to_be_visible()
    assert {key: found[0] for key, found in decisions(world, nora).items()} == {
        ("Ledger", "Ann"): "Approve",
        ("Travel", "Ann"): "Approve",
        ("Ledger", "Bob"): "Deny",
        ("Travel", "Bob"): "Deny",
    }


def test_everything_waiting_is_decided_package_by_package_with_one_reason(
    portal: Portal, world: World, org: Organisation
) -> None:
    """R97, G16."""
    nora = org.person("nora")
    deputy, staff = org.person("deputy"), [org.person(name, manager="nora") for name in ("ann", "bob")]
    for name in ("Ledger", "Travel"):
        policy = org.policy(org.package(name), review=factories.by_manager(world.clock.now().date(), deputy))
        org.assign(policy, *staff)
    opened(world, policy)
    page = portal.visit("/waiting", nora)
    page.get_by_role("button", name="By package").click()
    expect(page).to_have_url(re.compile(r"by=package$"))
    expect(page.get_by_role("heading", level=2)).to_have_text(["Ledger", "Travel"])
    page.get_by_role("button", name="Approve all 2 of Ledger").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").first.fill("closes the books")
    dialog.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_text("2 of 4")).to_be_visible()
    expect(page.get_by_text("Saved")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.get_by_text("3 of 4")).to_be_visible()
    expect(page.get_by_text("Saved")).to_be_visible()
    saved = decisions(world, nora)
    assert saved["Ledger", "Ann"] == saved["Ledger", "Bob"] == ("Approve", "closes the books")
    assert sorted(found[0] for key, found in saved.items() if key[0] == "Travel") == ["Deny", "NotReviewed"]


def test_nothing_waiting_says_what_would_be_there(portal: Portal, world: World, org: Organisation) -> None:
    page = portal.visit("/waiting", org.person("eve"))
    expect(page.get_by_text("all of them are listed here together")).to_be_visible()
    portal.axe(page)


def test_an_answer_that_could_not_be_sent_stays_on_the_page(portal: Portal, world: World, org: Organisation) -> None:
    ann = org.person("ann")
    policy = org.policy(
        org.package("Ledger"), review=factories.by_oneself(world.clock.now().date(), justification_required=False)
    )
    org.assign(policy, ann)
    instance = opened(world, policy)
    page = portal.visit(f"/reviews/{instance.id}", ann)
    page.get_by_text("Yes, I still need it").click()
    page.get_by_label("Anything to add?").fill("every month")
    with portal.failing(page, "/decisions/"):
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_text("There is no connection to Access Reviews.")).to_be_visible()
    expect(page.get_by_role("radio", name="Yes, I still need it")).to_be_checked()
    expect(page.get_by_label("Anything to add?")).to_have_value("every month")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, that is all")
    assert next(iter(mine(world, instance, ann).values()))["justification"] == "every month"


def test_one_package_for_everybody_is_shown_by_package(portal: Portal, world: World, org: Organisation) -> None:
    page = portal.visit("/waiting", managed(world, org, "Ledger"))
    expect(page.get_by_role("heading", level=2)).to_have_text(["Ledger"])
    page.get_by_role("button", name="By person").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Ann", "Bob"])


def test_a_list_that_did_not_come_says_so_and_comes_when_asked_again(
    portal: Portal, world: World, org: Organisation
) -> None:
    nora = managed(world, org, "Ledger", "Travel")
    page = portal.visit("/my-access", nora)
    with portal.failing(page, "/api/v1/reviews"):
        page.get_by_role("link", name="Reviews", exact=True).first.click()
        expect(page.get_by_role("alert")).to_contain_text("There is no connection to Access Reviews.")
    page.get_by_role("button", name="Try again").click()
    expect(names(page)).to_have_text(["Ledger", "Travel"])
