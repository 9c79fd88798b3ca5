"""The portal as a test drives it: the product of a World behind the local server, looked at through Chromium.

    def test_a_decision_is_seen(portal: Portal, office: Office) -> None:
        page = portal.visit(f"/reviews/{office.reviews['managers']}", as_="nora@example.com")
        page.get_by_role("button", name="Approve").first.click()
        expect(page.get_by_text("Saved")).to_be_visible()
        portal.axe(page)

- `portal` serves the `world` of the test (empty; make what is needed with tests/factories.py); `office` fills it with
  a whole organisation in some milliseconds. Time stands still until `world.clock.advance(...)`; `world.tick()` lets
  what is due happen.
- A test fails on a console error, an uncaught exception, something the security policy forbids, a dialog, a request
  to another origin and any answer of 400 or more that it did not announce with `portal.expect_status(409)`.
- Wait with Playwright's `expect(locator).to_...`, never by sleeping.
- The picture of a failed test is left in screenshots/failures/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser, BrowserContext, Page, Route

from chalicelib.domain.people import User
from local.levers import Levers
from local.replies import Reply, error
from local.server import Server
from tests.browser.watch import Watch
from tests.world import World, token

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "screenshots"
AXE = (ROOT / "tests/browser/vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALSO = ("heading-order", "page-has-heading-one", "landmark-one-main", "empty-heading", "empty-table-header", "tabindex")
PHONE, DESK = 360, 1440
HEIGHT = 900
# Loaded, nothing in skeletons, and so for a moment: some pages lead on to another by themselves.
SETTLED = """() => {
  const there = document.readyState === "complete" && document.querySelector("h1, .empty-title, .notice-deny") !== null
    && document.querySelector(".skeleton, [aria-busy=true]") === null;
  const place = there && location.href;
  if (window.settledAt?.place !== place) window.settledAt = { place, since: performance.now() };
  return there && performance.now() - window.settledAt.since > 120;
}"""
SIGNED_IN = "if (location.origin === %s) sessionStorage.setItem('access-reviews.token', %s)"
BETWEEN_LOOKS = 10.0  # seconds of real time that pass before a page is opened: longer than the product's short caches
PATIENCE = 20_000  # milliseconds until what does not come is given up
NO_NETWORK = "internetdisconnected"
# No sandbox: containers run as root. The rest keeps Chromium from calling home and pictures alike everywhere.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--no-default-browser-check",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


class _NoLevers:
    """The stage of the tests has no levers: tests hold the world itself."""

    def handle(self, method: str, path: str, query: dict[str, str], body: bytes, cookie: str) -> Reply:
        return error(404, "ResourceNotFound", "There is no such lever.")


class Portal:
    """One test's portal. `address` is where it is served; `pages` are the pages opened, by person. `levers` answers
    what lies under /_local."""

    def __init__(self, world: World, browser: Browser, levers: object = None) -> None:
        self._world, self._browser = world, browser
        self._server = Server(world.app, 0, cast(Levers, levers or _NoLevers()))
        self._server.start()
        self.address = f"http://127.0.0.1:{self._server.port}"
        self.watch = Watch(self.address)
        self.pages: dict[str, Page] = {}

    def visit(self, path: str, as_: str | User = "admin@example.com", *, width: int = 0, dark: bool = False) -> Page:
        """Open a path in this person's browser and wait until it stands still. `as_` "": not signed in."""
        page = self.page(as_)
        self.look(page, width=width or DESK, dark=dark)
        self._world.clock.seconds += BETWEEN_LOOKS
        page.goto(f"{self.address}{path}")
        self.settle(page)
        return page

    def page(self, as_: str | User = "admin@example.com") -> Page:
        """This person's page, blank when it is new."""
        name = as_.principal_name if isinstance(as_, User) else as_
        if name not in self.pages:
            self.pages[name] = self._context(name).new_page()
        return self.pages[name]

    def settle(self, page: Page) -> None:
        """Wait until nothing is loading any more."""
        page.wait_for_function(SETTLED)

    def look(self, page: Page, *, width: int = DESK, dark: bool = False) -> None:
        """Look at a page on a phone or a desk, light or dark."""
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")

    def expect_status(self, *statuses: int) -> None:
        """Announce that the pages of this test get such answers."""
        self.watch.expected.update(statuses)

    @contextmanager
    def offline(self, page: Page) -> Iterator[None]:
        """Inside, this person's browser has no connection."""
        with self.watch.without_network():
            page.context.set_offline(True)
            try:
                yield
            finally:
                page.context.set_offline(False)

    @contextmanager
    def failing(self, page: Page, path: str) -> Iterator[None]:
        """Inside, requests whose address contains `path` are lost on the way."""

        def lose(route: Route) -> None:
            route.abort(NO_NETWORK)

        pattern = re.compile(re.escape(path))
        with self.watch.without_network():
            page.route(pattern, lose)
            try:
                yield
            finally:
                page.unroute(pattern, lose)

    def axe(self, page: Page, *, within: str = "", without: tuple[str, ...] = ()) -> None:
        """Fail on what keeps people from using the page (WCAG 2.2 AA); `without` names rules that do not apply."""
        found = self.obstacles(page, within=within, without=without)
        assert not found, "\n".join(["axe found:", *found])

    def obstacles(
        self, page: Page, *, within: str = "", without: tuple[str, ...] = (), only: tuple[str, ...] = ()
    ) -> list[str]:
        """What axe has to say of a page, one line a rule (`only` some). It comes in through the debugger, past the
        page's policy."""
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(f"() => {{ {AXE} }}")
        options: dict[str, Any] = {"runOnly": list(only) or TAGS, "resultTypes": ["violations"]}
        if not only:
            options["rules"] = {rule: {"enabled": rule not in without} for rule in (*ALSO, *without)}
        target = json.dumps(within) if within else "document"
        result = page.evaluate(f"options => axe.run({target}, options)", options)
        return [_told(violation) for violation in result["violations"]]

    def shot(self, page: Page, name: str, folder: str = "tests") -> Path:
        """A picture of the whole page in an ignored folder."""
        path = PICTURES / folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    def keep(self, name: str) -> None:
        """Pictures of every page of a test that failed."""
        for person, page in self.pages.items():
            if not page.is_closed():
                self.shot(page, f"{name}-{person.partition('@')[0]}", "failures")

    def verify(self) -> None:
        """Fail when a page did what no page may do."""
        assert not self.watch.problems, "\n".join(["The pages had problems:", *self.watch.problems])

    def close(self) -> None:
        """Leave: the browser's pages first, so that no request is under way when the server stops."""
        for page in self.pages.values():
            page.context.close()
        self._server.stop()

    def _context(self, name: str) -> BrowserContext:
        context = self._browser.new_context(
            base_url=self.address, locale="en-GB", timezone_id="Europe/Paris", accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        self.watch.over(context)
        if name:
            context.add_init_script(SIGNED_IN % (json.dumps(self.address), json.dumps(token(name))))
        return context


def _told(violation: dict[str, Any]) -> str:
    places = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
    why = violation["nodes"][0]["failureSummary"].replace("\n", " ")
    return f"- {violation['id']}: {violation['help']} ({len(places)}): {'; '.join(places[:4])}. {why}"
