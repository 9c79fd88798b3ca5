"""One review as its reviewer works through it: by mouse, by keys, with reasons, undone, together, without a network."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chalicelib.domain import ids
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, opened
from tests.usecases.test_review_rules import mine as listed
from tests.world import World

DECISIONS = re.compile("/decisions$")


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


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def visit(portal: Portal, instance: ReviewInstance, who: User, **look: Any) -> Page:
    page = portal.visit(f"/reviews/{instance.id}", who, **look)
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page.locator(".item-ghost")).to_have_count(0)
    return page


def test_a_reviewer_decides_by_mouse(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org)
    page = visit(portal, instance, nora)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ledger")
    expect(page.get_by_text("Deny removes it when the review closes on")).to_be_visible()
    expect(row(page, "Bob")).to_contain_text("no sign-in for 101 days")
    press(page, "Ann", "Approve")
    is_(page, "Ann", "Approved")
    press(page, "Bob", "Deny")
    press(page, "Cyd", "Don’t know")
    saved(page)
    expect(page.get_by_text("3 of 6")).to_be_visible()
    made = decisions(world, instance, nora)
    assert [made[name][0] for name in ("Ann", "Bob", "Cyd", "Dee")] == ["Approve", "Deny", "DontKnow", "NotReviewed"]
    page.reload()
    is_(page, "Bob", "Denied")


def test_a_reviewer_decides_by_keys_alone(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 4)
    page = visit(portal, instance, nora)
    page.keyboard.press("j")
    expect(row(page, "Ann")).to_be_focused()
    for key in ("a", "d", "u"):
        page.keyboard.press(key)
    expect(row(page, "Dee")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("Cyd")
    page.keyboard.press("z")
    expect(row(page, "Cyd").locator("[aria-pressed=true]")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("dad")  # letters are text here, no decisions
    expect(page.get_by_text("Nobody matches")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row(page, "Dee")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    saved(page)
    made = decisions(world, instance, nora)
    assert [made[name][0] for name in ("Ann", "Bob", "Cyd", "Dee")] == ["Approve", "Deny", "NotReviewed", "NotReviewed"]


def test_a_required_reason_opens_under_the_row_and_enter_moves_on(
    portal: Portal, world: World, org: Organisation
) -> None:
    """R97, G16: on approving only. The last reasons are offered the next time."""
    nora, instance = asked(world, org, 3, justification_required=True)
    page = visit(portal, instance, nora)
    page.keyboard.press("j")
    page.keyboard.press("a")
    field = page.get_by_label("Why does Ann still need this?")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A reason is needed to approve.")).to_be_visible()
    portal.axe(page)
    page.keyboard.type("Closes the books")
    page.keyboard.press("Enter")
    expect(row(page, "Bob")).to_be_focused()
    is_(page, "Ann", "Approved")
    expect(row(page, "Ann")).to_contain_text("“Closes the books”")
    page.keyboard.press("a")
    page.get_by_role("button", name="Closes the books").click()
    is_(page, "Bob", "Approved")
    press(page, "Cyd", "Deny")
    saved(page)
    expect(page.get_by_text("All 3 decided")).to_be_visible()
    made = decisions(world, instance, nora)
    assert made == {"Ann": ("Approve", "Closes the books"), "Bob": ("Approve", "Closes the books"), "Cyd": ("Deny", "")}


def test_a_private_note_goes_with_a_decision(portal: Portal, world: World, org: Organisation) -> None:
    """G18: the reason is for the person as well, the note is not; the page says so."""
    nora, instance = asked(world, org, 1)
    page = visit(portal, instance, nora)
    press(page, "Ann", "Approve")
    row(page, "Ann").get_by_role("button", name="Reason or note for Ann").click()
    expect(page.get_by_text("Ann can read this after the review.")).to_be_visible()
    page.get_by_role("button", name="Add a private note").click()
    page.get_by_label("Private note").fill("ask again in May")
    page.get_by_label("Private note").press("Enter")
    saved(page)
    (item,) = mine(world, instance, nora)
    assert (item.last.decision, item.last.note, item.last.reason) == ("Approve", "ask again in May", "")


def test_accepting_recommendations_says_first_what_it_does(portal: Portal, world: World, org: Organisation) -> None:
    """R109, G17: undecided people only; those without a recommendation are left."""
    nora, instance = asked(world, org, 6, justification_required=True)
    page = visit(portal, instance, nora)
    press(page, "Ann", "Deny")
    page.get_by_role("button", name="Accept recommendations").click()
    dialog = page.get_by_role("dialog", name="Accept recommendations")
    expect(dialog).to_contain_text("2 people keep access")
    expect(dialog).to_contain_text("Cyd and Eli")
    expect(dialog).to_contain_text("3 people lose access when the review closes")
    portal.axe(page)
    dialog.get_by_role("button", name="Accept 5 recommendations").click()
    expect(dialog.get_by_text("A reason is needed to approve.")).to_be_visible()
    dialog.get_by_label("One reason for the approvals").fill("still here")
    dialog.get_by_role("button", name="Accept 5 recommendations").click()
    saved(page)
    expect(page.get_by_text("All 6 decided")).to_be_visible()
    made = decisions(world, instance, nora)
    assert made["Ann"] == ("Deny", "") and made["Cyd"] == ("Approve", "still here") and made["Bob"][0] == "Deny"
    page.keyboard.press("z")
    expect(page.get_by_text("1 of 6")).to_be_visible()
    saved(page)
    assert [one[0] for one in decisions(world, instance, nora).values()].count("NotReviewed") == 5


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
    assert decisions(world, instance, nora)["Ann"][0] == "NotReviewed"


def test_a_range_is_selected_with_shift_and_decided_together(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 6, justification_required=True)
    page = visit(portal, instance, nora)
    page.get_by_role("checkbox", name="Select Bob").click()
    page.get_by_role("checkbox", name="Select Eli").click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selected people")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Approve").click()
    dialog = page.get_by_role("dialog", name="Approve 4 people")
    dialog.get_by_label("Why do these 4 people still need it?").fill("the same work")
    page.keyboard.press("Enter")
    saved(page)
    expect(bar).to_have_count(0)
    made = decisions(world, instance, nora)
    assert {name for name, one in made.items() if one == ("Approve", "the same work")} == {"Bob", "Cyd", "Dee", "Eli"}


def test_a_selection_is_handed_over(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 3)
    org.person("vera")
    page = visit(portal, instance, nora)
    page.get_by_role("checkbox", name="Select Ann").click()
    page.get_by_role("button", name="Hand over").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill("ver")
    dialog.get_by_role("option", name="Vera").click()
    dialog.get_by_role("textbox").last.fill("she knows her")
    dialog.get_by_role("button", name="Hand over").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("1 selected")).to_have_count(0)
    vera = org.people["vera"]
    world.clock.advance(seconds=10)
    assert [item.display_name for item in mine(world, instance, vera)] == ["Ann"]


def test_keys_select_and_extend(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 4)
    page = visit(portal, instance, nora)
    for key in ("j", "Space", "Shift+J", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("d")
    saved(page)
    assert [one[0] for one in decisions(world, instance, nora).values()].count("Deny") == 3


def test_all_that_match_means_all_of_the_review(portal: Portal, world: World, org: Organisation) -> None:
    """Not those on the screen, nor those of the first page the API gave."""
    nora = org.person("nora")
    review = factories.by_people(world.clock.now().date(), nora, justification_required=False)
    policy = org.policy(org.package("Ledger"), review=review)
    people = [org.person(f"p{number:03}", department=("Sales", "Legal")[number % 2]) for number in range(130)]
    org.assign(policy, *people)
    instance = opened(world, policy)
    page = visit(portal, instance, nora)
    page.get_by_label("Department").select_option("Legal")
    page.get_by_role("checkbox", name="Select P001").click()
    page.get_by_role("button", name="Select all 65 undecided").click()
    page.get_by_role("region", name="Selected people").get_by_role("button", name="Deny").click()
    saved(page)
    expect(page.get_by_text("65 of 130")).to_be_visible()
    assert {item.department for item in mine(world, instance, nora) if item.decision == "Deny"} == {"Legal"}


def two_reviewers(world: World, org: Organisation) -> tuple[User, User, ReviewInstance]:
    nora, vera = org.person("nora"), org.person("vera")
    review = factories.by_people(world.clock.now().date(), nora, vera, justification_required=False)
    policy = org.policy(org.package("Ledger"), review=review)
    org.assign(policy, *team(org, 3))
    return nora, vera, opened(world, policy)


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


def test_a_decision_that_comes_too_late_is_explained(portal: Portal, world: World, org: Organisation) -> None:
    nora, instance = asked(world, org, 2)
    page = visit(portal, instance, nora)
    closed(world, instance)
    portal.expect_status(409)
    press(page, "Ann", "Approve")
    expect(page.get_by_text("Ann: The review is closed")).to_be_visible()
    expect(row(page, "Ann").locator("[aria-pressed=true]")).to_have_count(0)


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
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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
