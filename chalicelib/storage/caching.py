"""A small cache with a life: what a warm function may remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from chalicelib.usecases.ports import Clock

V = TypeVar("V")
_MOST = 2_000


class Cache(Generic[V]):
    """Values by key for `seconds` of real time; at most 2,000, the oldest leave first."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._values: dict[str, tuple[float, V]] = {}

    def peek(self, key: str) -> V | None:
        """The value while it lives, else None."""
        found = self._values.get(key)
        return found[1] if found and found[0] > self._clock.real() else None

    def put(self, key: str, value: V) -> None:
        """Remember a value from now on."""
        while len(self._values) >= _MOST:
            self._values.pop(next(iter(self._values)), None)
        self._values[key] = (self._clock.real() + self._seconds, value)

    def forget(self, key: str) -> None:
        """Drop a value that is known to have changed."""
        self._values.pop(key, None)

    def get(self, key: str, read: Callable[[], V | None]) -> V | None:
        """The value, read when it is not there; nothing is remembered of what does not exist."""
        found = self.peek(key)
        if found is None:
            found = read()
            if found is not None:
                self.put(key, found)
        return found
