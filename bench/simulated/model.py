"""What the simulation assumes about AWS, in one place. Change a figure here and every prediction follows.

None of it was measured on AWS: latencies are those DynamoDB, S3 and SQS usually show from a Lambda function of the
same region, rounded up. The processor's share is measured on the machine that plays and taken times `LAMBDA_FACTOR`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SECOND = 1_000.0
WRITES_OF_A_PARTITION, READS_OF_A_PARTITION = 1_000, 3_000  # units a second that DynamoDB gives one partition
WRITES_OF_A_NEW_TABLE = 4_000  # units a second that a new table on demand takes at once

LATENCY = {  # milliseconds a call, until its answer
    "dynamodb.GetItem": 4.0,
    "dynamodb.Query": 6.0,
    "dynamodb.BatchGetItem": 12.0,
    "dynamodb.BatchWriteItem": 12.0,
    "dynamodb.PutItem": 6.0,
    "dynamodb.UpdateItem": 6.0,
    "dynamodb.DeleteItem": 6.0,
    "dynamodb.TransactWriteItems": 18.0,
    "s3.GetObject": 25.0,
    "s3.PutObject": 40.0,
    "sqs.SendMessage": 10.0,
    "sesv2.SendEmail": 50.0,
    "kms.Sign": 25.0,
    "events.PutEvents": 15.0,
}
OTHER_CALL = 20.0
EXAMINED = 0.2  # milliseconds more for each 4 KB that a query looks at
REQUEST_CPU, ENTRY_CPU = 0.65, 0.06  # milliseconds here: a botocore request, and each item it carries either way
RENDERED = 3.0  # milliseconds here: the words, the HTML and the calendar of one mail
HTTP_CPU = 0.45  # milliseconds here: route, token and answer of one API request
LAMBDA_FACTOR = 2.0  # a vCPU of Lambda needs so many times as long as a core here

MEMORY = {"api": 1_769, "work": 1_769, "count_decisions": 512, "publish_events": 512, "tick": 512}  # MB of a function
WHOLE_PROCESSOR = 1_769  # MB of a function that gets one vCPU; with less it gets that share of one
TIME_OUT = 300.0  # seconds
STREAM_SHARDS = 4  # of the items table: one for each of its partitions
STREAM_BATCH, STREAM_WINDOW = 1_000, 60.0
LOGGED = {"api": 1_000, "work": 600, "count_decisions": 500, "publish_events": 500, "tick": 450}  # bytes, an invocation


def slowness(function: str) -> float:
    """How many times as long as here a function computes."""
    return LAMBDA_FACTOR * max(1.0, WHOLE_PROCESSOR / MEMORY[function])


@dataclass(frozen=True)
class Plan:
    """The review that is played. Shares are of items; `rate` and `daily` are the SES account's quota."""

    items: int = 5_000
    span: int = 10  # items a reviewer
    days: int = 14
    decided: float = 0.95
    denied: float = 0.10
    changed: float = 0.10
    panel: int = 0  # so many named people together review everything, in the place of managers
    rate: float = 14.0  # mails a second
    daily: int = 50_000  # mails in 24 hours
    measured: bool = True  # the product's own processor time is taken from this machine; else `ITEM_CPU` of none
    seed: int = 7
    mails: bool = True

    @property
    def reviewers(self) -> int:
        """How many people review."""
        return self.panel or -(-self.items // self.span)


@dataclass
class Phase:
    """One part of a review, as it was played."""

    name: str
    begun: float
    ended: float = 0.0
    counts: dict[str, float] = field(default_factory=dict)
