"""Lists that are spread over several partitions, read one partition after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from chalicelib.storage.base import query
from chalicelib.usecases.ports import Page

E = TypeVar("E")


def walk(kind: type[E], partitions: Sequence[str], limit: int, after: str | None) -> Page[E]:
    """A page through at most 16 partitions in their order; never empty while more follows.

    The cursor is the hex digit of a partition and the sort key reached there.
    """
    first, position = (int(after[0], 16), after[1:] or None) if after else (0, None)
    found: list[E] = []
    for number in range(first, len(partitions)):
        if len(found) == limit:
            return Page(tuple(found), f"{number:x}")
        page = query(kind, partitions[number], limit - len(found), position)
        found += page.items
        if page.next is not None:
            return Page(tuple(found), f"{number:x}{page.next}")
        position = None
    return Page(tuple(found))
