"""Work that is begun twice when a client repeats a request whose answer was lost (brief, decision 13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a request is known again: `asked` is the digest of all it asked for, `retried` what its client says."""

    asked: str = ""
    retried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody's latest request of this content began, for an hour."""

    actor_id: str
    asked: str
    subject_id: str
    made: datetime
    version: int = 0
