"""The log on Lambda: a JSON object a line, one line a request and one a unit of work, and one id through all of it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import events, logs
from chalicelib.aws.clients import client
from chalicelib.domain.agenda import Due
from tests.factories import Organisation, by_manager
from tests.world import TIMER_EVENT, World

REVIEWS = "/v1.0/identityGovernance/accessReviews/definitions"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What the process writes, as on Lambda; read when asked."""
    before, written = logging.getLogger().handlers[:], StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "stack-api")
    logs.configure({"AWS_LAMBDA_FUNCTION_NAME": "stack-api", "ACCESS_REVIEWS_STAGE": "test"})
    found: list[dict[str, Any]] = []

    class Lines(list[dict[str, Any]]):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            return iter([json.loads(line) for line in written.getvalue().splitlines()])

    yield Lines(found)
    logging.getLogger().handlers[:] = before
    for name in logs.LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def of(lines: list[dict[str, Any]], message: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["message"] == message]


@pytest.fixture
def review(world: World) -> str:
    """The id of an open review of one person."""
    org = Organisation(world.services)
    boss = org.person("boss")
    policy = org.policy(review=by_manager(world.clock.now().date(), boss))
    org.assign(policy, org.person("ann", manager=boss.id))
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=5))
    world.tick()
    return str(next(iter(world.services.reviews.live_reviews(10, None).items)).instance_id)


def test_a_request_is_one_line_with_its_route_and_its_caller(world: World, lines: Any) -> None:
    reply = world.get("/api/v1/me", headers={"client-request-id": "7d1f-mine"})
    (line,) = of(lines, "request")
    expected = {
        "level": "INFO",
        "function": "stack-api",
        "correlationId": "test-request",
        "method": "GET",
        "route": "/api/v1/me",
        "status": 200,
        "person": reply.json["id"],
        "clientRequestId": "7d1f-mine",
    }
    assert line.items() >= expected.items()
    assert line["ms"] >= 0 and line["time"].endswith("+00:00")
    assert (reply.headers["request-id"], reply.headers["client-request-id"]) == ("test-request", "7d1f-mine")


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'x"}\n{"level":"INFO"', "ann@example.com"])
def test_an_id_of_a_client_that_is_no_id_is_neither_logged_nor_echoed(world: World, lines: Any, given: str) -> None:
    reply = world.get("/api/v1/me", headers={"client-request-id": given}, as_=None)
    assert reply.status == 401 and "client-request-id" not in reply.headers
    assert reply.error["innerError"]["client-request-id"] == "test-request"
    assert [line["status"] for line in of(lines, "request")] == [401] and not [
        x for x in lines if "clientRequestId" in x
    ]


def test_only_ids_of_an_address_are_logged(world: World, lines: Any, review: str) -> None:
    world.get(f"/api/v1/reviews/{review}")
    world.call("DELETE", "/api/v1/mails/suppressed/ann.smith%40example.com")
    line = of(lines, "request")[-2]
    assert line["subjects"] == [review] and line["route"] == "/api/v1/reviews/{review_id}"
    assert not [one for one in lines if "ann.smith" in json.dumps(one)]


def test_all_that_a_request_caused_has_its_id(world: World, lines: Any, review: str) -> None:
    """The stop of a review: its end comes ten seconds later by the agenda; it closes, sweeps and seals in messages that
    messages send. All of it is found by the id that the answer to the request named."""
    world.request_id = "the-stop"
    reply = world.post(f"/api/v1/reviews/{review}/stop")
    world.request_id = "another"
    world.get("/api/v1/me")
    world.clock.advance(minutes=1)
    world.tick()
    world.clock.advance(minutes=5)
    world.tick()
    caused = [line for line in lines if line["correlationId"] == reply.headers["request-id"] == "the-stop"]
    assert next(line["message"] for line in caused) == "request"
    kinds = {(line["kind"], line["review"]) for line in caused if line["message"] == "work"}
    assert {("instance", review), ("seal", review)} <= kinds
    assert world.services.reviews.state(review).status == "Applied"


def test_a_lost_message_loses_no_id(world: World, lines: Any, review: str) -> None:
    """The row of the agenda carries it, in the write that makes the row."""
    world.request_id = "the-stop"
    world.post(f"/api/v1/reviews/{review}/stop")
    client("sqs").purge_queue(QueueUrl=world.queue_url)
    world.clock.advance(minutes=1)
    world.tick()
    assert [line for line in of(lines, "work") if line["correlationId"] == "the-stop" and line["kind"] == "instance"]


def test_a_message_of_an_older_release_has_the_id_of_its_invocation(world: World, lines: Any, review: str) -> None:
    import app as front

    record = {"body": json.dumps({"version": 1, "kind": "instance", "id": review}), "messageId": "m-1"}
    record |= {"attributes": {"ApproximateReceiveCount": "3"}, "receiptHandle": "", "eventSource": ""}
    context = SimpleNamespace(aws_request_id="invocation-9")
    assert front.work({"Records": [record]}, context) == {"batchItemFailures": []}
    (line,) = of(lines, "work")[-1:]
    expected = {"correlationId": "invocation-9", "requestId": "invocation-9", "attempt": 3, "messageId": "m-1"}
    assert line.items() >= {**expected, "kind": "instance", "review": review, "outcome": "idle"}.items()


def test_a_row_of_an_older_release_has_no_cause_and_is_done(world: World, lines: Any) -> None:
    world.services.writer.put_all([Due(when=world.clock.now(), kind="lost", id="x")])
    assert world.services.reviews.due(world.clock.now(), "lost", "x").cause == ""
    world.tick()
    assert of(lines, "work")[0]["outcome"] == "done"


def test_work_that_fails_is_told_with_its_place_and_without_what_people_wrote(world: World, lines: Any) -> None:
    """And counted: the figure stands in the line itself, in CloudWatch's embedded metric format."""

    def fails(*_: object) -> None:
        try:
            raise ValueError("no ann.smith@example.com with eyJhbGciOi.eyJzdWIi.c2ln at ?X-Amz-Signature=0a1b&x=1")
        except ValueError as problem:
            raise RuntimeError("Bob <bob@example.com> cannot be read") from problem

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(events.WORK, "lost", fails)
        record = {"body": '{"kind": "lost", "id": "p-1", "correlation": "c-1"}', "messageId": "m", "attributes": {}}
        assert events.work({"Records": [record]})["batchItemFailures"]
    (line,) = of(lines, "work failed")
    assert (line["error"], line["person"], line["correlationId"]) == ("RuntimeError", "p-1", "c-1")
    assert line["cause"].startswith("ValueError: no *** with ***")
    assert line["where"][0].startswith("tests/operations/test_logs.py:")
    for word in ("@", "eyJ", "0a1b"):
        assert word not in json.dumps(line)
    (about,) = line["_aws"]["CloudWatchMetrics"]
    metric = {"Name": "WorkFailed", "Unit": "Count"}
    assert about == {"Namespace": "AccessReviews", "Dimensions": [["Stage"]], "Metrics": [metric]}
    assert (line["Stage"], line["WorkFailed"], line["level"]) == ("test", 1, "ERROR")


def test_threads_of_a_request_write_with_its_id(lines: Any) -> None:
    """On Lambda, where a process has one event at a time."""
    with logs.within(logs.Unit("c-1")), ThreadPoolExecutor(1) as pool:
        pool.submit(logging.getLogger("access_reviews").info, "inside").result()
    assert of(lines, "inside")[0]["correlationId"] == "c-1" and logs.unit().correlation == ""


def test_a_view_that_breaks_is_told_in_the_same_shape(world: World, lines: Any) -> None:
    """Chalice's own logger writes it; the caller learns nothing but the id to ask about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(world.services.people), "user", lambda *_: 1 / 0)
        patch.setattr(type(world.services.people), "user_by_principal_name", lambda *_: 1 / 0)
        from chalicelib.routes import auth

        auth.forget()
        reply = world.app(request_of("/api/v1/me"), None)
    assert reply["statusCode"] == 500 and "ZeroDivision" not in reply["body"]
    assert reply["headers"]["request-id"] == json.loads(reply["body"])["error"]["innerError"]["request-id"]
    broken = [line for line in lines if line["level"] == "ERROR"]
    assert [line["error"] for line in broken] == ["ZeroDivisionError"]
    assert broken[0]["correlationId"] == of(lines, "request")[0]["correlationId"] == reply["headers"]["request-id"]


def test_where_no_gateway_names_a_request_its_invocation_does(world: World, lines: Any) -> None:
    """As on the local stage."""
    event = request_of("/api/v1/health")
    del event["requestContext"]["requestId"]
    reply = world.app(event, SimpleNamespace(aws_request_id="invocation-3"))
    assert reply["headers"]["request-id"] == of(lines, "request")[0]["correlationId"] == "invocation-3"


def request_of(path: str) -> dict[str, Any]:
    from tests.world import token

    context = {"httpMethod": "GET", "resourcePath": path, "path": f"/api{path}", "requestId": "r-500"}
    headers = {"authorization": f"Bearer {token('admin@example.com')}"}
    empty = {"multiValueQueryStringParameters": None, "pathParameters": None, "stageVariables": None, "body": ""}
    return {"httpMethod": "GET", "path": path, "headers": headers, "requestContext": context, **empty}


def test_the_timer_says_nothing_when_there_is_nothing(world: World, lines: Any) -> None:
    """A line a minute that says so would be the largest part of an idle deployment's log."""
    import app as front

    front.tick(TIMER_EVENT, None)
    assert not list(lines)
