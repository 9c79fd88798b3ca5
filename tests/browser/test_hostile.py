"""Texts written to break in (B5 "Output"), in every name, title, department, description and reason: on no page does
one run, load, open or break anything, and what is shown is shown as it was written."""

from __future__ import annotations

import re

import pytest

from tests.browser import pages
from tests.browser.nasty import Hard, hostile
from tests.browser.organisation import Office
from tests.browser.portal import DESK, PHONE, Portal
from tests.browser.snapshots import Snapshot, made
from tests.browser.story import contoso
from tests.world import World

# What markup in one of the texts would have become. The portal itself has none of these.
STRANGE = """() => [...document.querySelectorAll(`#app script, #app style, iframe, object, embed, base,
  meta[http-equiv], #app link, form[action], [srcdoc], img:not([src^="/assets/"]), a[href*="evil"],
  a[href^="javascript"], [onerror], [onload], [onmouseover]`)].map((one) => one.outerHTML.slice(0, 200))"""
SHOWN = """() => {
  const said = [...document.querySelectorAll("[title], [aria-label], input")];
  const attributes = said.flatMap((one) => [one.title, one.getAttribute("aria-label"), one.value]);
  return [document.body.innerText, ...attributes].filter(Boolean).join("\\n");
}"""


@pytest.fixture(scope="session")
def infected() -> tuple[Office, Snapshot]:
    """Contoso, every word of it hostile."""
    return made("hostile", lambda world: contoso(world, hostile()))


@pytest.fixture
def attacked(world: World, infected: tuple[Office, Snapshot]) -> Office:
    office, snapshot = infected
    snapshot.lay_out(world)
    return office


def written(text: str) -> str:
    """How a text reads on a page: white space and what cannot be seen do not count."""
    return re.sub(r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad\u061c]+", "", text)


LOOKS = [("admin", one) for one in pages.running()] + [(who, one) for who in ("nora", "ada") for one in pages.own()]


@pytest.mark.parametrize(("who", "pattern"), LOOKS)
def test_no_text_does_anything(portal: Portal, attacked: Office, who: str, pattern: str) -> None:
    portal.expect_status(404)
    for address in pages.addresses(pattern, attacked)[:2]:
        page = portal.visit(address, as_=attacked.people[who])
        assert page.evaluate(STRANGE) == []
        assert re.fullmatch(r"\S.* · Access Reviews", page.title())
        for width in (DESK, PHONE):
            portal.look(page, width=width)
            assert pages.sticking_out(page) == [], f"{address} at {width} px"


def test_names_are_shown_as_they_were_written(portal: Portal, attacked: Office) -> None:
    """Each of the people whose items wait for Nora, letter by letter."""
    say = attacked.say
    assert isinstance(say, Hard)
    page = portal.visit(f"/reviews/{attacked.reviews['managers']}", as_=attacked.people["nora"])
    shown = written(page.evaluate(SHOWN))
    names = [attacked.people[name].display_name for name in ("ada", "ben", "cara", "dan", "eve")]
    assert [name for name in names if written(name) not in shown] == []
