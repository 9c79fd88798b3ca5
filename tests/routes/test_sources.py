"""Sign-ins and sources over HTTP: what is taken, what each row gets, and where it is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.people import Role
from tests.factories import Organisation
from tests.world import START, Reply, World

SIGN_INS, SOURCES, USERS = "/api/v1/sign-ins", "/api/v1/sources", "/v1.0/users"


@pytest.fixture
def organisation(world: World) -> Organisation:
    made = Organisation(world.services)
    for name in ("ann", "ben"):
        made.person(name, last_sign_in=None, sign_in_as_of=None)
    return made


def send(world: World, *rows: dict[str, Any], as_: str = "admin@example.com", **more: Any) -> Reply:
    return world.post(SIGN_INS, {"source": " Okta  Europe ", "signIns": list(rows), **more}, as_)


def row(name: str = "ann", **more: Any) -> dict[str, Any]:
    return {"userPrincipalName": f"{name}@example.com", "at": "2026-03-01T08:00:00Z", **more}


def test_every_row_has_a_result_in_the_same_order(world: World, organisation: Organisation) -> None:
    ben = organisation.people["ben"]
    future = row(at=(START + timedelta(days=1)).isoformat())
    rows = [row("nobody"), row(), {"userId": ben.id, "at": "2026-03-01T09:00:00+01:00"}, future]
    reply = send(world, *rows)
    assert [one["status"] for one in reply.json["results"]] == ["unknownPerson", "updated", "updated", "refused"]
    again = send(world, *rows, **{"coversUntil": "2026-03-02T00:00:00Z"})
    assert [one["status"] for one in again.json["results"]] == ["unknownPerson", "unchanged", "unchanged", "refused"]
    (source,) = world.get(SOURCES).json["value"]
    assert (source["displayName"], source["kind"]) == ("Okta Europe", "signIns")


def test_a_program_with_the_role_sends_and_sees_nothing(world: World, organisation: Organisation) -> None:
    organisation.grant(organisation.person("robot"), Role.SIGN_IN_SENDER)
    robot = "robot@example.com"
    assert send(world, row(), as_=robot).status == 200
    assert send(world, row(), as_="ann@example.com").status == 403
    assert {world.get(path, robot).status for path in (SOURCES, "/api/v1/people", "/api/v1/overview")} == {403}
    shown = world.get(f"{USERS}/{organisation.people['ann'].id}", robot).json
    assert "signInActivity" not in shown and "accountEnabled" not in shown


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"source": " ", "signIns": []}, "source"),
        ({"source": "x" * 65, "signIns": []}, "source"),
        ({"source": "x", "signIns": [{"at": "2026-03-01T08:00:00Z"}]}, "signIns/0"),
        ({"source": "x", "signIns": [row(), row(userId="11111111-2222-3333-4444-555555555555")]}, "signIns/1"),
        ({"source": "x", "signIns": [{"userId": "x", "at": "2026-03-01T08:00:00Z"}]}, "signIns/0/userId"),
        ({"source": "x", "signIns": [row(at="yesterday")]}, "signIns/0/at"),
        ({"source": "x", "signIns": [row(resource="x" * 201)]}, "signIns/0/resource"),
        ({"source": "x", "signIns": [], "coversUntil": "2030-01-01T00:00:00Z"}, "coversUntil"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_taken(
    world: World, organisation: Organisation, body: dict[str, Any], target: str
) -> None:
    reply = world.post(SIGN_INS, body)
    assert (reply.status, reply.error["target"]) == (400, target)
    assert world.get(SOURCES).json["value"] == []


def test_a_thousand_are_taken_and_not_one_more(world: World, organisation: Organisation) -> None:
    assert send(world, *[row()] * 1000).status == 200
    assert send(world, *[row()] * 1001).status == 413


def test_graph_tells_the_three_dates(world: World, organisation: Organisation) -> None:
    """Graph's signInActivity: interactive, non-interactive, and the later of both."""
    ann = organisation.people["ann"]
    silent = row(at="2026-03-02T08:00:00Z", interactive=False)
    send(world, row(), silent)
    (shown,) = world.get(f"{USERS}?$select=id,signInActivity&$filter=userPrincipalName eq 'ann@example.com'").json[
        "value"
    ]
    assert shown == {
        "id": ann.id,
        "signInActivity": {
            "lastSignInDateTime": "2026-03-01T08:00:00Z",
            "lastNonInteractiveSignInDateTime": "2026-03-02T08:00:00Z",
            "lastSuccessfulSignInDateTime": "2026-03-02T08:00:00Z",
        },
    }
    found = world.get(f"{USERS}?$filter=signInActivity/lastSuccessfulSignInDateTime ge 2026-03-02").json["value"]
    assert [one["id"] for one in found] == [ann.id]


def test_a_person_is_shown_with_the_source_and_what_they_used(world: World, organisation: Organisation) -> None:
    send(world, row(resource="payroll"), row(resource="crm", at="2026-03-01T09:00:00Z"))
    shown = world.get(f"/api/v1/people/{organisation.people['ann'].id}").json
    assert shown["signInActivity"] == {
        "lastDateTime": "2026-03-01T09:00:00Z",
        "lastInteractiveDateTime": "2026-03-01T09:00:00Z",
        "lastNonInteractiveDateTime": None,
        "source": "Okta Europe",
        "knownUntilDateTime": "2026-03-02T09:00:00Z",
        "used": [
            {"resource": "crm", "lastUsedDateTime": "2026-03-01T09:00:00Z"},
            {"resource": "payroll", "lastUsedDateTime": "2026-03-01T08:00:00Z"},
        ],
    }
    other = world.get(f"/api/v1/people/{organisation.people['ben'].id}").json["signInActivity"]
    assert (other["lastDateTime"], other["source"], other["used"]) == (None, None, [])


def test_administrators_say_what_is_expected_and_auditors_look(world: World, organisation: Organisation) -> None:
    organisation.grant(organisation.people["ben"], Role.AUDITOR)
    send(world, row())
    (source,) = world.get(SOURCES, "ben@example.com").json["value"]
    address = f"{SOURCES}/{source['id']}"
    assert source["expectedDateTime"] == "2026-03-09T09:00:00Z" and not source["silent"]
    assert world.call("PATCH", address, {"everyHours": 24}, "ben@example.com").status == 403
    assert world.call("PATCH", address, {"everyHours": 24}, "ann@example.com").status == 404
    assert world.call("PATCH", address, {"everyHours": 9000}).error["target"] == "everyHours"
    assert world.call("PATCH", address, {"everyHours": 24}).json["expectedDateTime"] == "2026-03-03T09:00:00Z"
    world.clock.advance(days=2)
    world.tick()
    (source,) = world.get(SOURCES).json["value"]
    assert source["silent"]
    assert world.call("PATCH", address, {"retired": True}).json["expectedDateTime"] is None
    assert world.call("PATCH", address, {"retired": True}).status == 200
    events = world.services.audit.events_of_target(source["id"], 10, None).items
    assert [one.activity for one in events] == [
        "Update data source",
        "Data source stale",
        "Update data source",
        "Add data source",
    ]
