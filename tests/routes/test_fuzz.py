"""Random bodies on every address that takes one: refused or done whole, never a fault of ours, never half.

Seeded: the seed of a failure is printed; `--seed N` plays it again, and `--long` plays more.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.routes import test_bad_input_api as api
from tests.routes import test_bad_input_graph as graph
from tests.routes.attacking import Stage, contents, stage
from tests.routes.entitling import NOBODY
from tests.simulation.depth import Depth

__all__ = ["stage"]
SEED = 20260302
ROUNDS, MANY = 40, 1_000
WRITING = ("POST", "PUT", "PATCH")
TABLE = {**graph.TABLE, **api.TABLE}
NAMES = [name for name, route in TABLE.items() if route.body and name.partition(" ")[0] in WRITING]
NUMBERS = (0, -1, 1, 10**9, 2**63, -(2**64), 0.5, 1e308, -0.0, 100, 3661)
TEXTS = (
    "",
    " ",
    "x" * 257,
    "\u202etxt.exe",
    "\U0001f600" * 200,
    "\x00",
    "a\nb",
    "2026-02-30T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "2026-06-01",
    "P1D",
    "P0D",
    "-P1D",
    "P99999999999D",
    "P1Y2M3DT4H5M6.7S",
    "14 days, 0:00:00",
    "Europe/Berlin",
    "Mars/Olympus",
    "daily",
    "weekly",
    "relativeMonthly",
    "absoluteYearly",
    "endDate",
    "numbered",
    "noEnd",
    "noExpiration",
    "afterDateTime",
    "adminUpdate",
    "adminRemove",
    "Deny",
    "NotReviewed",
    "auditor",
    "packageManager",
    "group",
    "#microsoft.graph.singleUser",
    "#microsoft.graph.groupMembers",
    "#microsoft.graph.targetManager",
    "#microsoft.graph.internalSponsors",
    "../..",
    NOBODY,
)


def value(chance: random.Random, known: list[str], depth: int = 0) -> Any:
    """Some JSON value, often one that means something somewhere."""
    kind = chance.randrange(9 if depth < 3 else 7)
    if kind < 3:
        return chance.choice(TEXTS)
    if kind == 3:
        return chance.choice(known)
    if kind == 4:
        return chance.choice(NUMBERS)
    if kind == 5:
        return chance.choice((True, False))
    if kind == 6:
        return None
    parts = [value(chance, known, depth + 1) for _ in range(chance.randrange(4))]
    return (
        parts
        if kind == 7
        else {chance.choice(("id", "type", "displayName", "userId", "@odata.type")): one for one in parts}
    )


def places(held: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a body."""
    pairs = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ()
    for key, inner in pairs:
        yield held, key
        yield from places(inner)


def disturbed(chance: random.Random, body: dict[str, Any], known: list[str]) -> Any:
    """The body with one to four of its members replaced, removed, doubled into a list, or added to."""
    changed = copy.deepcopy(body)
    for _ in range(chance.randrange(1, 5)):
        found = list(places(changed))
        if not found:
            break
        container, key = chance.choice(found)
        act = chance.randrange(5)
        if act == 0 and isinstance(container, dict):
            del container[key]
        elif act == 1:
            container[key] = [container[key], copy.deepcopy(container[key])]
        elif act == 2 and isinstance(container, dict):
            container[chance.choice(("extra", "id", "@odata.etag", "createdDateTime"))] = value(chance, known)
        else:
            container[key] = value(chance, known)
    return changed


def _told(key: Any, row: Any) -> Any:
    """What a change of which is told in the audit log: not when somebody was seen, or what they used."""
    return None if key[0] == "USED" else {name: part for name, part in (row or {}).items() if name != "seen"}


def sound(before: dict[str, Any], after: dict[str, Any], status: int, told: str) -> None:
    """A refusal changed nothing; what was written has its audit event, and names and objects agree."""
    if status >= 400:
        assert after == before, told
        return
    tables = {name.rpartition("-")[2]: name for name in after}
    changed = {
        short: {key for key, row in after[name].items() if _told(key, before[name].get(key)) != _told(key, row)}
        for short, name in tables.items()
    }
    if changed["directory"] or changed["entitlements"]:
        assert changed["audit"], told
    rows = after[tables["entitlements"]]
    owners = {json.loads(row["data"]["S"])["owner_id"] for (pk, _), row in rows.items() if pk.startswith("NAME#")}
    named = {sk for pk, sk in rows if pk in ("CATALOGS", "PACKAGES", "POLICIES")}
    assert owners == named, told
    held = {json.loads(row["data"]["S"])["assignment_id"] for (pk, _), row in rows.items() if pk.startswith("H#")}
    live = {
        sk
        for (pk, sk), row in rows.items()
        if pk.startswith("A#") and json.loads(row["data"]["S"]).get("state", "delivered") != "expired"
    }
    assert held == live, told


@pytest.mark.parametrize("name", NAMES, ids=[name.replace("/v1.0/identityGovernance", "") for name in NAMES])
def test_random_bodies_are_refused_or_done_whole(stage: Stage, name: str, depth: Depth) -> None:
    seed = depth.seed or SEED
    route, method = TABLE[name], name.partition(" ")[0]
    assert route.body is not None
    chance = random.Random(f"{seed} {name}")
    known = list(stage.ids.values())
    original = route.body(stage)
    before, seen = contents(), set()
    for round_, _ in enumerate(range(ROUNDS) if depth.seed else depth.histories(ROUNDS, MANY)):
        body = disturbed(chance, original, known)
        reply = stage.world.call(method, stage.address(route.path), body, route.as_)
        told = f"seed {seed}, round {round_}: {name} {json.dumps(body)[:2_000]} -> {reply.status} {reply.text[:500]}"
        assert reply.status < 500, told
        after = contents()
        sound(before, after, reply.status, told)
        before = after
        seen.add(reply.status)
    if seen == {400}:  # where unknown members are refused, chance may bring nothing that is right
        seen.add(stage.world.call(method, stage.address(route.path), original, route.as_).status)
    assert seen & {400} and len(seen) > 1, seen


@pytest.mark.parametrize("kind", ["people", "assignments"])
def test_random_files_end_with_a_word_about_every_row(stage: Stage, kind: str, depth: Depth) -> None:
    seed = depth.seed or SEED
    chance = random.Random(f"{seed} {kind}")
    known = [*stage.ids.values(), "ann@example.com", "bob@example.com", *TEXTS]
    heads = {
        "people": ("displayName", "userPrincipalName", "mail", "manager", "accountEnabled", "lastSignInDateTime"),
        "assignments": ("userPrincipalName", "assignmentPolicyId", "accessPackage", "assignmentPolicy", "start", "end"),
    }
    for round_, _ in enumerate(range(12) if depth.seed else depth.histories(12, 200)):
        head = chance.sample(heads[kind], chance.randrange(1, len(heads[kind]) + 1))
        rows = [[chance.choice(known) for _ in range(len(head) + chance.choice((0, 0, 0, 1, -1)))] for _ in range(8)]
        text = "\r\n".join(chance.choice(",,,;").join(row) for row in [head, *rows])
        raw = text.encode() if chance.random() < 0.8 else bytes(chance.randrange(256) for _ in range(300))
        told = f"seed {seed}, round {round_}: {raw!r}"
        reply = stage.world.call("POST", f"{api.IMPORTS}/{kind}", raw, headers={"content-type": "text/csv"})
        assert reply.status in (202, 400), f"{told} -> {reply.status} {reply.text}"
        if reply.status == 202:
            stage.world.drain()
            found = stage.world.get(f"{api.IMPORTS}/{reply.json['id']}")
            assert found.status == 200 and found.json["status"] in ("done", "error"), f"{told} -> {found.text}"
            assert datetime.fromisoformat(found.json["finishedDateTime"])
            counted = sum(found.json[one] for one in ("created", "updated", "unchanged", "bad"))
            assert counted == found.json["total"] or found.json["status"] == "error", f"{told} -> {found.text}"
