"""Rows as DynamoDB sends them, read by msgspec. botocore leads every value of every row through its model of the
service, 65 µs a row, which is most of what a page costs; this is the same answer for 3 µs a row (docs/benchmarks.md).
"""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec
from botocore import handlers


class Value(TypedDict, total=False):
    """One value of a row."""

    S: str
    N: str
    B: bytes
    BOOL: bool
    NULL: bool
    L: list[Value]
    M: dict[str, Value]
    SS: list[str]
    NS: list[str]
    BS: list[bytes]


Row = dict[str, Value]


class Unread(TypedDict, total=False):
    """Keys that a BatchGetItem did not come to."""

    Keys: list[Row]
    ConsistentRead: bool
    ProjectionExpression: str
    ExpressionAttributeNames: dict[str, str]


class Answer(TypedDict, total=False):
    """What the reading operations answer."""

    Item: Row
    Items: list[Row]
    Responses: dict[str, list[Row]]
    UnprocessedKeys: dict[str, Unread]
    LastEvaluatedKey: Row
    Count: int
    ScannedCount: int
    ConsumedCapacity: Any


READS = ("GetItem", "BatchGetItem", "Query", "Scan")
_read = msgspec.json.Decoder(Answer).decode


def take(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Read the body of a successful answer, and leave botocore an empty one. What is no such answer is botocore's."""
    if response_dict["status_code"] != 200:
        return
    try:
        found = _read(response_dict["body"])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    customized_response_dict.update(found)
    response_dict["body"] = b"{}"


def install() -> None:
    """For every botocore session made from now on, as in `damage`."""
    for wanted in ((f"before-parse.dynamodb.{operation}", take) for operation in READS):
        if wanted not in handlers.BUILTIN_HANDLERS:
            handlers.BUILTIN_HANDLERS.append(wanted)
