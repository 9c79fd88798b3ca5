"""Decision items: the hot path. Raw requests on PynamoDB's own client, because a page of a hundred models costs
40 % more time and one decision must stay one lean UpdateItem (see docs/decisions).

Attribute names have one letter: an item with two decisions must stay under 1 KB, one write unit.
    n u p   display name, principal name, principal id       a  assignment id
    g j e   guest, job title, department                      s l  assigned since, last sign-in (seconds, 0 never)
    f o     what changed since the former review, sign-in known as of (seconds)
    r w     recommendation, why these reviewers               t  deadline (seconds)
    x y     salt and leaf hash of the evidence                d b  decision in force, who made it (8 digits)
    h       history, JSON texts, only ever appended to        k  why an undecided item keeps access
    z zt zb apply result (New: the removal has begun), when (seconds), by whom
    c ct    why it was cancelled, when (seconds)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from chalicelib.domain import ids
from chalicelib.domain.items import (
    MOST_SUBMISSIONS,
    ApplyResult,
    Cancelled,
    Change,
    Decision,
    DecisionItem,
    HistoryEntry,
    Recommendation,
)
from chalicelib.storage import keys
from chalicelib.storage.base import raw_client
from chalicelib.storage.tables import ItemRow
from chalicelib.storage.writer import put_batches
from chalicelib.usecases.ports import Page, Recorded

CODES = {Decision.APPROVE: "A", Decision.DENY: "D", Decision.DONT_KNOW: "K", Decision.NOT_REVIEWED: "N"}
DECISIONS = {code: decision for decision, code in CODES.items()}
HINTS = {Recommendation.APPROVE: "A", Recommendation.DENY: "D", Recommendation.NO_INFO: "N"}
CHANGES = {"N": Change.NEW, "R": Change.RENEWED, "M": Change.MANAGER, "D": Change.DEPARTMENT}
CHANGE_CODES = {change: code for code, change in CHANGES.items()}
RECOMMENDATIONS = {code: hint for hint, code in HINTS.items()}
NEVER = "0"
TABLE = ItemRow.Meta.table_name
_OPEN = "attribute_not_exists(c) AND attribute_not_exists(z)"  # neither cancelled nor being removed
Wire = dict[str, Any]


def entry_text(entry: HistoryEntry) -> str:
    """The stored form of a history entry: 113 bytes and the reason."""
    short = {"o": entry.operation[-16:], "t": entry.at, "b": entry.by, "d": CODES[entry.decision]}
    if entry.reason:
        short["r"] = entry.reason
    if entry.on_behalf_of:
        short["f"] = entry.on_behalf_of
    if entry.channel:
        short["c"] = entry.channel
    if entry.note:
        short["n"] = entry.note
    return msgspec.json.encode(short).decode()


def entry_of(text: str) -> HistoryEntry:
    """The history entry of a stored text."""
    short = json.loads(text)
    return HistoryEntry(
        decision=DECISIONS[short["d"]],
        by=short["b"],
        at=short["t"],
        operation=short["o"],
        reason=short.get("r", ""),
        on_behalf_of=short.get("f", ""),
        channel=short.get("c", ""),
        note=short.get("n", ""),
    )


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def to_wire(item: DecisionItem) -> Wire:
    """A fresh item as DynamoDB takes it."""
    pk, sk = keys.item(item.instance_id, item.id)
    wire: Wire = {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "n": {"S": item.display_name},
        "u": {"S": item.principal_name},
        "p": {"S": item.principal_id},
        "a": {"S": item.assignment_id},
        "s": {"N": _seconds(item.assigned)},
        "r": {"S": HINTS[item.recommendation]},
        "w": {"S": item.why},
        "t": {"N": _seconds(item.deadline)},
        "x": {"B": bytes.fromhex(item.salt)},
        "y": {"B": bytes.fromhex(item.leaf)},
        "d": {"S": CODES[item.decision]},
        "h": {"L": [{"S": entry_text(entry)} for entry in item.history]},
    }
    optional = {"j": item.job_title, "e": item.department, "g": "1" if item.user_type == "Guest" else ""}
    optional["f"] = "".join(CHANGE_CODES[change] for change in item.changes)
    wire |= {name: {"S": value} for name, value in optional.items() if value}
    if item.last_sign_in:
        wire["l"] = {"N": _seconds(item.last_sign_in)}
    elif item.never_signed_in:
        wire["l"] = {"N": NEVER}
    if item.sign_in_as_of:
        wire["o"] = {"N": _seconds(item.sign_in_as_of)}
    return wire


def _text(wire: Wire, name: str) -> str:
    return str(wire[name]["S"]) if name in wire else ""


def _moment(wire: Wire, name: str) -> datetime | None:
    return datetime.fromtimestamp(int(wire[name]["N"]), UTC) if name in wire else None


def _hex(wire: Wire, name: str) -> str:
    return bytes(wire[name]["B"]).hex() if name in wire else ""


def from_wire(wire: Wire) -> DecisionItem:
    """The decision item of a stored row."""
    pk, sk = wire["pk"]["S"], wire["sk"]["S"]
    never = "l" in wire and wire["l"]["N"] == NEVER
    return DecisionItem(
        instance_id=ids.guid_of(pk[:32]),
        id=ids.guid_of(pk[32:] + sk),
        assignment_id=wire["a"]["S"],
        principal_id=wire["p"]["S"],
        display_name=_text(wire, "n"),
        principal_name=_text(wire, "u"),
        user_type="Guest" if "g" in wire else "Member",
        job_title=_text(wire, "j"),
        department=_text(wire, "e"),
        assigned=datetime.fromtimestamp(int(wire["s"]["N"]), UTC),
        last_sign_in=None if never else _moment(wire, "l"),
        never_signed_in=never,
        sign_in_as_of=_moment(wire, "o"),
        changes=tuple(CHANGES[code] for code in _text(wire, "f")),
        recommendation=RECOMMENDATIONS[wire["r"]["S"]],
        why=_text(wire, "w"),
        deadline=datetime.fromtimestamp(int(wire["t"]["N"]), UTC),
        salt=_hex(wire, "x"),
        leaf=_hex(wire, "y"),
        decision=DECISIONS[wire["d"]["S"]],
        history=tuple(entry_of(part["S"]) for part in wire["h"]["L"]),
        kept=_text(wire, "k"),
        apply_result=ApplyResult(_text(wire, "z") or ApplyResult.NEW),
        applied=_moment(wire, "zt"),
        applied_by=_text(wire, "zb"),
        cancelled=Cancelled(_text(wire, "c")) if "c" in wire else None,
        cancelled_at=_moment(wire, "ct"),
        removal_begun="z" in wire,
    )


def _key(instance_id: str, item_id: str) -> Wire:
    pk, sk = keys.item(instance_id, item_id)
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _update(key: Wire, expression: str, condition: str, values: Wire) -> DecisionItem | None:
    """One conditional update. None when it was accepted, else the item as it stands (KeyError if there is none)."""
    try:
        raw_client(ItemRow).update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as problem:
        if problem.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return from_wire(problem.response["Item"])
    return None


class ItemTable:
    """Implements ports.Items."""

    def create(self, items: Sequence[DecisionItem]) -> None:
        """See ports.Items."""
        put_batches(ItemRow, [to_wire(item) for item in items])

    def get(self, instance_id: str, item_id: str) -> DecisionItem | None:
        """One item, strongly consistent."""
        answer = raw_client(ItemRow).get_item(TableName=TABLE, Key=_key(instance_id, item_id), ConsistentRead=True)
        return from_wire(answer["Item"]) if "Item" in answer else None

    def get_many(self, instance_id: str, item_ids: Sequence[str]) -> list[DecisionItem]:
        """See ports.Items."""
        wanted = list(dict.fromkeys(item_ids))
        found: dict[str, DecisionItem] = {}
        for start in range(0, len(wanted), 100):
            pending = [_key(instance_id, one) for one in wanted[start : start + 100]]
            while pending:
                answer = raw_client(ItemRow).batch_get_item(RequestItems={TABLE: {"Keys": pending}})
                found |= {item.id: item for wire in answer["Responses"].get(TABLE, []) for item in [from_wire(wire)]}
                pending = answer.get("UnprocessedKeys", {}).get(TABLE, {}).get("Keys", [])
        return [found[one] for one in wanted if one in found]

    def record(
        self,
        instance_id: str,
        item_id: str,
        entry: HistoryEntry,
        now: datetime,
        *,
        exclude_principal: str = "",
        replace_denial_of_others: bool = True,
        only_undecided: bool = False,
        version: int | None = None,
        extended: bool = False,
    ) -> Recorded:
        """See ports.Items (R94, R95, G16, G42)."""
        values: Wire = {
            ":d": {"S": CODES[entry.decision]},
            ":b": {"S": entry.by[:8]},
            ":e": {"L": [{"S": entry_text(entry)}]},
            ":most": {"N": str(MOST_SUBMISSIONS)},
        }
        condition = f"attribute_exists(t) AND attribute_not_exists(k) AND {_OPEN} AND size(h) < :most"
        if not extended:
            condition = f"t > :now AND {condition}"
            values[":now"] = {"N": f"{now.timestamp():.3f}"}
        if exclude_principal:
            condition += " AND p <> :p"
            values[":p"] = {"S": exclude_principal}
        if only_undecided:
            condition += " AND d = :n"
            values[":n"] = {"S": CODES[Decision.NOT_REVIEWED]}
        elif not replace_denial_of_others:
            condition += " AND (d <> :deny OR b = :b)"
            values[":deny"] = {"S": CODES[Decision.DENY]}
        if version is not None:
            condition += " AND size(h) = :v"
            values[":v"] = {"N": str(version)}
        try:
            refused = _update(
                _key(instance_id, item_id), "SET d = :d, b = :b, h = list_append(h, :e)", condition, values
            )
        except KeyError:
            return Recorded(False)
        if refused and refused.last and refused.last.operation == entry.operation[-16:]:
            return Recorded(True)  # our own write, whose answer was lost on the way
        return Recorded(refused is None, refused)

    def page(self, instance_id: str, set_id: str, shard: int, limit: int, after: str | None) -> Page[DecisionItem]:
        """See ports.Items."""
        return self._query(instance_id, set_id, shard, limit, after, consistent=False)

    def sweep(self, instance_id: str, set_id: str, shard: int, limit: int, after: str | None) -> Page[DecisionItem]:
        """See ports.Items."""
        return self._query(instance_id, set_id, shard, limit, after, consistent=True)

    def _query(
        self, instance_id: str, set_id: str, shard: int, limit: int, after: str | None, consistent: bool
    ) -> Page[DecisionItem]:
        pk = keys.item_partition(instance_id, set_id, shard)
        start = {"ExclusiveStartKey": {"pk": {"S": pk}, "sk": {"S": after}}} if after else {}
        answer = raw_client(ItemRow).query(
            TableName=TABLE,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            Limit=limit,
            ConsistentRead=consistent,
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        return Page(tuple(from_wire(wire) for wire in answer["Items"]), last["sk"]["S"] if last else None)

    def close(self, instance_id: str, item_id: str, entry: HistoryEntry | None, kept: str) -> bool:
        """See ports.Items (R116, G10, G19)."""
        expression = "SET k = :k"
        values: Wire = {":k": {"S": kept}, ":n": {"S": CODES[Decision.NOT_REVIEWED]}}
        if entry:
            expression += ", d = :d, b = :b, h = list_append(h, :e)"
            values |= {
                ":d": {"S": CODES[entry.decision]},
                ":b": {"S": entry.by[:8]},
                ":e": {"L": [{"S": entry_text(entry)}]},
            }
        condition = "d = :n AND attribute_not_exists(k) AND attribute_not_exists(c)"
        refused = _update(_key(instance_id, item_id), expression, condition, values)
        return refused is None or refused.kept == kept

    def cancel(self, instance_id: str, item_id: str, cause: Cancelled, now: datetime) -> bool:
        """See ports.Items (G46)."""
        values: Wire = {":c": {"S": cause.value}, ":t": {"N": _seconds(now)}}
        condition = f"attribute_exists(pk) AND attribute_not_exists(k) AND {_OPEN}"
        refused = _update(_key(instance_id, item_id), "SET c = :c, ct = :t", condition, values)
        return refused is None or refused.cancelled is not None

    def claim_removal(self, instance_id: str, item_id: str) -> bool:
        """See ports.Items."""
        values: Wire = {":new": {"S": ApplyResult.NEW.value}, ":deny": {"S": CODES[Decision.DENY]}}
        condition = "d = :deny AND attribute_not_exists(c) AND (attribute_not_exists(z) OR z = :new)"
        return _update(_key(instance_id, item_id), "SET z = :new", condition, values) is None

    def applied(self, instance_id: str, item_id: str, result: ApplyResult, now: datetime, by: str) -> None:
        """See ports.Items (R120, R121)."""
        values: Wire = {":z": {"S": result.value}, ":t": {"N": _seconds(now)}}
        expression = "SET z = :z, zt = :t"
        if by:
            expression += ", zb = :b"
            values[":b"] = {"S": by}
        _update(_key(instance_id, item_id), expression, "attribute_exists(pk)", values)
