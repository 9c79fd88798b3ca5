"""DynamoDB in memory that counts: rows are kept packed, and every request is charged by DynamoDB's published rules.

It is the in-memory DynamoDB the product's histories are tested on (tests/simulation/cloud), with the same conditions,
updates and pages; that it charges what the capacity meter does is shown by tests/bench.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from bench.layout import Table as Layout
from bench.simulated.ledger import Ledger
from bench.sizes import EVENTUAL, STRONG, TRANSACTION, item_size, read_units, write_units
from tests.simulation.cloud.conditions import condition, key_range
from tests.simulation.cloud.dynamodb import DynamoDb
from tests.simulation.cloud.requests import scope_of
from tests.simulation.cloud.tables import Change, Place, Table
from tests.simulation.cloud.values import Refused

Wire = dict[str, Any]
MOST_PAGE_BYTES = 1024 * 1024
_PACK, _UNPACK = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder().decode


class Packed:
    """A stored row in some 500 bytes: an item of dictionaries takes ten times as much."""

    __slots__ = ("packed", "size")

    def __init__(self, packed: bytes, size: int) -> None:
        self.packed = packed
        self.size = size

    @classmethod
    def of(cls, item: Wire) -> Packed:
        """The row of an item."""
        return cls(_PACK(item), item_size(item))

    @property
    def item(self) -> Wire:
        """The item, unpacked anew."""
        found: Wire = _UNPACK(self.packed)
        return found


class LeanTable(Table):
    """A table of packed rows. Changes are kept only for a stream, until its reader takes them."""

    def __init__(self, description: Wire) -> None:
        super().__init__(description)
        self.layout = Layout.parse(description)
        self.streamed = bool(description.get("StreamSpecification", {}).get("StreamEnabled"))
        self.written = 0

    def prepared(self, item: Wire) -> Any:
        self.place(item)
        return Packed.of(item)

    def get(self, place: Place, lag: int = 0) -> Any:
        return self.rows.partition(place[0]).rows.get(place[1:])

    def write(self, place: Place, new: Any, at: float) -> Any:
        old = self.get(place)
        if new is None:
            self.rows.drop(place[0], place[1:])
        else:
            self.rows.put(place[0], place[1:], new)
        if self.indexes:
            self._index(place, old, new)
        if self.streamed and (old and old.packed) != (new and new.packed):
            self.written += 1
            self.changes.append(Change(self.written, place, old, new, at))
        return old

    def _index(self, place: Place, old: Any, new: Any) -> None:
        before, after = (old.item if old else None), (new.item if new else None)
        for schema, order in self.indexes.values():
            was, is_now = (_listed(schema.names, place, one) for one in (before, after))
            if was and was != is_now:
                order.drop(*was)
            if is_now:
                order.put(*is_now, new)

    def taken(self) -> list[Change]:
        """The changes since the last time, which are forgotten."""
        found, self.changes = self.changes, []
        return found


def _listed(names: tuple[str, str], place: Place, item: Wire | None) -> tuple[str, tuple[str, ...]] | None:
    if item is None or any(name not in item for name in names):
        return None
    return item[names[0]]["S"], (item[names[1]]["S"], *place)


class CountingDynamo(DynamoDb):
    """DynamoDB whose requests are charged to a ledger."""

    def __init__(self, now: Callable[[], float], ledger: Ledger) -> None:
        super().__init__(now)
        self.ledger = ledger
        self.examined = 0  # bytes that the last query looked at

    def create_table(self, request: Wire) -> Wire:
        answer = super().create_table(request)
        self.tables[request["TableName"]] = LeanTable(answer["TableDescription"])
        return answer

    # writes -----------------------------------------------------------------------------------------------
    def _write(self, kind: str, request: Wire, place: Place) -> Wire:
        return self._charged(
            [(request["TableName"], place)], 1, lambda: super(CountingDynamo, self)._write(kind, request, place)
        )

    def batch_write_item(self, request: Wire) -> Wire:
        places = [
            (name, self.table(name).place(next(iter(one.values())).get("Item") or one["DeleteRequest"]["Key"]))
            for name, many in request["RequestItems"].items()
            for one in many
        ]
        return self._charged(places, 1, lambda: super(CountingDynamo, self).batch_write_item(request))

    def transact_write_items(self, request: Wire) -> Wire:
        actions = [action for one in request["TransactItems"] for action in one.values()]
        if len(self.tokens) > 1_000:
            self.tokens = {name: one for name, one in self.tokens.items() if self.now() - one[0] <= 600}
        places = [
            (one["TableName"], self.table(one["TableName"]).place(one.get("Item") or one["Key"])) for one in actions
        ]
        return self._charged(places, TRANSACTION, lambda: super(CountingDynamo, self).transact_write_items(request))

    def _charged(self, places: list[tuple[str, Place]], factor: int, act: Callable[[], Wire]) -> Wire:
        """Make a write and charge it: the larger image of every row, indexes included, refused or not."""
        before = [self.table(name).get(place) for name, place in places]
        try:
            return act()
        finally:
            for (name, place), old in zip(places, before, strict=True):
                self._charge(self.table(name), place, old, factor)

    def _charge(self, table: Any, place: Place, old: Any, factor: int) -> None:
        new = table.get(place)
        if place[1] == "B" and new is not None and place[0].startswith("I#"):
            told = msgspec.json.decode(new.item["data"]["S"])
            self.ledger.stands(told.get("status", "NotStarted"), told.get("step", ""))
        size = max(old.size if old else 0, new.size if new else 0)
        self.ledger.wrote(table.name, place[0], write_units(size) * factor)
        if not table.indexes or old is new:
            return
        before, after = (old.item if old else None), (new.item if new else None)
        for index in table.layout.indexes.values():
            for partition, units in index.writes(before, after):
                self.ledger.wrote(f"{table.name}/{index.name}", partition, units)

    # reads ------------------------------------------------------------------------------------------------
    def get_item(self, request: Wire) -> Wire:
        self._read_keys(request["TableName"], [request["Key"]], request)
        return super().get_item(request)

    def batch_get_item(self, request: Wire) -> Wire:
        for name, one in request["RequestItems"].items():
            self._read_keys(name, one["Keys"], one)
        return super().batch_get_item(request)

    def _read_keys(self, name: str, keys: Iterable[Wire], asked: Wire) -> None:
        table, rate = self.table(name), STRONG if asked.get("ConsistentRead") else EVENTUAL
        for key in keys:
            place = table.place(key)
            row = table.get(place)
            self.ledger.read(name, place[0], read_units(row.size if row else 0, rate))

    def query(self, request: Wire) -> Wire:
        table, index = self.table(request["TableName"]), request.get("IndexName")
        schema = table.indexes[index][0] if index else table.schema
        name, wanted = key_range(request["KeyConditionExpression"], scope_of(request, {}), *schema.names)
        start = request.get("ExclusiveStartKey")
        after = (start[schema.range]["S"], *(table.place(start) if index else ())) if start else None
        rows = table.partition(index, name).within(wanted, request.get("ScanIndexForward", True), after)
        answer, size = self._page(table, index, request, (row for _, row in rows))
        rate, self.examined = STRONG if request.get("ConsistentRead") else EVENTUAL, size
        self.ledger.read(f"{table.name}/{index}" if index else table.name, name, read_units(size, rate))
        return answer

    def _page(self, table: Any, index: str | None, request: Wire, rows: Iterable[Any]) -> tuple[Wire, int]:
        """Items until the limit or a megabyte is reached, and the bytes that were looked at."""
        limit, chosen, counts = request.get("Limit"), request.get("FilterExpression"), request.get("Select") == "COUNT"
        found: list[Wire] = []
        size = scanned = matched = 0
        last: Wire = {}
        for row in rows:
            item = row.item if index or chosen or not counts else None
            if index and item is not None:
                item = table.keys_of(index, item)
            scanned, size = scanned + 1, size + (item_size(item) if index else row.size)
            if not chosen or condition(chosen).holds(scope_of(request, item or {})):
                matched += 1
                if not counts and item is not None:
                    found.append(item)
            if scanned == limit or size > MOST_PAGE_BYTES:
                last = {"LastEvaluatedKey": table.keys_of(index, row.item)}
                break
        return {**({} if counts else {"Items": found}), "Count": matched, "ScannedCount": scanned, **last}, size


__all__ = ["CountingDynamo", "LeanTable", "Packed", "Refused"]
