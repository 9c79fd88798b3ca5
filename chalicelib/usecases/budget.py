"""How long one invocation may go on before it checkpoints and lets the next one continue."""

from __future__ import annotations

from chalicelib.usecases.ports import Clock


class Budget:
    """`seconds` of real time from now on."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._until = clock.real() + seconds

    def left(self) -> bool:
        """May another part be begun?"""
        return self._clock.real() < self._until
