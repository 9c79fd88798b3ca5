"""Reviewer rows and counters of an instance: plain attributes, because they are added to in place.

    R#{set}          a set of one: its reviewer and tally         t total, u undecided, a d k by decision, x cancelled
    R#{set}#{user}   a member of a shared set, or somebody who joined a set while the review ran (then the facts
                     are JSON in `data`, with #{person} behind for the person on whose behalf they review)
    D#{set}{shard}   the counts of one partition of a shared set
    C#{shard}        the counts of the instance, one row per stream shard; f reviewers finished; on{day} items that
                     came to wait no more on a day
`q` is the last stream sequence number folded in, `lu` the undecided count before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from chalicelib.domain import ids
from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Tally
from chalicelib.storage import counting, keys
from chalicelib.storage.base import fetch_many, raw_client
from chalicelib.storage.caching import Cache
from chalicelib.storage.rows import PLACES, to_text
from chalicelib.storage.tables import ReviewRow
from chalicelib.storage.writer import put_batches
from chalicelib.usecases.ports import Clock, DecisionChange, Page, Progress

TABLE = ReviewRow.Meta.table_name
Wire = dict[str, Any]
_MY_REVIEW = msgspec.json.Decoder(MyReview)
_ROW = msgspec.json.Decoder(ReviewerRow)
_STATE = msgspec.json.Decoder(InstanceState)


def number(wire: Wire, name: str) -> int:
    """A counter of a row, 0 when it is not set."""
    return int(wire[name]["N"]) if name in wire else 0


def tally_of(wire: Wire) -> Tally:
    """The tally in a row."""
    return Tally(*(number(wire, name) for name in ("t", "a", "d", "k", "x")))


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
    if "data" in wire:
        row = _ROW.decode(wire["data"]["S"])
        return replace(row, tally=tally_of(wire)) if "t" in wire else row
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
    wire["data"] = {"S": to_text(part)}
    return wire | {f"m_{kind}": {"S": state} for kind, state in part.mails.items()}


def _my_review(wire: Wire) -> MyReview:
    """A part; one that was written on its own has no mail state yet, and its start mail waits to be sent."""
    mails = {"start": "pending"} | {name[2:]: value["S"] for name, value in wire.items() if name.startswith("m_")}
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
        counts = Tally(0, *(sum(number(row, name) for row in counters) for name in ("a", "d", "k", "x")))
        state = _STATE.decode(rows["B"]["data"]["S"]) if "B" in rows else None
        return Progress(state, counts, sum(number(row, "f") for row in counters), _shared(rows), _days(counters))

    def reviewer_rows(self, instance_id: str, limit: int, after: str | None, latest: bool = False) -> Page[ReviewerRow]:
        """See ports.Reviews."""
        answer = _query(keys.review(instance_id), "R#", limit, after, consistent=latest)
        return Page(tuple(_reviewer(instance_id, wire) for wire in answer["Items"]), _next(answer))

    def reviewers_of_set(self, instance_id: str, set_id: str) -> list[ReviewerRow]:
        """See ports.Reviews."""
        found: list[ReviewerRow] = []
        after: str | None = None
        while True:
            answer = _query(keys.review(instance_id), f"R#{set_id}", 1_000, after)
            found += [_reviewer(instance_id, wire) for wire in answer["Items"]]
            after = _next(answer)
            if after is None:
                return found

    def my_reviews(self, user_id: str, limit: int, after: str | None) -> Page[MyReview]:
        """See ports.Reviews."""
        answer = _query(keys.my_reviews(user_id), "R#", limit, after, forward=False)
        parts = (_my_review(wire) for wire in answer["Items"])
        return Page(tuple(part for part in parts if not part.removed), _next(answer))

    def parts_of(
        self, places: Iterable[tuple[str, str, str]], instance: ReviewInstance
    ) -> dict[tuple[str, str, str], MyReview]:
        """See ports.Reviews."""
        wanted = [keys.my_review(who, instance.opens, instance.id, set_id, behalf) for who, set_id, behalf in places]
        found = [_my_review(wire) for wire in _batch(wanted)]
        return {(part.user_id, part.set_id, part.on_behalf_of): part for part in found}

    def tallies(self, places: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Tally]:
        """See ports.Reviews."""
        by_key = {_counted_at(*place): place for place in places}
        return {by_key[wire["pk"]["S"], wire["sk"]["S"]]: tally_of(wire) for wire in _batch(by_key)}

    def my_parts(self, user_id: str, instance: ReviewInstance) -> tuple[MyReview, ...]:
        """See ports.Reviews."""

        def read() -> tuple[MyReview, ...] | None:
            return tuple(part for part in _parts_of(user_id, instance) if not part.removed) or None

        return self._parts.get(f"{user_id}#{instance.id}", read) or ()

    def parts_now(self, user_id: str, instance: ReviewInstance) -> tuple[MyReview, ...]:
        """See ports.Reviews."""
        self._parts.forget(f"{user_id}#{instance.id}")
        return _parts_of(user_id, instance, consistent=True)

    def standing_delegates(self, user_ids: Iterable[str]) -> dict[str, StandingDelegate]:
        """See ports.Reviews."""
        found = fetch_many(StandingDelegate, [keys.standing_delegate(one) for one in user_ids], consistent=True)
        return {one.user_id: one for one in found}

    def claim_mail(self, part: MyReview, kind: str, before: str | None, state: str) -> bool:
        """See ports.Reviews."""
        values: Wire = {":new": {"S": state}}
        condition = "attribute_exists(pk) AND attribute_not_exists(#m)"
        if before is not None:
            fresh = f" OR ({condition})" if before == "pending" else ""  # a part that was written on its own
            condition = f"#m = :old{fresh}"
            values[":old"] = {"S": before}
        try:
            raw_client(ReviewRow).update_item(
                TableName=TABLE,
                Key=_key(PLACES[MyReview].key(part)),
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
        finally:
            self._parts.forget(f"{part.user_id}#{part.instance_id}")
        return True

    def forget_reviewer(self, row: ReviewerRow, name: str) -> None:
        """See ports.Reviews (R137). A row has its names in columns, and again in `data` once it was altered."""
        after = to_text(replace(row, display_name=name, principal_name=""))
        raw_client(ReviewRow).update_item(
            TableName=TABLE,
            Key=_key(keys.reviewer(row.instance_id, row.set_id, row.user_id, row.on_behalf_of)),
            UpdateExpression="SET n = :n, e = :e, #d = :d",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#d": "data"},
            ExpressionAttributeValues={":n": {"S": name}, ":e": {"S": ""}, ":d": {"S": after}},
        )

    def count_decisions(self, stream_shard: str, deltas: Sequence[DecisionChange]) -> None:
        """See ports.Reviews."""
        counting.fold(stream_shard, deltas)


def _days(counters: Iterable[Wire]) -> dict[int, int]:
    """What came to wait no more, by day, over all stream shards."""
    found: dict[int, int] = {}
    for row in counters:
        for name in row:
            if name.startswith(counting.DAY):
                day = int(name.removeprefix(counting.DAY))
                found[day] = found.get(day, 0) + number(row, name)
    return found


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
                before.cancelled + more.cancelled,
            )
    return found


def _counted_at(instance_id: str, set_id: str, shard: str) -> tuple[str, str]:
    """Where the counts of a partition lie: beside the reviewer of a set of one, in a row of their own otherwise."""
    if ids.is_shared(set_id) or set_id == ids.NO_SET:
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


def _parts_of(user_id: str, instance: ReviewInstance, consistent: bool = False) -> tuple[MyReview, ...]:
    prefix = keys.my_parts(instance.opens, instance.id)
    answer = _query(keys.my_reviews(user_id), prefix, 1_000, None, consistent=consistent)
    return tuple(_my_review(wire) for wire in answer["Items"])


def _query(
    partition: str, prefix: str, limit: int, after: str | None, forward: bool = True, consistent: bool = False
) -> Wire:
    start = {"ExclusiveStartKey": _key((partition, after))} if after else {}
    answer: Wire = raw_client(ReviewRow).query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": partition}, ":sk": {"S": prefix}},
        Limit=limit,
        ScanIndexForward=forward,
        ConsistentRead=consistent,
        **start,
    )
    return answer


def _next(answer: Wire) -> str | None:
    last = answer.get("LastEvaluatedKey")
    return str(last["sk"]["S"]) if last else None
