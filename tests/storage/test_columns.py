"""Members of an entity that are columns of their own, and members of the same names inside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.storage.rows import lean


@dataclass(frozen=True)
class Look:
    seen: int = 0


@dataclass(frozen=True)
class Person:
    seen: int = 0
    looks: tuple[Look, ...] = field(default=())


def test_what_is_inside_an_entity_keeps_members_that_elsewhere_are_columns() -> None:
    assert lean(Person(1, (Look(2),)), ("seen",)) == {"looks": [{"seen": 2}]}
