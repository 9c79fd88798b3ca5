"""Rounds of the product and of its floor, and what they say."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any

MICRO, MILLI = 1e6, 1e3


@dataclass(frozen=True, slots=True)
class Sample:
    """One round: seconds of the product, of the floor, and of the floor with the requests to other services too."""

    product: float
    floor: float
    everything: float = 0.0


@dataclass
class Measured:
    """An operation's rounds. `per`: how many of what it is about one round does."""

    name: str
    target: float
    per: int
    samples: list[Sample] = field(default_factory=list)
    requests: str = ""
    scale: float = MILLI
    unit: str = "ms"

    @property
    def ratios(self) -> list[float]:
        """The product against the floor, round by round."""
        return [one.product / one.floor for one in self.samples]

    @property
    def ratio(self) -> float:
        """The median of the product against that of the floor."""
        return self._median("product") / self._median("floor")

    def _median(self, which: str) -> float:
        return statistics.median(getattr(one, which) for one in self.samples)

    def row(self) -> dict[str, Any]:
        """As the table has it."""
        each = self.scale / self.per
        everything = self._median("everything")
        return {
            "operation": self.name,
            "requests": self.requests,
            "product": f"{self._median('product') * each:.3f} {self.unit}",
            "floor": f"{self._median('floor') * each:.3f} {self.unit}",
            "ratio": round(self.ratio, 3),
            "spread": f"{min(self.ratios):.2f} to {max(self.ratios):.2f}",
            "target": self.target,
            "met": "ok" if self.ratio <= self.target else "miss",
            "ratio, all services": round(self._median("product") / everything, 3) if everything else None,
        }
