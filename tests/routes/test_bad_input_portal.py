"""Bad input on the pages and their files: refused in the shape of every refusal, nothing changed (brief, section 7)."""

from __future__ import annotations

import re

import pytest

from chalicelib.routes.portal.pages import PAGES
from tests.routes.attacking import Stage, routes_under, stage, unharmed
from tests.routes.attacks import ODD_IDS, check_refusal

__all__ = ["stage"]
ASSET = "/assets/{version}/{folder}/{name}"
OTHERS = ("/openapi.json", ASSET)


def filled(path: str, value: str) -> str:
    """A page's address with this value for each of its parameters."""
    return re.sub(r"\{\w+\}", lambda _: value, path)


def test_the_table_has_every_route() -> None:
    others = routes_under("/v1.0/") | routes_under("/api/v1/") | routes_under("/scim/")
    assert {f"GET {path}" for path in (*OTHERS, *PAGES)} == routes_under("/") - others


@pytest.mark.parametrize("path", [*PAGES, *OTHERS])
@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_page_takes_no_other_verb(stage: Stage, path: str, verb: str) -> None:
    with unharmed():
        check_refusal(stage.world.call(verb, filled(path, "x"), {}), 405)


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_odd_id_is_the_same_shell_and_never_in_it(stage: Stage, odd: str) -> None:
    """Whether there is such a review only its reviewers learn, from the API."""
    with unharmed():
        reply = stage.world.get(f"/reviews/{odd}", None)
    assert reply.status == 200 and reply.text == stage.world.get("/", None).text


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_odd_file_is_not_there(stage: Stage, odd: str) -> None:
    with unharmed():
        check_refusal(stage.world.get(f"/assets/{odd}/{odd}/{odd}", None), 404)


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic eDp5"])
def test_a_page_needs_no_token_and_minds_none(stage: Stage, header: str) -> None:
    assert stage.world.get("/reviews/x", None, headers={"authorization": header}).status == 200
