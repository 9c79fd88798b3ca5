"""Events to others: what happens is published, in the documented schema, at least once and never lost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from jsonschema import Draft202012Validator

from chalicelib import bootstrap
from chalicelib.aws import events as bridge
from chalicelib.domain.announcements import KINDS, announcements
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import SYSTEM
from chalicelib.usecases.ports import OutgoingEvent
from tests.factories import Organisation
from tests.usecases.test_deliver import Company, company, reviewed
from tests.usecases.test_removals import days, first_look, second_look
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened
from tests.world import World

__all__ = ["company"]

DOCUMENTS = Path(__file__).resolve().parents[2] / "docs"
PERSON = "5b0d6b44-0000-4000-8000-000000000001"


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


@cache
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCUMENTS / "events" / "schema.json").read_text(encoding="utf-8"))
    return found


def faults(entry: dict[str, Any]) -> list[str]:
    """What is wrong with a published entry by the documented schema."""
    told = {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": entry["Detail"]}
    kind = {"$defs": schema()["$defs"], "$ref": f"#/$defs/{entry['DetailType'].replace(' ', '')}"}
    found = list(Draft202012Validator(schema()).iter_errors(told))
    detailed = Draft202012Validator(kind).iter_errors(entry["Detail"]) if found else ()
    return [one.message for one in (*found, *detailed)]


def kinds(published: list[dict[str, Any]]) -> Counter[str]:
    return Counter(one["DetailType"] for one in published)


def test_a_whole_review_is_told_in_the_documented_schema(world: World, org: Organisation) -> None:
    """Opened, each decision, closed, removals waiting for the brake (G24), applied, the ends of assignments."""
    boss, _, people, policy, _ = managed(world, org, 4, no_response=NoResponse.REMOVE, brake_count=99)
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    decide(world, instance, boss, items[people[0].id]["id"], "Approve", "needed")
    decide(world, instance, boss, items[people[1].id]["id"], "Deny", "left the team")
    world.drain()
    closed(world, instance)
    told = world.published()
    assert [fault for one in told for fault in faults(one)] == []
    assert kinds(told) == {
        "Assignment Delivered": 4,
        "Review Opened": 1,
        "Item Decided": 2,
        "Review Closed": 1,
        "Review Applied": 1,
        "Assignment Ended": 3,
        "Access Removed": 3,
    }
    decided = [one["Detail"] for one in told if one["DetailType"] == "Item Decided"]
    assert {one["person"]["id"]: one["after"] for one in decided} == {people[0].id: "Approve", people[1].id: "Deny"}
    assert {one["actor"]["id"] for one in decided} == {boss.id}
    assert {one["review"]["displayName"] for one in decided} == {instance.name}


def test_no_name_address_or_reason_of_a_person_is_published(world: World, org: Organisation) -> None:
    boss, _, people, policy, _ = managed(world, org, 2)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, item, "Deny", "a reason nobody else should read")
    world.drain()
    closed(world, instance)
    text = json.dumps([one["Detail"] for one in world.published()])
    for private in ("@example.com", "a reason nobody", people[0].display_name + '"', boss.display_name + '"'):
        assert private not in text


def test_removals_that_wait_for_a_confirmation_are_told(world: World, org: Organisation) -> None:
    """G24."""
    _, _, _, policy, _ = managed(world, org, 4, no_response=NoResponse.REMOVE, brake_count=2)
    instance = opened(world, policy)
    closed(world, instance)
    told = {one["DetailType"]: one["Detail"] for one in world.published()}
    assert told["Removals Waiting"]["removals"] == 4 and "Access Removed" not in told
    assert told["Removals Waiting"]["auditEventId"] == told["Review Closed"]["auditEventId"]
    assert told["Removals Waiting"]["id"] != told["Review Closed"]["id"]


def test_what_is_delivered_again_has_the_same_ids(world: World, org: Organisation) -> None:
    _, _, _, policy, _ = managed(world, org, 2)
    opened(world, policy)
    first = world.published()
    world.told = 0
    assert [one["Detail"] for one in world.published()] == [one["Detail"] for one in first]
    assert len({one["Detail"]["id"] for one in first}) == len(first) > 0


def test_a_deployment_without_a_bus_tells_nobody(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = bootstrap.services()
    silent = replace(services, settings=replace(services.settings, event_bus=""))
    monkeypatch.setattr(bootstrap, "services", lambda: silent)
    managed(world, org, 2)
    assert world.published() == []


def test_what_eventbridge_does_not_take_comes_again_and_holds_nothing_else_up(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the records that were refused are named as failed."""
    import app as front

    managed(world, org, 3)
    table = world.audit_records()
    refused: list[str] = []

    def refuse(self: Any, events: list[OutgoingEvent]) -> set[int]:
        refused.append(events[-1].detail["auditEventId"])
        return {len(events) - 1}

    monkeypatch.setattr(bridge.EventBridge, "publish", refuse)
    answer = front.publish_events({"Records": table}, None)
    (failed,) = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    (record,) = [one for one in table if one["dynamodb"]["SequenceNumber"] == failed]
    assert record["dynamodb"]["NewImage"]["sk"]["S"] == refused[0]


def test_a_record_that_cannot_be_read_is_passed_over(world: World, org: Organisation) -> None:
    import app as front

    managed(world, org, 1)
    broken = {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": "1", "NewImage": {"sk": {"S": "x"}, "data": {"S": "{"}}},
    }
    forgotten = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "2", "Keys": {}}}
    answer = front.publish_events({"Records": [broken, forgotten, *world.audit_records()]}, None)
    assert answer == {"batchItemFailures": []}


class FakeClient:
    """PutEvents that answers as it is told: a list of error codes per call, "" for none."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.calls: list[list[dict[str, Any]]] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(Entries)
        codes = self.answers.pop(0) if self.answers else [""] * len(Entries)
        if codes == ["throttled"]:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutEvents")
        return {"Entries": [{"ErrorCode": code} if code else {"EventId": "1"} for code in codes]}


def outgoing(count: int, size: int = 10) -> list[OutgoingEvent]:
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    return [OutgoingEvent(kind="K", time=moment, detail={"id": str(n), "t": "x" * size}) for n in range(count)]


def published(fake: FakeClient, events: list[OutgoingEvent], monkeypatch: pytest.MonkeyPatch) -> set[int]:
    monkeypatch.setattr(bridge, "client", lambda _: fake)
    return bridge.EventBridge("bus", pause=0).publish(events)


def test_requests_have_at_most_ten_entries_and_256_kb(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient()
    assert published(fake, [*outgoing(23), *outgoing(3, 100_000)], monkeypatch) == set()
    assert [len(call) for call in fake.calls] == [10, 10, 5, 1]
    assert all(sum(len(one["Detail"]) for one in call) <= bridge.MOST_BYTES for call in fake.calls)


def test_refused_entries_are_tried_again_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(["", "InternalFailure", "", "ThrottlingException"], ["", ""])
    assert published(fake, outgoing(4), monkeypatch) == set()
    assert [[json.loads(one["Detail"])["id"] for one in call] for call in fake.calls] == [
        ["0", "1", "2", "3"],
        ["1", "3"],
    ]


def test_what_is_refused_every_time_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(["", "InternalFailure"], ["InternalFailure"], ["throttled"], ["InternalFailure"])
    assert published(fake, outgoing(2), monkeypatch) == {1}


def test_an_entry_that_can_never_be_published_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeClient(["MalformedDetail", ""])
    assert published(fake, [*outgoing(2), *outgoing(1, 300_000)], monkeypatch) == set()
    assert len(fake.calls) == 1
    assert "MalformedDetail" in caplog.text and "too large" in caplog.text


def recorded(activity: str, kind: str = "assignment", **details: Any) -> AuditEvent:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return event(now, SYSTEM, "UserManagement", activity, (kind, PERSON), activity, details=details)


def test_every_kind_is_in_the_schema_and_in_the_document() -> None:
    documented = {one["properties"]["detail-type"]["const"] for one in schema()["oneOf"]}
    text = (DOCUMENTS / "events.md").read_text(encoding="utf-8")
    assert documented == set(KINDS)
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []


def test_an_action_on_many_items_is_told_by_its_items_alone() -> None:
    assert announcements(recorded("Approve decision", "reviewInstance")) == []


def test_reasons_are_short_whatever_an_event_holds() -> None:
    (told,) = announcements(recorded("Removal needs a person", person=PERSON, reason="x" * 5_000))
    assert len(told.facts["reason"]) == 200


def test_a_removal_outside_is_told_when_it_was_seen_and_a_regrant_when_it_is(company: Company) -> None:
    """R119, G27: not when the assignment ends, but when the right is gone where it lay."""
    _, instance = reviewed(company, "user")
    company.world.published()
    first_look(company, instance)
    assert "Access Removed" not in kinds(company.world.published())
    second_look(company, instance)
    told = company.world.published()
    (removed,) = [one["Detail"] for one in told if one["DetailType"] == "Access Removed"]
    assert removed["observed"] and removed["person"]["id"] == company.ann.id
    assert removed["review"]["id"] == instance.id and removed["accessPackage"]["displayName"]
    company.outside.held.add(("user", company.ann.id))
    days(company, 1)
    more = company.world.published()
    (back,) = [one["Detail"] for one in more if one["DetailType"] == "Regrant Seen"]
    assert back["where"] == "outside" and back["decisionItem"] == removed["decisionItem"]
    assert [fault for one in (*told, *more) for fault in faults(one)] == []


@pytest.mark.parametrize(
    ("activity", "details", "told"),
    [
        ("Settle removal", {"how": "removed", "witnessed": False, "reason": "secret"}, ["Access Removed"]),
        ("Settle removal", {"how": "kept", "reason": "secret"}, ["Removal Held"]),
        ("Hold removal", {"reason": "secret"}, ["Removal Held"]),
        ("Restore access", {"reason": "secret"}, ["Access Restored"]),
        ("Removal verified", {"outcome": "alreadyGone"}, ["Access Removed"]),
        ("Removal verified", {"outcome": "restored"}, []),
        ("Update user", {}, []),
    ],
)
def test_what_a_person_wrote_is_not_told(activity: str, details: dict[str, Any], told: list[str]) -> None:
    found = announcements(recorded(activity, person=PERSON, **details))
    assert [one.kind for one in found] == told
    assert "secret" not in str([one.facts for one in found])
