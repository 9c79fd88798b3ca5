"""Health: a word for monitors that asks nobody, and every part for administrators, where one that fails or hangs
keeps no other from being told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from chalicelib.aws.clients import client
from chalicelib.aws.health import TABLES
from chalicelib.domain.agenda import Due
from chalicelib.domain.health import Condition, Finding, worst
from chalicelib.domain.sources import SourceKind, new_source
from chalicelib.storage.rows import PLACES
from chalicelib.usecases.health import side_by_side
from tests.simulation.point import point
from tests.simulation.worlds import simulated
from tests.world import World

DEEP = "/api/v1/health/deep"
PARTS = "tables queue deadLetters files evidence signingKey mail signIn eventBus clock agenda connections sources"


@pytest.fixture
def product() -> Iterator[World]:
    """A deployment of which everything is there."""
    with simulated("memory") as found:
        for name in ("work-dead", "failed"):
            client("sqs").create_queue(QueueName=f"access-reviews-{name}")
        yield found.world


def parts(world: World) -> dict[str, dict[str, Any]]:
    reply = world.get(DEEP)
    assert reply.status == 200
    return {one["name"]: one for one in reply.json["parts"]}


def answers(operation: str, change: Callable[[Any], Any]) -> Any:
    """What AWS answers to an operation, changed."""
    return lambda call, proceed: change(proceed()) if call.operation == operation else proceed()


def test_the_word_for_monitors_asks_no_other_service(world: World) -> None:
    with point() as calls:
        asked: list[str] = []
        with calls.hooked(lambda call, proceed: asked.append(call.operation) or proceed()):
            reply = world.get("/api/v1/health", as_=None)
    assert (reply.status, reply.json["status"], asked) == (200, "ok", [])


def test_every_part_of_a_deployment_that_is_well(product: World) -> None:
    reply = product.get(DEEP).json
    assert [one["name"] for one in reply["parts"]] == PARTS.split()
    wrong = [one for one in reply["parts"] if one["status"] != "ok" or one["advice"]]
    assert not wrong and reply["status"] == "ok"
    assert all(one["milliseconds"] >= 0 and one["detail"].endswith(".") for one in reply["parts"])


def test_the_portal_has_a_name_for_every_part() -> None:
    texts = (Path(__file__).resolve().parents[2] / "chalicelib" / "web" / "texts-en" / "settings.js").read_text("utf-8")
    assert set(re.findall(r"part_(\w+):", texts)) == set(PARTS.split())
    assert set(re.findall(r"is_(\w+):", texts)) == set(Condition)


def test_the_tables_looked_at_are_those_there_are() -> None:
    names = {place.table.Meta.table_name.removeprefix("access-reviews-") for place in PLACES.values()}
    assert names | {"items", "audit"} == TABLES.keys()


def test_letters_that_nobody_could_deliver(product: World) -> None:
    dead = client("sqs").get_queue_url(QueueName="access-reviews-work-dead")["QueueUrl"]
    client("sqs").send_message(QueueUrl=dead, MessageBody="{}")
    found = parts(product)["deadLetters"]
    assert found["status"] == "degraded" and found["detail"].startswith("1 of work, 0 of timers")
    assert "operations.md#dead-letters" in found["advice"]


@pytest.mark.parametrize(
    ("part", "operation", "change", "status", "word"),
    [
        ("signingKey", "DescribeKey", {"KeyMetadata": {"KeyState": "PendingDeletion"}}, "failed", "PendingDeletion"),
        ("evidence", "GetObjectLockConfiguration", {"ObjectLockConfiguration": {}}, "failed", "no Object Lock"),
        ("mail", "GetAccount", {"SendingEnabled": False}, "failed", "does not send"),
        ("mail", "GetAccount", {"ProductionAccessEnabled": False}, "degraded", "sandbox"),
        (
            "mail",
            "GetAccount",
            {"SendQuota": {"Max24HourSend": 200.0, "SentLast24Hours": 190.0}},
            "degraded",
            "190 mails in 24 hours of 200",
        ),
        ("mail", "GetEmailIdentity", {"VerifiedForSendingStatus": False}, "failed", "not verified"),
        ("clock", "GetQueueAttributes", {"ResponseMetadata": {"HTTPHeaders": {"date": "x"}}}, "failed", "looked at"),
        (
            "clock",
            "GetQueueAttributes",
            {"ResponseMetadata": {"HTTPHeaders": {"date": "Mon, 02 Mar 2020 09:00:00 GMT"}}},
            "failed",
            "seconds apart",
        ),
        ("tables", "DescribeTable", {"Table": {"TableStatus": "ARCHIVED"}}, "failed", "directory is ARCHIVED"),
        ("tables", "DescribeTable", {"Table": {"TableStatus": "ACTIVE"}}, "failed", "audit has no stream"),
    ],
)
def test_a_part_that_is_not_well(
    product: World, part: str, operation: str, change: dict[str, Any], status: str, word: str
) -> None:
    with point() as calls, calls.hooked(answers(operation, lambda told: {**told, **change})):
        found = parts(product)
    assert found[part]["status"] == status and word in found[part]["detail"] and found[part]["advice"]
    assert {name for name, one in found.items() if one["status"] != "ok"} == {part}


def test_a_part_that_fails_keeps_no_other_from_being_told(product: World, caplog: pytest.LogCaptureFixture) -> None:
    def refuses(call: Any, proceed: Any) -> Any:
        if call.service == "kms":
            raise RuntimeError("secret of the key")
        return proceed()

    with point() as calls, calls.hooked(refuses):
        found = parts(product)
    assert found["signingKey"]["status"] == "failed" and "RuntimeError" in found["signingKey"]["detail"]
    assert "secret" not in str(found) and "signingKey" in caplog.text
    assert {name for name, one in found.items() if one["status"] != "ok"} == {"signingKey"}


def test_a_look_that_hangs_is_told_in_time() -> None:
    ended = Event()

    def hangs() -> Finding:
        ended.wait(30)
        raise AssertionError

    found = side_by_side({"hangs": hangs, "well": lambda: Finding(Condition.OK, "Fine.")}, 0.05)
    ended.set()
    assert [(one.name, one.finding.condition) for one in found] == [("hangs", "failed"), ("well", "ok")]
    assert "0.05 seconds" in found[0].finding.detail and worst(found) is Condition.FAILED


def test_work_that_waits_and_sources_that_are_silent(product: World) -> None:
    services, now = product.services, product.clock.now()
    target = new_source(SourceKind.TARGET, "site", "Site", now)
    services.writer.put_all(
        [
            Due(when=now - timedelta(hours=1), kind="lost", id="x"),
            new_source(SourceKind.SCIM, "hr", "HR", now - timedelta(days=9)),
            replace(target, error="refused"),
        ]
    )
    found = parts(product)
    assert "60 minutes" in found["agenda"]["detail"] and found["agenda"]["status"] == "degraded"
    assert "HR" in found["sources"]["detail"] and "site" in found["connections"]["detail"]
    assert product.get(DEEP).json["status"] == "degraded"
