"""What an AWS call touches: two calls that touch nothing in common may change places without anybody seeing it.

Rows of tables by their keys, partitions that are queried, objects of a bucket. A query of an index may see any row of
its table. Messages and mails commute with each other: a queue keeps no order, and no promise is about the order of
mails. A service that is not known here conflicts with itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.simulation.point import Call

Place = tuple[str, str | None, str, str]  # of what, which partition (None: all), from which key to which
LAST = "\U0010ffff"
UNORDERED = frozenset({("sqs", "SendMessage"), ("sesv2", "SendEmail"), ("events", "PutEvents")})
_PART = re.compile(
    r"begins_with\s*\(\s*(\S+)\s*,\s*(\S+?)\s*\)|(\S+) BETWEEN (\S+) AND (\S+)|(\S+) (<=|<|>=|>|=) (\S+)"
)


@dataclass(frozen=True, slots=True)
class Touch:
    """The places a call reads and those it writes."""

    reads: frozenset[Place] = frozenset()
    writes: frozenset[Place] = frozenset()

    def conflicts(self, other: Touch) -> bool:
        """Could the order of the two calls matter?"""
        return _meet(self.writes, other.reads | other.writes) or _meet(other.writes, self.reads)


def _meet(some: frozenset[Place], others: frozenset[Place]) -> bool:
    return not some.isdisjoint(others) or any(_share(one, other) for one in some for other in others)


def _share(one: Place, other: Place) -> bool:
    if one[0] != other[0] or (one[1] != other[1] and one[1] is not None and other[1] is not None):
        return False
    return one[2] <= other[3] and other[2] <= one[3]


def whole(what: str) -> Place:
    """All there is of something."""
    return what, None, "", LAST


def touches(call: Call) -> Touch:
    """What one call touches."""
    given, operation = call.parameters, call.operation
    if (call.service, operation) in UNORDERED:
        return Touch()
    if call.service == "dynamodb":
        return _rows(operation, given)
    if call.service == "s3":
        key = given.get("Key")
        place = frozenset({("s3", given.get("Bucket"), key or "", key or LAST)})
        return Touch(reads=place) if call.reads or operation.startswith("List") else Touch(writes=place)
    return Touch(writes=frozenset({whole(call.service)}))


def _rows(operation: str, given: dict[str, Any]) -> Touch:
    if operation == "GetItem":
        return Touch(reads=frozenset({_row(given["TableName"], given["Key"])}))
    if operation == "BatchGetItem":
        wanted = given["RequestItems"].items()
        return Touch(reads=frozenset(_row(table, key) for table, many in wanted for key in many["Keys"]))
    if operation == "Query":
        return Touch(reads=frozenset({_partition(given)}))
    return Touch(frozenset(_checked(given)), frozenset(_written(operation, given)))


def _row(table: str, key: dict[str, Any]) -> Place:
    return table, key["pk"]["S"], key["sk"]["S"], key["sk"]["S"]


def _partition(given: dict[str, Any]) -> Place:
    """The partition, and the range of sort keys, that a query asks for."""
    if given.get("IndexName"):
        return whole(given["TableName"])
    names, values = given.get("ExpressionAttributeNames", {}), given["ExpressionAttributeValues"]
    partition, low, high = "", "", LAST
    for prefix_of, prefix, between, least, most, name, sign, value in _PART.findall(
        given["KeyConditionExpression"].replace("(", " ( ").replace(")", " ) ")
    ):
        if prefix_of:
            low = values[prefix]["S"]
            high = low + LAST
        elif between:
            low, high = values[least]["S"], values[most]["S"]
        elif names.get(name, name) == "pk":
            partition = values[value]["S"]
        else:
            low = values[value]["S"] if sign in (">", ">=", "=") else low
            high = values[value]["S"] if sign in ("<", "<=", "=") else high
    return given["TableName"], partition, low, high


def _checked(given: dict[str, Any]) -> Iterator[Place]:
    for one in given.get("TransactItems", ()):
        if "ConditionCheck" in one:
            yield _row(one["ConditionCheck"]["TableName"], one["ConditionCheck"]["Key"])


def _written(operation: str, given: dict[str, Any]) -> Iterator[Place]:
    if operation == "TransactWriteItems":
        for one in given["TransactItems"]:
            for kind in ("Put", "Update", "Delete"):
                if kind in one:
                    yield _row(one[kind]["TableName"], one[kind].get("Key") or one[kind]["Item"])
    elif operation == "BatchWriteItem":
        for table, many in given["RequestItems"].items():
            for one in many:
                yield _row(table, one["PutRequest"]["Item"] if "PutRequest" in one else one["DeleteRequest"]["Key"])
    else:
        yield _row(given["TableName"], given.get("Key") or given["Item"])
