"""Bodies and addresses made to hurt: JSON that says a thing twice, numbers that are none, nests and lengths without
end, filters that take for ever. Refused at once, clearly, and nothing changes (brief, section 7). More:
tests/routes/attacks.py.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.security.matrix import requests, rights
from tests.security.scene import Scene, prepared

DEEP = 5_000
BODIES: dict[str, str] = {
    "not a number": '{"displayName": NaN}',
    "infinite": '{"displayName": Infinity, "version": -Infinity}',
    "too large a number": '{"version": 1e400, "displayName": 1e400}',
    "a number of 100,000 digits": '{"version": ' + "9" * 100_000 + "}",
    "many nested lists": "[" * DEEP + "]" * DEEP,
    "many nested objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "nested in a member": '{"displayName": ' + "[" * DEEP + "]" * DEEP + "}",
    "comments": '{"displayName": "a" /* b */}',
    "single quotes": "{'displayName': 'a'}",
    "a comma too many": '{"displayName": "a",}',
    "two values": '{"displayName": "a"}{"displayName": "b"}',
    "half a character": '{"displayName": "\\ud800"}',
    "bytes that are no text": '{"displayName": "\udcff"}',
    "80,000 empty members": "{" + ",".join(f'"m{n}":0' for n in range(80_000)) + "}",
}
WRITES = [name for name in rights() if name.split()[0] in ("POST", "PUT", "PATCH") and rights()[name]["admin"] != "405"]
SECONDS = 1.0  # of processor time; each takes milliseconds


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One world, put back where a body is taken after all."""
    with prepared() as found:
        yield found


@pytest.mark.parametrize("kind", BODIES)
def test_no_writing_route_takes_it_or_long(scene: Scene, kind: str) -> None:
    text: Any = BODIES[kind]
    if "\udcff" in text:
        text = text.encode("utf-8", "surrogateescape")
    for name in WRITES:
        who = "scim" if "/scim/" in name else "admin"
        path, _ = requests()[name].filled(scene, who)
        begun = time.process_time()
        reply = scene.world.call(requests()[name].method, path, text, None, _headers(scene, who))
        assert time.process_time() - begun < SECONDS, name
        assert reply.status < 500 or reply.status == 501, (name, reply.text)
        if reply.status < 300:
            assert kind == "80,000 empty members" or "/imports/" in name or not scene.changed(), (name, kind)
        else:
            assert not scene.changed() and len(reply.text) < 3_000 and "Traceback" not in reply.text, (name, reply.text)
        scene.restore()


def _headers(scene: Scene, who: str) -> dict[str, str]:
    return {**scene.authorization(who), "content-type": "application/json"}


def test_a_member_given_twice_counts_once_as_the_last_one(scene: Scene) -> None:
    """As every JSON reader of ours and of the SDKs does it, so that nobody checks one and uses the other."""
    path = scene.stage.address("/v1.0/identityGovernance/entitlementManagement/catalogs/{catalog}")
    text = '{"displayName": "First", "displayName": "Second"}'
    reply = scene.world.call("PATCH", path, text, "admin@example.com")
    assert reply.json["displayName"] == json.loads(text)["displayName"] == "Second"
    scene.restore()


FILTERS = (
    "displayName eq '" + "a" * 4_000 + "'",
    "(" * 400 + "displayName eq 'a'" + ")" * 400,
    "not " * 400 + "displayName eq 'a'",
    " and ".join(["displayName eq 'a'"] * 300),
    " or ".join(["startswith(displayName,'a')"] * 300),
    "contains(displayName,'" + "(a+)+" * 200 + "$')",
    "displayName eq '" + "''" * 1_500,
    "displayName" + "/displayName" * 500 + " eq 'a'",
    "a" * 4_000,
    "displayName eq " + "9" * 4_000,
    "createdDateTime gt " + "2026-" * 800,
    "\u00e4" * 2_000,
    "displayName eq 'a'" + " " * 4_000 + "x",
)


@pytest.mark.parametrize("option", ["$filter", "$orderby", "$select", "$expand", "$search", "$skiptoken"])
@pytest.mark.parametrize("text", FILTERS, ids=range(len(FILTERS)))
def test_no_query_takes_long(scene: Scene, option: str, text: str) -> None:
    for path in ("/v1.0/users", "/v1.0/identityGovernance/entitlementManagement/accessPackages"):
        begun = time.process_time()
        reply = scene.world.get(f"{path}?{option}={text.replace('+', '%2B')}")
        assert reply.status in (200, 400), reply.text[:200]
        assert time.process_time() - begun < SECONDS and not scene.written
