"""Requests that a page of somebody else makes in a browser: they carry no right, for rights travel in a header alone.

No cookie is set (`test_matrix.py` looks at every answer) and none is read; no answer allows another origin anything.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.matrix import every_route, requests, rights
from tests.security.scene import Scene, prepared
from tests.world import token

ORIGIN = "https://evil.example"
FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
GUARDED = [name for name, cells in rights().items() if cells["anonymous"] == "401" and "callbacks" not in name]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One world; nothing here may change it."""
    with prepared() as found:
        yield found


@pytest.mark.parametrize("name", GUARDED)
def test_a_right_that_is_no_header_is_none(scene: Scene, name: str) -> None:
    """A token in a cookie, in the address or in a form; a body that a form of another page could send."""
    good = token("admin@example.com")
    path, body = requests()[name].filled(scene, "admin")
    method = requests()[name].method
    cookies = "; ".join(f"{one}={good}" for one in ("session", "token", "access_token", "authorization", "id_token"))
    cross = {"origin": ORIGIN, "sec-fetch-site": "cross-site", "cookie": cookies}
    kinds = [None] if method in ("GET", "DELETE") else [None, *FORMS]
    for kind in kinds:
        for tail in ("", f"{'&' if '?' in path else '?'}access_token={good}"):
            more = {**cross, "content-type": kind} if kind else cross
            reply = scene.world.call(method, path + tail, f"access_token={good}" if kind else body, None, more)
            assert reply.status == 401 or (kind and reply.status == 415), (name, kind, reply.text)
            allowed = [one for one in reply.headers if one.lower().startswith("access-control-")]
            assert not allowed and not scene.written


@pytest.mark.parametrize("name", sorted(every_route()))
def test_no_answer_lets_another_origin_in(scene: Scene, name: str) -> None:
    """The question before a request is refused, and an answer that works is readable by our own pages only."""
    path, _ = requests()[name].filled(scene, "admin")
    asked = {"origin": ORIGIN, "access-control-request-method": name.split()[0]}
    asked["access-control-request-headers"] = "authorization,content-type"
    before = scene.world.call("OPTIONS", path, None, None, asked)
    replies = [before]
    if name.startswith("GET "):
        replies.append(scene.world.call("GET", path, None, "admin@example.com", {"origin": ORIGIN}))
        scene.restore()
    assert before.status == 405
    for reply in replies:
        assert not [one for one in reply.headers if one.lower().startswith("access-control-")]
        assert "nosniff" in reply.headers.get("X-Content-Type-Options", "")
