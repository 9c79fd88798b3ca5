"""Every page of the portal, taken from its own table (web/app/routes.js), with something of Contoso to show on it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.organisation import Office
from tests.browser.portal import DESK, PHONE, Portal
from tests.web.javascript import page_table

LOOKS = ((DESK, False), (DESK, True), (PHONE, False), (PHONE, True))
FEW_LOOKS = ((DESK, False), (PHONE, True))  # for those who see what an administrator sees, less some buttons
RUNNING = ("/admin", "/evidence", "/coverage", "/audit")  # pages for those who run reviews or read about them

# What a page with a parameter is looked at for, by the part of its path before the parameter: those of these names that
# there are, else the first ones. A page that is about something else needs a line in THINGS.
CHOSEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "reviews": ("reviews", ("managers", "shared", "own", "soon", "closed", "waiting", "failed")),
    "evidence": ("reviews", ("closed", "waiting", "managers")),
    "series": ("series", ("Ledger, Staff", "Data Lake, Staff")),
    "my-access": ("assignments", ("Ledger, Staff, ada", "Payments, Staff, ben")),
    "catalogs": ("catalogs", ("Finance", "Workplace")),
    "packages": ("packages", ("Ledger", "Old Tools")),
    "people": ("people", ("ada", "omar")),
    "connectors": ("connectors", ("badges", "hooks")),
    "tasks": ("tasks", ("ada", "ben")),
    "adopt": ("adoptions", ("preview",)),
    "imports": ("imports", ("people", "bad people")),
}
FEW = 2


def _packages(office: Office) -> list[str]:
    """A package in all its parts, and what more there is to see at others."""
    packages = some(office, "packages")
    return [f"/admin/packages/{one}{tab}" for one in packages[:1] for tab in ("", "?tab=assignments", "?tab=reviews")]


def _policies(office: Office) -> list[str]:
    """A policy with reviews, and one to be made."""
    found = [(name.partition(", ")[0], one) for name, one in office.policies.items()][:1]
    made = [f"/admin/packages/{office.packages[package]}/policies/{policy}" for package, policy in found]
    return made + [f"/admin/packages/{one}/policies/new" for one in some(office, "packages")[1:]]


def _connectors(office: Office) -> list[str]:
    """Those there are, and one to be made."""
    found = [f"/admin/connectors/{one}" for one in some(office, "connectors")]
    return [*found, "/admin/connectors/new?kind=webhook"]


def _confirmations(office: Office) -> list[str]:
    """A review whose removals wait, and one that never had to."""
    return [f"/admin/reviews/{office.reviews[one]}/confirm" for one in ("waiting", "closed") if one in office.reviews]


THINGS: dict[str, Callable[[Office], list[str]]] = {
    "/admin/connectors/{id}": _connectors,
    "/admin/packages/{id}": _packages,
    "/admin/reviews/{id}/confirm": _confirmations,
    "/admin/packages/{id}/policies/{part_id}": _policies,
}

TABLE = """async (me) => {
  const assets = document.documentElement.dataset.assets;
  const { PAGES } = await import(`${assets}/app/routes.js`);
  const { whoAmI } = await import(`${assets}/lib/me.js`);
  const seen = await whoAmI();
  return PAGES.filter((page) => !page.bare && (!page.sees || page.sees(seen))).map((page) => page.path);
}"""
WIDER = """() => {
  const root = document.documentElement, most = root.clientWidth;
  if (root.scrollWidth <= most) return [];
  const all = [...document.querySelectorAll("body *")];
  const sticking = all.filter((one) => one.getBoundingClientRect().right > most + 1);
  return sticking.slice(0, 4).map((one) => `${one.tagName.toLowerCase()}.${one.className}`.slice(0, 80));
}"""


def patterns() -> list[str]:
    """The paths of the page table, without those that stand before signing in."""
    return [path for path, bare in page_table() if not bare]


def own() -> list[str]:
    """The pages everybody has, about what waits for them and what they hold."""
    return [one for one in patterns() if not one.startswith(RUNNING)]


def running() -> list[str]:
    """The pages of administrators, owners and auditors."""
    return [one for one in patterns() if one.startswith(RUNNING)]


def addresses(pattern: str, office: Office) -> list[str]:
    """Where a page of the table can be looked at."""
    if "{" not in pattern:
        return [pattern]
    if pattern in THINGS:
        return THINGS[pattern](office)
    before, _, rest = re.split(r"(\{\w+\})", pattern, maxsplit=1)
    kind = before.strip("/").rpartition("/")[2]
    assert not rest and kind in CHOSEN, f"Say in tests/browser/pages.py what {pattern} is to show."
    return [before + one for one in some(office, kind)]


def some(office: Office, kind: str) -> list[str]:
    """The ids of a few things of a kind."""
    where, names = CHOSEN[kind]
    known: dict[str, str] = office.ids(where)
    chosen = [known[name] for name in names if name in known]
    return chosen or list(known.values())[:FEW]


def seen_by(page: Page) -> list[str]:
    """The patterns of the pages that whoever is signed in on this page may open."""
    found: list[str] = page.evaluate(TABLE)
    return found


def sticking_out(page: Page) -> list[str]:
    """What makes a page wider than its window, once charts and lists had time to follow a new width."""
    found: list[str] = page.evaluate(WIDER)
    for _ in range(20):
        if not found:
            break
        page.wait_for_timeout(50)
        found = page.evaluate(WIDER)
    return found


def faults(portal: Portal, page: Page, looks: tuple[tuple[int, bool], ...] = LOOKS) -> list[str]:
    """What is wrong with a page as it stands, in every look: light and dark, on a phone and on a desk."""
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} first headings")
    if not re.fullmatch(r"\S.* · Access Reviews", page.title()):
        found.append(f"the title is {page.title()!r}")
    widths: set[int] = set()
    for width, dark in looks:
        portal.look(page, width=width, dark=dark)
        look = f"{width} px, {'dark' if dark else 'light'}"
        found += [f"{look}: sticks out to the right: {one}" for one in sticking_out(page)]
        only = ("color-contrast",) if width in widths else ()  # dark and light differ in nothing else
        found += [f"{look}: {one}" for one in portal.obstacles(page, only=only)]
        widths.add(width)
    return found


def check(
    portal: Portal,
    office: Office,
    pattern: str,
    who: str,
    looks: tuple[tuple[int, bool], ...] = LOOKS,
    most: int = 99,
) -> None:
    """Fail with everything that is wrong with the pages of a pattern for one person, whatever they may see; `most` of
    these pages."""
    portal.expect_status(404)  # not everybody sees everything that a page can show
    found = []
    for address in addresses(pattern, office)[:most]:
        page = portal.visit(address, as_=office.people[who])
        if pattern not in seen_by(page):
            assert page.get_by_text("There is no such page").is_visible(), f"{who} may not open {pattern}, and does"
            return
        if page.locator("h1").count() == 0 and page.locator(".notice-deny").is_visible():
            continue  # this thing is not for them, and the page says so
        found += [f"{address}: {one}" for one in faults(portal, page, looks)]
    assert not found, "\n".join([f"{pattern} as {who} has faults:", *found])
