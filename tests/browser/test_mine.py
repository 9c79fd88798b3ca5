"""What somebody has, and what a closed review decided about it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import Organisation
from tests.routes.test_my_reviews import giving
from tests.usecases.test_review_rules import closed, decide, mine, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(world.services)


def test_people_see_what_they_have_and_what_it_gives(portal: Portal, world: World, org: Organisation) -> None:
    ann = org.person("ann")
    org.assign(org.policy(giving(world, org)), ann)
    page = portal.visit("/my-access", ann)
    expect(page.get_by_role("heading", name="Ledger access")).to_be_visible()
    for words in ("Member of the site Books", "Editor in the application Ledger", "No end date", "Since 2 March 2026"):
        expect(page.get_by_text(words)).to_be_visible()
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page)


def test_who_has_nothing_reads_what_would_be_there(portal: Portal, world: World, org: Organisation) -> None:
    page = portal.visit("/my-access", org.person("eve"))
    expect(page.get_by_text("You have no access packages")).to_be_visible()


def test_the_link_of_a_removal_mail_leads_to_the_reason_and_to_no_name(
    portal: Portal, world: World, org: Organisation
) -> None:
    """R97, G15, G18."""
    grace, ann = org.person("grace"), org.person("ann")
    review = factories.by_people(world.clock.now().date(), grace)
    policy = org.policy(org.package("Ledger"), review=review)
    (held,) = org.assign(policy, ann)
    instance = opened(world, policy)
    item = mine(world, instance, grace)[ann.id]["id"]
    assert decide(world, instance, grace, item, "Deny", "left the sales team").status == 204
    closed(world, instance)
    (mail,) = [mail for mail in world.mails() if mail["to"] == ann.principal_name]
    assert f"/my-access/{held}" in mail["body"].replace("=\r\n", "").replace("=\n", "")
    page = portal.visit(f"/my-access/{held}", ann)
    expect(page.get_by_text("This access has ended")).to_be_visible()
    expect(page.get_by_text("left the sales team").first).to_be_visible()
    expect(page.get_by_text("Removed", exact=True)).to_be_visible()
    assert "Grace" not in page.content() and grace.id not in page.content()
    portal.axe(page)
    page.get_by_label("Where this page lies").get_by_role("link").click()
    expect(page.get_by_role("heading", name="What has ended")).to_be_visible()
    expect(page.get_by_text("left the sales team")).to_be_visible()


def test_somebody_elses_access_is_no_page(portal: Portal, world: World, org: Organisation) -> None:
    (held,) = org.assign(org.policy(), org.person("ann"))
    portal.expect_status(404)
    page = portal.visit(f"/my-access/{held}", org.person("eve"))
    expect(page.get_by_text("There is no such access").last).to_be_visible()


def test_a_review_of_ones_own_access_is_offered_where_one_sees_it(
    portal: Portal, world: World, org: Organisation
) -> None:
    ann = org.person("ann")
    policy = org.policy(org.package("Ledger"), review=factories.by_oneself(world.clock.now().date()))
    org.assign(policy, ann)
    instance = opened(world, policy)
    page = portal.visit("/my-access", ann)
    expect(page.get_by_text("You are asked whether you still need it.")).to_be_visible()
    expect(page.get_by_role("link", name="Answer")).to_have_attribute("href", f"/reviews/{instance.id}")
