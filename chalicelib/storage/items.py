"""Decision items: the hot path. Raw requests on PynamoDB's own client, because a page of a hundred models costs
40 % more time and one decision must stay one lean UpdateItem (see docs/decisions).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from botocore.exceptions import ClientError

from chalicelib.domain import ids
from chalicelib.domain.items import (
    MOST_SUBMISSIONS,
    ApplyResult,
    Cancelled,
    Decision,
    DecisionItem,
    HistoryEntry,
)
from chalicelib.storage import keys
from chalicelib.storage.base import raw_client
from chalicelib.storage.item_wire import CODES, Wire, entry_text, from_wire, seconds, to_wire
from chalicelib.storage.tables import ItemRow
from chalicelib.storage.writer import put_batches
from chalicelib.usecases.ports import Page, Recorded

TABLE = ItemRow.Meta.table_name
_OPEN = "attribute_not_exists(c) AND attribute_not_exists(z)"  # neither cancelled nor being removed


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

    def get_many(self, instance_id: str, item_ids: Sequence[str], consistent: bool = False) -> list[DecisionItem]:
        """See ports.Items."""
        wanted = list(dict.fromkeys(item_ids))
        found: dict[str, DecisionItem] = {}
        for start in range(0, len(wanted), 100):
            pending = [_key(instance_id, one) for one in wanted[start : start + 100]]
            while pending:
                asked = {"Keys": pending, "ConsistentRead": consistent}
                answer = raw_client(ItemRow).batch_get_item(RequestItems={TABLE: asked})
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
        text = {"S": entry_text(entry)}
        values: Wire = {
            ":d": {"S": CODES[entry.decision]},
            ":b": {"S": entry.by[:8]},
            ":e": {"L": [text]},
            ":own": text,
            ":most": {"N": str(MOST_SUBMISSIONS)},
        }
        # Sent again by the SDK after a lost answer, the same entry is not appended a second time.
        condition = f"attribute_exists(t) AND attribute_not_exists(k) AND {_OPEN}"
        condition += " AND size(h) < :most AND NOT contains(h, :own)"
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
        if refused and any(one.operation == entry.operation[-16:] for one in refused.history):
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
        values: Wire = {":c": {"S": cause.value}, ":t": {"N": seconds(now)}}
        condition = f"attribute_exists(pk) AND attribute_not_exists(k) AND {_OPEN}"
        refused = _update(_key(instance_id, item_id), "SET c = :c, ct = :t", condition, values)
        return refused is None or refused.cancelled is not None

    def forget(self, instance_id: str, item_id: str, name: str) -> None:
        """See ports.Items (R137)."""
        values: Wire = {":n": {"S": name}, ":u": {"S": ""}}
        _update(_key(instance_id, item_id), "SET n = :n, u = :u REMOVE j, e", "attribute_exists(pk)", values)

    def forget_manager(self, instance_id: str, item_id: str, manager_id: str, name: str) -> None:
        """See ports.Items (R137)."""
        values: Wire = {":q": {"S": name}, ":m": {"B": bytes.fromhex(ids.bare(manager_id))}}
        _update(_key(instance_id, item_id), "SET q = :q", "m = :m", values)

    def claim_removal(self, instance_id: str, item_id: str) -> bool:
        """See ports.Items."""
        values: Wire = {":new": {"S": ApplyResult.NEW.value}, ":deny": {"S": CODES[Decision.DENY]}}
        condition = "d = :deny AND attribute_not_exists(c) AND (attribute_not_exists(z) OR z = :new)"
        return _update(_key(instance_id, item_id), "SET z = :new", condition, values) is None

    def applied(self, instance_id: str, item_id: str, result: ApplyResult, now: datetime, by: str) -> None:
        """See ports.Items (R120, R121)."""
        values: Wire = {":z": {"S": result.value}, ":t": {"N": seconds(now)}}
        expression = "SET z = :z, zt = :t"
        if by:
            expression += ", zb = :b"
            values[":b"] = {"S": by}
        _update(_key(instance_id, item_id), expression, "attribute_exists(pk)", values)
