"""Removals that wait for a confirmation, with names and numbers, and giving access back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from chalicelib.domain.reviews import Status
from tests.browser.organisation import Office
from tests.browser.pages import sticking_out
from tests.browser.portal import DESK, PHONE, Portal
from tests.world import World


def confirm(portal: Portal, office: Office, who: str = "admin", **more: int) -> Page:
    return portal.visit(f"/admin/reviews/{office.reviews['waiting']}/confirm", office.people[who], **more)


def pass_minutes(world: World) -> None:
    """Removals are looked at twice."""
    for _ in range(3):
        world.clock.advance(minutes=2)
        world.tick()


def test_the_review_leads_to_the_names_and_one_is_left_out(portal: Portal, world: World, office: Office) -> None:
    """The numbers beside the names; whoever is unticked keeps access, for a reason; the rest lose it."""
    page = portal.visit(f"/admin/reviews/{office.reviews['waiting']}", office.people["admin"])
    page.get_by_role("link", name="Check the names").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 people would lose")
    expect(page.get_by_role("complementary", name="In numbers")).to_contain_text("5 of")
    page.get_by_role("checkbox").first.uncheck()
    expect(page.locator(".confirm-bar")).to_contain_text("4 people lose access · 1 keeps it")
    page.locator(".confirm-bar").get_by_role("button", name="Remove 4 people").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Remove 4 people")).to_be_disabled()
    dialog.get_by_label("Why they keep it").fill("On leave until May.")
    dialog.get_by_role("button", name="Remove 4 people").click()
    expect(page.get_by_text("4 removals begin now.")).to_be_visible()
    pass_minutes(world)
    state = world.services.reviews.state(office.reviews["waiting"])
    assert (state.status, state.removed, state.removals_held) == (Status.APPLIED, 4, 1)
    page = portal.visit(f"/admin/reviews/{office.reviews['waiting']}", office.people["admin"])
    expect(page.get_by_text("1 person was denied and kept access")).to_be_visible()


def test_a_search_finds_one_of_them(portal: Portal, office: Office) -> None:
    page = confirm(portal, office)
    page.get_by_label("Search by name, sign-in name or department").fill("Nakamura")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Search by name, sign-in name or department").fill("Nobody at all")
    expect(page.get_by_text("Nobody here matches")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 people would lose")


def test_nobody_is_removed_for_a_reason(portal: Portal, world: World, office: Office) -> None:
    page = confirm(portal, office)
    page.get_by_role("button", name="Remove nobody").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("5 people were denied and keep")
    dialog.get_by_label("Why").fill("A mistake in the list.")
    dialog.get_by_role("button", name="Remove nobody").click()
    expect(page.get_by_text("Nobody loses access.")).to_be_visible()
    page = confirm(portal, office)
    expect(page.get_by_text("Everybody kept access")).to_be_visible()
    assert world.services.reviews.state(office.reviews["waiting"]).removed == 0


def test_a_removal_is_undone_from_the_results_and_shows_with_the_person(
    portal: Portal, world: World, office: Office
) -> None:
    page = confirm(portal, office)
    page.locator(".confirm-bar").get_by_role("button", name="Remove 5 people").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove 5 people").click()
    expect(page.get_by_text("5 removals begin now.")).to_be_visible()
    pass_minutes(world)
    results = f"/admin/reviews/{office.reviews['waiting']}?tab=results&show=denied"
    page = portal.visit(results, office.people["admin"])
    row = page.locator("tbody tr").filter(has_text="Ada Nakamura")
    row.get_by_role("button", name="Restore").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Give Ada Nakamura back")
    dialog.get_by_label("Why").fill("Still closes the quarter.")
    dialog.get_by_role("button", name="Give it back").click()
    expect(page.get_by_text("Ada Nakamura has the access again.")).to_be_visible()
    assert world.services.reviews.state(office.reviews["waiting"]).removals_restored == 1
    item = next(
        one.item_id
        for one in world.services.removals.removals_of_review(office.reviews["waiting"], 50, None).items
        if one.standing == "restored"
    )
    person = world.services.items.get(office.reviews["waiting"], item).principal_id
    page = portal.visit(f"/admin/people/{person}", office.people["admin"])
    expect(page.get_by_role("heading", name="Taken away lately")).to_be_visible()
    expect(page.get_by_text("Given back", exact=True)).to_be_visible()


def test_the_confirmation_fits_every_width_and_reads_well(portal: Portal, office: Office) -> None:
    page = confirm(portal, office)
    portal.axe(page)
    for width in (PHONE, DESK):
        portal.look(page, width=width)
        assert sticking_out(page) == []


def test_who_assigns_by_hand_sees_the_denial_first(portal: Portal, world: World, office: Office) -> None:
    """G29: before anything is done, with who, when and why."""
    page = confirm(portal, office)
    page.locator(".confirm-bar").get_by_role("button", name="Remove 5 people").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove 5 people").click()
    expect(page.get_by_text("5 removals begin now.")).to_be_visible()
    pass_minutes(world)
    package = world.services.reviews.instance(office.reviews["waiting"]).package_id
    page = portal.visit(f"/admin/packages/{package}?tab=assignments", office.people["admin"])
    page.get_by_role("button", name="Assign").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").first.fill("Ada Nak")
    dialog.get_by_role("option").first.click()
    expect(dialog.get_by_text("A review took this away")).to_be_visible()
