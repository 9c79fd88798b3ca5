"""The portal's shell and files: every page is one public page that tells nothing, under a strict policy."""

from __future__ import annotations

import re

import pytest

from chalicelib.routes.portal import files, pages
from tests.world import World


def _filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "f1e6b6d2-e6af-4026-8123-bfae08c74aa2", path)


@pytest.mark.parametrize("path", pages.PAGES)
def test_every_page_is_the_same_shell(world: World, path: str) -> None:
    """P17: the page behind a mail's link is public, changes nothing and tells nothing about the review."""
    page = world.get(_filled(path), as_=None)
    assert page.status == 200 and page.text == files.shell()
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_policy_lets_nothing_in_but_our_own_files(world: World) -> None:
    """Word for word, so that whoever loosens it sees this test. Tokens come from the issuer, where it has addresses."""
    policy = world.get("/", as_=None).headers["Content-Security-Policy"]
    assert re.sub(r"(connect-src 'self')(?: https://[\w.-]+)?", r"\1", policy) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def test_every_file_the_shell_names_is_there_and_kept_without_end(world: World) -> None:
    shell = world.get("/", as_=None).text
    named = re.findall(r'(?:href|src)="([^"]+)"', shell)
    assert len(named) > 10
    for address in named:
        answer = world.get(address, as_=None)
        assert answer.status == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_opened_before_an_update_still_gets_its_files(world: World) -> None:
    answer = world.get("/assets/000000000000/app/main.js", as_=None)
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["app/nothing.js", "..%2F..%2Fsettings.py", "vendor/README.md", "app/..%2Fmain.js"])
def test_nothing_but_listed_files_is_given_out(world: World, name: str) -> None:
    answer = world.get(f"/assets/{files.version()}/{name}", as_=None)
    assert answer.status == 404 and answer.json["error"]["code"]


def test_who_am_i_says_roles_and_the_product_s_time(world: World) -> None:
    body = world.get("/api/v1/me").json
    assert body["dateTime"].startswith(world.clock.now().strftime("%Y-%m-%dT%H:%M"))
    assert {"role": "administrator", "scope": ""} in body["roles"] and body["stage"]
