"""The portal below a path of its host, as it lies behind API Gateway's own address (`/api`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import pytest
from playwright.sync_api import Route

from chalicelib import bootstrap
from chalicelib.settings import settings
from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.browser.reviewing import saved
from tests.world import World

ROOT = "/api"
PLACE = "import(`${document.documentElement.dataset.assets}/lib/place.js`)"


@pytest.fixture
def below(portal: Portal, office: Office, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A gateway that knows nothing but what lies below the path; what the browser asked it for elsewhere."""
    chosen = replace(settings(), portal_url=f"{portal.address}{ROOT}")
    monkeypatch.setattr(bootstrap, "settings", lambda: chosen)
    bootstrap.use_clock(world.clock)
    astray: list[str] = []

    def gateway(route: Route) -> None:
        parts = urlsplit(route.request.url)
        if not parts.path.startswith(f"{ROOT}/"):
            astray.append(route.request.url)
            route.fulfill(status=404, body="")
            return
        inside = urlunsplit(parts._replace(path=parts.path.removeprefix(ROOT)))
        route.fulfill(response=route.fetch(url=inside, max_redirects=0))

    contexts = [portal.page(person).context for person in ("nora@example.com", "admin@example.com")]
    for context in contexts:
        context.route("**/*", gateway)
    yield astray
    for context in contexts:  # what is under way when a test ends has nowhere to go
        context.unroute_all(behavior="ignoreErrors")


def test_a_reviewer_decides_below_a_path(portal: Portal, office: Office, below: list[str]) -> None:
    """A deployment needs no domain of its own: pages, files, links and calls stay below the path of the portal."""
    page = portal.visit(f"{ROOT}/", as_="nora@example.com")
    page.locator(f"a[href^='{ROOT}/reviews/']").first.click()
    page.wait_for_url(f"{portal.address}{ROOT}/reviews/*")
    buttons = page.get_by_role("group", name=re.compile("^Decision for"))
    buttons.first.get_by_role("button", name="Approve").click()
    page.get_by_label(re.compile("^Why does")).fill("builds every day")
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page)
    page.reload()
    portal.settle(page)
    page.go_back()
    page.wait_for_url(f"{portal.address}{ROOT}/")
    assert below == []


def test_an_administrator_walks_below_a_path(portal: Portal, office: Office, below: list[str]) -> None:
    page = portal.visit(f"{ROOT}/admin/packages", as_="admin@example.com")
    page.locator(f"a[href^='{ROOT}/admin/packages/']").nth(1).click()
    portal.settle(page)
    assert urlsplit(page.url).path.startswith(f"{ROOT}/admin/packages/") and below == []


def test_addresses_are_turned_both_ways(portal: Portal, office: Office, below: list[str]) -> None:
    """Also where the stage is called as our own root is, and where a proxy hid the path from the API's links."""
    page = portal.visit(f"{ROOT}/", as_="nora@example.com")
    known = {
        "/api/": "/",
        "/api": "/",
        "/api/reviews/1": "/reviews/1",
        "/api/v1.0/users": "/v1.0/users",
        "/api/api/v1/me": "/api/v1/me",
        "/api/v1/me": "/api/v1/me",
        "/v1.0/users": "/v1.0/users",
    }
    told = page.evaluate(f"async (all) => {{ const p = await {PLACE}; return all.map(p.address); }}", list(known))
    assert dict(zip(known, told, strict=True)) == known
    assert page.evaluate(f"async () => (await {PLACE}).located('/api/v1/me')") == "/api/api/v1/me"
