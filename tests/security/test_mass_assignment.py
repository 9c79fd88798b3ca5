"""Property level: whoever sends more than a route takes changes nothing more (P20; OWASP API3).

Every writing route gets its right body with every attribute of every stored record and of every answer added, in
each object of it. Graph's surface and SCIM ignore them: the whole store is as it is without them, byte for byte. Our
own root refuses them and changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

import msgspec
import pytest

from chalicelib.domain import ids
from chalicelib.domain.items import DecisionItem
from chalicelib.routes.declared import ROUTES, TERM, Declared, Media
from chalicelib.storage.rows import PLACES
from tests.security.matrix import requests, rights, shortened
from tests.security.scene import Scene, prepared
from tests.security.story import WHO_MAY

# What SCIM's messages may hold (RFC 7643 and 7644), of what is known by the same name here.
IN_SCIM = {"id", "externalId", "userName", "displayName", "name", "active", "emails", "title", "department", "members"}
IN_SCIM |= {"manager", "organization", "userType", "count", "startIndex", "attributes", "filter", "meta", "schemas"}
IN_SCIM |= {"path", "op", "value", "type", "display", "Operations", "Resources", "preferredLanguage", "timezone"}
# Bodies that are read as they are, or not at all.
NO_JSON = {f"POST /api/v1/imports/{what}" for what in ("people", "assignments")}
WHO = {
    name: next((one for one in WHO_MAY if cells[one].startswith("2") or cells[one] == "409"), "")
    for name, cells in rights().items()
    if name.split()[0] in ("POST", "PUT", "PATCH") and name not in NO_JSON
}


@cache
def _declared() -> dict[str, Declared]:
    """What each route says of itself."""
    import app as front

    assert front.app
    return {shortened(f"{one.method} {one.path}"): one for one in ROUTES}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(one.title() for one in rest)


def _members(shapes: set[Any]) -> set[str]:
    _, components = msgspec.json.schema_components(shapes)
    return {name for one in components.values() for name in one.get("properties", {})}


@cache
def _known() -> frozenset[str]:
    """The names of everything there is: stored attributes, as they are and as JSON spells them, and columns; members
    of answers."""
    stored = {one.name for entity in (*PLACES, DecisionItem) for one in fields(entity)} | {
        "pk",
        "sk",
        "v",
        "op",
        "data",
    }
    answers = {one for each in ROUTES for one in each.gives.values() if one and not isinstance(one, Media)}
    taken = _members({each.takes for each in ROUTES if each.takes})
    told = {one for one in _members(answers) if not (one.startswith(TERM) and one in taken)}
    return frozenset(stored | {_camel(one) for one in stored} | told | {"isAdmin", "roles", "__proto__", "constructor"})


def _value(name: str) -> Any:
    low = name.lower()
    if low.endswith(("datetime", "created", "modified", "opens", "closes", "ends", "starts")):
        return "2020-01-01T00:00:00Z"
    if low in ("v", "version", "number", "count", "attempts"):
        return 7
    words = {"status": "Completed", "decision": "Deny", "applyResult": "AppliedSuccessfully", "role": "administrator"}
    return words.get(name, ids.guid("mallory") if low.endswith("id") else "mallory")


def _stuffed(body: Any, names: frozenset[str]) -> Any:
    """The body with these members in each of its objects."""
    if isinstance(body, list):
        return [_stuffed(one, names) for one in body]
    if not isinstance(body, dict):
        return body
    return {name: _value(name) for name in sorted(names)} | {name: _stuffed(one, names) for name, one in body.items()}


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One world, put back after each request."""
    with prepared() as found:
        yield found


def _send(scene: Scene, name: str, who: str, stuffed: bool) -> tuple[Any, dict[str, dict[Any, Any]]]:
    """The answer, and what every table holds afterwards."""
    request, counter = requests()[name], scene.world.clock.counter
    path, body = request.filled(scene, who)
    if stuffed:
        takes = _declared()[name].takes
        own = _members({takes}) if takes and not isinstance(takes, Media) else IN_SCIM if "/scim/" in name else set()
        body = _stuffed(copy.deepcopy(body), _known() - own)
    reply = scene.world.call(request.method, path, body, None, scene.authorization(who))
    held = scene.contents()
    scene.restore()
    scene.world.clock.counter = counter  # the same ids again
    return reply, held


@pytest.mark.parametrize("name", [name for name, who in WHO.items() if who])
def test_what_a_route_does_not_take_changes_nothing(scene: Scene, name: str) -> None:
    """P20, for whoever may do what the route does."""
    plain, expected = _send(scene, name, WHO[name], False)
    stuffed, held = _send(scene, name, WHO[name], True)
    if _declared()[name].strict:
        assert stuffed.status == 400 and held == scene.before, stuffed.text
        return
    assert stuffed.status == plain.status, stuffed.text
    assert held == expected


def test_what_is_added_is_what_records_and_answers_have() -> None:
    names = {"createdBy", "created_by", "status", "decision", "leaf", "op", "version", "reviewedBy", "appliedDateTime"}
    assert names <= _known() and len(_known()) > 300
