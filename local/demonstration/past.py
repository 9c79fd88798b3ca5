"""The weeks before the first start: the product's own handlers, fired at every moment something was due."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib import bootstrap, events
from chalicelib.usecases.agenda import send_due_work
from chalicelib.usecases.ports import Services

ROUNDS = 50  # of firing and draining at one moment; more means that something never ends


class PastClock:
    """Implements ports.Clock: stands still until moved. Ids come from a seed, so that every history is the same."""

    def __init__(self, start: datetime, seed: int) -> None:
        self._now = start
        self._waited = 0.0
        self._chance = random.Random(seed)

    def now(self) -> datetime:
        """The moment of the past."""
        return self._now

    def real(self) -> float:
        """Seconds since 1970; leases and waits of the past end as its time goes on."""
        return self._now.timestamp() + self._waited

    def new_id(self) -> str:
        """32 hex digits."""
        return f"{self._chance.getrandbits(128):032x}"

    def set(self, moment: datetime) -> None:
        """Go forward."""
        self._waited = max(0.0, self.real() - moment.timestamp())
        self._now = moment

    def wait(self, seconds: float) -> None:
        """Let only real time pass, as closing and leases need it."""
        self._waited += seconds


@dataclass
class _Hand:
    """Implements ports.Queue: what is sent is done next, by the one who drains."""

    waiting: deque[tuple[str, str]] = field(default_factory=deque)
    later: deque[tuple[str, str]] = field(default_factory=deque)

    def send(self, kind: str, subject_id: str, delay_seconds: int = 0, cause: str = "") -> None:
        """Keep the message; one with a delay until the next round."""
        (self.later if delay_seconds else self.waiting).append((kind, subject_id))


class Past:
    """Plays the past. `services` are the product's on this clock; `count` hands the items' stream to its handler."""

    def __init__(self, clock: PastClock, count: Callable[[], object]) -> None:
        self.clock = clock
        self._count = count
        self._hand = _Hand()
        bootstrap.use_clock(clock)
        self.services: Services = replace(bootstrap.services(), queue=self._hand)

    def to(self, moment: datetime) -> datetime:
        """Let time pass until then; whatever becomes due on the way happens when it is due."""
        self._count()
        while rows := self.services.reviews.due_until(moment, 1):
            self.clock.set(max(rows[0].when, self.clock.now()))
            self._settle()
        self.clock.set(moment)
        return moment

    def _settle(self) -> None:
        """Fire the timer and work until nothing is due."""
        for _ in range(ROUNDS):
            if not send_due_work(self.services):
                return
            while self._hand.waiting:
                kind, subject_id = self._hand.waiting.popleft()
                events.WORK[kind](self.services, subject_id)
            self._count()
            self._hand.waiting.extend(self._hand.later)
            self._hand.later.clear()
            self.clock.wait(self.services.settings.closing_wait_seconds + 1)
        raise AssertionError(f"at {self.clock.now():%Y-%m-%d %H:%M} work never ended")
