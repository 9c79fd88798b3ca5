"""What could not be delivered is seen, replayed and dropped by command; nothing without --yes, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.domain.agenda import Due
from infrastructure import letters
from infrastructure.letter_office import Office, Undeliverable
from tests.world import TIMER_EVENT, World

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:stack-{}:$LATEST"
STREAM = "arn:aws:dynamodb:eu-central-1:123456789012:table/stack-items/stream/2026-03-02T09:00:00.000"


@dataclass
class Functions:
    """Lambda, by name: what it was asked, and what it answers."""

    asked: list[tuple[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    failed: bool = False

    def invoke(self, FunctionName: str, Payload: bytes, InvocationType: str = "RequestResponse") -> dict[str, Any]:
        self.asked.append((FunctionName, json.loads(Payload)))
        error = {"FunctionError": "Unhandled"} if self.failed else {}
        return {"Payload": BytesIO(json.dumps(self.answer).encode()), **error}


@dataclass
class Streams:
    """A stream of records, or one that has forgotten them."""

    records: list[dict[str, Any]] = field(default_factory=list)

    def get_shard_iterator(self, **_: Any) -> dict[str, str]:
        if not self.records:
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException", "Message": ""}}, "GetShardIterator")
        return {"ShardIterator": "0"}

    def get_records(self, ShardIterator: str, Limit: int) -> dict[str, Any]:
        start = int(ShardIterator)
        return {"Records": self.records[start : start + 2], "NextShardIterator": str(start + 2)}


@dataclass
class Desk:
    """The queues of a deployment, and who stands behind them."""

    office: Office
    functions: Functions
    streams: Streams

    def put(self, queue: str, body: Any, **attributes: str) -> None:
        told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        text = body if isinstance(body, str) else json.dumps(body)
        client("sqs").send_message(QueueUrl=self.office.queues[queue], MessageBody=text, MessageAttributes=told)

    def waiting(self, queue: str) -> int:
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.office.work if queue == "todo" else self.office.queues[queue]
        found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
        return sum(int(found[name]) for name in wanted)


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A deployment whose functions are told of, over real queues."""
    urls = [client("sqs").create_queue(QueueName=f"stack-{name}")["QueueUrl"] for name in ("work-dead", "failed")]
    functions, streams = Functions(), Streams()
    others = {"lambda": functions, "dynamodbstreams": streams, "logs": SimpleNamespace(filter_log_events=_logged)}
    office = Office(
        lambda service: others.get(service) or client(service),
        {"work": urls[0], "events": urls[1]},
        world.queue_url,
        "stack",
    )
    monkeypatch.setattr(letters, "deployed", lambda _: office)
    monkeypatch.setattr(Office, "_received", _at_once(Office._received))
    yield Desk(office, functions, streams)


def _at_once(received: Any) -> Any:
    """Without the second that real queues are waited for."""

    def read(self: Office, url: str) -> Any:
        self.stack, stack = "", self.stack
        try:
            yield from received(self, url)
        finally:
            self.stack = stack

    return read


def _logged(**asked: Any) -> dict[str, Any]:
    assert asked["logGroupName"] == "/aws/lambda/stack-work" and "messageId" in asked["filterPattern"]
    return {"events": [{"message": json.dumps({"level": "ERROR", "error": "Throttled"})}]}


def run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert letters.main([arguments[0], "production", *arguments[1:]]) == status
    told = capsys.readouterr()
    return told.out if status == 0 else told.err


def work(kind: str, subject: str, **more: str) -> dict[str, Any]:
    return {"version": 1, "kind": kind, "id": subject, **more}


def test_letters_about_the_same_work_are_one_line(desk: Desk, capsys: Any) -> None:
    """The agenda sends a message every minute for what is still due."""
    for _ in range(3):
        desk.put("work", work("instance", "r-1"))
    desk.put("work", work("job", "j-1"))
    desk.put("work", "{no json")
    lines = run(capsys, "list").splitlines()
    assert len(lines) == 4 and any("instance" in line and "review r-1" in line and " 3 " in line for line in lines)
    assert any("unreadable" in line for line in lines)
    assert desk.waiting("work") == 5
    assert run(capsys, "list").splitlines() == lines  # they can be seen again at once


def test_nothing_is_done_without_yes(desk: Desk, capsys: Any) -> None:
    desk.put("work", work("instance", "r-1"))
    assert "would replay instance r-1 (1 letters) to the work queue" in run(capsys, "replay", "--all")
    assert "would drop" in run(capsys, "drop", "--kind", "instance")
    assert (desk.waiting("work"), desk.waiting("todo")) == (1, 0)


def test_a_replay_does_the_work_once_and_takes_every_letter_about_it(world: World, desk: Desk, capsys: Any) -> None:
    world.services.writer.put_all([Due(when=world.clock.now(), kind="lost", id="p-1")])
    for _ in range(3):
        desk.put("work", work("lost", "p-1", correlation="c-1"))
    desk.put("work", work("instance", "r-2"))
    assert "replayed lost p-1 (3 letters): sent to the work queue" in run(capsys, "replay", "--kind", "lost", "--yes")
    assert (desk.waiting("work"), desk.waiting("todo")) == (1, 1)
    assert world.drain_queue() == 1 and world.services.reviews.due(world.clock.now(), "lost", "p-1") is None


def test_one_letter_is_named_by_how_its_id_begins(desk: Desk, capsys: Any) -> None:
    for name in ("a", "b"):
        desk.put("work", work("instance", name))
    chosen = run(capsys, "list").splitlines()[1].split()[0]
    assert "dropped instance" in run(capsys, "drop", chosen, "--yes")
    assert desk.waiting("work") == 1
    assert "No letter is like that" in run(capsys, "drop", "zzz", "--yes", status=1)


def test_what_nobody_can_read_is_kept_until_somebody_drops_it(desk: Desk, capsys: Any) -> None:
    desk.put("work", "{no json")
    assert "cannot replay" in run(capsys, "replay", "--all", "--yes") and desk.waiting("work") == 1
    assert "dropped" in run(capsys, "drop", "--all", "--yes") and desk.waiting("work") == 0


def test_a_letter_is_shown_with_what_the_log_says_of_it(desk: Desk, capsys: Any) -> None:
    desk.put("work", work("instance", "r-1", correlation="c-1"))
    found = json.loads(run(capsys, "show"))
    assert (found["about"], found["subject"], found["correlationId"]) == ("review", "r-1", "c-1")
    assert found["log"] == [{"level": "ERROR", "error": "Throttled"}]


def test_events_go_back_to_their_function(desk: Desk, capsys: Any) -> None:
    """As Lambda keeps what it gave up, as EventBridge does, and as SNS does."""
    context = {"functionArn": ARN.format("tick"), "condition": "RetriesExhausted", "approximateInvokeCount": 3}
    failed = {"errorType": "Throttled", "errorMessage": "slow down"}
    desk.put("events", {"requestContext": context, "requestPayload": TIMER_EVENT, "responsePayload": failed})
    sign_in = {"source": "aws.signin", "id": "e-1", "detail": {}}
    desk.put("events", sign_in, TARGET_ARN=ARN.format("signed-in"), ERROR_MESSAGE="no permission")
    notice = {"Type": "Notification", "MessageId": "n", "TopicArn": "t", "Message": "{}"}
    desk.put("events", notice)
    listed = run(capsys, "list")
    assert "Throttled slow down" in listed and "no permission" in listed
    told = run(capsys, "replay", "--all", "--yes")
    assert "given to stack-signed-in" in told and desk.waiting("events") == 0
    asked = dict(desk.functions.asked)
    assert asked["stack-tick"] == TIMER_EVENT and asked["stack-signed-in"] == sign_in
    assert asked["stack-hear-of-mails"]["Records"][0]["Sns"] == notice


@pytest.fixture
def batch(desk: Desk) -> Desk:
    """A batch of three records that was given up."""
    told = {"shardId": "shard-1", "startSequenceNumber": "10", "endSequenceNumber": "12", "batchSize": 3}
    context = {"functionArn": ARN.format("count-decisions"), "condition": "RetryAttemptsExhausted"}
    desk.put("events", {"requestContext": context, "DDBStreamBatchInfo": {**told, "streamArn": STREAM}})
    records = [{"eventName": "MODIFY", "dynamodb": {"SequenceNumber": str(n), "Keys": {}}} for n in range(10, 15)]
    desk.streams.records = records
    return desk


def test_records_of_a_stream_are_read_again(batch: Desk, capsys: Any) -> None:
    """Those of the batch and no others, in order, with their shard, which the counters need."""
    batch.functions.answer = {"counted": 3, "state": {}}
    told = run(capsys, "replay", "--kind", "stream", "--yes")
    assert "replayed stream stack-items 3 records (1 letters): 3 records given to stack-count-decisions" in told
    ((name, event),) = batch.functions.asked
    assert name == "stack-count-decisions" and event["shardId"] == "shard-1"
    assert [one["dynamodb"]["SequenceNumber"] for one in event["Records"]] == ["10", "11", "12"]
    assert event["Records"][0]["eventSourceARN"] == STREAM and batch.waiting("events") == 0


@pytest.mark.parametrize("answer", [{"errorMessage": "broken"}, {"batchItemFailures": [{"itemIdentifier": "11"}]}])
def test_a_batch_that_fails_again_stays(batch: Desk, capsys: Any, answer: dict[str, Any]) -> None:
    batch.functions.answer, batch.functions.failed = answer, "errorMessage" in answer
    assert "failed again" in run(capsys, "replay", "--all", "--yes") and batch.waiting("events") == 1


def test_a_batch_the_stream_has_forgotten_stays_and_is_told(batch: Desk, capsys: Any) -> None:
    batch.streams.records = []
    assert "forgotten its records after a day" in run(capsys, "replay", "--all", "--yes")
    assert batch.waiting("events") == 1 and batch.functions.asked == []


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["list", "production", "--url", "http://127.0.0.1:1", "x"], ["replay", "production"], ["eat", "x"]],
)
def test_a_command_that_says_too_little_is_refused(arguments: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        letters.main(arguments)
    assert ended.value.code == 2 and "usage" in capsys.readouterr().err


def test_no_deployment_and_no_instance_are_told_in_a_line(aws: None, capsys: Any, monkeypatch: Any) -> None:
    assert letters.main(["list", "production", "--stack", "none"]) == 1
    assert "The stack none cannot be read" in capsys.readouterr().err
    assert letters.main(["list", "--url", "http://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_queues_of_a_stack_come_from_its_outputs(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = {"WorkQueueUrl": "w", "WorkDeadLettersUrl": "d", "FailedEventsUrl": "f"}
    told = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
    stacks = SimpleNamespace(describe_stacks=lambda StackName: {"Stacks": [{"Outputs": told}]})
    from infrastructure import letter_office

    session = SimpleNamespace(create_client=lambda service: stacks)
    monkeypatch.setattr(letter_office, "get_session", lambda: session)
    office = letter_office.deployed("access-reviews-production")
    assert (office.queues, office.work, office.stack) == (
        {"work": "d", "events": "f"},
        "w",
        "access-reviews-production",
    )
    with pytest.raises(Undeliverable):
        stacks.describe_stacks = lambda StackName: {"Stacks": [{"Outputs": []}]}
        letter_office.deployed("x")
