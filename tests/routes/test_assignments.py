"""Assignments and assignment requests over HTTP (R12, R35-R45, G7)."""

from __future__ import annotations

import pytest

from chalicelib.domain.people import Role
from tests.routes.entitling import (
    ASSIGNMENTS,
    NOBODY,
    REQUESTS,
    Office,
    added,
    change,
    office,
    refused,
    shown,
)

__all__ = ["office"]


def test_assigned_listed_removed(office: Office) -> None:
    world = office.world
    made = office.add(office.ann, justification="needs it").json
    assert (made["requestType"], made["state"], made["justification"]) == ("adminAdd", "delivered", "needs it")
    assert made["completedDateTime"] == made["createdDateTime"]
    assignment = shown(office, made["assignment"]["id"])
    assert (assignment["state"], assignment["expiredDateTime"]) == ("delivered", None)
    assert assignment["target"]["objectId"] == office.ann.id
    assert assignment["schedule"]["expiration"]["type"] == "noExpiration"
    world.clock.advance(days=1)
    removed = world.post(REQUESTS, change("adminRemove", assignment["id"]))
    assert (removed.status, removed.json["state"]) == (201, "delivered")
    after = shown(office, assignment["id"])
    assert (after["state"], after["expiredDateTime"]) == ("expired", "2026-03-03T09:00:00Z")
    requests = world.get(f"{REQUESTS}?$expand=requestor,assignment($expand=target),accessPackage").json["value"]
    assert [one["requestType"] for one in requests] == ["adminRemove", "adminAdd"]
    assert requests[0]["assignment"]["target"]["principalName"] == "ann@example.com"
    assert requests[0]["accessPackage"]["displayName"] == office.package.display_name
    assert world.get(f"{REQUESTS}/{removed.json['id']}").json["id"] == removed.json["id"]


def test_an_assignment_ends_by_itself_and_makes_room(office: Office) -> None:
    expiration = {"type": "afterDateTime", "endDateTime": "2026-03-05T00:00:00Z"}
    first = added(office, office.ann, schedule={"expiration": expiration})
    office.world.clock.advance(days=3)
    found = shown(office, first)
    assert (found["state"], found["expiredDateTime"]) == ("expired", "2026-03-05T00:00:00Z")
    refused(office.world.post(REQUESTS, change("adminRemove", first)), 409)
    refused(office.world.post(REQUESTS, change("adminUpdate", first, schedule={"expiration": {}})), 409)
    second = added(office, office.ann)
    assert second != first
    states = office.world.get(f"{ASSIGNMENTS}?$filter=target/objectId eq '{office.ann.id}'").json["value"]
    assert {one["id"]: one["state"] for one in states} == {first: "expired", second: "delivered"}


def test_a_scheduled_assignment(office: Office) -> None:
    world = office.world
    made = office.add(office.ann, schedule={"startDateTime": "2026-03-09T00:00:00Z"}).json
    own = made["assignment"]["id"]
    assert (made["state"], made["completedDateTime"]) == ("scheduled", None)
    assert shown(office, own)["state"] == "delivering"
    refused(world.call("DELETE", f"{REQUESTS}/{made['id']}"), 409)
    refused(office.add(office.ann), 409)
    later = {"startDateTime": "2026-03-10T00:00:00Z"}
    assert world.post(REQUESTS, change("adminUpdate", own, schedule=later)).json["state"] == "delivered"
    world.clock.advance(days=7)
    assert world.get(f"{REQUESTS}/{made['id']}").json["state"] == "scheduled"
    world.clock.advance(days=1)
    assert shown(office, own)["state"] == "delivered"
    found = world.get(f"{REQUESTS}/{made['id']}").json
    assert (found["state"], found["completedDateTime"]) == ("delivered", "2026-03-10T00:00:00Z")


def test_a_scheduled_assignment_that_is_removed_never_was_delivered(office: Office) -> None:
    made = office.add(office.ann, schedule={"startDateTime": "2026-03-09T00:00:00Z"}).json
    office.world.post(REQUESTS, change("adminRemove", made["assignment"]["id"]))
    office.world.clock.advance(days=30)
    assert office.world.get(f"{REQUESTS}/{made['id']}").json["state"] == "canceled"
    assert shown(office, made["assignment"]["id"])["state"] == "expired"


def test_huge_bodies_and_unknown_ones(office: Office) -> None:
    refused(office.world.post(REQUESTS, {"justification": "x" * 1_000_000}), 413)
    for key in (NOBODY, "x", "$ref", "f" * 36, "zz" * 18):
        refused(office.world.get(f"{REQUESTS}/{key}"), 404)
        refused(office.world.call("DELETE", f"{REQUESTS}/{key}"), 404)
        refused(office.world.get(f"{ASSIGNMENTS}/{key}"), 404)
    refused(office.world.post(REQUESTS, change("adminRemove", NOBODY)), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_assignments_change_through_requests_only(office: Office, method: str) -> None:
    """R35."""
    own = added(office, office.ann)
    for address in (ASSIGNMENTS, f"{ASSIGNMENTS}/{own}"):
        error = refused(office.world.call(method, address, {} if method != "DELETE" else None), 405)
        assert "adminRemove" in error["message"]
    assert shown(office, own)["state"] == "delivered"


def test_filters_choose_the_way(office: Office) -> None:
    world = office.world
    elsewhere = office.organisation.policy(office.organisation.package("Elsewhere"))
    first, second = added(office, office.ann), added(office, office.bob)
    (third,) = office.organisation.assign(elsewhere, office.ann)
    world.post(REQUESTS, change("adminRemove", second))

    def found(query: str) -> set[str]:
        return {one["id"] for one in world.get(f"{ASSIGNMENTS}?$filter={query}").json["value"]}

    assert found("state eq 'Delivered'") == {first, third}
    assert found(f"assignmentPolicy/id eq '{office.policy.id}'") == {first, second}
    assert found(f"accessPackage/id eq '{office.package.id}' and state eq 'delivered'") == {first}
    assert found(f"target/objectid+eq+'{office.ann.id.upper()}'") == {first, third}
    both = f"target/objectId eq '{office.ann.id}' and assignmentPolicy/id eq '{elsewhere.id}'"
    assert found(both) == {third}
    assert found(f"id eq '{first}'") == {first}
    assert found(f"not (state eq 'expired') and accessPackage/id eq '{elsewhere.package_id}'") == {third}
    for path in ("id", "assignmentPolicy/id", "accessPackage/id", "target/objectId"):
        for wanted in (NOBODY, "", "x" * 3000, "a%23b"):
            assert found(f"{path} eq '{wanted}'") == set()
    assert world.get(f"{ASSIGNMENTS}/$count?$filter=state eq 'delivered'").text == "2"
    refused(world.get(f"{ASSIGNMENTS}?$filter=foo eq 1"), 400)
    refused(world.get(f"{ASSIGNMENTS}?$orderby=state"), 400)


def test_every_assignment_once_in_pages_of_any_size(office: Office) -> None:
    policies = [office.organisation.policy(office.package, f"Policy {n}") for n in range(5)]
    people = [office.organisation.person(f"person{n}") for n in range(12)]
    made = {office.organisation.assign(policies[n % 3], user)[0] for n, user in enumerate(people)}
    for top in (1, 4, 5, 100):
        link, seen = f"{ASSIGNMENTS}?$top={top}", []
        while link:
            page = office.world.get(link).json
            assert page["value"] or "@odata.nextLink" not in page
            seen += [one["id"] for one in page["value"]]
            link = page.get("@odata.nextLink", "").removeprefix("https://graph.example.com/api")
        assert len(seen) == 12
        assert set(seen) == made


def test_requests_newest_first_over_the_months(office: Office) -> None:
    made = []
    for user in (office.ann, office.bob, office.eve):
        made.insert(0, office.add(user).json["id"])
        office.world.clock.advance(days=45)
    link, seen = f"{REQUESTS}?$top=2&$orderby=createdDateTime desc", []
    while link:
        page = office.world.get(link).json
        seen += [one["id"] for one in page["value"]]
        link = page.get("@odata.nextLink", "").removeprefix("https://graph.example.com/api")
    assert seen == made
    oldest = office.world.get(f"{REQUESTS}?$orderby=createdDateTime&$top=1").json["value"]
    assert [one["id"] for one in oldest] == made[-1:]
    since = office.world.get(f"{REQUESTS}?$filter=createdDateTime ge 2026-04-01T00:00:00Z").json["value"]
    assert [one["id"] for one in since] == made[:2]
    by_person = f"{REQUESTS}?$filter=assignment/target/objectId eq '{office.bob.id}'"
    assert [one["id"] for one in office.world.get(by_person).json["value"]] == [made[1]]


def test_who_sees_and_does_what(office: Office) -> None:
    world = office.world
    own = added(office, office.ann)
    added(office, office.bob)
    elsewhere = office.organisation.policy(office.organisation.package("Elsewhere"))
    (far,) = office.organisation.assign(elsewhere, office.eve)
    office.grant(office.eve, Role.PACKAGE_MANAGER, f"package:{office.package.id}")
    auditor = office.organisation.person("otto")
    office.grant(auditor, Role.AUDITOR, "")

    def count(address: str, who: str) -> int:
        return len(world.get(address, as_=f"{who}@example.com").json["value"])

    assert [count(ASSIGNMENTS, who) for who in ("admin", "otto", "eve", "ann")] == [3, 3, 3, 1]
    assert [count(REQUESTS, who) for who in ("admin", "otto", "eve", "ann")] == [3, 3, 3, 1]
    by_policy = f"{ASSIGNMENTS}?$filter=assignmentPolicy/id eq '{office.policy.id}'"
    assert [count(by_policy, who) for who in ("eve", "ann")] == [2, 1]
    by_package = f"{ASSIGNMENTS}?$filter=accessPackage/id eq '{elsewhere.package_id}'"
    assert [count(by_package, who) for who in ("admin", "eve", "ann")] == [1, 1, 0]
    assert count(f"{ASSIGNMENTS}?$filter=target/objectId eq '{office.bob.id}'", "ann") == 0
    expanded = f"{ASSIGNMENTS}/{own}?$expand=assignmentPolicy,accessPackage"
    mine = world.get(expanded, as_="ann@example.com").json
    assert mine["assignmentPolicy"] == {"id": office.policy.id, "displayName": "Staff"}
    refused(world.get(f"{ASSIGNMENTS}/{far}", as_="ann@example.com"), 404)
    removal = change("adminRemove", own)
    refused(world.post(REQUESTS, removal, as_="bob@example.com"), 404)
    refused(world.post(REQUESTS, removal, as_="ann@example.com"), 403)
    refused(world.post(REQUESTS, removal, as_="otto@example.com"), 403)
    refused(world.post(REQUESTS, change("adminRemove", far), as_="eve@example.com"), 403)
    assert world.post(REQUESTS, removal, as_="eve@example.com").status == 201
    given = {"targetId": office.ann.id, "assignmentPolicyId": office.policy.id}
    body = {"requestType": "adminAdd", "assignment": given}
    refused(world.post(REQUESTS, body, as_="ann@example.com"), 404)
    refused(world.post(REQUESTS, body, as_="otto@example.com"), 403)
    assert world.post(REQUESTS, body, as_="eve@example.com").status == 201
