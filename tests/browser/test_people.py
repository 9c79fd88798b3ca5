"""Finding somebody, what is known of them, and the mails that were sent or did not reach anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.people import PrincipalName, Role
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import Organisation
from tests.usecases.test_review_rules import opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    """A boss, a deputy without an address, and a report of each."""
    made = Organisation(world.services)
    for name in ("admin", "boss"):
        made.person(name)
    unreachable = replace(made.person("deputy"), mail="", principal_name="deputy")
    made.services.writer.put_all([unreachable, PrincipalName(name="deputy", user_id=unreachable.id)])
    made.person("ann", manager="boss", job_title="Analyst", department="Finance")
    made.person("bob", manager="deputy")
    return made


def asked(world: World, org: Organisation) -> ReviewInstance:
    """A review of both reports, opened and told."""
    review = factories.by_manager(world.clock.now().date(), org.people["deputy"])
    policy = org.policy(org.package("Ledger"), review=review)
    org.assign(policy, org.people["ann"], org.people["bob"])
    return opened(world, policy)


def looked_at(portal: Portal, page: Page) -> None:
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")


def test_somebody_is_found_by_name_and_their_page_tells_what_they_hold_and_answer_for(
    portal: Portal, world: World, org: Organisation
) -> None:
    asked(world, org)
    page = portal.visit("/admin/people")
    expect(page.get_by_role("row")).to_have_count(6)
    page.get_by_label("Search by name").fill("an")
    expect(page.get_by_role("row")).to_have_count(2)
    assert page.url.endswith("/admin/people?search=an")
    page.get_by_role("link", name="Ann").click()
    expect(page.get_by_role("heading", level=1, name="Ann")).to_be_visible()
    expect(page.get_by_text("Analyst · Finance")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Ledger")).to_be_visible()
    page.get_by_role("link", name="Reviewed in").click()
    expect(page.get_by_text("Undecided")).to_be_visible()
    page.get_by_role("link", name="Boss").click()
    page.get_by_role("link", name="Reviews to answer").click()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    looked_at(portal, page)


def test_nobody_found_says_how_to_search(portal: Portal, org: Organisation) -> None:
    page = portal.visit("/admin/people?search=zzz")
    expect(page.get_by_text("Nobody’s name begins with “zzz”")).to_be_visible()


def test_who_is_away_or_cannot_review_is_told_first(portal: Portal, world: World, org: Organisation) -> None:
    boss, ann, now = org.people["boss"], org.people["ann"], world.clock.now()
    absence = StandingDelegate(
        user_id=boss.id, delegate_id=ann.id, starts=now, ends=now.replace(day=20), reason="holiday"
    )
    org.services.writer.put_all([absence])
    page = portal.visit(f"/admin/people/{boss.id}")
    expect(page.get_by_text("Ann stands in from 2 March 2026 to 20 March 2026.")).to_be_visible()
    gone = org.person("gone", enabled=False)
    page = portal.visit(f"/admin/people/{gone.id}")
    expect(page.get_by_text("Cannot review: the account is switched off.")).to_be_visible()


def test_a_mail_that_reached_nobody_says_why_and_what_to_do(portal: Portal, world: World, org: Organisation) -> None:
    asked(world, org)
    page = portal.visit("/admin/mails")
    row = page.get_by_role("row").filter(has_text="Deputy")
    expect(row.get_by_text("There is no mail address")).to_be_visible()
    expect(row.get_by_text("Still waiting")).to_be_visible()
    expect(page.get_by_text("Correct the address in your directory and import it again")).to_be_visible()
    looked_at(portal, page)


def test_the_mails_of_a_review_and_the_words_of_one(portal: Portal, world: World, org: Organisation) -> None:
    instance = asked(world, org)
    page = portal.visit(f"/admin/mails?review={instance.id}")
    expect(page.get_by_role("row").filter(has_text="Boss").get_by_text("Sent", exact=True)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Deputy").get_by_text("Not delivered")).to_be_visible()
    page.get_by_role("row").filter(has_text="Boss").get_by_role("button", name="Read").click()
    mail = page.get_by_role("dialog")
    expect(mail.get_by_text("The texts of mails are not kept")).to_be_visible()
    expect(mail.get_by_role("heading", name="Review access to Ledger")).to_be_visible()
    portal.axe(page, within="dialog")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Not delivered").click()
    expect(page.get_by_role("row")).to_have_count(2)


def test_the_mails_to_one_person(portal: Portal, world: World, org: Organisation) -> None:
    asked(world, org)
    page = portal.visit("/admin/mails?view=person")
    page.get_by_role("combobox", name="Who?").fill("bos")
    page.get_by_role("option", name="Boss").click()
    expect(page.get_by_role("rowheader", name="A review has opened")).to_be_visible()


def test_who_manages_one_package_sees_its_mails_only(portal: Portal, world: World, org: Organisation) -> None:
    instance, mia = asked(world, org), org.person("mia")
    org.grant(mia, Role.PACKAGE_MANAGER, f"package:{org.package('Other').id}")
    page = portal.visit("/admin/mails", mia)
    expect(page.get_by_text("Every mail was delivered")).to_be_visible()
    org.grant(mia, Role.PACKAGE_MANAGER, f"package:{instance.package_id}")
    page = portal.visit("/admin/mails", mia)
    expect(page.get_by_role("row").filter(has_text="Deputy")).to_be_visible()
