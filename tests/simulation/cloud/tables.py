"""A table: its items, its indexes, every change made to it, and how it stood some changes ago."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.simulation.cloud.orders import Key, Order, Partition, Stored
from tests.simulation.cloud.values import MOST_ITEM_BYTES, Item, Value, invalid, only, stored

Place = tuple[str, str]  # hash and range key of an item


@dataclass(frozen=True, slots=True)
class Schema:
    """The names of the two keys of a table or an index."""

    hash: str
    range: str

    @classmethod
    def of(cls, wire: list[dict[str, str]]) -> Schema:
        names = {one["KeyType"]: one["AttributeName"] for one in wire}
        return cls(names["HASH"], names["RANGE"])

    @property
    def names(self) -> tuple[str, str]:
        return self.hash, self.range


@dataclass(frozen=True, slots=True)
class Change:
    """A write that changed something: what stood there before and after, None for nothing. `at` is in seconds."""

    number: int
    place: Place
    old: Stored | None
    new: Stored | None
    at: float


class Table:
    """One table. Keys are texts, as all of this product's are."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self.name: str = description["TableName"]
        self.schema = Schema.of(description["KeySchema"])
        self.indexes = {
            one["IndexName"]: (Schema.of(one["KeySchema"]), Order())
            for one in description.get("GlobalSecondaryIndexes", ())
        }
        self.rows = Order()
        self.changes: list[Change] = []

    def place(self, key: Item) -> Place:
        """The place of a key, or of an item with more in it."""
        return self._key_text(key, self.schema.hash), self._key_text(key, self.schema.range)

    def _key_text(self, key: Item, name: str) -> str:
        if name not in key:
            raise invalid(f"One or more parameter values were invalid: Missing the key {name} in the item")
        kind, content = only(key[name])
        if kind != "S":
            raise invalid(f"One or more parameter values were invalid: Type mismatch for key {name}")
        if not content or len(content.encode()) > (2048 if name == self.schema.hash else 1024):
            raise invalid(f"One or more parameter values are not valid: the value of key {name} is empty or too long")
        return str(content)

    def exact_place(self, key: Item) -> Place:
        """The place of a key that holds nothing but the key."""
        if len(key) != 2:
            raise invalid("The provided key element does not match the schema")
        return self.place(key)

    def prepared(self, item: Item) -> Stored:
        """An item as it will be stored. Refuses what DynamoDB would."""
        kept = {name: stored(value) for name, value in item.items()}
        self.place(kept)
        for schema, _ in self.indexes.values():
            for name in schema.names:
                if name in kept and (only(kept[name])[0] != "S" or not only(kept[name])[1]):
                    raise invalid(f"One or more parameter values are not valid: empty or mistyped index key {name}")
        found = Stored.of(kept)
        if found.size > MOST_ITEM_BYTES:
            raise invalid("Item size has exceeded the maximum allowed size")
        return found

    def get(self, place: Place, lag: int = 0) -> Stored | None:
        """The item at a place, as it stood `lag` changes of the table ago."""
        if lag:
            before = self._before(lag)
            if place in before:
                return before[place]
        return self.rows.partition(place[0]).rows.get(place[1:])

    def write(self, place: Place, new: Stored | None, at: float) -> Stored | None:
        """Put an item at a place, or None to remove what is there; what stood there."""
        old = self.get(place)
        if new is None:
            self.rows.drop(place[0], place[1:])
        else:
            self.rows.put(place[0], place[1:], new)
        for schema, order in self.indexes.values():
            was, is_now = _indexed(schema, place, old), _indexed(schema, place, new)
            if was and was != is_now:
                order.drop(*was)
            if is_now and new:
                order.put(*is_now, new)
        if (old and old.item) != (new and new.item):
            self.changes.append(Change(len(self.changes) + 1, place, old, new, at))
        return old

    def partition(self, index: str | None, name: str, lag: int = 0) -> Partition:
        """A partition of the table or of an index, as it stood `lag` changes of the table ago."""
        schema, order = self.indexes[index] if index else (None, self.rows)
        found = order.partition(name)
        if not lag:
            return found
        found = found.copy(0)
        for place, old in self._before(lag).items():
            for stands, wanted in ((self.get(place), False), (old, True)):
                where = _indexed(schema, place, stands) if schema else (place[0], place[1:])
                if stands is None or where is None or where[0] != name:
                    continue
                found.put(where[1], stands) if wanted else found.drop(where[1])
        return found

    def _before(self, lag: int) -> dict[Place, Stored | None]:
        """What stood at the places of the last changes before them."""
        return {change.place: change.old for change in reversed(self.changes[-lag:])}

    def keys_of(self, index: str | None, item: Item) -> dict[str, Value]:
        """The keys by which a query goes on behind an item."""
        schemas = [self.schema] + ([self.indexes[index][0]] if index else [])
        return {name: item[name] for schema in schemas for name in schema.names}

    def all(self) -> Iterator[tuple[Place, Stored]]:
        """Every item, partition by partition, in an order of no meaning."""
        for name in sorted(self.rows.partitions, key=lambda one: one[::-1]):
            partition = self.rows.partitions[name]
            for key in partition.order:
                yield (name, key[0]), partition.rows[key]

    def freeze(self) -> Any:
        """What is there now."""
        return self.rows.freeze(), [order.freeze() for _, order in self.indexes.values()], list(self.changes)

    def restore(self, frozen: Any) -> None:
        """Put back what was frozen."""
        rows, indexes, changes = frozen
        self.rows.restore(rows)
        for (_, order), one in zip(self.indexes.values(), indexes, strict=True):
            order.restore(one)
        self.changes = list(changes)


def _indexed(schema: Schema, place: Place, stands: Stored | None) -> tuple[str, Key] | None:
    """Where an index lists an item, if it does."""
    if stands is None or schema.hash not in stands.item or schema.range not in stands.item:
        return None
    return stands.item[schema.hash]["S"], (stands.item[schema.range]["S"], *place)
