"""Items in partitions, each sorted by its key. A snapshot shares the partitions with what goes on; the first write to
one after a snapshot copies it."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.simulation.cloud.conditions import Range
from tests.simulation.cloud.values import Item, item_size

_EPOCHS = itertools.count(1)  # of the whole process: snapshots go from one account to another
Key = tuple[str, ...]  # the sort key; in an index with the table's key behind, since there it is not unique


@dataclass(slots=True)
class Stored:
    """An item, never changed once stored, and what it counts in bytes."""

    item: Item
    size: int

    @classmethod
    def of(cls, item: Item) -> Stored:
        return cls(item, item_size(item))


@dataclass(slots=True)
class Partition:
    """The items of one partition in their order."""

    epoch: int = 0
    order: list[Key] = field(default_factory=list)
    rows: dict[Key, Stored] = field(default_factory=dict)

    def copy(self, epoch: int) -> Partition:
        return Partition(epoch, list(self.order), dict(self.rows))

    def put(self, key: Key, stored: Stored) -> None:
        if key not in self.rows:
            insort(self.order, key)
        self.rows[key] = stored

    def drop(self, key: Key) -> None:
        if self.rows.pop(key, None) is not None:
            del self.order[bisect_left(self.order, key)]

    def within(self, wanted: Range, forward: bool, after: Key | None) -> Iterator[tuple[Key, Stored]]:
        """The items in a range of sort keys that follow a key, in this direction."""
        sort = _first
        low = (bisect_left if wanted.with_low else bisect_right)(self.order, wanted.low, key=sort)
        high = (bisect_right if wanted.with_high else bisect_left)(self.order, wanted.high, key=sort)
        if after is not None and forward:
            low = max(low, bisect_right(self.order, after))
        elif after is not None:
            high = min(high, bisect_left(self.order, after))
        places: Iterable[int] = range(low, high) if forward else range(high - 1, low - 1, -1)
        for place in places:
            key = self.order[place]
            yield key, self.rows[key]


def _first(key: Key) -> str:
    return key[0]


class Order:
    """Partitions by the value of their hash key."""

    def __init__(self) -> None:
        self.partitions: dict[str, Partition] = {}
        self._epoch = next(_EPOCHS)

    def partition(self, name: str) -> Partition:
        """A partition, to be read."""
        return self.partitions.get(name) or Partition()

    def put(self, name: str, key: Key, stored: Stored) -> None:
        """Write one item."""
        self._own(name).put(key, stored)

    def drop(self, name: str, key: Key) -> None:
        """Remove one item."""
        if name in self.partitions:
            self._own(name).drop(key)

    def _own(self, name: str) -> Partition:
        found = self.partitions.get(name)
        if found is None:
            found = self.partitions[name] = Partition(self._epoch)
        elif found.epoch != self._epoch:
            found = self.partitions[name] = found.copy(self._epoch)
        return found

    def freeze(self) -> dict[str, Partition]:
        """What is there now; it does not change any more."""
        self._epoch = next(_EPOCHS)
        return dict(self.partitions)

    def restore(self, frozen: dict[str, Partition]) -> None:
        """Put back what was frozen."""
        self._epoch = next(_EPOCHS)
        self.partitions = dict(frozen)
