"""What a use case writes, page by page and all or nothing, and by which clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from chalicelib.domain.parts import MyReview, ReviewerRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, in order; `next` continues it and is None at the end."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Write an entity that must not exist yet."""

    entity: object


@dataclass(frozen=True, slots=True)
class Save:
    """Replace an entity that must still have the version it was read with."""

    entity: object


@dataclass(frozen=True, slots=True)
class Put:
    """Write an entity whatever is there (agenda rows: writing one twice is harmless)."""

    entity: object


@dataclass(frozen=True, slots=True)
class Drop:
    """Delete an entity, whether or not it is there."""

    entity: object


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an entity that must still have the version it was read with."""

    entity: object


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Write nothing, but refuse the whole commit when this entity changed since it was read."""

    entity: object


@dataclass(frozen=True, slots=True)
class Absent:
    """Write nothing, but refuse the whole commit when this entity exists."""

    entity: object


@dataclass(frozen=True, slots=True)
class Alter:
    """Replace the facts of a reviewer's row and leave its mail states and counters alone, if it is there and its
    facts are still those of `before`."""

    before: MyReview | ReviewerRow
    entity: MyReview | ReviewerRow


Change = Create | Save | Put | Drop | Delete | Unchanged | Absent | Alter


class Clock(Protocol):
    """The product's time, and real time for leases and waits."""

    def now(self) -> datetime:
        """The product's instant, aware, UTC."""

    def real(self) -> float:
        """Seconds since 1970, never moved by the local clock lever."""

    def new_id(self) -> str:
        """32 random hex digits for an operation."""


class Writer(Protocol):
    """The one way to write everything but decision items and reviewer rows."""

    def commit(self, operation: str, *changes: Change) -> None:
        """All or nothing (at most 100 changes). A repeat of the same operation succeeds again without effect.

        Raises Conflict when an entity exists already or has another version, Throttled when asked to slow down.
        """

    def put_all(self, entities: Iterable[object]) -> None:
        """Write many entities without conditions, in batches; only for rows nobody else changes meanwhile."""

    def remove(self, entity: object) -> None:
        """Delete one entity, whether or not it is there; for agenda rows whose work is done."""
