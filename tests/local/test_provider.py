"""The local stage's sign-in is a good OpenID Connect provider: PKCE, codes that work once, no foreign addresses."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from chalicelib.domain import ids
from local.mails import Mailbox
from local.pages import Pages
from local.provider import CODE_SECONDS, Provider
from local.replies import Reply
from tests import factories
from tests.world import World

PORT = 8123
BACK = f"http://127.0.0.1:{PORT}/signed-in"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "client_id": "portal",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid email profile",
    "state": "the state",
    "nonce": "the nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
ANN = ids.guid("user", "ann")
NAME = "ann@example.com"


class _Pool:
    """Stands for the emulator's pool."""

    client_id = "portal"

    def sign_in(self, who: str, nonce: str) -> dict[str, Any]:
        return {"id_token": f"{who}/{nonce}", "refresh_token": "r"}

    def renew(self, refresh_token: str) -> dict[str, Any]:
        if refresh_token != "r":
            raise LookupError
        return {"id_token": "renewed"}


class Browser:
    """Goes to the provider and keeps its cookie."""

    def __init__(self, world: World, mailbox: Mailbox) -> None:
        self.time = 1_000.0
        self.cookie = ""
        self.pages = Pages(Provider(_Pool(), PORT, lambda: self.time), mailbox, lambda: world.services, PORT)

    def get(self, name: str, **query: str) -> Reply:
        return self._kept(self.pages.answer("GET", name, query, b"", self.cookie))

    def post(self, name: str, **form: str) -> Reply:
        return self._kept(self.pages.answer("POST", name, {}, urlencode(form).encode(), self.cookie))

    def choose(self, **changed: str) -> dict[str, str]:
        """Choose Ann; what the portal is told."""
        return told(self.post("sign-in/authorize", **ASKED | {"who": ANN} | changed))

    def redeem(self, code: str, /, **changed: str) -> tuple[int, dict[str, Any]]:
        """What the token endpoint answers to a code."""
        form = {"grant_type": "authorization_code", "client_id": "portal", "code": code, "redirect_uri": BACK}
        reply = self.post("sign-in/token", **form | {"code_verifier": VERIFIER} | changed)
        return reply.status, json.loads(reply.body)

    def _kept(self, reply: Reply | None) -> Reply:
        assert reply is not None
        cookie = reply.headers.get("Set-Cookie", "")
        if cookie:
            assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
            self.cookie = "" if "Max-Age=0" in cookie else cookie.partition(";")[0]
        return reply


def told(reply: Reply) -> dict[str, str]:
    """What a redirect back to the portal says."""
    assert reply.status == 303 and reply.headers["Location"].startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["Location"]).query).items()}


@pytest.fixture
def browser(world: World, tmp_path: Any) -> Iterator[Browser]:
    factories.Organisation(world.services).person("ann", job_title="Analyst")
    yield Browser(world, Mailbox(tmp_path / "mails.jsonl", world.clock.now))


def test_a_chosen_person_is_signed_in_with_state_and_nonce_echoed(browser: Browser) -> None:
    page = browser.get("sign-in/authorize", **ASKED)
    assert page.status == 200 and "script" not in page.headers["Content-Security-Policy"]
    answer = browser.choose()
    assert answer["state"] == "the state"
    status, tokens = browser.redeem(answer["code"])
    assert (status, tokens["id_token"]) == (200, f"{NAME}/the nonce")


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": CHALLENGE},
        {"redirect_uri": f"http://localhost:{PORT}/signed-in"},
        {"client_id": "other"},
        {"grant_type": "password"},
        {"code": "another"},
    ],
)
def test_a_code_without_its_verifier_and_address_is_worth_nothing(browser: Browser, changed: dict[str, str]) -> None:
    status, answer = browser.redeem(browser.choose()["code"], **changed)
    assert status == 400 and "id_token" not in answer


def test_a_code_works_once_even_after_a_wrong_verifier_and_not_for_long(browser: Browser) -> None:
    code = browser.choose()["code"]
    assert browser.redeem(code)[0] == 200
    assert browser.redeem(code) == (400, {"error": "invalid_grant"})
    guessed = browser.choose()["code"]
    browser.redeem(guessed, code_verifier="w" * 43)
    assert browser.redeem(guessed)[0] == 400
    late = browser.choose()["code"]
    browser.time += CODE_SECONDS
    assert browser.redeem(late)[0] == 400


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example.com/signed-in",
        f"http://127.0.0.1:{PORT + 1}/signed-in",
        f"http://127.0.0.1:{PORT}/signed-in/../x",
        f"http://127.0.0.1:{PORT}/signed-in?x=1",
        f"http://127.0.0.1:{PORT}@evil.example.com/signed-in",
        "",
    ],
)
def test_nobody_is_sent_to_a_foreign_address(browser: Browser, address: str) -> None:
    for reply in (
        browser.get("sign-in/authorize", **ASKED | {"redirect_uri": address}),
        browser.post("sign-in/authorize", **ASKED | {"redirect_uri": address, "who": ANN}),
        browser.get("sign-in/authorize", **ASKED | {"client_id": address}),
    ):
        assert (reply.status, reply.headers.get("Location")) == (400, None)
    out = browser.get("sign-in/end-session", post_logout_redirect_uri=address)
    assert out.headers["Location"] == "/signed-out"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "x" * 42}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_request_that_is_not_enough_is_told_to_the_portal(
    browser: Browser, changed: dict[str, str], error: str
) -> None:
    answer = told(browser.get("sign-in/authorize", **ASKED | changed))
    assert (answer["error"], answer["state"]) == (error, "the state")


def test_who_cancels_is_told_to_the_portal(browser: Browser) -> None:
    assert browser.choose(cancel="yes")["error"] == "access_denied"


def test_a_browser_remembers_only_when_asked_to_and_until_signing_out(browser: Browser) -> None:
    browser.choose()
    assert browser.get("sign-in/authorize", **ASKED).status == 200
    browser.choose(remember="yes")
    code = told(browser.get("sign-in/authorize", **ASKED))["code"]
    assert browser.redeem(code)[1]["id_token"].startswith(NAME)
    assert browser.get("sign-in/authorize", **ASKED, prompt="select_account").status == 200
    out = browser.get("sign-in/end-session", post_logout_redirect_uri=f"http://localhost:{PORT}/signed-out")
    assert out.headers["Location"] == f"http://localhost:{PORT}/signed-out"
    assert browser.get("sign-in/authorize", **ASKED).status == 200


def test_a_refresh_token_renews_and_a_wrong_one_does_not(browser: Browser) -> None:
    form = {"grant_type": "refresh_token", "client_id": "portal"}
    assert browser.post("sign-in/token", **form, refresh_token="r").status == 200
    assert browser.post("sign-in/token", **form, refresh_token="x").status == 400


def test_everybody_is_found_by_name_title_or_address(browser: Browser) -> None:
    def found(text: str) -> str:
        return browser.get("sign-in/authorize", **ASKED, q=text).body.decode()

    for text in ("ANN", "analyst", NAME):
        assert ANN in found(text)
    nobody = found("<b>nobody</b>")
    assert ANN not in nobody and "&lt;b&gt;nobody" in nobody and "<b>" not in nobody
