"""Mail that comes back, as an administrator sees it: with the review, with the person, and how it is mended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import Organisation
from tests.ses import Post
from tests.usecases.test_review_rules import closed, opened
from tests.world import World

BOSS = "boss@example.com"


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    made = Post(world)
    yield made
    made.close()


@pytest.fixture
def bounced(world: World, post: Post) -> tuple[Organisation, str, object]:
    """A review by a boss whose mail came back, with a deputy as the fallback."""
    made = Organisation(world.services)
    for name in ("admin", "boss", "deputy"):
        made.person(name)
    ann = made.person("ann", manager="boss")
    review = factories.by_manager(world.clock.now().date(), made.people["deputy"])
    policy = made.policy(made.package("Ledger"), review=review)
    made.assign(policy, ann)
    instance = opened(world, policy)
    post.bounce(BOSS)
    return made, instance.id, instance


def looked_at(portal: Portal, page: Page) -> None:
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")


def test_a_review_says_whom_no_mail_reaches_and_who_is_asked_instead(
    portal: Portal, bounced: tuple[Organisation, str, object]
) -> None:
    page = portal.visit(f"/admin/reviews/{bounced[1]}?tab=reviewers")
    expect(page.get_by_text("1 mail about this review did not reach its person")).to_be_visible()
    boss = page.get_by_role("row").filter(has_text="Boss").first
    expect(boss.get_by_text("Mail comes back")).to_be_visible()
    expect(boss.get_by_text("Others are asked instead")).to_be_visible()
    expect(page.get_by_text("as fallback, in the place of Boss")).to_be_visible()
    looked_at(portal, page)
    page.get_by_role("link", name="Look at them").click()
    expect(page.get_by_role("row").filter(has_text="The mail came back")).to_be_visible()


def test_an_address_is_mailed_again_from_the_list(
    portal: Portal, world: World, bounced: tuple[Organisation, str, object]
) -> None:
    page = portal.visit("/admin/mails")
    page.get_by_role("link", name="Not mailed any more").click()
    row = page.get_by_role("row").filter(has_text=BOSS)
    expect(row.get_by_text("user unknown")).to_be_visible()
    looked_at(portal, page)
    row.get_by_role("button", name="Mail again").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("boss@example.com of Boss is mailed again.")).to_be_visible()
    portal.axe(page, within="dialog")
    dialog.get_by_role("button", name="Mail again").click()
    expect(page.get_by_text("Every address is mailed")).to_be_visible()
    world.drain_queue()
    assert [mail["to"] for mail in world.mails()].count(BOSS) == 2


def test_a_persons_page_says_that_mail_comes_back_and_mends_it(
    portal: Portal, bounced: tuple[Organisation, str, object]
) -> None:
    page = portal.visit(f"/admin/people/{bounced[0].people['boss'].id}")
    expect(page.get_by_text("Mail to this person comes back")).to_be_visible()
    looked_at(portal, page)
    page.get_by_role("button", name="Mail again").click()
    page.get_by_role("dialog").get_by_role("button", name="Mail again").click()
    expect(page.get_by_text("Mail to this person comes back")).to_have_count(0)
    page.get_by_role("link", name="Mails", exact=True).last.click()
    expect(page.get_by_text("Came back")).to_be_visible()


def test_the_evidence_of_a_closed_review_says_who_stood_in_for_whom(
    portal: Portal, world: World, bounced: tuple[Organisation, str, object]
) -> None:
    closed(world, bounced[2])  # type: ignore[arg-type]
    page = portal.visit(f"/evidence/{bounced[1]}")
    expect(page.get_by_text("in the place of Boss")).to_be_visible()
    expect(page.get_by_text("Mail comes back")).to_be_visible()
    looked_at(portal, page)
