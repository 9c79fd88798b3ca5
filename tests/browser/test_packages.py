"""Catalogs, packages and policies in a browser: the sentence that is a form, its preview, what deleting would do."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.world import World

DATES = ".preview .dates li"


def choose(page: Page, field: str, text: str, name: str) -> None:
    """Type into a picker and take the entry of that name."""
    page.get_by_role("combobox", name=field).fill(text)
    page.get_by_role("option", name=re.compile(name)).first.click()


def dates(page: Page) -> list[str]:
    """The openings in the preview, once it is up to date."""
    expect(page.get_by_text("Up to date")).to_be_visible()
    return [one.split("\n")[0].split("→")[0].strip() for one in page.locator(f"{DATES} .dates-open").all_inner_texts()]


def sentence(page: Page) -> dict[str, Any]:
    """What the controls of the sentence hold."""
    names = ("every", "start", "days", "who", "silence")
    return {name: page.locator(f"#{name}").input_value() for name in names}


def policy_of(office: Office, package: str, policy: str) -> str:
    return f"/admin/packages/{office.packages[package]}/policies/{office.policies[policy]}"


def figure(page: Page, text: str) -> Locator:
    return page.locator(".figure").filter(has_text=text)


def test_a_package_with_a_policy_with_reviews_from_nothing(portal: Portal, office: Office) -> None:
    """Issue 4: an administrator creates a package with reviews and sees the preview change as they type; it is saved,
    and the same after loading it again."""
    page = portal.visit("/admin/packages", as_=office.people["admin"])
    page.get_by_role("link", name="New package").click()
    page.get_by_label("Name").fill("Expense Cards")
    page.get_by_label("Description").fill("Order and block company cards")
    page.get_by_label("Catalog").select_option(label="Finance")
    page.get_by_role("button", name="Create and add a policy").click()
    expect(page.get_by_role("heading", name="New policy")).to_be_visible()
    page.get_by_label("Name").fill("Employees")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.locator("#start").fill("2026-04-01")
    quarters = ["Wed 1 Apr", "Wed 1 Jul", "Thu 1 Oct", "Fri 1 Jan 2027", "Thu 1 Apr 2027"]
    expect(page.locator(f"{DATES} .dates-open")).to_contain_text(quarters)
    page.locator("#every").select_option(label="every month")
    expect(page.locator(DATES).nth(1)).to_contain_text("Fri 1 May")
    page.locator("#days").fill("20")
    expect(page.locator(DATES).first).to_contain_text("Tue 21 Apr")
    page.locator("#silence").select_option(label="remove access")
    before = sentence(page)
    page.get_by_role("button", name="Save policy").click()
    expect(page.get_by_text("The policy is there")).to_be_visible()
    expect(page.get_by_text("This holds from the review that opens on Wed 1 April.")).to_be_visible()
    page.reload()
    portal.settle(page)
    assert sentence(page) == before
    assert before == {
        "every": "monthly",
        "start": "2026-04-01",
        "days": "20",
        "who": "manager",
        "silence": "removeAccess",
    }
    expect(page.get_by_text("Alex Marin").last).to_be_visible()  # who made it is the fallback until they say otherwise


def test_the_preview_names_who_is_behind_each_number(portal: Portal, office: Office) -> None:
    """Ledger is held by eight; dan never signed in, eve's sign-ins are unknown, ivy has no manager."""
    page = portal.visit(policy_of(office, "Ledger", "Ledger, Staff"), as_=office.people["admin"])
    expect(page.locator(".preview-sum")).to_have_text(re.compile(r"8\s+people are reviewed"))
    figure(page, "has no manager to ask").locator("summary").click()
    expect(figure(page, "has no manager to ask").get_by_text("Ivy Tanaka")).to_be_visible()
    figure(page, "reviewers are asked").locator("summary").click()
    nora = figure(page, "reviewers are asked").locator("li").filter(has_text="Nora Lindqvist")
    expect(nora).to_contain_text("5 people")
    expect(figure(page, "Nobody loses access")).to_be_visible()
    page.locator("#silence").select_option(label="follow the recommendation")
    expect(figure(page, "lose access")).to_be_visible()
    figure(page, "lose access").locator("summary").click()
    expect(figure(page, "lose access").get_by_text("Ben Rossi")).to_be_visible()
    expect(page.get_by_text("One review is open until Mon 9 March; it keeps its settings.")).to_be_visible()


def test_a_change_says_what_was_changed_and_from_when_it_holds(portal: Portal, office: Office, world: World) -> None:
    """G30: the review that is open keeps the settings it began with."""
    page = portal.visit(policy_of(office, "Ledger", "Ledger, Staff"), as_=office.people["admin"])
    expect(page.get_by_text("Everything is saved")).to_be_visible()
    page.locator("#days").fill("21")
    page.locator("#silence").select_option(label="remove access")
    expect(page.get_by_text("2 changes, not saved yet")).to_be_visible()
    expect(page.locator(".preview .notice")).to_contain_text("loses access when the review closes")
    page.get_by_role("button", name="Save policy").click()
    told = page.locator(".notice-approve")
    expect(told).to_contain_text("Saved: 2 changes")
    expect(told).to_contain_text(re.compile(r"Days open:\s*14 days\s*→\s*21 days"))
    expect(told).to_contain_text("The review that is open now keeps the settings it began with, until Mon 9 March.")
    saved = world.services.reviews.definition(office.series("Ledger, Staff"))
    assert saved.settings.schedule.duration_days == 21


def test_what_is_wrong_stands_at_its_field_and_at_the_top(portal: Portal, office: Office) -> None:
    page = portal.visit(f"/admin/packages/{office.packages['Old Tools']}/policies/new", as_=office.people["admin"])
    page.get_by_role("button", name="Lifecycle").click()
    page.locator("#days").fill("100")
    expect(page.locator("#days-error")).to_have_text("Quarterly reviews are open for 1 to 88 days.")
    page.get_by_role("button", name="Remove Alex Marin").click()
    page.get_by_role("button", name="Save policy").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("3 things to correct")
    summary.get_by_role("link", name="Name").click()
    expect(page.get_by_label("Name")).to_be_focused()
    summary.get_by_role("link", name="Fallback reviewers").click()
    expect(page.get_by_role("combobox", name="People without a manager")).to_be_focused()
    portal.axe(page)


def test_what_the_api_refuses_stands_at_its_field_too(portal: Portal, office: Office) -> None:
    """A start date in the past: the API's own words, while one types."""
    portal.expect_status(400)
    page = portal.visit(policy_of(office, "Data Lake", "Data Lake, Staff"), as_=office.people["admin"])
    before = dates(page)
    page.locator("#start").fill("2026-01-15")
    expect(page.locator("#start-error")).to_contain_text("must be 2026-03-02")
    expect(page.get_by_text("Not up to date")).to_be_visible()
    assert page.locator(f"{DATES} .dates-open").count() == len(before)  # the last result stays where it was
    page.get_by_role("button", name="Save policy").click()
    expect(page.get_by_role("alert")).to_contain_text("First review")


def test_unsaved_changes_are_not_lost_in_silence(portal: Portal, office: Office) -> None:
    page = portal.visit(policy_of(office, "Data Lake", "Data Lake, Staff"), as_=office.people["admin"])
    page.locator("#days").fill("9")
    page.get_by_role("navigation", name="Where this page lies").get_by_role("link").first.click()
    asked = portal.watch.problems.pop()  # the rig takes every question for a mishap, and answers no
    assert "There are changes that are not saved" in asked
    assert page.locator("#days").input_value() == "9"


def test_reviews_are_switched_off_and_on_again(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit(policy_of(office, "Data Lake", "Data Lake, Staff"), as_=office.people["admin"])
    page.get_by_label("Review these assignments").uncheck()
    expect(page.locator(".preview")).to_have_count(0)
    page.get_by_role("button", name="Save policy").click()
    expect(page.locator(".notice-approve")).to_contain_text("Reviews")
    assert world.services.reviews.definition(office.series("Data Lake, Staff")).ended
    page.get_by_label("Review these assignments").check()
    page.get_by_role("button", name="Save policy").click()
    expect(page.get_by_text("This holds from the review that opens on Wed 1 April.")).to_be_visible()


def test_a_person_is_assigned_and_their_access_ended(portal: Portal, office: Office) -> None:
    page = portal.visit(f"/admin/packages/{office.packages['Data Lake']}?tab=assignments", as_=office.people["admin"])
    page.get_by_role("button", name="Assign a person").click()
    choose(page, "Person", "hugo", "Hugo Garcia")
    page.get_by_role("dialog").get_by_role("button", name="Assign a person").click()
    row = page.get_by_role("row").filter(has_text="Hugo Garcia")
    expect(row).to_contain_text("Active")
    row.get_by_role("button", name="End").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("loses 1 role now")
    expect(dialog).to_contain_text("Reader in Forge")
    dialog.get_by_role("button", name="End access").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Ended", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Hugo Garcia")).to_be_visible()


def test_deleting_says_in_numbers_what_it_would_do(portal: Portal, office: Office, world: World) -> None:
    """R12: while somebody holds a package it stays, and the dialog says so."""
    page = portal.visit(f"/admin/packages/{office.packages['Data Lake']}", as_=office.people["admin"])
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete package").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 people have access through it. End those first.")
    expect(dialog.get_by_role("button", name="Delete package")).to_be_disabled()
    page = portal.visit(f"/admin/packages/{office.packages['Old Tools']}", as_=office.people["admin"])
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete package").click()
    expect(dialog).to_contain_text("Nobody has it, and it has no policy.")
    dialog.get_by_role("button", name="Delete package").click()
    expect(page.get_by_role("heading", name="Packages")).to_be_visible()
    assert world.services.entitlements.package(office.packages["Old Tools"]) is None


def test_what_a_package_gives_and_excludes_is_changed(portal: Portal, office: Office) -> None:
    page = portal.visit(f"/admin/packages/{office.packages['Old Tools']}", as_=office.people["packager"])
    page.get_by_role("button", name="Add a role").click()
    page.get_by_role("dialog").get_by_label("Role").select_option(label="Reader in Forge")
    page.get_by_role("dialog").get_by_role("button", name="Add a role").click()
    expect(page.get_by_text("Reader in Forge")).to_be_visible()
    page.get_by_role("button", name="Add an exclusion").click()
    choose(page, "Package or group", "build", "Build Farm")
    page.get_by_role("dialog").get_by_role("button", name="Add an exclusion").click()
    expect(page.get_by_text("Nobody has both")).to_be_visible()
    page.get_by_role("button", name="Remove Build Farm").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing excludes this package.")).to_be_visible()


def test_a_catalog_with_a_resource_from_nothing(portal: Portal, office: Office) -> None:
    page = portal.visit("/admin/catalogs", as_=office.people["creator"])
    page.get_by_role("button", name="New catalog").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Research")
    page.get_by_role("dialog").get_by_role("button", name="Create catalog").click()
    page.get_by_role("button", name="Add a resource").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Application").check()
    dialog.get_by_label("Name").fill("Notebooks")
    dialog.get_by_label("Identifier").fill("notebooks")
    dialog.get_by_label("Its roles").fill("Reader\nAuthor")
    dialog.get_by_role("button", name="Add a resource").click()
    expect(page.get_by_role("row").filter(has_text="Notebooks")).to_contain_text("Reader and Author")


def test_who_may_only_look_is_offered_nothing_to_change(portal: Portal, office: Office) -> None:
    """R167: auditors see it all, preview included, and change nothing."""
    page = portal.visit(policy_of(office, "Ledger", "Ledger, Staff"), as_=office.people["auditor"])
    expect(page.get_by_text("You may look at this policy.")).to_be_visible()
    expect(page.locator(".preview-sum")).to_contain_text("8")
    expect(page.locator("#days")).to_be_disabled()
    expect(page.get_by_role("button", name="Save policy")).to_have_count(0)
    page = portal.visit(f"/admin/packages/{office.packages['Ledger']}", as_=office.people["auditor"])
    expect(page.get_by_text("Reader in SAP")).to_be_visible()
    for name in ("Edit", "Add a role", "New policy", "Remove"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_search_finds_by_a_part_of_the_name(portal: Portal, office: Office) -> None:
    page = portal.visit("/admin/packages", as_=office.people["admin"])
    expect(page.get_by_role("row")).to_have_count(9)
    page.get_by_label("Search packages").fill("led")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile("search=led"))
    page.get_by_label("Search packages").fill("nothing like it")
    expect(page.get_by_text("No package is called “nothing like it”")).to_be_visible()
