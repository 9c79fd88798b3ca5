"""Who reviews in whose place: what was handed over, and standing delegates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What a reviewer handed over to one person: `only` these items, or all when there are none."""

    to: str
    at: datetime
    reason: str
    only: tuple[str, ...] = ()
    standing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDelegate:
    """Who reviews in somebody's place during an absence: reviews that run or open between `starts` and `ends`."""

    user_id: str
    delegate_id: str
    starts: datetime
    ends: datetime
    reason: str = ""
    version: int = 0

    def overlaps(self, starts: datetime, ends: datetime) -> bool:
        """Is the absence during part of this time?"""
        return self.starts < ends and starts < self.ends
