"""One review as its reviewer works through it: by mouse, by keys, with reasons, selections, recommendations."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import factories
from tests.browser.portal import Portal
from tests.browser.reviewing import asked, decisions, is_, mine, org, press, row, saved, visit
from tests.factories import Organisation
from tests.usecases.test_review_rules import opened
from tests.world import World

__all__ = ["org"]


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
