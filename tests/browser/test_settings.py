"""Roles given and taken as sentences, the texts of mails with the mails beside them, the deployment for reading."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chalicelib.domain.people import Role
from tests.browser.portal import DESK, PHONE, Portal
from tests.factories import Organisation
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    made = Organisation(world.services)
    for name in ("admin", "ann", "agnes"):
        made.person(name)
    made.package("Ledger")
    return made


def test_a_role_is_given_and_taken_as_a_sentence(portal: Portal, org: Organisation) -> None:
    page = portal.visit("/admin/settings")
    page.get_by_role("button", name="Give a role").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Person").fill("an")
    dialog.get_by_role("option", name="Ann").click()
    expect(dialog.get_by_role("button", name="Give this role")).to_be_disabled()
    dialog.get_by_label("of", exact=True).select_option(label="Ledger")
    portal.axe(page, within="dialog")
    dialog.get_by_role("button", name="Give this role").click()
    expect(page.get_by_role("listitem").filter(has_text="Ann is a package manager of Ledger")).to_be_visible()
    page.get_by_role("button", name="Take this role from Ann").click()
    expect(dialog.get_by_text("Ann will no longer be a package manager of Ledger.")).to_be_visible()
    dialog.get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("Nobody holds a role you may see")).to_be_visible()


def test_the_last_administrator_stays_and_the_page_says_so(
    portal: Portal, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14."""
    from chalicelib import bootstrap
    from chalicelib.settings import Settings

    org.grant(org.people["admin"], Role.ADMINISTRATOR)
    services = bootstrap.services()
    values = {name: getattr(services.settings, name) for name in Settings.__dataclass_fields__}
    object.__setattr__(services, "settings", Settings(**{**values, "first_administrator": ""}))
    portal.expect_status(409)
    page = portal.visit("/admin/settings")
    page.get_by_role("button", name="Take this role from Admin").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it away").click()
    expect(page.get_by_role("dialog").get_by_text("This is the last administrator.")).to_be_visible()


def test_auditors_read_and_change_nothing(portal: Portal, org: Organisation) -> None:
    """R167."""
    org.grant(org.people["agnes"], Role.AUDITOR)
    page = portal.visit("/admin/settings", org.people["agnes"])
    expect(page.get_by_role("listitem").filter(has_text="Agnes is an auditor")).to_be_visible()
    expect(page.get_by_role("button", name="Give a role")).to_have_count(0)
    expect(page.get_by_role("button", name="Take this role from Agnes")).to_have_count(0)
    expect(page.get_by_role("link", name="Mail texts")).to_have_count(0)
    page.get_by_role("link", name="This deployment").click()
    expect(page.get_by_text("admin@example.com")).to_be_visible()


def test_administrators_see_how_the_deployment_is_and_look_again(
    portal: Portal, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part with what was found; one that is not well with what to do about it."""
    from chalicelib.aws.health import AwsSurroundings
    from chalicelib.domain.health import Condition, Finding, well

    looks = {name: lambda: well("Fine.") for name in ("tables", "queue", "signingKey")}
    monkeypatch.setattr(AwsSurroundings, "looks", lambda self: looks)
    page = portal.visit("/admin/settings?part=health")
    expect(page.get_by_text("Everything was just looked at, and is well.")).to_be_visible()
    looks["signingKey"] = lambda: Finding(Condition.FAILED, "The key is Disabled.", "Enable it.")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("A part does not work.")).to_be_visible()
    expect(page.get_by_text("The key is Disabled.")).to_be_visible()
    expect(page.get_by_text("Enable it.")).to_be_visible()
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")
    org.grant(org.people["agnes"], Role.AUDITOR)
    page = portal.visit("/admin/settings", org.people["agnes"])
    expect(page.get_by_role("link", name="This deployment")).to_be_visible()
    expect(page.get_by_role("link", name="Health")).to_have_count(0)


def test_every_mail_is_seen_with_the_texts_as_one_types_and_kept_when_saved(
    portal: Portal, world: World, org: Organisation
) -> None:
    page = portal.visit("/admin/settings?part=mails")
    mail = page.get_by_role("figure")
    expect(mail.get_by_text("Sent by Access Reviews for Contoso.")).to_be_visible()
    page.get_by_label("Organisation").fill("Müller & <b>Söhne</b>")
    expect(mail.get_by_text("Sent by Access Reviews for Müller & <b>Söhne</b>.")).to_be_visible()
    page.get_by_label("Which mail").select_option(label="A review ended somebody's access, to that person")
    expect(mail.get_by_text("Moved to the sales team in January.")).to_be_visible()
    page.get_by_role("button", name="Plain text").click()
    expect(mail.get_by_text("Sent by Access Reviews for Müller & <b>Söhne</b>.")).to_be_visible()
    assert world.get("/api/v1/settings/mail").json["organisation"] is None
    for width, dark in ((DESK, False), (PHONE, True)):
        portal.look(page, width=width, dark=dark)
        portal.axe(page, within="#app main")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Mails from now on use these texts.")).to_be_visible()
    assert world.get("/api/v1/settings/mail").json["organisation"] == "Müller & <b>Söhne</b>"


def test_a_text_that_cannot_be_used_is_told_at_its_field_while_the_last_mail_stays(
    portal: Portal, org: Organisation
) -> None:
    portal.expect_status(400)
    page = portal.visit("/admin/settings?part=mails")
    expect(page.get_by_role("figure").get_by_text("Sent by Access Reviews for Contoso.")).to_be_visible()
    page.get_by_label("Logo").fill("http://")
    expect(page.get_by_label("Logo")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("figure").get_by_text("Sent by Access Reviews for Contoso.")).to_be_visible()
