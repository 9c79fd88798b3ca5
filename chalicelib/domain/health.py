"""How a deployment is: part by part, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """`DEGRADED`: it works, and somebody should look; `FAILED`: what needs this part does not work."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at one part found, as a sentence, and what to do about it ("": nothing)."""

    condition: Condition
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a deployment, and the milliseconds the look took."""

    name: str
    finding: Finding
    ms: float


def well(detail: str) -> Finding:
    """Nothing is to be done."""
    return Finding(Condition.OK, detail)


def worst(parts: Iterable[Part]) -> Condition:
    """The condition of the whole."""
    order = list(Condition)
    return max((part.finding.condition for part in parts), key=order.index, default=Condition.OK)
