"""The attacks of bad input (brief, section 7): each sends wrong requests to one route and checks the refusals."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.routes.attacking import ADMIN, BOSS, EVE, Route, Stage, unharmed
from tests.routes.entitling import NOBODY
from tests.world import Reply

DEEP = '{"a":' * 10_000 + "1" + "}" * 10_000
NO_OBJECTS: tuple[Any, ...] = (
    "{",
    "nul",
    "[]",
    '"text"',
    "7",
    "null",
    "[" * 10_000,
    DEEP,
    b"\xff\xfe",
    '{"a":"\\ud800"}',
)
OTHER_TYPES = ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
TOO_LARGE = json.dumps({"displayName": "x" * 1_000_001})
ODD_IDS = (
    "%20",
    "x" * 3_000,
    "%C3%BC%F0%9F%98%80",
    "..%2F..%2Fcatalogs",
    "..",
    "%00",
    "%ff",
    "%",
    "'%20or%20''='",
    "$ref",
    "$batch",
    "filterByCurrentUser(on='')",
    "filterByCurrentUser(on='nobody')",
    "filterByCurrentUser%28on%3D%27x%27%29",
    "nothing()",
    NOBODY.upper(),
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
)
WRONG_TYPES: dict[type, tuple[Any, ...]] = {
    str: (7, True, [], {}, ["x"], 1.5, "\x00"),
    bool: ("yes", 1, [], {}),
    int: ("x", "7", [], {}, True, 1.5),
    dict: ("x", 7, [], True, ["x"]),
    list: ("x", 7, {}, True, ["x"], [None], [7], [[]]),
}
OPTIONS = (
    "$top=0",
    "$top=-1",
    "$top=abc",
    "$top=",
    "$top=1&$top=2",
    "$top=1.5",
    "$skip=1",
    "$count=maybe",
    "$search=x",
    "$nothing=1",
    "$filter=",
    "$filter=garbage",
    "$filter=id eq",
    "$filter=id eq 'x",
    "$filter=nothing eq 1",
    "$filter=id%00 eq 'x'",
    "$filter=" + "(" * 500,
    "$filter=" + "not " * 500 + "id eq 'x'",
    "$filter=" + " or ".join(["id eq 'x'"] * 101),
    "$filter=" + "x" * 5_000,
    "$filter=id eq 'x'; drop",
    "$filter=id eq 7",
    "$orderby=nothing",
    "$orderby=id sideways",
    "$orderby=,",
    "$select=nothing",
    "$select=a/b",
    "$expand=nothing",
    "$expand=" + "a($expand=" * 50,
    "$skiptoken=",
    "$skiptoken=AAAA",
    "$skiptoken=" + "A" * 5_000,
    "$skiptoken=%C3%BC",
)


def check_refusal(reply: Reply, *statuses: int, target: bool = False, about: Any = "") -> dict[str, Any]:
    """One of these statuses in the one shape of errors, naming the field where one is at fault."""
    told = f"{str(about)[:300]} -> {reply.status} {reply.text[:300]}"
    assert reply.status in statuses, told
    headers = {name.lower(): value for name, value in reply.headers.items()}
    assert headers["content-type"] == "application/json", told
    error = reply.error
    assert error["code"] and error["message"] and error["innerError"]["request-id"], told
    assert "Traceback" not in reply.text and len(reply.text) < 3_000, told
    assert error.get("target") or not target, told
    return error


def wrong_bodies(body: dict[str, Any], loose: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The body with each of its members, at any depth, given each wrong type in turn, with the member's path."""
    for path in _members(body, ()):
        name = "/".join(str(part) for part in path)
        if name in loose or "@odata" in name:
            continue
        held = _at(body, path)
        for wrong in WRONG_TYPES[type(held)]:
            changed = copy.deepcopy(body)
            _at(changed, path[:-1])[path[-1]] = wrong
            yield name, changed


def _members(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, held in inner:
        yield from _members(held, (*path, name))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def with_member(body: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A copy of the body with the member at a path replaced."""
    changed = copy.deepcopy(body)
    *outer, last = [int(part) if part.isdigit() else part for part in name.split("/")]
    _at(changed, tuple(outer))[last] = value
    return changed


def attack_body(stage: Stage, method: str, route: Route) -> None:
    """Bodies that are no JSON object, too large, of a wrong content type, with members nobody knows."""

    def send(body: Any, kind: str = "application/json") -> Reply:
        url = stage.address(route.path)
        return stage.world.call(method, url, body, route.as_, headers={"content-type": kind})

    for text in NO_OBJECTS:
        check_refusal(send(text), 400, about=(method, route.path, text))
    check_refusal(send(TOO_LARGE), 413, about=(method, route.path, "too large"))
    for kind in OTHER_TYPES:
        check_refusal(send("{}", kind), 415, about=(method, route.path, kind))
    for extra in ({"nothing": 1}, {"@odata.type": "x"}) if route.strict else ():
        body = {**(route.body(stage) if route.body else {}), **extra}
        check_refusal(send(body), 400, about=(method, route.path, extra))


def attack_members(stage: Stage, method: str, route: Route) -> None:
    """Members of wrong types, and words that are none of those there are."""
    if route.body is None:
        return
    body = route.body(stage)
    wrong = list(wrong_bodies(body, route.loose))
    wrong += [
        (word, with_member(body, word, value))
        for word in route.words
        for value in ("nonsense", "", " ", "\u00e4" * 300)
    ]
    for name, changed in wrong:
        reply = stage.world.call(method, stage.address(route.path), changed, route.as_)
        error = check_refusal(reply, 400, target=True, about=(method, route.path, name, changed))
        # A fault may be seen in what holds the member, or in what the member holds.
        assert error["target"].startswith(name.partition("/")[0]), (name, error)


def attack_ids(stage: Stage, method: str, route: Route) -> None:
    """Each id of the address unknown or malformed."""
    parts = route.path.split("/")
    for place, part in enumerate(parts):
        if not part.startswith("{"):
            continue
        for odd in ODD_IDS:
            url = "/".join(
                odd if at == place else stage.address(one) if one.startswith("{") else one
                for at, one in enumerate(parts)
            )
            body = route.body(stage) if route.body else None
            reply = stage.world.call(method, url, body, route.as_)
            check_refusal(reply, 404, 400, about=(method, url))


def attack_sign_in(stage: Stage, method: str, route: Route) -> None:
    """No token, bad tokens, somebody unknown, somebody without rights."""
    url = stage.address(route.path)
    body = route.body(stage) if route.body else None
    for bad in (None, "", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Basic eDp5", "Bearer \u00fc", "x" * 9_000):
        headers = {"authorization": bad} if bad is not None else {}
        reply = stage.world.call(method, url, body, None, headers=headers)
        check_refusal(reply, 401, about=(method, url, bad))
        assert {name.lower() for name in reply.headers} >= {"www-authenticate"}
    check_refusal(stage.world.call(method, url, body, "unknown@example.com"), 401, about=(method, url))
    reply = stage.world.call(method, url, body, EVE)
    if route.stranger == (200,):
        assert reply.status == 200, reply.text
    else:
        check_refusal(reply, *route.stranger, about=(method, url, "stranger"))


def attack_verbs(stage: Stage, path: str, taken: set[str], route: Route) -> None:
    """Every verb the address does not take."""
    for verb in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
        reply = stage.world.call(verb, stage.address(route.path), {} if verb != "GET" else None, route.as_)
        check_refusal(reply, 405, about=(verb, path))


def attack_list(stage: Stage, route: Route) -> None:
    """Query options of a list that mean nothing, cursors altered and of somebody else."""
    url, world = stage.address(route.path), stage.world
    for option in OPTIONS:
        error = check_refusal(world.get(f"{url}?{option}", route.as_), 400, target=True, about=(url, option))
        assert error["target"].startswith("$"), error
    reply = world.get(f"{url}?$top=1000", route.as_)
    assert reply.status == 200 and len(reply.json["value"]) <= 100, reply.text
    first = world.get(f"{url}?$top=1", route.as_).json
    if "@odata.nextLink" not in first:
        return
    link = first["@odata.nextLink"].removeprefix("https://graph.example.com/api")
    assert world.get(link, route.as_).status == 200
    token = link.partition("$skiptoken=")[2]
    swapped = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]
    for wrong in (link.replace(token, swapped), link + "A", link[:-1], link.replace("$top=1&", "$top=2&")):
        error = check_refusal(world.get(wrong, route.as_), 400, target=True, about=wrong)
        assert (error["code"], error["target"]) == ("InvalidCursor", "$skiptoken")
    other = BOSS if route.as_ != BOSS else ADMIN
    check_refusal(world.get(link, other), 400, target=True, about=("cursor of somebody else", link))
    world.clock.advance(hours=25)
    check_refusal(world.get(link, route.as_), 400, target=True, about=("old cursor", link))
    world.clock.advance(hours=-25)


def attack(stage: Stage, table: Mapping[str, Route], name: str) -> None:
    """Everything that can be sent wrongly to one route; no table may change."""
    route, (method, path) = table[name], name.split(" ")
    taken = {one.partition(" ")[0] for one in table if one.endswith(f" {path}")}
    with unharmed():
        attack_verbs(stage, path, taken, route)
        if route.closed:
            reply = stage.world.call(method, stage.address(route.path), {}, route.as_)
            check_refusal(reply, 405, about=name)
            return
        if not route.public:
            attack_sign_in(stage, method, route)
        attack_ids(stage, method, route)
        if method in ("POST", "PUT", "PATCH"):
            attack_body(stage, method, route)
            attack_members(stage, method, route)
        if route.lists:
            attack_list(stage, route)
