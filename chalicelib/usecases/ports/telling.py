"""Telling other systems what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEvent:
    """An event as it is published; docs/events.md describes `detail` for each kind."""

    kind: str
    time: datetime
    detail: dict[str, Any]


class Bus(Protocol):
    """Publishes events to whoever listens, at least once and in no order."""

    def publish(self, events: Sequence[OutgoingEvent]) -> set[int]:
        """The positions of those that were not taken and are to be given again; all others were published, or can
        never be and were logged."""
