"""A table's keys and indexes, as far as they decide what a request costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.sizes import Item, canonical, item_size, write_units


@dataclass(frozen=True, order=True)
class ItemRef:
    """One item of one table. `key` is its primary key in wire form; equal keys make equal references."""

    table: str
    identity: str
    key: Item = field(compare=False)


@dataclass(frozen=True)
class Index:
    """A secondary index: its key attributes, and the attributes it copies (`None`: all of them)."""

    name: str
    keys: tuple[str, ...]
    copies: frozenset[str] | None

    def entry(self, item: Item | None) -> Item | None:
        """What the index holds of an item; nothing if the item lacks one of the index's key attributes."""
        if item is None or any(name not in item for name in self.keys):
            return None
        if self.copies is None:
            return item
        return {name: value for name, value in item.items() if name in self.copies}

    def writes(self, before: Item | None, after: Item | None) -> list[tuple[str, int]]:
        """The index partitions that a change of an item writes to, each with its write units.

        A new or removed entry is one write; a changed index key is a removal and a new entry; a changed
        copied attribute is one write of the larger entry; anything else is free. Source: "Global secondary
        indexes", write capacity considerations.
        """
        old, new = self.entry(before), self.entry(after)
        if old is None or new is None or self._key(old) != self._key(new):
            entries = [entry for entry in (old, new) if entry is not None]
            return [(self.partition(entry), write_units(item_size(entry))) for entry in entries]
        if _contents(old) == _contents(new):
            return []
        return [(self.partition(new), write_units(max(item_size(old), item_size(new))))]

    def partition(self, entry: Item) -> str:
        """The partition key's value, as text."""
        return plain(entry[self.keys[0]])

    def _key(self, entry: Item) -> list[object]:
        return [canonical(entry[name]) for name in self.keys]


@dataclass(frozen=True)
class Table:
    """A table's primary key (partition key first) and its secondary indexes."""

    name: str
    keys: tuple[str, ...]
    indexes: Mapping[str, Index]

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> Table:
        """The table of a DescribeTable answer (`description` is its member `Table`)."""
        keys = _key_names(description)
        global_indexes = description.get("GlobalSecondaryIndexes", [])
        local_indexes = description.get("LocalSecondaryIndexes", [])
        indexes = [_index(found, keys) for found in [*global_indexes, *local_indexes]]
        return cls(description["TableName"], keys, {index.name: index for index in indexes})

    def ref(self, item: Item) -> ItemRef | None:
        """The reference of an item (or bare key); nothing if a key attribute is missing."""
        if any(name not in item for name in self.keys):
            return None
        key = {name: item[name] for name in self.keys}
        return ItemRef(self.name, repr([canonical(value) for value in key.values()]), key)

    def partition(self, ref: ItemRef) -> str:
        """The partition key's value, as text."""
        return plain(ref.key[self.keys[0]])


def plain(value: Mapping[str, Any]) -> str:
    """The text of a key value, without its type."""
    return str(next(iter(value.values())))


def _contents(entry: Item) -> dict[str, object]:
    return {name: canonical(value) for name, value in entry.items()}


def _key_names(description: Mapping[str, Any]) -> tuple[str, ...]:
    # DynamoDB lists the partition key first; an emulator may not.
    schema = sorted(description["KeySchema"], key=lambda element: str(element["KeyType"]))
    return tuple(element["AttributeName"] for element in schema)


def _index(description: Mapping[str, Any], table_keys: tuple[str, ...]) -> Index:
    keys = _key_names(description)
    projection = description["Projection"]
    if projection["ProjectionType"] == "ALL":
        return Index(description["IndexName"], keys, None)
    copies = frozenset([*keys, *table_keys, *projection.get("NonKeyAttributes", [])])
    return Index(description["IndexName"], keys, copies)
