"""What an AWS call touches: two calls that touch nothing in common may change places without anybody seeing it.

Rows of tables by their keys, partitions that are queried, objects of a bucket. A query of an index may see any row of
its table. Messages and mails commute with each other: a queue keeps no order, and no promise is about the order of
mails. A service that is not known here conflicts with itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.simulation.point import Call

Place = tuple[str, str | None, str | None]  # None: all of them
UNORDERED = frozenset({("sqs", "SendMessage"), ("sesv2", "SendEmail"), ("events", "PutEvents")})


@dataclass(frozen=True, slots=True)
class Touch:
    """The places a call reads and those it writes."""

    reads: frozenset[Place] = frozenset()
    writes: frozenset[Place] = frozenset()

    def conflicts(self, other: Touch) -> bool:
        """Could the order of the two calls matter?"""
        return _meet(self.writes, other.reads | other.writes) or _meet(other.writes, self.reads)


def _meet(some: frozenset[Place], others: frozenset[Place]) -> bool:
    return not some.isdisjoint(others) or any(
        (one is not None and None in (*one, *other)) and _within(one, other) for one in some for other in others
    )


def _within(one: Place, other: Place) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def touches(call: Call) -> Touch:
    """What one call touches."""
    given, operation = call.parameters, call.operation
    if (call.service, operation) in UNORDERED:
        return Touch()
    if call.service == "dynamodb":
        return _rows(operation, given)
    if call.service == "s3":
        place = frozenset({("s3", given.get("Bucket"), given.get("Key"))})
        return Touch(reads=place) if call.reads or operation.startswith("List") else Touch(writes=place)
    return Touch(writes=frozenset({(call.service, None, None)}))


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
    return table, key["pk"]["S"], key["sk"]["S"]


def _partition(given: dict[str, Any]) -> Place:
    """The partition is the value that the key condition compares first."""
    if given.get("IndexName"):
        return given["TableName"], None, None
    names, condition = given.get("ExpressionAttributeNames", {}), given["KeyConditionExpression"]
    for part in condition.replace("(", " ").replace(")", " ").split(" AND "):
        name, _, value = part.strip().partition(" = ")
        if names.get(name.strip(), name.strip()) == "pk":
            return given["TableName"], given["ExpressionAttributeValues"][value.strip()]["S"], None
    return given["TableName"], None, None


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
