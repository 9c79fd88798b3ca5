"""Workers over moto: what AWS would do with a timer, a queue and a stream."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from botocore.session import get_session
from moto import mock_aws

from local.clock import OffsetClock
from local.handlers import declared
from local.queue_worker import QueueWorker
from local.stream_worker import StreamWorker
from local.workers import Workers
from tests.local import tiny
from tests.local.fake_queue import FakeQueue


@dataclass
class Stage:
    """The tiny app's workers, and the AWS they work on."""

    queue: FakeQueue
    dynamodb: Any
    workers: Workers
    clock: OffsetClock
    agenda: list[datetime]

    def put(self, key: str) -> None:
        self.dynamodb.put_item(TableName="items", Item={"pk": {"S": key}, "b": {"B": b"\xff"}})


@pytest.fixture
def stage(app: object, tmp_path: Path) -> Iterator[Stage]:
    with mock_aws():
        dynamodb = get_session().create_client("dynamodb", region_name="us-east-1")
        streams = get_session().create_client(  # moto does not know the endpoint named by account
            "dynamodbstreams", region_name="us-east-1", endpoint_url="https://streams.dynamodb.us-east-1.amazonaws.com"
        )
        table = dynamodb.create_table(
            TableName="items",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        handlers, queue = declared(tiny), FakeQueue(visibility_seconds=30)
        stream = StreamWorker(handlers, "count", streams, table["LatestStreamArn"])
        clock = OffsetClock(tmp_path / "clock.json")
        agenda: list[datetime] = []
        worker = QueueWorker(handlers, queue, "work", retry_seconds=0)
        workers = Workers(
            handlers, clock, worker, [stream], lambda now: min((x for x in agenda if x > now), default=None)
        )
        tiny.send.append(queue.send)
        workers.start()
        yield Stage(queue, dynamodb, workers, clock, agenda)
        workers.stop()


def test_declared() -> None:
    handlers = declared(tiny)
    assert (handlers.timers, handlers.queue, handlers.streams) == (("tick",), "work", ("count",))
    assert handlers.schedules == {"tick": "rate(1 minute)"}


def test_tick_drains_everything_the_timers_cause(stage: Stage) -> None:
    tiny.to_send += ["one", "two", "three"]
    stage.put("a")
    done = stage.workers.tick()
    assert done["finished"] and done["messages"] == 3 and done["streamRecords"] <= 1
    assert sorted(tiny.seen["work"]) == ["one", "three", "two"]
    assert sum(len(event["Records"]) for event in tiny.seen["stream"]) == 1


def test_tick_waits_for_delayed_and_failed_messages(stage: Stage) -> None:
    tiny.fail_once.add("raises")
    tiny.refuse.add("refused")
    stage.queue.send("raises")
    stage.queue.send("refused")
    stage.queue.send("later", delay=0.3)
    done = stage.workers.tick()
    assert done["finished"] and done["failedMessages"] == 2
    assert sorted(tiny.seen["work"]) == ["later", "raises", "raises", "refused", "refused"]


def test_stream_records_are_shaped_for_lambda_and_repeat_until_taken(stage: Stage) -> None:
    tiny.fail_once.add("stream")
    stage.put("a")
    assert stage.workers.tick()["finished"]
    first, second = tiny.seen["stream"]
    assert first == second
    (record,) = first["Records"]
    assert record["eventSourceARN"].startswith("arn:aws:dynamodb:") and record["eventID"]
    assert record["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "b": {"B": "/w=="}}
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int | float)
    assert first["shardId"]


def test_tick_gives_up_at_its_limit(stage: Stage) -> None:
    stage.queue.send("later", delay=60)
    done = stage.workers.tick(limit_seconds=0.3)
    assert done["finished"] is False


def test_stop_hands_over_the_rest_of_the_stream(stage: Stage) -> None:
    stage.workers.stop()
    taken = len(tiny.seen["stream"])
    stage.put("z")
    stage.workers.stop()
    assert len(tiny.seen["stream"]) == taken + 1


def test_tick_gives_up_when_nothing_but_failures_come_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.workers.STUCK_SECONDS", 0.2)
    tiny.refuse_always.add("poison")
    stage.queue.send("poison")
    done = stage.workers.tick(limit_seconds=20)
    assert done["finished"] is False and done["failedMessages"] > 1 and done["seconds"] < 10


def test_an_interrupted_tick_ends(stage: Stage) -> None:
    stage.queue.send("later", delay=60)
    ended = ThreadPoolExecutor(1).submit(stage.workers.tick)
    stage.workers.interrupt()
    assert ended.result(timeout=5)["finished"] is False


def test_tick_waits_for_what_is_due_in_a_moment(stage: Stage) -> None:
    """A Stop takes effect a second later; whoever stops and ticks sees it closed."""
    soon = stage.clock.now() + timedelta(seconds=0.2)
    later = stage.clock.now() + timedelta(days=3)
    stage.agenda += [soon, later]
    done = stage.workers.tick()
    assert done["finished"] and stage.clock.now() >= soon
    assert done["nextDue"] == later.isoformat(timespec="seconds").replace("+00:00", "Z")


def test_tick_ends_while_somebody_goes_on_writing(stage: Stage) -> None:
    enough = Event()

    def write() -> None:
        number = 0
        while not enough.is_set():
            stage.put(f"w{(number := number + 1)}")

    with ThreadPoolExecutor(1) as writers:
        writers.submit(write)
        try:
            assert stage.workers.tick(limit_seconds=20)["finished"]
        finally:
            enough.set()


def test_two_ticks_at_once_both_end(stage: Stage) -> None:
    tiny.to_send += ["one", "two"]
    with ThreadPoolExecutor(2) as both:
        done = [each.result(timeout=20) for each in [both.submit(stage.workers.tick) for _ in range(2)]]
    assert all(each["finished"] for each in done)
    assert sorted(tiny.seen["work"]) == ["one", "two"]
