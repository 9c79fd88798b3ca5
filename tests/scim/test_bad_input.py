"""Bad input at the SCIM door: refused in its own shape, nothing changed (brief, section 7; RFC 7644, section 3.12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.domain import ids
from tests.routes.attacking import contents, routes_under
from tests.scim.clients import Client, new_client
from tests.world import Reply, World, token

LISTS = ("/Users", "/Groups")
OBJECTS = ("/Users/{id}", "/Groups/{id}")
DISCOVERY = ("/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/{name}", "/Schemas", "/Schemas/{urn}", "/Me")
ROUTES = {
    *(f"{verb} {path}" for path in LISTS for verb in ("GET", "POST")),
    *(f"{verb} {path}" for path in OBJECTS for verb in ("GET", "PUT", "PATCH", "DELETE")),
    *(f"POST {path}/.search" for path in ("", *LISTS)),
    *(f"GET {path}" for path in DISCOVERY),
    *("POST /Bulk", "GET /{other}"),
}
WRITES = sorted(one for one in ROUTES if one.partition(" ")[0] in ("POST", "PUT", "PATCH"))


@pytest.fixture
def client(world: World) -> Client:
    return new_client(world)


@contextmanager
def unharmed() -> Iterator[None]:
    """Nothing in any table may change inside."""
    before = contents()
    yield
    assert contents() == before


def refused(reply: Reply, *statuses: int) -> None:
    """One of these statuses, in SCIM's shape."""
    assert reply.status in statuses, reply.text
    assert reply.headers["Content-Type"] == "application/scim+json"
    assert reply.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert reply.json["status"] == str(reply.status) and reply.json["detail"] and "Traceback" not in reply.text


def filled(path: str) -> str:
    return path.format(id=ids.guid("nobody"), name="User", urn="urn:x", other="x")


def test_the_table_has_every_route() -> None:
    assert {f"{one.replace(' ', ' /scim/v2', 1)}" for one in ROUTES} == routes_under("/scim/")


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_without_a_good_token_nothing_is_told(world: World, name: str) -> None:
    verb, _, path = name.partition(" ")
    body = {} if name in WRITES else None
    with unharmed():
        for bad in (None, "", "Bearer x", "Bearer scim_x", "Basic eDp5", f"Bearer {token('admin@example.com')}"):
            headers = {"authorization": bad} if bad is not None else {}
            refused(world.call(verb, f"/scim/v2{filled(path)}", body, None, headers), 401)


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("body", ["{", "[]", "7", '"x"', "null", "\x00", "{}", "[" * 100_000])
def test_a_body_that_is_no_message_is_refused(client: Client, name: str, body: str) -> None:
    verb, _, path = name.partition(" ")
    client.get("/Schemas")  # its use is noted
    with unharmed():
        refused(client.call(verb, filled(path), body), 400, 404, 501)


@pytest.mark.parametrize("path", [*LISTS, *OBJECTS, *DISCOVERY])
def test_a_verb_that_is_not_taken_is_refused(client: Client, path: str) -> None:
    taken = {one.partition(" ")[0] for one in ROUTES if one.partition(" ")[2] == path}
    for verb in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
        reply = client.call(verb, filled(path), {})
        refused(reply, 405)


@pytest.mark.parametrize(
    "options",
    ["startIndex=x", "count=1.5", "startIndex=1&startIndex=2", "attributes=id&excludedAttributes=name", "filter=%FF"],
)
@pytest.mark.parametrize("path", LISTS)
def test_options_that_mean_nothing_are_refused(client: Client, path: str, options: str) -> None:
    client.user("anna")
    client.post("/Groups", {"displayName": "Crew"})
    refused(client.get(f"{path}?{options}"), 400)


@pytest.mark.parametrize("odd", ["x", "x" * 3_000, "%00", "..%2Fx", "%C3%BC", "0" * 36])
def test_odd_ids_are_not_there(client: Client, odd: str) -> None:
    for path in ("/Users", "/Groups"):
        refused(client.get(f"{path}/{odd}"), 404)
        refused(client.patch(f"{path}/{odd}", {"op": "add", "path": "displayName", "value": "x"}), 404)
        refused(client.call("DELETE", f"{path}/{odd}"), 404)
