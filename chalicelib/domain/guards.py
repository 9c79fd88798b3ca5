"""What keeps a removal from doing harm: the confirmation of many, who is left out, what was undone (G24)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.resources import Right

CONFIRMATION = "confirmation"  # agenda kind: removals wait for a confirmation, tell who can give it
MOST_EXCLUDED = 1_000  # people one confirmation may leave out
LONGEST_REASON = 500  # characters
LEAVING = timedelta(days=1)  # so long somebody who was let go counts as gone although the system still lists them


class How(StrEnum):
    """How the wait for a confirmation ended."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The end of the wait for a confirmation: by whom (nobody when it lapsed), when, why, and how many were left
    out."""

    how: How
    at: datetime
    by: str = ""
    reason: str = ""
    excluded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """The items that the confirmation of a review left out."""

    instance_id: str
    item_ids: tuple[str, ...]
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A removal that was undone: by whom, why, and the assignment that took the place of the ended one. Exists once
    an item."""

    instance_id: str
    item_id: str
    person_id: str
    by: str
    at: datetime
    reason: str
    request_id: str
    assignment_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LastOnes:
    """Who was let go lately of a right that somebody must keep. Whoever lets another one go replaces this row as
    read: that keeps the last two from being let go at the same time."""

    key: str
    leaving: dict[str, datetime] = field(default_factory=dict)
    version: int = 0


def must_keep_one(right: Right) -> bool:
    """Is this the ownership of a group, which somebody must have?"""
    return right.origin_system == "AadGroup" and right.role.startswith("Owner")


def still_leaving(known: LastOnes, now: datetime) -> dict[str, datetime]:
    """Those let go so lately that the system outside may still list them."""
    return {person: at for person, at in known.leaving.items() if at + LEAVING > now}
