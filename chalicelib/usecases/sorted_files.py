"""Large sets compared without holding them in memory: sorted files in the bucket, merged as streams.

A file has a line for each entry, its key and a value parted by a tab, in the order of the keys.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from chalicelib.usecases.ports import Services

Entry = tuple[str, str]


def put_sorted(services: Services, key: str, entries: Iterable[Entry]) -> None:
    """Write a file of entries; keys are compared without case, and without differences of blanks."""
    lines = sorted(f"{plain(one)}\t{value}" for one, value in entries)
    services.files.put(key, "\n".join(lines).encode(), names=True)


def plain(text: str) -> str:
    """A key as it is compared."""
    return " ".join(text.lower().split())


def merged(services: Services, keys: Iterable[str]) -> Iterator[Entry]:
    """The entries of several files in the order of their keys, each file streamed."""
    for line in heapq.merge(*(_lines(services, key) for key in keys)):
        key, _, value = line.partition("\t")
        yield key, value


def _lines(services: Services, key: str) -> Iterator[str]:
    return (line.rstrip("\n") for line in services.files.lines(key) if line != "\n")


def without(left: Iterable[Entry], right: Iterable[Entry]) -> Iterator[Entry]:
    """The entries of `left` whose key is not in `right`; both in order."""
    others = (key for key, _ in right)
    other = next(others, None)
    for key, value in left:
        while other is not None and other < key:
            other = next(others, None)
        if other != key:
            yield key, value


def groups(entries: Iterable[Entry]) -> Iterator[tuple[str, list[str]]]:
    """The values of each key, in order."""
    current = ""
    values: list[str] = []
    for key, value in entries:
        if values and key != current:
            yield current, values
            values = []
        current = key
        values.append(value)
    if values:
        yield current, values
