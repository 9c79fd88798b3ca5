"""Assignment requests over HTTP: making, changing and ending assignments (R12, R35-R45)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.assignments import RequestType
from chalicelib.domain.people import SYSTEM
from chalicelib.usecases.assign import end_assignment
from tests.routes.entitling import (
    ASSIGNMENTS,
    MALFORMED,
    NOBODY,
    POLICIES,
    REQUESTS,
    RETRY,
    Office,
    added,
    change,
    office,
    refused,
    shown,
)

__all__ = ["office"]


@pytest.mark.parametrize(
    "form",
    [
        {"targetId": "ann", "assignmentPolicyId": "policy", "accessPackageId": "package"},
        {"targetId": "ann", "assignmentPolicyId": "policy"},
        {"target": {"objectId": "ann"}, "assignmentPolicy": {"id": "policy"}, "accessPackage": {"id": "package"}},
        {"target": {"email": "ANN@example.com"}, "assignmentPolicy": {"id": "policy"}},
        {"target": {"principalName": "ann@example.com"}, "assignmentPolicyId": "policy"},
    ],
)
@pytest.mark.parametrize("name", ["assignment", "accessPackageAssignment"])
@pytest.mark.parametrize("kind", ["adminAdd", "AdminAdd"])
def test_forms_of_an_assignment_request(office: Office, form: dict[str, Any], name: str, kind: str) -> None:
    known = {"ann": office.ann.id.upper(), "policy": office.policy.id, "package": office.package.id}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        return known.get(value, value)

    body = {"requestType": kind, name: filled(form), "answers": [], "@odata.type": "x", "state": "denied", "x": 1}
    assert office.world.post(REQUESTS, body).status == 201


def test_a_person_has_one_live_assignment_to_a_package(office: Office) -> None:
    other = office.world.post(POLICIES, office.body(displayName="Guests")).json
    first = office.add(office.ann).json
    message = refused(office.add(office.ann), 409, "assignment/targetId")["message"]
    assert "assignment" in message
    given = {"targetId": office.ann.id, "assignmentPolicyId": office.policy.id}
    again = office.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": given}, headers=RETRY)
    assert (again.status, again.json["id"]) == (201, first["id"])
    assert again.json["assignment"]["id"] == first["assignment"]["id"]
    elsewhere = {**given, "assignmentPolicyId": other["id"]}
    refused(office.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": elsewhere}, headers=RETRY), 409)
    removal = change("adminRemove", first["assignment"]["id"])
    removed = office.world.post(REQUESTS, removal).json
    refused(office.world.post(REQUESTS, removal), 409)
    assert office.world.post(REQUESTS, removal, headers=RETRY).json["id"] == removed["id"]
    assert office.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": elsewhere}).status == 201


def test_lifetimes(office: Office) -> None:
    """R43: without an end the policy's lifetime applies."""
    expiration = {"type": "afterDuration", "duration": "P10D"}
    office.world.call("PATCH", f"{POLICIES}/{office.policy.id}", {"expiration": expiration})

    def end(user: Any, **schedule: Any) -> Any:
        found = shown(office, added(office, user, schedule=schedule))["schedule"]
        return found["expiration"]["endDateTime"]

    assert end(office.ann) == "2026-03-12T09:00:00Z"
    assert end(office.bob, expiration={"type": "noExpiration"}) is None
    assert end(office.eve, startDateTime="2026-03-05T00:00:00Z", expiration={}) == "2026-03-15T00:00:00Z"


def test_another_end(office: Office) -> None:
    own = added(office, office.ann)
    schedule = {"expiration": {"type": "afterDateTime", "endDateTime": "2026-04-01T00:00:00Z"}}
    same_start = {"startDateTime": "2026-03-02T09:00:00Z", **schedule}
    reply = office.world.post(REQUESTS, change("AdminUpdate", own, schedule=same_start))
    assert (reply.status, reply.json["requestType"]) == (201, "adminUpdate")
    assert shown(office, own)["schedule"]["expiration"]["endDateTime"] == "2026-04-01T00:00:00Z"
    for_ever = {"expiration": {"type": "noExpiration"}}
    office.world.post(REQUESTS, change("adminUpdate", own, schedule=for_ever))
    assert shown(office, own)["schedule"]["expiration"]["endDateTime"] is None


@pytest.mark.parametrize(
    ("more", "status", "target"),
    [
        ({}, 400, "schedule"),
        ({"schedule": {}}, 400, "schedule"),
        ({"schedule": {"startDateTime": "2026-03-09T00:00:00Z"}}, 400, "schedule/startDateTime"),
        (
            {"schedule": {"expiration": {"type": "afterDateTime", "endDateTime": "2026-03-01T00:00:00Z"}}},
            400,
            "schedule/expiration",
        ),
        ({"schedule": {"expiration": {"type": "x"}}}, 400, "schedule/expiration/type"),
        ({"schedule": {"recurrence": {"pattern": None}}}, 400, "schedule/recurrence"),
        ({"assignment": {"id": NOBODY}}, 404, None),
        ({"assignment": {}}, 400, "assignment/id"),
        ({"assignment": {"id": "own", "assignmentPolicyId": NOBODY}}, 400, "assignment/assignmentPolicyId"),
    ],
)
def test_updates_that_are_refused(office: Office, more: dict[str, Any], status: int, target: str | None) -> None:
    own = added(office, office.ann)
    body = change("adminUpdate", own, schedule={"expiration": {"type": "noExpiration"}}) | more
    if not more:
        del body["schedule"]
    if body["assignment"].get("id") == "own":
        body["assignment"]["id"] = own
    refused(office.world.post(REQUESTS, body), status, target)


@pytest.mark.parametrize(
    ("given", "more", "target"),
    [
        ({"targetId": NOBODY}, {}, "assignment/targetId"),
        ({"targetId": None}, {}, "assignment/targetId"),
        ({"targetId": ""}, {}, "assignment/targetId"),
        ({"targetId": 7}, {}, "assignment/targetId"),
        ({"targetId": "x/y"}, {}, "assignment/targetId"),
        ({"targetId": None, "target": {"email": "nobody@example.com"}}, {}, "assignment/target/email"),
        ({"targetId": None, "target": "ann"}, {}, "assignment/target"),
        ({"assignmentPolicyId": NOBODY}, {}, "assignment/assignmentPolicyId"),
        ({"assignmentPolicyId": None}, {}, "assignment/assignmentPolicyId"),
        ({"accessPackageId": NOBODY}, {}, "assignment/accessPackageId"),
        ({}, {"requestType": "userAdd"}, "requestType"),
        ({}, {"requestType": None}, "requestType"),
        ({}, {"requestType": 1}, "requestType"),
        ({}, {"assignment": None}, "assignment"),
        ({}, {"assignment": "x"}, "assignment"),
        ({}, {"justification": "x" * 1001}, "justification"),
        ({}, {"justification": 1}, "justification"),
        ({}, {"schedule": "now"}, "schedule"),
        ({}, {"schedule": {"startDateTime": "2026-03-02T08:50:00Z"}}, "schedule/startDateTime"),
        ({}, {"schedule": {"startDateTime": "2046-03-02T08:50:00Z"}}, "schedule/startDateTime"),
        ({}, {"schedule": {"startDateTime": "soon"}}, "schedule/startDateTime"),
        (
            {},
            {"schedule": {"expiration": {"type": "afterDateTime", "endDateTime": "2026-03-01T00:00:00Z"}}},
            "schedule/expiration",
        ),
        ({}, {"schedule": {"expiration": {"type": "afterDuration", "duration": "P3661D"}}}, None),
    ],
)
def test_requests_that_are_refused(office: Office, given: Any, more: Any, target: str | None) -> None:
    right = {"targetId": office.ann.id, "assignmentPolicyId": office.policy.id, "accessPackageId": office.package.id}
    body = {"requestType": "adminAdd", "assignment": {**right, **given}, **more}
    refused(office.world.post(REQUESTS, body), 400, target)
    assert office.world.get(f"{ASSIGNMENTS}/$count").text == "0"


def test_a_disabled_account_gets_nothing(office: Office) -> None:
    gone = office.organisation.person("gone", enabled=False)
    refused(office.add(gone), 400, "assignment/targetId")


@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_no_json_object_is_refused(office: Office, body: Any) -> None:
    refused(office.world.post(REQUESTS, body, headers={"content-type": "application/json"}), 400)


def test_deleting_a_request_leaves_the_assignment(office: Office) -> None:
    """R41; a removal by a review is evidence and stays."""
    world, made = office.world, office.add(office.ann).json
    assert world.call("DELETE", f"{REQUESTS}/{made['id']}").status == 204
    refused(world.get(f"{REQUESTS}/{made['id']}"), 404)
    assert shown(office, made["assignment"]["id"])["state"] == "delivered"
    assignment = world.services.entitlements.assignment(made["assignment"]["id"])
    now, kind = world.clock.now(), RequestType.SYSTEM_REMOVE
    removal = end_assignment(world.services, SYSTEM, now, "op", assignment, kind, instance_id="i", item_id="d")
    assert removal is not None
    found = world.get(f"{REQUESTS}/{removal.id}?$expand=requestor").json
    assert (found["requestType"], found["@accessReviews.instanceId"]) == ("systemRemove", "i")
    assert found["requestor"]["displayName"] == "Access Reviews"
    refused(world.call("DELETE", f"{REQUESTS}/{removal.id}"), 409)


def test_cancelling_what_has_not_begun(office: Office) -> None:
    """R39: the request is canceled, the assignment never begins, and the person may be assigned again."""
    scheduled = office.add(office.ann, schedule={"startDateTime": "2026-03-09T00:00:00Z"}).json
    address = f"{REQUESTS}/{scheduled['id']}/cancel"
    refused(office.world.post(address, as_="ann@example.com"), 403)
    refused(office.world.post(address, as_="bob@example.com"), 404)
    assert [office.world.post(address).status for _ in range(2)] == [204, 204]
    shown_request = office.world.get(f"{REQUESTS}/{scheduled['id']}").json
    assert (shown_request["state"], shown_request["status"]) == ("canceled", "Canceled")
    found = shown(office, scheduled["assignment"]["id"])
    assert (found["state"], found["status"]) == ("expired", "Canceled")
    office.world.clock.advance(days=8)
    office.world.tick()
    assert office.world.get(f"{REQUESTS}/{scheduled['id']}").json["state"] == "canceled"
    again = office.add(office.ann)
    assert again.status == 201 and office.world.mails() == []
    message = refused(office.world.post(f"{REQUESTS}/{again.json['id']}/cancel"), 409)["message"]
    assert "Remove the assignment instead" in message


def test_a_policy_that_is_not_enabled_takes_no_assignment(office: Office) -> None:
    """R21: nor does it take one back by the way; those who have access keep it, and a client that does not know our
    annotation does not switch it on again."""
    own = added(office, office.ann)
    address = f"{POLICIES}/{office.policy.id}"
    assert office.world.get(address).json["@accessReviews.isEnabled"] is True
    office.world.call("PATCH", address, {"@accessReviews.isEnabled": False})
    assert office.world.call("PUT", address, office.body()).json["@accessReviews.isEnabled"] is False
    message = refused(office.add(office.bob), 409, "assignment/assignmentPolicyId")["message"]
    assert "not enabled" in message
    assert shown(office, own)["state"] == "delivered"
    office.world.call("PATCH", address, {"@accessReviews.isEnabled": True})
    assert office.add(office.bob).status == 201
