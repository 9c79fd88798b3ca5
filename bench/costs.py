"""What one DynamoDB request costs, by the published rules, and which tables and partitions carry it.

Sources, in the DynamoDB Developer Guide: "DynamoDB read and write operations" and "Global secondary indexes".
Units are those of on-demand and provisioned mode alike. Beyond the Guide: index writes inside a transaction
are not doubled, only the table's own are (measured on AWS by the dynoxide project, August 2026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from bench.layout import ItemRef, Table
from bench.side import Side, sole_writer
from bench.sizes import EVENTUAL, STRONG, TRANSACTION, Item, item_size, read_units, write_units

Params = Mapping[str, Any]
_PARTIQL = frozenset({"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"})
_REFUSED = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})


@dataclass(frozen=True)
class Charge:
    """Units billed to one table. `place` is the table or `table/index` that carries them, `partition` the key
    value within it; reads have no partition."""

    table: str
    write_units: int = 0
    read_units: float = 0.0
    place: str = ""
    partition: str = ""


class Request:
    """A request that is not billed by size: control plane. The other kinds of request say what they cost."""

    def __init__(self, side: Side, operation: str, params: Params) -> None:
        self._side = side
        self._operation = operation
        self._params = params

    def tables(self) -> set[str]:
        """The names of the tables that the request touches."""
        return {self._params["TableName"]} if "TableName" in self._params else set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """A block in which the call is made and its charges are read, with nothing coming between."""
        yield

    def charges(self, response: Params | None, error: Exception | None) -> list[Charge]:
        """What is billed, given the call's response or its error; an invalid or throttled call is free."""
        return []


class Write(Request):
    """PutItem, UpdateItem, DeleteItem, BatchWriteItem, TransactWriteItems.

    An item costs the larger of its images before and after, at least one unit. A failed condition costs the
    existing item. Every table write (also a condition check) counts double in a transaction, failed or not.
    """

    def __init__(self, side: Side, operation: str, params: Params) -> None:
        super().__init__(side, operation, params)
        self._items = written(operation, params)
        self._refs = side.refs(self._items)
        self._factor = TRANSACTION if operation == "TransactWriteItems" else 1
        self._before: dict[ItemRef, Item] = {}

    def tables(self) -> set[str]:
        return {name for name, _ in self._items}

    @contextmanager
    def watched(self) -> Iterator[None]:
        with sole_writer(self._refs):
            self._before = self._side.images(self._refs)
            yield

    def charges(self, response: Params | None, error: Exception | None) -> list[Charge]:
        before = self._before
        after = before if _is_refusal(error) else self._side.images(self._refs)
        refs = set(self._refs) - self._unprocessed(response)
        if error is not None and not _is_refusal(error):
            # An answer lost after the write took place is billed; throttled or invalid changed nothing.
            refs = {ref for ref in refs if before.get(ref) != after.get(ref)}
        return [charge for ref in sorted(refs) for charge in self._item(ref, before.get(ref), after.get(ref))]

    def _unprocessed(self, response: Params | None) -> set[ItemRef]:
        left = (response or {}).get("UnprocessedItems", {})
        return set(self._side.refs(written("BatchWriteItem", {"RequestItems": left})))

    def _item(self, ref: ItemRef, before: Item | None, after: Item | None) -> Iterator[Charge]:
        table = self._side.table(ref.table)
        if table is None:
            return
        units = write_units(max(item_size(before), item_size(after))) * self._factor
        yield Charge(table.name, units, place=table.name, partition=table.partition(ref))
        for index in table.indexes.values():
            for partition, index_units in index.writes(before, after):
                yield Charge(table.name, index_units, place=f"{table.name}/{index.name}", partition=partition)


class KeyedRead(Request):
    """GetItem, BatchGetItem, TransactGetItems: every key is rounded up by itself.

    A missing item counts as 4 KB. A projection saves nothing, so the whole items are sized. A cancelled
    transaction is billed as well.
    """

    def tables(self) -> set[str]:
        return {name for name, _, _ in _asked(self._operation, self._params)}

    def charges(self, response: Params | None, error: Exception | None) -> list[Charge]:
        if response is None and not _is_refusal(error):
            return []
        left = self._side.refs(
            (name, key) for name, rest in (response or {}).get("UnprocessedKeys", {}).items() for key in rest["Keys"]
        )
        rates = {
            ref: rate
            for name, key, rate in _asked(self._operation, self._params)
            for ref in self._side.refs([(name, key)])
            if ref not in left
        }
        images = self._side.images(rates)
        return [
            Charge(ref.table, read_units=read_units(item_size(images.get(ref)), rate)) for ref, rate in rates.items()
        ]


class PageRead(Request):
    """Query and Scan: everything examined, before filter, projection and count, rounded up once per page."""

    def charges(self, response: Params | None, error: Exception | None) -> list[Charge]:
        table = self._side.table(self._params["TableName"])
        if response is None or table is None:
            return []
        size = sum(item_size(item) for item in self._examined(table, response))
        rate = STRONG if self._params.get("ConsistentRead") else EVENTUAL
        return [Charge(table.name, read_units=read_units(size, rate))]

    def _examined(self, table: Table, response: Params) -> list[Item | None]:
        items = self._side.examined(self._operation, self._params, response)
        index = table.indexes.get(self._params.get("IndexName", ""))
        # An emulator may hand out more from an index than the index holds.
        return [index.entry(item) if index else item for item in items]


_KINDS: dict[str, type[Request]] = {
    "PutItem": Write,
    "UpdateItem": Write,
    "DeleteItem": Write,
    "BatchWriteItem": Write,
    "TransactWriteItems": Write,
    "GetItem": KeyedRead,
    "BatchGetItem": KeyedRead,
    "TransactGetItems": KeyedRead,
    "Query": PageRead,
    "Scan": PageRead,
}


def request(side: Side, operation: str, params: Params) -> Request:
    """The request, ready to be watched. Raises NotImplementedError for PartiQL, whose cost we cannot tell."""
    if operation in _PARTIQL:
        raise NotImplementedError(f"the capacity meter cannot tell what {operation} costs")
    return _KINDS.get(operation, Request)(side, operation, side.request(operation, params))


def _is_refusal(error: Exception | None) -> bool:
    """Whether DynamoDB evaluated the request and declined it: billed all the same."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _REFUSED


def written(operation: str, params: Params) -> list[tuple[str, Item]]:
    """The (table, item or key) pairs that a write names."""
    if operation == "BatchWriteItem":
        return [
            (name, action.get("Item") or action.get("Key", {}))
            for name, entries in params["RequestItems"].items()
            for entry in entries
            for action in entry.values()
        ]
    if operation == "TransactWriteItems":
        actions = [action for entry in params["TransactItems"] for action in entry.values()]
        return [(action["TableName"], action.get("Item") or action.get("Key", {})) for action in actions]
    return [(params["TableName"], params.get("Item") or params.get("Key", {}))]


def _asked(operation: str, params: Params) -> list[tuple[str, Item, float]]:
    """The (table, key, read units per 4 KB) triples that a keyed read names."""
    if operation == "TransactGetItems":
        gets = [entry["Get"] for entry in params["TransactItems"]]
        return [(get["TableName"], get["Key"], STRONG * TRANSACTION) for get in gets]
    asked = params["RequestItems"] if operation == "BatchGetItem" else {params["TableName"]: params}
    return [
        (name, key, STRONG if entry.get("ConsistentRead") else EVENTUAL)
        for name, entry in asked.items()
        for key in entry.get("Keys", [entry.get("Key", {})])
    ]
