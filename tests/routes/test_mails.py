"""What administrators see and change of the mails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from chalicelib.domain.mail_samples import SAMPLES
from chalicelib.domain.notices import Notice, Reminder, ReminderKind
from tests import factories
from tests.factories import Organisation
from tests.world import World

PREVIEWS, SETTINGS = "/api/v1/mail-previews", "/api/v1/settings/mail"
TEXTS = {
    "organisation": "Müller & Söhne",
    "contact": "help@mueller.example",
    "logoUrl": "https://static.mueller.example/logo.png",
    "footer": "Musterstraße 1\n12345 Berlin",
}


def test_every_kind_of_mail_has_a_preview() -> None:
    made = [sample("https://reviews.example.com") for _, sample in SAMPLES.values()]
    assert {type(notice) for notice in made} == set(get_args(Notice))
    assert {notice.kind for notice in made if isinstance(notice, Reminder)} == set(get_args(ReminderKind))


def test_every_preview_can_be_seen_as_a_page_and_as_text(world: World) -> None:
    listed = world.get(PREVIEWS).json["value"]
    assert [one["id"] for one in listed] == list(SAMPLES) and all(one["description"] for one in listed)
    for one in listed:
        page = world.get(f"{PREVIEWS}/{one['id']}")
        assert page.status == 200 and page.headers["Content-Type"].startswith("text/html") and "Contoso" in page.text
        assert "sandbox" in page.headers["Content-Security-Policy"]
        text = world.get(f"{PREVIEWS}/{one['id']}?format=text")
        assert text.headers["Content-Type"].startswith("text/plain")
        assert text.text.startswith("Subject: ") and "<" not in text.text


def test_what_is_no_mail_and_no_format_is_refused(world: World) -> None:
    assert world.get(f"{PREVIEWS}/nothing").status == 404
    assert world.get(f"{PREVIEWS}/reviewStarted?format=pdf").error["target"] == "format"


def test_only_administrators_see_and_change_the_mails(world: World) -> None:
    Organisation(world.services).person("ann")
    for method, url in (("GET", PREVIEWS), ("GET", f"{PREVIEWS}/reviewStarted"), ("GET", SETTINGS), ("PUT", SETTINGS)):
        assert world.call(method, url, {} if method == "PUT" else None, "ann@example.com").status == 403


def test_changed_texts_are_in_previews_and_mails_without_a_new_deployment(world: World) -> None:
    changed = world.call("PUT", SETTINGS, TEXTS)
    assert changed.status == 200 and changed.json == {**TEXTS, "modifiedDateTime": "2026-03-02T09:00:00Z"}
    assert world.get(SETTINGS).json == changed.json
    page = world.get(f"{PREVIEWS}/reviewStarted").text
    assert "Müller &amp; Söhne" in page and "Contoso" not in page and TEXTS["logoUrl"] in page
    organisation = Organisation(world.services)
    boss = organisation.person("boss")
    ann = organisation.person("ann", manager="boss")
    review = factories.by_manager(world.clock.now().date(), boss)
    organisation.assign(organisation.policy(review=review), ann)
    world.clock.advance(hours=15)
    world.tick()
    (mail,) = [one for one in world.mails() if one["to"] == "boss@example.com"]
    assert "help@mueller.example" in mail["body"] and "Contoso" not in mail["body"]


def test_a_sender_follows_within_a_minute(world: World) -> None:
    notice = SAMPLES["reviewStarted"][1]("https://reviews.example.com")
    assert world.services.renderer.render(notice, "ann@example.com", "").organisation == "Contoso"
    world.call("PUT", SETTINGS, TEXTS)
    world.clock.seconds += timedelta(minutes=1).total_seconds()
    assert world.services.renderer.render(notice, "ann@example.com", "").organisation == TEXTS["organisation"]


def test_texts_that_are_left_out_are_as_the_deployment_was_made(world: World) -> None:
    world.call("PUT", SETTINGS, TEXTS)
    assert world.call("PUT", SETTINGS, {"footer": ""}).json["organisation"] is None
    page = world.get(f"{PREVIEWS}/reviewStarted?format=text").text
    assert "Contoso" in page and "Musterstraße" not in page


def test_a_change_is_audited_once(world: World) -> None:
    """R162: who changed which text from what to what; the same texts again change nothing."""
    from tests.routes.attacking import contents

    world.call("PUT", SETTINGS, TEXTS)
    rows = {key: row for name, rows in contents().items() for key, row in rows.items() if name.endswith("audit")}
    assert sum("Update mail settings" in row["data"]["S"] for row in rows.values()) == 1
    before = contents()
    assert world.call("PUT", SETTINGS, TEXTS).status == 200
    assert contents() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("logoUrl", "http://contoso.example/logo.png"),
        ("logoUrl", "javascript:alert(1)"),
        ("logoUrl", 'https://contoso.example/"onerror="'),
        ("logoUrl", "https://"),
        ("organisation", ""),
        ("organisation", "  "),
        ("organisation", "x" * 81),
        ("contact", "a\nb"),
        ("footer", "\x00"),
        ("footer", "x" * 1_001),
    ],
)
def test_texts_no_mail_could_carry_are_refused(world: World, name: str, value: Any) -> None:
    reply = world.call("PUT", SETTINGS, {name: value})
    assert (reply.status, reply.error["target"]) == (400, name)


def test_texts_can_be_tried_before_they_are_kept(world: World) -> None:
    from tests.routes.attacking import contents

    before = contents()
    tried = world.post(f"{PREVIEWS}/reviewStarted", TEXTS)
    assert tried.status == 200 and "Müller &amp; Söhne" in tried.text and "sandbox" in str(tried.headers)
    assert "help@mueller.example" in world.post(f"{PREVIEWS}/reviewStarted?format=text", TEXTS).text
    assert contents() == before
    assert world.post(f"{PREVIEWS}/reviewStarted", {"footer": "x" * 1_001}).error["target"] == "footer"
    assert world.post(f"{PREVIEWS}/nothing", {}).status == 404
    Organisation(world.services).person("ann")
    assert world.post(f"{PREVIEWS}/reviewStarted", {}, "ann@example.com").status == 403
