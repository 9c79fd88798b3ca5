"""Importing files through the API."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from chalicelib.domain import ids
from chalicelib.usecases.import_pages import file_key
from chalicelib.usecases.import_people import PeopleImport
from tests.factories import Organisation
from tests.world import Reply, World

CSV = {"content-type": "text/csv; charset=utf-8"}
PEOPLE = "userPrincipalName,displayName,manager\nanna@example.com,Ånna,carl@example.com\ncarl@example.com,Carl,\n"


def send(world: World, body: str | bytes, kind: str = "people", as_: str | None = "admin@example.com") -> Reply:
    return world.post(f"/api/v1/imports/{kind}", body, as_, headers=CSV)


@pytest.mark.parametrize("body", [PEOPLE, "\ufeff" + PEOPLE, b"\xef\xbb\xbf" + PEOPLE.encode()])
def test_people_from_the_body(world: World, body: str | bytes) -> None:
    started = send(world, body)
    assert started.status == 202 and list(started.json) == ["id"]
    address = f"/api/v1/imports/{started.json['id']}"
    assert world.get(address).json["status"] == "waiting"
    world.drain_queue()
    told = world.get(address).json
    assert told == {
        "id": started.json["id"],
        "kind": "people",
        "status": "done",
        "createdDateTime": "2026-03-02T09:00:00Z",
        "finishedDateTime": "2026-03-02T09:00:00Z",
        "total": 2,
        "done": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "bad": 0,
        "badRows": [],
    }
    assert world.services.people.user_by_principal_name("anna@example.com").display_name == "Ånna"


def test_assignments_from_the_body(world: World) -> None:
    organisation = Organisation(world.services)
    organisation.policy(organisation.package("Tools"))
    ada = organisation.person("ada")
    started = send(world, "user,package\nada@example.com,Tools\n", "assignments")
    world.drain_queue()
    assert world.get(f"/api/v1/imports/{started.json['id']}").json["created"] == 1
    assert len(world.services.entitlements.assignments_of_person(ada.id, 10, None).items) == 1


def test_an_uploaded_file_is_found_by_the_timer(world: World) -> None:
    from chalicelib import events

    started = world.post("/api/v1/imports/people", {})
    assert started.status == 202
    job_id = started.json["id"]
    assert file_key(job_id) in urlsplit(started.json["uploadUrl"]).path
    events.tick()
    world.drain_queue()
    assert world.get(f"/api/v1/imports/{job_id}").json["status"] == "waiting"
    world.services.files.put(file_key(job_id), PEOPLE.encode())
    events.tick()
    world.drain_queue()
    assert world.get(f"/api/v1/imports/{job_id}").json["created"] == 2


def test_bad_rows_are_paged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PeopleImport, "page_rows", 1)
    job_id = send(world, "userPrincipalName\nbad1\na@example.com\nbad2\n").json["id"]
    world.drain_queue()
    first = world.get(f"/api/v1/imports/{job_id}").json
    link = urlsplit(first["nextLink"])
    assert link.path == f"/api/api/v1/imports/{job_id}"
    second = world.get(f"{link.path.removeprefix('/api')}?{link.query}").json
    assert [row["line"] for row in first["badRows"] + second["badRows"]] == [2, 4]
    assert first["bad"] == 2 and "nextLink" not in second
    reason = "A principal name is needed, like anna@example.com."
    assert second["badRows"] == [{"line": 4, "column": "userPrincipalName", "reason": reason}]
    assert world.get(f"/api/v1/imports/{job_id}?$skiptoken=x").error["code"] == "InvalidCursor"


def test_a_file_that_cannot_be_used(world: World) -> None:
    assert send(world, "a,b\n1,2\n").error["code"] == "BadRequest"
    assert send(world, "").status == 400
    assert world.post("/api/v1/imports/people", {"url": "x"}).status == 400
    assert world.post("/api/v1/imports/people", "x", headers={"content-type": "text/plain"}).status == 415
    job_id = world.post("/api/v1/imports/people", {}).json["id"]
    world.services.files.put(file_key(job_id), b"a,b\n")
    world.tick()
    told = world.get(f"/api/v1/imports/{job_id}").json
    assert told["status"] == "error" and "userPrincipalName" in told["error"]


def test_too_large_a_body_says_what_to_do(world: World) -> None:
    answer = send(world, "userPrincipalName\n" + "x" * 5_000_000)
    assert answer.status == 413
    assert "uploadUrl" in answer.error["message"]


def test_only_administrators(world: World) -> None:
    Organisation(world.services).person("ada")
    assert send(world, PEOPLE, as_="ada@example.com").status == 403
    assert send(world, PEOPLE, as_=None).status == 401
    assert world.get(f"/api/v1/imports/{ids.guid('x')}", "ada@example.com").status == 403
    assert world.get("/api/v1/imports/x", "ada@example.com").status == 403
    assert world.get(f"/api/v1/imports/{ids.guid('x')}").status == 404
    assert world.get("/api/v1/imports/x").status == 404


def test_the_imports_are_listed_newest_first_with_who_began_them(world: World) -> None:
    Organisation(world.services).person("admin")
    send(world, PEOPLE)
    world.drain_queue()
    world.clock.advance(minutes=1)
    send(world, "user,package\n", "assignments")
    listed = world.get("/api/v1/imports").json["value"]
    assert [(one["kind"], one["status"], one["created"]) for one in listed] == [
        ("assignments", "waiting", 0),
        ("people", "done", 2),
    ]
    assert {one["by"]["displayName"] for one in listed} == {"Admin"}
    assert "badRows" not in listed[0]
    assert world.get("/api/v1/imports", "anna@example.com").status == 403
