"""Reviewer rows and counters of an instance: plain attributes, because they are added to in place.

    R#{set}          a set of one: its reviewer and tally         t total, u undecided, a d k by decision
    R#{set}#{user}   a member of a shared set
    D#{set}{shard}   the counts of one partition of a shared set
    C#{shard}        the counts of the instance, one row per stream shard; f reviewers finished
`q` is the last stream sequence number folded in, `lu` the undecided count before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from chalicelib.domain import ids
from chalicelib.domain.reviews import InstanceState, MyReview, ReviewerRow, ReviewInstance, Tally
from chalicelib.storage import counting, keys
from chalicelib.storage.base import raw_client
from chalicelib.storage.caching import Cache
from chalicelib.storage.rows import to_text
from chalicelib.storage.tables import ReviewRow
from chalicelib.storage.writer import put_batches
from chalicelib.usecases.ports import Clock, DecisionChange, Page, Progress

TABLE = ReviewRow.Meta.table_name
Wire = dict[str, Any]
_MY_REVIEW = msgspec.json.Decoder(MyReview)
_STATE = msgspec.json.Decoder(InstanceState)


def number(wire: Wire, name: str) -> int:
    """A counter of a row, 0 when it is not set."""
    return int(wire[name]["N"]) if name in wire else 0


def tally_of(wire: Wire) -> Tally:
    """The tally in a row."""
    return Tally(number(wire, "t"), number(wire, "a"), number(wire, "d"), number(wire, "k"))


def _key(place: tuple[str, str]) -> Wire:
    return {"pk": {"S": place[0]}, "sk": {"S": place[1]}}


def _reviewer_wire(row: ReviewerRow) -> Wire:
    wire = _key(keys.reviewer(row.instance_id, row.set_id, row.user_id))
    wire |= {"i": {"S": row.user_id}, "n": {"S": row.display_name}, "e": {"S": row.principal_name}}
    wire |= {"w": {"S": row.reason}, "t": {"N": str(row.tally.total)}}
    if row.own_item:
        wire["o"] = {"BOOL": True}
    if not row.shared:
        wire["u"] = {"N": str(row.tally.total)}
    return wire


def _reviewer(instance_id: str, wire: Wire) -> ReviewerRow:
    set_id = wire["sk"]["S"].split("#")[1]
    return ReviewerRow(
        instance_id=instance_id,
        user_id=wire["i"]["S"],
        set_id=set_id,
        display_name=wire["n"]["S"],
        principal_name=wire["e"]["S"],
        reason=wire["w"]["S"],
        tally=tally_of(wire),
        shared=ids.is_shared(set_id),
        own_item="o" in wire,
    )


def _my_wire(part: MyReview) -> Wire:
    wire = _key(keys.my_review(part.user_id, part.opens, part.instance_id, part.set_id))
    wire["data"] = {"S": to_text(replace(part, mails={}))}
    return wire | {f"m_{kind}": {"S": state} for kind, state in part.mails.items()}


def _my_review(wire: Wire) -> MyReview:
    mails = {name[2:]: value["S"] for name, value in wire.items() if name.startswith("m_")}
    return replace(_MY_REVIEW.decode(wire["data"]["S"]), mails=mails)


class ReviewerRows:
    """The part of ports.Reviews about reviewers, their reviews and the counters."""

    def __init__(self, clock: Clock, cache_seconds: float) -> None:
        self._parts: Cache[tuple[MyReview, ...]] = Cache(clock, cache_seconds)

    def write_reviewers(self, rows: Iterable[tuple[ReviewerRow, MyReview]]) -> None:
        """See ports.Reviews."""
        wires = [wire for row, part in rows for wire in (_reviewer_wire(row), _my_wire(part))]
        put_batches(ReviewRow, wires)

    def progress(self, instance_id: str) -> Progress:
        """See ports.Reviews: the state row and the counters lie side by side."""
        answer = raw_client(ReviewRow).query(
            TableName=TABLE,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues={
                ":pk": {"S": keys.review(instance_id)},
                ":from": {"S": "B"},
                ":to": {"S": "D~"},
            },
        )
        rows = {row["sk"]["S"]: row for row in answer["Items"]}
        counters = [row for sk, row in rows.items() if sk.startswith("C#")]
        counts = Tally(0, *(sum(number(row, name) for row in counters) for name in ("a", "d", "k")))
        state = _STATE.decode(rows["B"]["data"]["S"]) if "B" in rows else None
        return Progress(state, counts, sum(number(row, "f") for row in counters), _shared(rows))

    def reviewer_rows(self, instance_id: str, limit: int, after: str | None) -> Page[ReviewerRow]:
        """See ports.Reviews."""
        answer = _query(keys.review(instance_id), "R#", limit, after)
        return Page(tuple(_reviewer(instance_id, wire) for wire in answer["Items"]), _next(answer))

    def reviewer_of_set(self, instance_id: str, set_id: str) -> ReviewerRow | None:
        """See ports.Reviews."""
        answer = _query(keys.review(instance_id), f"R#{set_id}", 1, None)
        return _reviewer(instance_id, answer["Items"][0]) if answer["Items"] else None

    def my_reviews(self, user_id: str, limit: int, after: str | None) -> Page[MyReview]:
        """See ports.Reviews."""
        answer = _query(keys.my_reviews(user_id), "R#", limit, after, forward=False)
        return Page(tuple(_my_review(wire) for wire in answer["Items"]), _next(answer))

    def parts_of(self, places: Iterable[tuple[str, str]], instance: ReviewInstance) -> dict[tuple[str, str], MyReview]:
        """See ports.Reviews."""
        wanted = [keys.my_review(user_id, instance.opens, instance.id, set_id) for user_id, set_id in places]
        found = [_my_review(wire) for wire in _batch(wanted)]
        return {(part.user_id, part.set_id): part for part in found}

    def tallies(self, places: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Tally]:
        """See ports.Reviews."""
        by_key = {_counted_at(*place): place for place in places}
        return {by_key[wire["pk"]["S"], wire["sk"]["S"]]: tally_of(wire) for wire in _batch(by_key)}

    def my_parts(self, user_id: str, instance: ReviewInstance) -> tuple[MyReview, ...]:
        """See ports.Reviews."""

        def read() -> tuple[MyReview, ...] | None:
            answer = _query(keys.my_reviews(user_id), keys.my_parts(instance.opens, instance.id), 10, None)
            return tuple(_my_review(wire) for wire in answer["Items"]) or None

        return self._parts.get(f"{user_id}#{instance.id}", read) or ()

    def claim_mail(self, part: MyReview, kind: str, before: str | None, state: str) -> bool:
        """See ports.Reviews."""
        values: Wire = {":new": {"S": state}}
        condition = "attribute_exists(pk) AND attribute_not_exists(#m)"
        if before is not None:
            condition = "#m = :old"
            values[":old"] = {"S": before}
        try:
            raw_client(ReviewRow).update_item(
                TableName=TABLE,
                Key=_key(keys.my_review(part.user_id, part.opens, part.instance_id, part.set_id)),
                UpdateExpression="SET #m = :new",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#m": f"m_{kind}"},
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            present = problem.response.get("Item", {}).get(f"m_{kind}", {}).get("S")
            return bool(present == state)  # our own write, whose answer was lost
        return True

    def count_decisions(self, stream_shard: str, deltas: Sequence[DecisionChange]) -> None:
        """See ports.Reviews."""
        counting.fold(stream_shard, deltas)


def _shared(rows: dict[str, Wire]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for sk, row in rows.items():
        if sk.startswith("D#"):
            before, more = found.get(sk[2:14], Tally()), tally_of(row)
            found[sk[2:14]] = Tally(
                0,
                before.approved + more.approved,
                before.denied + more.denied,
                before.dont_know + more.dont_know,
            )
    return found


def _counted_at(instance_id: str, set_id: str, shard: str) -> tuple[str, str]:
    """Where the counts of a partition lie: beside the reviewer of a set of one, in a row of their own otherwise."""
    if ids.is_shared(set_id):
        return keys.shared_set(instance_id, set_id, shard)
    return keys.reviewer(instance_id, set_id, "")


def _batch(wanted: Iterable[tuple[str, str]]) -> list[Wire]:
    """The rows that exist among these keys, a hundred a request; what a request leaves over is asked again."""
    waiting = [_key(place) for place in dict.fromkeys(wanted)]
    found: list[Wire] = []
    while waiting:
        answer = raw_client(ReviewRow).batch_get_item(RequestItems={TABLE: {"Keys": waiting[:100]}})
        found += answer["Responses"].get(TABLE, [])
        waiting = waiting[100:] + answer.get("UnprocessedKeys", {}).get(TABLE, {}).get("Keys", [])
    return found


def _query(partition: str, prefix: str, limit: int, after: str | None, forward: bool = True) -> Wire:
    start = {"ExclusiveStartKey": _key((partition, after))} if after else {}
    answer: Wire = raw_client(ReviewRow).query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": partition}, ":sk": {"S": prefix}},
        Limit=limit,
        ScanIndexForward=forward,
        **start,
    )
    return answer


def _next(answer: Wire) -> str | None:
    last = answer.get("LastEvaluatedKey")
    return str(last["sk"]["S"]) if last else None
