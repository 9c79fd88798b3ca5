"""The rig itself: it drives the real product, and no misbehaviour of a page escapes it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.portal import Portal

PAGE = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"


def shown(portal: Portal, body: str, path: str = "/made-up", script: str = "", as_: str = "") -> Page:
    """A page of ours with this body and script, under a policy like the product's."""
    page = portal.page(as_)

    def answer(route: Route) -> None:
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(status=200, headers=headers, body=PAGE.format(body))

    page.route(re.compile(f"{path}$"), answer)
    page.route(
        re.compile("/script.js$"), lambda route: route.fulfill(status=200, content_type="text/javascript", body=script)
    )
    return portal.visit(path, as_)


def noticed(portal: Portal, page: Page) -> None:
    """Let the browser tell what it has seen."""
    for _ in range(200):
        if portal.watch.problems:
            return
        page.wait_for_timeout(10)


def test_it_serves_the_product_of_its_world(portal: Portal) -> None:
    assert "Access Reviews" in portal.visit("/").title()


def test_the_one_who_looks_has_a_token_the_product_accepts(portal: Portal) -> None:
    page = shown(portal, "", as_="admin@example.com")
    ask = """async () => (await fetch('/v1.0/users?$top=5', {headers:
      {Authorization: `Bearer ${sessionStorage.getItem("access-reviews.token")}`}})).status"""
    assert page.evaluate(ask) == 200
    portal.expect_status(401)
    assert shown(portal, "").evaluate(ask) == 401


@pytest.mark.parametrize(
    ("body", "script", "told"),
    [
        ("<script src=script.js></script>", "console.error('oh dear')", "console error: oh dear"),
        ("<script src=script.js></script>", "null.x()", "uncaught exception: .*null"),
        ("<script src=script.js></script>", "Promise.reject(new Error('late'))", "uncaught exception: .*late"),
        ("<script src=script.js></script>", "alert('hello')", "dialog: alert 'hello'"),
        ("<script src=script.js></script>", "fetch('/nowhere')", "answer 404: GET /nowhere"),
        ("<script>alert(1)</script>", "", "Against the security policy: script-src"),
        ("<p style='color:red'>red</p>", "", "Against the security policy: style-src"),
        ("<img src=https://evil.example/x.gif alt=''>", "", "Against the security policy: img-src"),
        ("<a href=https://evil.example/>out</a>", "", "request to another origin: GET https://evil.example/"),
    ],
)
def test_what_no_page_may_do_is_noticed(portal: Portal, body: str, script: str, told: str) -> None:
    page = shown(portal, body, script=script)
    if "<a" in body:
        page.get_by_role("link").click()
    noticed(portal, page)
    with pytest.raises(AssertionError, match=told):
        portal.verify()
    portal.watch.problems.clear()


def test_axe_finds_what_keeps_people_out_under_a_strict_policy(portal: Portal) -> None:
    page = shown(portal, "<button></button>")
    with pytest.raises(AssertionError, match="button-name"):
        portal.axe(page)
    portal.axe(shown(portal, "<button>Approve</button>", path="/better"))


def test_a_lost_connection_is_no_misbehaviour(portal: Portal) -> None:
    page = shown(portal, "")
    ask = "() => fetch('/openapi.json').then((answer) => answer.status, () => 'lost')"
    with portal.offline(page):
        assert page.evaluate(ask) == "lost"
    with portal.failing(page, "/openapi"):
        assert page.evaluate(ask) == "lost"
    assert page.evaluate(ask) == 200


def test_two_people_look_apart(portal: Portal) -> None:
    one, other = portal.visit("/", as_="admin@example.com"), shown(portal, "")
    assert one.context != other.context
    key = "() => sessionStorage.getItem('access-reviews.token')"
    assert one.evaluate(key) and other.evaluate(key) is None
    expect(one.get_by_role("heading", level=1)).to_be_visible()
