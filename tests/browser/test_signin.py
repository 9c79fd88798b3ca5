"""Signing in and out through the browser, from the first visit to the token's end (brief, decision 9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib import bootstrap
from chalicelib.routes import auth
from chalicelib.settings import settings
from local.mails import Mailbox
from local.pages import Pages
from local.provider import ROOT, Provider
from local.replies import Reply, error
from tests.browser.portal import Portal
from tests.factories import Organisation
from tests.world import AUDIENCE, ISSUER, World, signing_key

SESSION = "import(`${document.documentElement.dataset.assets}/signin/session.js`)"
TOKEN, LIFE = "access-reviews.token", "access-reviews.token-life"


@dataclass
class Pool:
    """Stands for the emulator's pool: signs as the tests' issuer."""

    client_id: str = AUDIENCE
    signed: int = 0
    refreshes: set[str] = field(default_factory=set)
    nonce: str = ""

    def sign_in(self, who: str, nonce: str) -> dict[str, Any]:
        self.signed += 1
        claims = {"iss": ISSUER, "aud": AUDIENCE, "email": who, "sub": who, "nonce": self.nonce or nonce}
        claims["exp"] = 4_102_444_800  # the world's real time stands at 1970 and must not matter to the browser
        token = jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": "test"})
        refresh = f"{who} {self.signed}"
        self.refreshes.add(refresh)
        return {"id_token": token, "refresh_token": refresh, "expires_in": 3_600}

    def renew(self, refresh_token: str) -> dict[str, Any]:
        if refresh_token not in self.refreshes:
            raise LookupError
        return self.sign_in(refresh_token.partition(" ")[0], "")


class Stage:
    """The levers of these tests: the sign-in pages and nothing else."""

    def __init__(self, world: World, mailbox: Mailbox) -> None:
        self.world, self.mailbox, self.pool = world, mailbox, Pool()
        self.pages: Pages | None = None

    def at(self, port: int) -> None:
        """Answer for a portal on this port."""
        self.pages = Pages(Provider(self.pool, port), self.mailbox, lambda: self.world.services, port)

    def handle(self, method: str, path: str, query: dict[str, str], body: bytes, cookie: str) -> Reply:
        assert self.pages is not None
        reply = self.pages.answer(method, path.removeprefix("/_local/"), query, body, cookie)
        return reply or error(404, "ResourceNotFound", "There is no such lever.")


@pytest.fixture
def stage(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    chosen = replace(
        settings(),
        oidc_authorization_url=f"{ROOT}/authorize",
        oidc_token_url=f"{ROOT}/token",
        oidc_end_session_url=f"{ROOT}/end-session",
    )
    monkeypatch.setattr(bootstrap, "settings", lambda: chosen)
    bootstrap.use_clock(world.clock)
    Organisation(world.services).person("ann")
    yield Stage(world, Mailbox(tmp_path / "mails.jsonl", world.clock.now))
    bootstrap.services.cache_clear()


@pytest.fixture
def portal(stage: Stage, browser: Browser) -> Iterator[Portal]:
    served = Portal(stage.world, browser, stage)
    stage.at(int(urlsplit(served.address).port or 0))
    yield served
    served.close()


def choose(page: Page, who: str = "Ann", remember: bool = False) -> None:
    """Pick a person on the local stage's page."""
    expect(page.get_by_role("heading", name="Who do you want to be?")).to_be_visible()
    page.get_by_label("Somebody else").fill(who)
    page.get_by_role("button", name="Search").click()
    if remember:
        page.get_by_label("Remember my choice").check()
    page.get_by_role("button", name=who).first.click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", name=text, level=1)).to_be_visible()


def end_token(page: Page) -> None:
    """Let the token of this tab have ended."""
    page.evaluate(
        f"() => {{ const life = JSON.parse(sessionStorage['{LIFE}']); life.goes = Date.now() - 1; "
        f"life.came -= 3600000; sessionStorage['{LIFE}'] = JSON.stringify(life); }}"
    )


def test_whoever_opens_a_link_signs_in_and_comes_back_to_it(portal: Portal) -> None:
    page = portal.visit("/?tab=closed", as_="")
    choose(page)
    page.wait_for_url(f"{portal.address}/?tab=closed")
    expect(page.get_by_text("Ann").first).to_be_visible()
    kept = json.loads(page.evaluate("JSON.stringify(sessionStorage)"))
    assert set(kept) == {TOKEN, LIFE}, "no refresh token, no verifier and no code stay behind"
    assert "Ann" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_tab_leaves_once_however_often_it_is_refused(portal: Portal) -> None:
    page = portal.visit("/signed-out", as_="")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/authorize" in request.url else None)
    page.evaluate(
        f"async () => {{ const s = await {SESSION}; for (let n = 0; n < 5; n++) {{ s.token(); s.expired(); }} }}"
    )
    expect(page.get_by_role("heading", name="Who do you want to be?")).to_be_visible()
    assert len(asked) == 1


def test_a_remembered_person_opens_a_new_tab_without_a_question_until_signing_out(portal: Portal) -> None:
    page = portal.visit("/", as_="")
    choose(page, remember=True)
    page.wait_for_url(f"{portal.address}/")
    other = page.context.new_page()
    other.goto(f"{portal.address}/")
    expect(other.get_by_text("Ann").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    heading(page, "You are signed out")
    heading(other, "You are signed out")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Who do you want to be?")).to_be_visible()


def test_a_token_that_ends_is_renewed_in_silence_while_the_issuer_allows_it(portal: Portal, stage: Stage) -> None:
    page = portal.visit("/", as_="")
    choose(page)
    page.wait_for_url(f"{portal.address}/")
    end_token(page)
    expect(page.get_by_text("Ann").first).to_be_visible()
    same = page.evaluate(
        f"async () => {{ const s = await {SESSION}; const two = await Promise.all([s.token(), s.token()]); "
        f"return two[0] === two[1] && s.signedIn(); }}"
    )
    assert same and stage.pool.signed == 2
    stage.pool.refreshes.clear()
    portal.expect_status(400)
    end_token(page)
    page.evaluate(f"async () => {{ const s = await {SESSION}; s.token(); }}")
    expect(page.get_by_role("heading", name="Who do you want to be?")).to_be_visible()


def test_an_answer_opened_twice_or_in_another_tab_is_told_kindly(portal: Portal) -> None:
    page = portal.visit("/", as_="")
    with page.expect_request(lambda request: "/signed-in?" in request.url) as answer:
        choose(page)
    page.wait_for_url(f"{portal.address}/")
    page.goto(answer.value.url)
    page.wait_for_url(f"{portal.address}/")
    other = page.context.new_page()
    other.goto(answer.value.url)
    heading(other, "This sign-in was already used")
    portal.axe(other)


def test_who_cancels_is_not_signed_in_and_may_try_again(portal: Portal) -> None:
    page = portal.visit("/", as_="")
    page.get_by_role("button", name="Cancel").click()
    heading(page, "You are not signed in")
    page.get_by_role("button", name="Sign in again").click()
    expect(page.get_by_role("heading", name="Who do you want to be?")).to_be_visible()


def test_a_token_made_for_another_sign_in_is_not_taken(portal: Portal, stage: Stage) -> None:
    stage.pool.nonce = "of somebody else"
    page = portal.visit("/", as_="")
    choose(page)
    heading(page, "That sign-in was not meant for you")
    assert page.evaluate(f"sessionStorage['{TOKEN}']") is None


def test_an_account_the_directory_does_not_know_is_told_so_and_not_sent_round_in_circles(
    portal: Portal, stage: Stage
) -> None:
    portal.expect_status(401)
    page = portal.visit("/", as_="stranger@example.com")
    heading(page, "You are not in the directory yet")
    expect(page.get_by_text("stranger@example.com")).to_be_visible()
    portal.axe(page)
    page.get_by_role("button", name="Use another account").click()
    choose(page)
    page.wait_for_url(f"{portal.address}/")


def test_an_account_that_is_switched_off_is_told_so(portal: Portal, stage: Stage) -> None:
    Organisation(stage.world.services).person("off", enabled=False)
    auth.forget()
    portal.expect_status(401)
    heading(portal.visit("/", as_="off@example.com"), "Your account is switched off")


def test_without_a_connection_it_says_so_and_goes_on_afterwards(portal: Portal) -> None:
    page = portal.page("")
    with portal.failing(page, "/api/v1/sign-in"):
        portal.visit("/signed-out", as_="")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("needs the network")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Who do you want to be?")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_outside_have_no_obstacles(portal: Portal, width: int, dark: bool) -> None:
    for path in ("/signed-out", "/signed-in?error=access_denied&state=x", "/"):
        page = portal.visit(path, as_="", width=width, dark=dark)
        portal.axe(page)
