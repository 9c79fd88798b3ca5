"""What was seen of each removal, and what an administrator does about those that no connector could make."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chalicelib.domain.errors import NeedsPerson
from chalicelib.domain.people import Role, User
from chalicelib.domain.resources import Right
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.ports import Answer
from tests import factories
from tests.browser.portal import Portal
from tests.connectors.byhand import ByHand
from tests.usecases.test_deliver import Company
from tests.usecases.test_removed_by_hand import Reviewed
from tests.world import World

ADMIN = "admin@example.com"


@pytest.fixture
def closed(world: World) -> tuple[Company, ReviewInstance]:
    """A closed review that denied three: Ann is removed, Bob's membership comes from a rule, Cleo's is back since."""
    company = Company(world)
    boss, cleo = company.org.person("boss"), company.org.person("cleo")
    company.org.grant(company.org.person("auditor"), Role.AUDITOR)
    package = company.org.package("Payroll", company.catalog)
    company.give(package, "user")
    review = factories.by_people(company.clock.now().date(), boss, justification_required=False, brake_count=100)
    policy = company.org.policy(package, review=review)
    company.org.assign(policy, company.ann, company.bob, cleo)
    revoke = company.outside.revoke

    def ruled(right: Right, person: User) -> Answer:
        if person.id == company.bob.id and company.outside.fixed:
            raise NeedsPerson("The membership comes from the rule department = Finance.")
        return revoke(right, person)

    company.outside.revoke = ruled  # type: ignore[method-assign]
    company.clock.set(company.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (mine,) = world.get("/api/v1/reviews", "boss@example.com").json["value"]
    instance = company.services.reviews.instance(mine["id"])
    reply = world.post(
        f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
        "/batchRecordDecisions",
        {"decision": "Deny"},
        "boss@example.com",
    )
    assert reply.status == 204, reply.text
    company.outside.fixed = {"nothing else"}
    company.clock.set(instance.closes + timedelta(minutes=1))
    company.settle()
    company.settle()
    company.outside.held.add(("user", cleo.id))
    company.clock.advance(days=1)
    world.tick()
    return company, instance


def test_what_was_seen_of_each_removal_stands_in_the_evidence(
    portal: Portal, closed: tuple[Company, ReviewInstance]
) -> None:
    page = portal.visit(f"/evidence/{closed[1].id}", as_="auditor@example.com")
    seen = page.get_by_role("table", name="What was seen")
    ann = seen.get_by_role("row", name="Ann")
    expect(ann.get_by_text("Removed", exact=True)).to_be_visible()
    expect(ann.get_by_text("Not found again")).to_be_visible()
    bob = seen.get_by_role("row", name="Bob")
    expect(bob.get_by_text("Needs a person")).to_be_visible()
    expect(bob.get_by_text("comes from the rule department = Finance")).to_be_visible()
    cleo = seen.get_by_role("row", name="Cleo")
    expect(cleo.get_by_text("Back again")).to_be_visible()
    expect(page.get_by_role("button", name="What to do about Bob")).to_have_count(0)
    portal.axe(page)


def test_an_administrator_settles_what_needs_a_person(portal: Portal, closed: tuple[Company, ReviewInstance]) -> None:
    company, _ = closed
    page = portal.visit("/admin", as_=ADMIN)
    expect(page.get_by_text("1 removal needs a person")).to_be_visible()
    page.get_by_role("link", name="Show them").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Removals to look at")
    company.outside.held.discard(("user", company.bob.id))
    page.get_by_role("button", name="What to do about Bob").click()
    page.get_by_role("menuitem", name="Say what became of it").click()
    page.get_by_label("Reason").fill("Taken out of the rule by the owner.")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("No removal needs a person")).to_be_visible()
    portal.axe(page)


def test_an_administrator_has_what_is_back_reviewed(portal: Portal, closed: tuple[Company, ReviewInstance]) -> None:
    page = portal.visit("/admin/removals?needs=regranted", as_=ADMIN)
    page.get_by_role("button", name="What to do about Cleo").click()
    page.get_by_role("menuitem", name="Review it").click()
    expect(page.get_by_text("It has no assignment")).to_be_visible()
    page.get_by_role("button", name="Begin the review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("access again after its removal")


def test_whose_word_a_removal_rests_on_is_shown(portal: Portal, world: World) -> None:
    reviewed = Reviewed(ByHand(world))
    reviewed.by_hand.say(reviewed.by_hand.task(), "done", note="Ticket 8")
    reviewed.later(minutes=1)
    page = portal.visit(f"/evidence/{reviewed.instance.id}")
    expect(page.get_by_text("Taken away by hand, on the word of Desk")).to_be_visible()
    expect(page.get_by_text("“Ticket 8”")).to_be_visible()
    portal.axe(page, within="#app main")
