"""What is remembered about series beside their definitions: where they are found, what they opened and missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOfPackage:
    """Says that a package and policy have a series: their index, which outlives both."""

    package_id: str
    policy_id: str
    definition_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestReview:
    """The instance that opened last of a policy with several series, and the one `before` it. Whoever opens one
    replaces it as read: that keeps two series of one policy from opening at the same time (G6)."""

    policy_id: str
    instance_id: str
    before: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedOccurrence:
    """An occurrence that never opened, and why, as a sentence (G6)."""

    definition_id: str
    day: date
    opens: datetime
    reason: str
    version: int = 0
