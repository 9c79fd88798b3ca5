"""What was asked of a system over its webhook, so that its late answers are known again.

exchange   [20 of its need][12 milliseconds]    one row a need: the last thing that was asked
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain import ids
from chalicelib.domain.resources import Right
from chalicelib.domain.tasks import Operation


class ExchangeState(StrEnum):
    """`sent`: nothing was heard, or that it comes later. The others are the system's word."""

    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    NEEDS_PERSON = "needsPerson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The last thing asked of a system about one right of one person. `attempts` counts its messages; `heard` is when
    its word came, `by_callback` whether in a message of its own, `reason` what it said about a failure."""

    id: str
    connection: str
    operation: Operation
    right: Right
    person_id: str
    began: datetime
    attempts: int = 1
    state: ExchangeState = ExchangeState.SENT
    heard: datetime | None = None
    by_callback: bool = False
    reason: str = ""
    version: int = 0


def exchange_id(need_of: str, began: datetime) -> str:
    """The id of what is asked at this moment; a later one is another, so that no system takes it for a repeat."""
    return ids.guid_of(f"{need_of}{int(began.timestamp() * 1000):012x}")
