"""The sources of data: how fresh each is, what waits for one, and what administrators may do about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chalicelib.domain import ids
from chalicelib.domain.people import Role
from chalicelib.domain.sign_ins import SignIn
from chalicelib.domain.sources import SourceKind
from chalicelib.usecases.sign_ins import Told, record_sign_ins
from chalicelib.usecases.sources import failed, succeeded
from tests import factories
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import ADMIN, Organisation
from tests.routes.entitling import EM
from tests.world import World

DAY = timedelta(days=1)


@pytest.fixture
def org(world: World) -> Organisation:
    """Okta has been silent for eight days, so that today's review waits; a directory outside cannot be read."""
    made = Organisation(world.services)
    for name in ("admin", "agnes", "boss"):
        made.person(name)
    made.grant(made.people["agnes"], Role.AUDITOR)
    succeeded(world.services, SourceKind.SCIM, "okta", "Okta")
    succeeded(world.services, SourceKind.TARGET, "directory", "Group directory")
    world.clock.advance(days=8)
    succeeded(world.services, SourceKind.CSV, "people", "CSV files of people")
    failed(world.services, SourceKind.TARGET, "directory", "Group directory", "The token has expired.")
    policy = made.policy(made.package("Ledger"), review=factories.by_manager(made.now.date(), made.people["boss"]))
    made.assign(policy, made.person("ann", manager="boss"))
    world.clock.set(made.now.replace(hour=23, minute=59, second=30))
    world.tick()
    return made


def test_one_sees_what_waits_and_opens_it_with_a_reason(portal: Portal, org: Organisation, world: World) -> None:
    page = portal.visit("/admin/sources")
    expect(page.get_by_role("row").filter(has_text="Okta")).to_contain_text("Silent")
    expect(page.get_by_role("row").filter(has_text="Group directory")).to_contain_text("The token has expired.")
    wait = page.get_by_role("listitem").filter(has_text="waits for Okta")
    expect(wait.get_by_role("link", name="Ledger")).to_be_visible()
    portal.axe(page)
    wait.get_by_role("button", name="Open it anyway").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Open it anyway")).to_be_disabled()
    dialog.get_by_label("Reason").fill("The audit is next week.")
    portal.axe(page, within="dialog")
    dialog.get_by_role("button", name="Open it anyway").click()
    expect(page.get_by_text("The review of Ledger opens on the data there is")).to_be_visible()
    expect(page.get_by_text("Opening", exact=True)).to_be_visible()
    world.tick()
    page.reload()
    expect(page.get_by_role("heading", name="Reviews that wait for data")).to_have_count(0)


def test_a_dead_source_is_retired_and_counted_on_again(portal: Portal, org: Organisation) -> None:
    page = portal.visit("/admin/sources")
    row = page.get_by_role("row").filter(has_text="Okta")
    row.get_by_role("button", name="Actions for Okta").click()
    page.get_by_role("menuitem", name="Retire").click()
    page.get_by_role("dialog").get_by_role("button", name="Retire").click()
    expect(row).to_contain_text("Retired")
    row.get_by_role("button", name="Actions for Okta").click()
    page.get_by_role("menuitem", name="Count on it again").click()
    expect(row).to_contain_text("Silent")
    row.get_by_role("button", name="Actions for Okta").click()
    page.get_by_role("menuitem", name="Change how often it is expected").click()
    page.get_by_role("dialog").get_by_label("Expected").select_option(label="every 31 days")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(row).to_contain_text("every 31 days")
    expect(row).to_contain_text("Fresh")


def test_auditors_look_and_change_nothing(portal: Portal, org: Organisation) -> None:
    """R167."""
    page = portal.visit("/admin/sources", org.people["agnes"])
    expect(page.get_by_text("waits for Okta")).to_be_visible()
    expect(page.get_by_role("button", name="Open it anyway")).to_have_count(0)
    expect(page.get_by_role("button", name="Actions for Okta")).to_have_count(0)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_overview_tells_of_the_wait(portal: Portal, org: Organisation, width: int) -> None:
    page = portal.visit("/admin", width=width)
    expect(page.get_by_text("1 review waits for data")).to_be_visible()
    page.get_by_role("link", name="See the sources").click()
    expect(page.get_by_role("heading", name="Sources of data")).to_be_visible()


def test_a_person_shows_when_they_were_seen_and_what_they_used(portal: Portal, org: Organisation, world: World) -> None:
    signs = [Told(name="ann@example.com", sign_in=SignIn(at=org.now - DAY, resource="Payroll"))]
    record_sign_ins(world.services, ADMIN, org.now, "Okta log", signs)
    page = portal.visit(f"/admin/people/{ids.guid('user', 'ann')}")
    expect(page.get_by_text("Okta log")).to_be_visible()
    expect(page.get_by_text("Payroll")).to_be_visible()
    portal.axe(page)


def test_a_reviewer_reads_what_a_suggestion_is_about(portal: Portal, world: World) -> None:
    """What says "has not used Payroll since …" is about the package, not about the person at large."""
    org = Organisation(world.services)
    boss, catalog = org.person("boss"), org.catalog()
    people = [org.person(name, manager="boss", last_sign_in=None) for name in ("ann", "ben", "cy")]
    package = org.package("Ledger", catalog)
    app = {"originSystem": "AadApplication", "originId": "payroll", "displayName": "Payroll"}
    asked = {"requestType": "adminAdd", "catalog": {"id": catalog.id}, "resource": app}
    resource = world.post(f"{EM}/resourceRequests", asked).json["resource"]["id"]
    role = {"role": {"originId": ids.NOBODY, "resource": {"id": resource}}}
    assert world.post(f"{EM}/accessPackages/{package.id}/resourceRoleScopes", role).status == 201
    policy = org.policy(package, review=factories.by_manager(org.now.date() + 40 * DAY, boss))
    org.assign(policy, *people)
    tell(world, org, ("ben", "payroll"), ("cy", ""))
    world.clock.advance(days=39)
    tell(world, org, ("ann", "payroll"), ("ben", ""), ("cy", ""))
    world.clock.set((org.now + DAY).replace(hour=23, minute=59, second=30))
    world.tick()
    (review,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    page = portal.visit(f"/reviews/{review.id}", boss)
    expect(page.get_by_text("has never used Payroll").first).to_be_visible()
    expect(page.get_by_text("not used for 41 days").first).to_be_visible()
    page.get_by_text("Ben", exact=True).first.click()
    expect(page.get_by_text("has not used Payroll since 2 Mar (41 days)")).to_be_visible()


def tell(world: World, org: Organisation, *rows: tuple[str, str]) -> None:
    signs = [Told(name=f"{name}@example.com", sign_in=SignIn(at=org.now, resource=used)) for name, used in rows]
    record_sign_ins(world.services, ADMIN, org.now, "Okta", signs)
