"""The queues of what could not be delivered: reads letters, says what they are, and gives one to whom it was for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from chalicelib.events import SUBJECTS

HOLD = 120  # seconds that letters are ours while they are looked at
MOST = 2_000
BATCH = 1_000  # records of a stream that are read at once
LOG_LINES = 3
Json = dict[str, Any]


class Undeliverable(Exception):
    """It cannot be done; the message is for whoever asked."""


@dataclass(frozen=True)
class Letter:
    """One message. `queue`: work or events. `kind`: of work, or stream, timer, mail, signIn, event. `subject`: the id
    it is about, `about` what that is the id of; `to` is for whom it was. `why` it came back, as far as it says."""

    id: str
    handle: str
    queue: str
    body: str
    sent: float
    received: int
    kind: str
    subject: str
    about: str
    to: str
    why: str = ""
    correlation: str = ""
    content: Json = field(default_factory=dict)

    @property
    def repeatable(self) -> bool:
        """Does one of several about the same do for all of them?"""
        return self.queue == "work" and bool(self.subject)


def work_letter(message: Json) -> Letter:
    """A message of work; one that is no message of ours is of the kind `unreadable`."""
    try:
        content = json.loads(message["Body"])
        kind, subject = str(content["kind"]), str(content["id"])
    except (ValueError, TypeError, KeyError):
        content, kind, subject = {}, "unreadable", ""
    about = SUBJECTS.get(kind, "") if subject else ""
    correlation = str(content.get("correlation", ""))
    known = {"kind": kind, "subject": subject, "about": about, "correlation": correlation, "content": content}
    return Letter(queue="work", to="the work queue", **_common(message), **known)


def event_letter(message: Json) -> Letter:
    """What Lambda, EventBridge or SNS could not bring to a function, in whichever of their shapes."""
    common, attributes = _common(message), message.get("MessageAttributes", {})
    try:
        content = json.loads(message["Body"])
        context = content.get("requestContext", {})
    except (ValueError, AttributeError):
        return Letter(queue="events", kind="unreadable", subject="", about="", to="nobody", **common)
    target = context.get("functionArn") or attributes.get("TARGET_ARN", {}).get("StringValue", "")
    said = content.get("responsePayload") or {}
    why = " ".join(str(said[name]) for name in ("errorType", "errorMessage") if said.get(name))
    why = why or str(context.get("condition") or attributes.get("ERROR_MESSAGE", {}).get("StringValue", ""))
    known = {"about": "", "to": _function(target), "why": why, "content": content}
    if "DDBStreamBatchInfo" in content:
        batch = content["DDBStreamBatchInfo"]
        subject = f"{batch['streamArn'].split('/')[1]} {batch['batchSize']} records"
        return Letter(queue="events", kind="stream", subject=subject, **known, **common)
    event = content.get("requestPayload", content)
    return Letter(queue="events", kind=_kind(event), subject=str(event.get("id", "")), **known, **common)


def _common(message: Json) -> Json:
    attributes = message.get("Attributes", {})
    sent, received = float(attributes.get("SentTimestamp", 0)) / 1000, int(attributes.get("ApproximateReceiveCount", 0))
    known = {"id": message["MessageId"], "handle": message["ReceiptHandle"], "body": message["Body"]}
    return known | {"sent": sent, "received": received}


def _kind(event: Json) -> str:
    if event.get("source") == "aws.events":
        return "timer"
    if event.get("Type") == "Notification" or "Sns" in next(iter(event.get("Records") or [{}])):
        return "mail"
    return "signIn" if str(event.get("source", "")) in ("aws.signin", "aws.sso") else "event"


def _function(arn: str) -> str:
    """The name of a function, without the version that an ARN may end in."""
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 else arn


@dataclass
class Office:
    """The queues of one deployment, by their addresses; `stack` prefixes the names of its functions ("" on a local
    instance, which has none)."""

    clients: Any
    queues: dict[str, str]
    work: str
    stack: str = ""
    gone: set[str] = field(default_factory=set)

    @contextmanager
    def reading(self) -> Iterator[list[Letter]]:
        """Every letter there is, ours until the block ends. Raises Undeliverable."""
        found: dict[str, Letter] = {}
        try:
            for queue, url in self.queues.items():
                read = work_letter if queue == "work" else event_letter
                found |= {one["MessageId"]: read(one) for one in self._received(url)}
            yield list(found.values())
        except (BotoCoreError, ClientError) as problem:
            raise Undeliverable(str(problem)) from problem
        finally:
            for one in found.values():
                if one.id not in self.gone:
                    where = {"QueueUrl": self.queues[one.queue], "ReceiptHandle": one.handle}
                    self.clients("sqs").change_message_visibility(**where, VisibilityTimeout=0)

    def _received(self, url: str) -> Iterator[Json]:
        wanted = {"MaxNumberOfMessages": 10, "VisibilityTimeout": HOLD, "WaitTimeSeconds": 1 if self.stack else 0}
        names = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        for _ in range(MOST // 10):
            messages = self.clients("sqs").receive_message(QueueUrl=url, **wanted, **names).get("Messages", [])
            if not messages:
                return
            yield from messages

    def deliver(self, letter: Letter) -> str:
        """Give it to whom it was for; what became of that. Raises Undeliverable."""
        if letter.kind == "unreadable":
            raise Undeliverable("nobody can read it; look at it with `show`, then drop it")
        if letter.queue == "work":
            self.clients("sqs").send_message(QueueUrl=self.work, MessageBody=letter.body)
            return "sent to the work queue"
        if letter.kind == "stream":
            return self._again(letter)
        event = letter.content.get("requestPayload", letter.content)
        if event.get("Type") == "Notification":  # SNS itself could not bring it: then it lies there bare
            event = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": event}]}
        name = letter.to or f"{self.stack}-hear-of-mails"
        self.clients("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())
        return f"given to {name}"

    def _again(self, letter: Letter) -> str:
        """Read the records once more from their stream, which keeps them for a day, and hand them over."""
        batch = letter.content["DDBStreamBatchInfo"]
        stream, shard = batch["streamArn"], batch["shardId"]
        records = list(self._records(stream, shard, batch["startSequenceNumber"], batch["endSequenceNumber"]))
        event = {"Records": records, "shardId": shard, "eventSourceARN": stream, "state": {}}
        event["isFinalInvokeForWindow"] = False
        payload = json.dumps(event, default=_seconds).encode()
        answer = self.clients("lambda").invoke(FunctionName=letter.to, Payload=payload)
        told = json.loads(answer["Payload"].read() or b"null") or {}
        if answer.get("FunctionError") or told.get("batchItemFailures"):
            raise Undeliverable(f"{letter.to} failed again: {told.get('errorMessage') or 'a part was not taken'}")
        return f"{len(records)} records given to {letter.to}"

    def _records(self, stream: str, shard: str, first: str, last: str) -> Iterator[Json]:
        streams = self.clients("dynamodbstreams")
        where = {"StreamArn": stream, "ShardId": shard, "SequenceNumber": first}
        try:
            place = streams.get_shard_iterator(**where, ShardIteratorType="AT_SEQUENCE_NUMBER")["ShardIterator"]
            while place:
                answer = streams.get_records(ShardIterator=place, Limit=BATCH)
                for record in answer["Records"]:
                    if int(record["dynamodb"]["SequenceNumber"]) > int(last):
                        return
                    yield {**record, "eventSourceARN": stream}
                    if record["dynamodb"]["SequenceNumber"] == last:
                        return
                place = answer.get("NextShardIterator") if answer["Records"] else None
        except ClientError as problem:
            if problem.response["Error"]["Code"] not in ("TrimmedDataAccessException", "ResourceNotFoundException"):
                raise
            advice = "counters are made good when the review closes; see docs/operations.md#failed-events"
            raise Undeliverable(f"the stream has forgotten its records after a day ({advice})") from None

    def remove(self, letter: Letter) -> None:
        """Take a letter out of its queue."""
        self.clients("sqs").delete_message(QueueUrl=self.queues[letter.queue], ReceiptHandle=letter.handle)
        self.gone.add(letter.id)

    def told(self, letter: Letter) -> Json:
        """All that is known of a letter, with the last lines about it that say what went wrong."""
        named = {name: getattr(letter, name) for name in ("id", "queue", "kind", "subject", "about", "to", "received")}
        found = named | {"sent": letter.sent, "correlationId": letter.correlation, "why": letter.why}
        return found | {"content": letter.content or letter.body, "log": self._logged(letter)}

    def _logged(self, letter: Letter) -> list[Json]:
        """Lines of the worker's log that name this message. None where there is no such log."""
        if not self.stack or letter.queue != "work":
            return []
        wanted = f'{{ $.messageId = "{letter.id}" && $.level = "ERROR" }}'
        asked = {"logGroupName": f"/aws/lambda/{self.stack}-work", "startTime": int(letter.sent * 1000)}
        try:
            events = self.clients("logs").filter_log_events(**asked, filterPattern=wanted)["events"][-LOG_LINES:]
            return [json.loads(one["message"]) for one in events]
        except (BotoCoreError, ClientError, ValueError):
            return []


def _seconds(value: Any) -> float:
    """Instants in records, as Lambda writes them."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(type(value).__name__)


def deployed(stack: str) -> Office:
    """The queues of a stack, from its outputs. Raises Undeliverable."""
    session = get_session()
    try:
        stacks = session.create_client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0]["Outputs"]}
        queues = {"work": outputs["WorkDeadLettersUrl"], "events": outputs["FailedEventsUrl"]}
    except (BotoCoreError, ClientError, KeyError) as problem:
        raise Undeliverable(f"The stack {stack} cannot be read: {problem}") from problem
    return Office(session.create_client, queues, outputs["WorkQueueUrl"], stack)


def local(url: str) -> Office:
    """The queues of a running local instance. It brings timers and streams to the product by itself, until they are
    taken, and has only letters of work. Raises Undeliverable."""
    from local.client import Client, Failure
    from local.resources import PREFIX, Aws

    try:
        aws = Aws(Client(url).get("/_local/health")["emulator"])
        urls = [aws.client("sqs").get_queue_url(QueueName=f"{PREFIX}-work{more}")["QueueUrl"] for more in ("", "-dead")]
    except (Failure, BotoCoreError, ClientError) as problem:
        raise Undeliverable(str(problem)) from problem
    return Office(aws.client, {"work": urls[1]}, urls[0])
