"""Links and who may follow them: of pages, of files, of mails; altered, swapped, late, and opened by a mail scanner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.domain.errors import Unauthenticated
from chalicelib.domain.signatures import check, secrets_of, signed
from chalicelib.routes.portal.pages import PAGES
from tests.connectors.receiver import CALLBACK_SECRET
from tests.emails.hostile import links
from tests.emails.samples import PORTAL as SAMPLE
from tests.emails.samples import SAMPLES
from tests.security.matrix import every_route, requests, rights
from tests.security.scene import Scene, prepared

HERE = "https://graph.example.com/api"
REFUSED = ((400, "InvalidCursor"), (404, "ResourceNotFound"))  # the second for who does not see the list at all
PORTAL = "https://reviews.example.com"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One world; nothing here may change it."""
    with prepared() as found:
        yield found


def page_links(scene: Scene) -> dict[str, str]:
    """The link to the second page of each list that has one, for an administrator."""
    found = {}
    for name in rights():
        if name.startswith("GET ") and rights()[name]["admin"] == "200" and "/api/v1/sign-in" not in name:
            path, _ = requests()[name].filled(scene, "admin")
            if "?" in path or "$" in path:
                continue
            reply = scene.world.get(f"{path}?$top=1")
            if reply.status == 200 and '@odata.nextLink":"' in reply.text:
                found[name] = reply.json["@odata.nextLink"].removeprefix(HERE)
    return found


def test_a_page_link_leads_nowhere_but_to_its_own_list_and_for_its_own_reader(scene: Scene) -> None:
    """Swapped between lists, callers and purposes; within its list and for its reader it works."""
    known = page_links(scene)
    assert len(known) >= 8, known
    for name, link in known.items():
        assert scene.world.get(link).status == 200, name
        token = link.partition("$skiptoken=")[2]
        other = scene.world.get(link, "audra@example.com")
        assert (other.status, other.error["code"]) in REFUSED, name
        assert scene.world.get(f"/api/v1/downloads/{token}", None).status == 404
        for elsewhere in known.values():
            path = elsewhere.partition("?")[0]
            if path != link.partition("?")[0]:
                reply = scene.world.get(f"{path}?$top=1&$skiptoken={token}")
                assert (reply.status, reply.error["code"]) == (400, "InvalidCursor"), (name, path)
        as_cursor = scene.world.get(f"{link.partition('$skiptoken=')[0]}$skiptoken={scene.stage.ids['download']}")
        assert as_cursor.error["code"] == "InvalidCursor"


def test_no_bit_of_a_link_to_a_file_can_be_changed(scene: Scene) -> None:
    token = scene.stage.ids["download"]
    good = scene.world.get(f"/api/v1/downloads/{token}", None)
    assert good.status == 200
    for at, char in enumerate(token):
        for bit in range(7):
            other = chr(ord(char) ^ (1 << bit))
            if re.fullmatch(r"[\w-]", other):
                reply = scene.world.get(f"/api/v1/downloads/{token[:at]}{other}{token[at + 1 :]}", None)
                assert reply.status == 404 and "altered" in reply.error["message"]


def test_a_link_to_a_file_ends_after_a_day_and_its_refusal_tells_nothing(scene: Scene) -> None:
    path = f"/api/v1/downloads/{scene.stage.ids['download']}"
    altered = scene.world.get(path + "A", None)
    scene.world.clock.advance(hours=24, seconds=1)
    late = scene.world.get(path, None)
    scene.world.clock.advance(hours=-24, seconds=-1)
    assert late.status == 404 and late.error["message"] == altered.error["message"]


def test_no_bit_of_a_callback_can_be_changed() -> None:
    """Its signature, time, id and body, each bit of each."""
    secrets, body, now = secrets_of(CALLBACK_SECRET), b'{"operationId":"1","status":"done"}', 1_000_000
    headers = signed(secrets, "message-1", now, body)
    check(secrets, headers, body, now)
    tried = 0
    for name, value in headers.items():
        for at, char in enumerate(value):
            for bit in range(7):
                changed = value[:at] + chr(ord(char) ^ (1 << bit)) + value[at + 1 :]
                with pytest.raises(Unauthenticated):
                    check(secrets, {**headers, name: changed}, body, now)
                tried += 1
    for at in range(len(body)):
        for bit in range(8):
            with pytest.raises(Unauthenticated):
                check(secrets, headers, bytes([*body[:at], body[at] ^ (1 << bit), *body[at + 1 :]]), now)
    assert tried > 400


def mailed(scene: Scene) -> set[str]:
    """Every address in every mail: those that were sent here, and the samples of all there are."""
    assert scene.product is not None
    found = {one.replace(SAMPLE, PORTAL) for notice in SAMPLES.values() for one in links(notice)}
    for mail in scene.product.cloud.ses.sent:
        body = mail["Content"]["Simple"]["Body"]
        found |= {unescape(one) for one in re.findall(r'href="([^"]+)"', body["Html"]["Data"])}
        found |= set(re.findall(r"https?://[^\s<>\")]+", body["Text"]["Data"]))
    return {one for one in found if not one.startswith("mailto:")}


def test_links_of_mails_lead_to_pages_that_only_show(scene: Scene) -> None:
    """P17: the portal's shells, which are the same for everybody and ask the API for what they show."""
    ours = {one for one in mailed(scene) if one.startswith(PORTAL)}
    assert len(ours) >= 10
    for address in ours:
        parts = urlsplit(address)
        assert scene.world.resource_of(parts.path or "/") in PAGES, address
        assert not re.search(r"token|sig|key|code|decision=|action=", parts.query), address


@pytest.mark.parametrize("who", [None, "rita@example.com", "admin@example.com"])
@pytest.mark.parametrize("verb", ["GET", "HEAD", "OPTIONS", "POST"])
def test_opening_a_link_of_a_mail_changes_nothing(scene: Scene, verb: str, who: str | None) -> None:
    """P17: whoever opens it, by hand, by a scanner that fetches and submits what it finds, or ahead of time."""
    early: dict[str, Any] = {"purpose": "prefetch", "sec-purpose": "prefetch", "sec-fetch-site": "cross-site"}
    for address in mailed(scene):
        parts = urlsplit(address)
        query = f"?{parts.query}" if parts.query else ""
        reply = scene.world.call(verb, f"{parts.path or '/'}{query}", None, who, headers=early)
        assert reply.status == (200 if verb == "GET" else 405) or not address.startswith(PORTAL), (verb, address)
        assert not scene.written, address


def test_no_reading_route_is_reached_by_a_writing_one_of_the_same_name() -> None:
    """No GET does what its name says a POST does: stop, apply, confirm, decide."""
    doing = re.compile(
        r"/(stop|apply|confirm|decline|retry|send|reset|accept|cancel|settle|hand-over|take-back|lift)\w*$"
    )
    assert not [name for name in every_route() if name.startswith("GET ") and doing.search(name)]
