"""Lists that are spread over several partitions, read one partition after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalicelib.usecases.ports import Page

E = TypeVar("E")
Read = Callable[[str, int, "str | None"], Page[E]]


def walk(read: Read[E], partitions: Sequence[str], limit: int, after: str | None) -> Page[E]:
    """A page through at most 16 partitions in their order; never empty while more follows.

    `read` gives a page of one partition. The cursor is the hex digit of a partition and the cursor within it.
    """
    first, position = (int(after[0], 16), after[1:] or None) if after else (0, None)
    found: list[E] = []
    for number in range(first, len(partitions)):
        if len(found) == limit:
            return Page(tuple(found), f"{number:x}")
        page = read(partitions[number], limit - len(found), position)
        found += page.items
        if page.next is not None:
            return Page(tuple(found), f"{number:x}{page.next}")
        position = None
    return Page(tuple(found))
