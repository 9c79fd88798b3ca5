"""What the tests of a review in the browser share: a review to decide, the rows of its page, what was recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chalicelib.domain.items import DecisionItem
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.browser.portal import Portal
from tests.factories import Organisation
from tests.usecases.test_review_rules import mine as listed
from tests.usecases.test_review_rules import opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(world.services)


def team(org: Organisation, count: int = 6) -> list[User]:
    """Ann, Bob and so on; every other one signed in lately."""
    now = org.services.clock.now()
    names = ("ann", "bob", "cyd", "dee", "eli", "fay", "gus", "hal")[:count]
    return [
        org.person(
            name,
            job_title="Clerk",
            department=("Sales", "Legal")[number % 2],
            last_sign_in=now - timedelta(days=(1, 100)[number % 2]),
        )
        for number, name in enumerate(names)
    ]


def asked(world: World, org: Organisation, count: int = 6, **settings: Any) -> tuple[User, ReviewInstance]:
    """A review of a small team that Nora was asked for by name."""
    nora = org.person("nora")
    review = factories.by_people(world.clock.now().date(), nora, **{"justification_required": False, **settings})
    policy = org.policy(org.package("Ledger"), review=review)
    org.assign(policy, *team(org, count))
    return nora, opened(world, policy)


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("button", name=name, exact=True))


def press(page: Page, name: str, decision: str) -> None:
    row(page, name).get_by_role("group").get_by_role("button", name=decision).click()


def is_(page: Page, name: str, decision: str) -> None:
    """This decision, and no other, is pressed."""
    expect(row(page, name).locator("[aria-pressed=true]")).to_have_text(decision)


def mine(world: World, instance: ReviewInstance, who: User) -> list[DecisionItem]:
    """The items somebody is asked about, as they are stored."""
    wanted = [item["id"] for item in listed(world, instance, who).values()]
    found: list[DecisionItem] = world.services.items.get_many(instance.id, wanted)
    return found


def decisions(world: World, instance: ReviewInstance, who: User) -> dict[str, tuple[str, str]]:
    """What was recorded: decision and reason by name."""
    return {
        item.display_name: (item.decision, item.last.reason if item.last else "") for item in mine(world, instance, who)
    }


def stands(page: Page, world: World, instance: ReviewInstance, who: User, name: str, decision: str) -> None:
    """This decision comes to be recorded: what the page says and what is under way may be a moment apart."""
    for _ in range(100):
        if decisions(world, instance, who)[name][0] == decision:
            return
        page.wait_for_timeout(50)
    assert decisions(world, instance, who)[name][0] == decision


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def visit(portal: Portal, instance: ReviewInstance, who: User, **look: Any) -> Page:
    page = portal.visit(f"/reviews/{instance.id}", who, **look)
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page.locator(".item-ghost")).to_have_count(0)
    return page


def two_reviewers(world: World, org: Organisation) -> tuple[User, User, ReviewInstance]:
    nora, vera = org.person("nora"), org.person("vera")
    review = factories.by_people(world.clock.now().date(), nora, vera, justification_required=False)
    policy = org.policy(org.package("Ledger"), review=review)
    org.assign(policy, *team(org, 3))
    return nora, vera, opened(world, policy)
