"""Rounds of the product and of its floor, and what they say."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MICRO, MILLI = 1e6, 1e3


@dataclass(frozen=True, slots=True)
class Took:
    """Wall seconds, and CPU seconds of all threads of this process: the emulator has another."""

    wall: float
    cpu: float


def took(work: Callable[[], object]) -> Took:
    """How long this takes, begun without garbage."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


@dataclass(frozen=True, slots=True)
class Sample:
    """One round: the product, its floor, and the floor with the requests to other services than DynamoDB too."""

    product: Took
    floor: Took
    everything: Took | None = None


@dataclass
class Measured:
    """An operation's rounds. `per`: how many of what it is about one round does."""

    name: str
    target: float
    per: int
    cpu: bool = False  # what the target is about: CPU time instead of wall time
    samples: list[Sample] = field(default_factory=list)
    requests: str = ""

    @property
    def ratios(self) -> list[float]:
        """The product against the floor, round by round."""
        return [self._of(one.product) / self._of(one.floor) for one in self.samples]

    @property
    def ratio(self) -> float:
        """The median of the product against that of the floor."""
        return self._product() / statistics.median(self._of(one.floor) for one in self.samples)

    def _of(self, took: Took) -> float:
        return took.cpu if self.cpu else took.wall

    def _product(self) -> float:
        return statistics.median(self._of(one.product) for one in self.samples)

    def row(self) -> dict[str, Any]:
        """As the table has it."""
        each = MICRO / self.per if self.cpu else MILLI
        unit = "µs" if self.cpu else "ms"
        cpu = [statistics.median(one.cpu for one in side) for side in zip(*self._sides(), strict=True)]
        everything = [self._of(one.everything) for one in self.samples if one.everything]
        return {
            "operation": self.name,
            "requests": self.requests,
            "product": f"{self._product() * each:,.0f} {unit}",
            "floor": f"{self._product() / self.ratio * each:,.0f} {unit}",
            "ratio": round(self.ratio, 3),
            "spread": f"{min(self.ratios):.2f} to {max(self.ratios):.2f}",
            "target": self.target,
            "met": "ok" if self.ratio <= self.target else "miss",
            "CPU ratio": round(cpu[0] / cpu[1], 3),
            "with other services": round(self._product() / statistics.median(everything), 3) if everything else None,
        }

    def _sides(self) -> list[tuple[Took, Took]]:
        return [(one.product, one.floor) for one in self.samples]
