"""Adopting what exists: a new customer's first hour, from groups outside to packages one can review."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from chalicelib.domain.adoptions import Wanted
from chalicelib.domain.connections import Connection
from chalicelib.usecases.adopt import start_adoption
from tests import factories
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import ADMIN, Organisation
from tests.groups_outside import GroupsOutside, plug_in_groups
from tests.world import World

NAME = "identity-center"


@pytest.fixture
def outside(world: World) -> GroupsOutside:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    known = {"kind": "identityCenter", "display_name": "Identity Center", "created": now, "modified": now}
    world.services.writer.put_all([Connection(name=NAME, **known)])
    organisation = Organisation(world.services)
    for name in ("admin", "ada", "bob", "cleo", "dora"):
        organisation.person(name)
    found = plug_in_groups(world.services, NAME)
    found.join("g-admins", "ada", "bob", "stranger")
    found.join("g-readers", "cleo")
    found.join("g-other", "dora")
    found.names = {"g-admins": "Production administrators", "g-readers": "Data readers", "g-other": "Billing"}
    return found


def test_groups_are_chosen_looked_at_and_adopted(portal: Portal, world: World, outside: GroupsOutside) -> None:
    page = portal.visit("/admin/adopt")
    expect(page.get_by_label("Production administrators")).to_be_visible()
    page.get_by_role("searchbox").fill("adm")
    expect(page.get_by_label("Data readers")).to_have_count(0)
    page.get_by_label("Production administrators").check()
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Data readers").check()
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")
    page.get_by_role("button", name="Look at 2 groups").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    world.drain_queue()
    expect(page.get_by_text("2 groups would become 2 new packages.")).to_be_visible()
    expect(page.get_by_text("1 member is nobody we know")).to_be_visible()
    page.get_by_role("button", name="Production administrators 1").click()
    expect(page.get_by_role("row").filter(has_text="Stranger")).to_contain_text("Nobody")
    for width, dark in ((DESK, False), (PHONE, True), (DESK, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")
    page.keyboard.press("Escape")
    page.get_by_label("Add them to the directory").check()
    page.get_by_role("button", name="Adopt 2 groups").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    world.drain_queue()
    expect(page.get_by_text("4 members got assignments")).to_be_visible()
    expect(page.get_by_role("link", name="Switch reviews on: Data readers")).to_be_visible()
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")
    assert world.services.people.user_by_principal_name("stranger@example.com") is not None
    page.get_by_role("link", name="Adopt what exists").first.click()
    expect(page.get_by_role("row").filter(has_text="by Admin")).to_contain_text("Done")


def test_without_a_system_the_page_says_how_to_connect_one(portal: Portal, world: World) -> None:
    page = portal.visit("/admin/adopt")
    expect(page.get_by_text("No system outside is connected yet")).to_be_visible()


def test_what_the_opening_compared_is_seen_and_settled(portal: Portal, world: World, outside: GroupsOutside) -> None:
    boss = Organisation(world.services).person("boss")
    review = factories.by_people(world.clock.now().date(), boss)
    wanted = Wanted(connection=NAME, groups=("g-admins",), review=review)
    start_adoption(world.services, ADMIN, world.clock.now(), "first", wanted, False)
    world.drain()
    outside.leave("g-admins", "ada")
    outside.join("g-admins", "dora")
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    assert world.services.reviews.live_reviews(10, None).items
    page = portal.visit("/admin")
    expect(page.get_by_text("In 1 review outside and here are not the same")).to_be_visible()
    page.get_by_role("link", name="Look at them").click()
    page.get_by_role("row").filter(has_text="Production administrators").get_by_role("link").first.click()
    expect(page.get_by_text("Outside and here are not the same")).to_be_visible()
    page.get_by_role("link", name="Look at them").click()
    expect(page.get_by_role("heading", name="2 members without an assignment")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Stranger")).to_contain_text("Nobody")
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")
    page.get_by_role("button", name="Assign Dora").click()
    expect(page.get_by_text("Dora is being assigned and is in the next review.")).to_be_visible()
    world.drain_queue()
    expect(page.get_by_role("row").filter(has_text="Dora")).to_contain_text("Assigned since")
    page.get_by_role("button", name="End the assignment of Ada").click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(page.get_by_role("row").filter(has_text="Ada")).to_contain_text("Ended since")
