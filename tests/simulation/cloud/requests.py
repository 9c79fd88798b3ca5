"""What DynamoDB's operations have in common: the conditions and values of a request, and a page of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.simulation.cloud.conditions import condition
from tests.simulation.cloud.expressions import Scope
from tests.simulation.cloud.orders import Stored
from tests.simulation.cloud.reading import mentioned
from tests.simulation.cloud.tables import Place, Table
from tests.simulation.cloud.updates import update
from tests.simulation.cloud.values import Item, NotSimulated, invalid, item_size

Wire = dict[str, Any]
MOST_PAGE_BYTES = 1024 * 1024
_EXPRESSIONS = ("ConditionExpression", "UpdateExpression", "KeyConditionExpression", "FilterExpression")
_UNKNOWN = {"ProjectionExpression", "Expected", "KeyConditions", "QueryFilter", "AttributesToGet", "Segment"}


def scope_of(request: Wire, item: Item) -> Scope:
    """The scope of a request's expressions. Refuses placeholders that none of them uses."""
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    if _UNKNOWN & request.keys():
        raise NotSimulated(str(_UNKNOWN & request.keys()))
    _parse(request)
    used = {name for one in _EXPRESSIONS if request.get(one) for name in mentioned(request[one])}
    if unused := (names.keys() | values.keys()) - used:
        raise invalid(f"Value provided in ExpressionAttributeNames or Values unused in expressions: {unused}")
    return Scope(item, names, values)


def _parse(request: Wire) -> None:
    """A request that is wrong in itself is refused whatever stands there."""
    if request.get("ConditionExpression"):
        condition(request["ConditionExpression"])
    if request.get("UpdateExpression"):
        update(request["UpdateExpression"])


def met(request: Wire, old: Stored | None) -> bool:
    """Does what stands there meet the condition of a write?"""
    wanted, scope = request.get("ConditionExpression"), scope_of(request, old.item if old else {})
    return not wanted or condition(wanted).holds(scope)


def outcome(kind: str, table: Table, request: Wire, old: Stored | None) -> Stored | None:
    """What stands there once a write was made."""
    if kind == "Delete":
        return None
    if kind == "Put":
        return table.prepared(request["Item"])
    scope = scope_of(request, old.item if old else request["Key"])
    return table.prepared(update(request["UpdateExpression"]).apply(scope, table.schema.names))


def shown(request: Wire, old: Stored | None) -> Wire:
    """The item that did not meet the condition, where that was asked for."""
    wanted = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    return {"Item": dict(old.item)} if wanted and old else {}


def refuse_batch(places: list[tuple[str, Place]], most: int, operation: str) -> None:
    """Refuse a batch of too many entries, or with one item twice."""
    if not 1 <= len(places) <= most:
        raise invalid(f"Too many items requested for the {operation} call")
    if len(set(places)) < len(places):
        raise invalid("Provided list of item keys contains duplicates")


def page(table: Table, index: str | None, request: Wire, rows: Iterable[Stored]) -> Wire:
    """Items until the limit or a megabyte is reached."""
    limit, chosen = request.get("Limit"), request.get("FilterExpression")
    holds = condition(chosen).holds if chosen else None
    found: list[Item] = []
    size = scanned = 0
    last: Wire = {}
    for row in rows:
        item = table.keys_of(index, row.item) if index else row.item
        scanned, size = scanned + 1, size + (item_size(item) if index else row.size)
        if holds is None or holds(scope_of(request, item)):
            found.append(dict(item))
        if scanned == limit or size > MOST_PAGE_BYTES:
            last = {"LastEvaluatedKey": table.keys_of(index, row.item)}
            break
    items = {} if request.get("Select") == "COUNT" else {"Items": found}
    return {**items, "Count": len(found), "ScannedCount": scanned, **last}
