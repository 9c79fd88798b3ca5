"""Calls the app's event handlers as Lambda would: by name, with an event and a context."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

from chalice.app import DynamoDBEventConfig, ScheduledEventConfig, SNSEventConfig, SQSEventConfig
from chalice.local import LambdaContext

from chalicelib.settings import settings

LOG = logging.getLogger("local")
MILLISECONDS = 15_000  # an invocation's limit, as in the settings of the local stage


def report(text: str, problem: BaseException) -> None:
    """Log a failure: with its trace, but in one line when the emulator simply cannot be reached."""
    cause: BaseException | None = problem
    while cause and not isinstance(cause, ConnectionError):
        cause = cause.__cause__ or cause.__context__
    LOG.error("%s%s", text, " The emulator cannot be reached." if cause else "", exc_info=None if cause else problem)


@dataclass(frozen=True)
class Handlers:
    """The event handlers a Chalice app declares; `module` is where they live."""

    module: ModuleType
    timers: tuple[str, ...]
    schedules: Mapping[str, str]  # the timers' expressions
    queue: str
    streams: tuple[str, ...]
    topic: str

    def call(self, name: str, event: Mapping[str, Any]) -> Any:
        """Run one handler; what it raises comes through."""
        return getattr(self.module, name)(event, LambdaContext(name, 256, MILLISECONDS))


def declared(module: ModuleType) -> Handlers:
    """The handlers of `module.app`: any number of timers and stream handlers, in the order they are
    declared, and at most one handler each of a queue and of a topic ("" for none)."""
    sources = module.app.event_sources
    timers = tuple(_names(sources, ScheduledEventConfig))
    timed = [source for source in sources if isinstance(source, ScheduledEventConfig)]
    schedules = {name: _expression(source) for name, source in zip(timers, timed, strict=True)}
    queue = [*_names(sources, SQSEventConfig), ""]
    streams = tuple(_names(sources, DynamoDBEventConfig))
    topic = [*_names(sources, SNSEventConfig), ""]
    return Handlers(module, timers, schedules, queue[0], streams, topic[0])


def _expression(source: ScheduledEventConfig) -> str:
    schedule = source.schedule_expression
    return schedule if isinstance(schedule, str) else str(schedule.to_string())


def _names(sources: list[Any], kind: type[Any]) -> list[str]:
    return [source.handler_string.rpartition(".")[2] for source in sources if isinstance(source, kind)]


def timer_event(name: str, now: datetime) -> dict[str, Any]:
    """The event of an EventBridge rule."""
    return {
        "version": "0",
        "id": f"{name}-{now:%Y%m%dT%H%M%S}",
        "account": "000000000000",
        "region": "us-east-1",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "resources": [],
    }


def queue_record(message: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """A received SQS message as one record of Lambda's event."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": "us-east-1",
    }


def topic_record(message: str) -> dict[str, Any]:
    """An event of the topic that tells of mails."""
    topic = f"arn:aws:sns:us-east-1:000000000000:{settings().mail_feedback_topic}"
    told: dict[str, Any] = {"TopicArn": topic, "Message": message, "MessageId": "local", "Type": "Notification"}
    told |= {"Subject": None, "MessageAttributes": {}}
    record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{topic}:local", "Sns": told}
    return {"Records": [record]}


def stream_record(record: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """A stream record as botocore reads it, as Lambda hands it over: seconds for time, base64 for bytes."""
    plain: dict[str, Any] = _plain(record)
    return {**plain, "eventSourceARN": arn}


def stream_event(records: list[dict[str, Any]], shard: str, arn: str) -> dict[str, Any]:
    """A batch as Lambda hands it to a function with a tumbling window, which alone names the shard."""
    return {"Records": records, "shardId": shard, "eventSourceARN": arn, "state": {}, "isFinalInvokeForWindow": False}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
