"""The machine's clock and randomness; nothing else in the product reads them."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime


class SystemClock:
    """Implements ports.Clock with real time."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def real(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def new_id(self) -> str:
        """32 random hex digits."""
        return uuid.uuid4().hex
