"""Counters behind the decisions, folded from the table's stream, exactly once.

A batch may repeat, whole or in part, at any time. Every row remembers the last sequence number it has seen; an
update is conditional on its batch being newer, and a partly seen batch is cut to its new part first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.domain import ids
from chalicelib.domain.items import Decision
from chalicelib.storage import keys
from chalicelib.storage.base import raw_client
from chalicelib.storage.tables import ReviewRow
from chalicelib.usecases.ports import DecisionChange

Key = tuple[str, str]
Sums = dict[str, int]
DAY = "on"  # with the number of a day behind it (domain/pace)
_LETTERS = {Decision.APPROVE: "a", Decision.DENY: "d", Decision.DONT_KNOW: "k", Decision.NOT_REVIEWED: "u"}


def sequence(text: str) -> str:
    """A stream sequence number as a text that sorts like the number."""
    return text.rjust(40, "0")


def fold(stream_shard: str, changes: Sequence[DecisionChange]) -> None:
    """Add every change to the row of its set and to the row of its instance for this stream shard.

    Sequence numbers grow along one partition and one stream shard only, so no row may be fed by two: shared
    sets have a row per partition, instances one per stream shard.
    """
    finished: dict[str, int] = defaultdict(int)
    for (instance_id, set_id, shard), group in _grouped(changes, lambda c: (c.instance_id, c.set_id, c.shard)).items():
        if ids.is_shared(set_id) or set_id == ids.NO_SET:
            _add(keys.shared_set(instance_id, set_id, shard), group, _by_decision, create=True)
        else:
            finished[instance_id] += _crossing(_add(keys.reviewer(instance_id, set_id, ""), group, _by_set))
    for instance_id, group in _grouped(changes, lambda c: c.instance_id).items():
        key = keys.counter(instance_id, stream_shard)
        _add(
            key,
            group,
            lambda part, n=finished[instance_id]: {**_by_decision(part), "f": n, **_by_day(part)},
            create=True,
        )


def _grouped(changes: Sequence[DecisionChange], key: Any) -> dict[Any, list[DecisionChange]]:
    groups: dict[Any, list[DecisionChange]] = defaultdict(list)
    for change in changes:
        groups[key(change)].append(change)
    return groups


def _crossing(row: dict[str, Any]) -> int:
    """+1 when the row's last update left nothing open, -1 when it brought something back. Don't know is open: it
    keeps access and decides nothing (G45)."""
    if "u" not in row or "lu" not in row:
        return 0
    before, after = int(row["lu"]["N"]), int(row["u"]["N"]) + int(row.get("k", {"N": "0"})["N"])
    return int(after <= 0 < before) - int(before <= 0 < after)


def _by_decision(part: Iterable[DecisionChange]) -> Sums:
    sums = {"a": 0, "d": 0, "k": 0, "u": 0}
    for change in part:
        sums[_LETTERS[change.before]] -= 1
        letter = "x" if change.after is None else _LETTERS[change.after]
        sums[letter] = sums.get(letter, 0) + 1
    del sums["u"]
    return sums


def _by_set(part: Iterable[DecisionChange]) -> Sums:
    sums = _by_decision(part)
    return {**sums, "u": -sum(sums.values())}


def _by_day(part: Iterable[DecisionChange]) -> Sums:
    """How many items came to wait no more on each day: the burn-up of the review, in the row that is written anyway.
    A day is seven letters, so the row stays one write unit for some hundred days with decisions."""
    days: Sums = defaultdict(int)
    for change in part:
        waits = change.after is Decision.NOT_REVIEWED
        if waits != (change.before is Decision.NOT_REVIEWED):
            days[f"{DAY}{change.day}"] += -1 if waits else 1
    return {name: number for name, number in days.items() if number}


def _add(key: Key, group: list[DecisionChange], sums: Any, create: bool = False) -> dict[str, Any]:
    """Add a group's sums to a row unless it has seen them; returns the row afterwards ({} when there is none)."""
    part = group
    while part:
        try:
            return _update(key, sums(part), part, create)
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            row: dict[str, Any] = problem.response.get("Item", {})
            seen = row.get("q", {}).get("S", "")
            if not row:
                return {}
            if seen == sequence(part[-1].sequence):
                return row  # this very batch: what it changed is still in the row
            part = [change for change in part if sequence(change.sequence) > seen]
    return {}


def _update(key: Key, sums: Sums, part: list[DecisionChange], create: bool) -> dict[str, Any]:
    values = {f":{name}": {"N": str(value)} for name, value in sums.items()}
    values |= {":first": {"S": sequence(part[0].sequence)}, ":last": {"S": sequence(part[-1].sequence)}}
    remembers = ""
    if "u" in sums:
        remembers, values[":none"] = ", lu = u + if_not_exists(k, :none)", {"N": "0"}
    newer = "(attribute_not_exists(q) OR q < :first)"
    answer: dict[str, Any] = raw_client(ReviewRow).update_item(
        TableName=ReviewRow.Meta.table_name,
        Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}},
        UpdateExpression=f"SET q = :last{remembers} ADD " + ", ".join(f"{name} :{name}" for name in sums),
        ConditionExpression=newer if create else f"attribute_exists(pk) AND {newer}",
        ExpressionAttributeValues=values,
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    row: dict[str, Any] = answer["Attributes"]
    return row
