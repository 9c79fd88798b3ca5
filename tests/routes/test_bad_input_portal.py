"""Bad input on the pages: a page that says what is wrong, nothing changed (brief, section 7)."""

from __future__ import annotations

import pytest

from chalicelib.domain.ids import is_guid
from tests.routes.attacking import Stage, routes_under, stage, unharmed
from tests.routes.attacks import ODD_IDS, check_refusal

__all__ = ["stage"]
PAGES = {
    "/": "/",
    "/openapi.json": "/openapi.json",
    "/reviews/{review_id}": "/reviews/{review}",
    "/my-access/{assignment_id}": "/my-access/{assignment}",
}


def test_the_table_has_every_route() -> None:
    others = routes_under("/v1.0/") | routes_under("/api/v1/")
    assert {f"GET {path}" for path in PAGES} == routes_under("/") - others


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_page_takes_no_other_verb(stage: Stage, path: str, verb: str) -> None:
    with unharmed():
        check_refusal(stage.world.call(verb, stage.address(PAGES[path]), {}), 405)


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_unknown_review_is_a_page_that_says_so(stage: Stage, odd: str) -> None:
    with unharmed():
        reply = stage.world.get(f"/reviews/{odd}", None)
    assert reply.status == 404 and "There is no such review" in reply.text
    assert reply.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("odd", [odd for odd in ODD_IDS if not is_guid(odd)])
def test_an_id_that_is_none_has_no_page_of_access(stage: Stage, odd: str) -> None:
    with unharmed():
        reply = stage.world.get(f"/my-access/{odd}", None)
    assert reply.status == 404 and "There is no such access" in reply.text


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic eDp5"])
def test_a_page_needs_no_token_and_minds_none(stage: Stage, header: str) -> None:
    assert stage.world.get(stage.address("/reviews/{review}"), None, headers={"authorization": header}).status == 200
