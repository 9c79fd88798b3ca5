"""Members of an entity that are columns of their own, and members of the same names inside it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.storage.rows import lean


@dataclass(frozen=True)
class Inner:
    seen: int
    version: int = 0


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    seen: int = 0
    version: int = 0


def test_what_is_inside_an_entity_keeps_members_that_outside_are_columns() -> None:
    """A re-grant once lost the instant it was seen, because people have a column of that name."""
    stored = lean(Outer((Inner(1, 2),), seen=3, version=4), ("seen", "version"))
    assert stored == {"inner": [{"seen": 1, "version": 2}]}
