"""The product's clock on the local stage: real time plus an offset that only grows."""

from __future__ import annotations

import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from local.state import read_json, write_json

LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class Backwards(ValueError):
    """The product's time never goes back."""


class OffsetClock:
    """Implements ports.Clock. The offset is kept in a file; leases and waits stay on real time.

    `fresh` tells that this run began with empty state, the only case in which `reset` may go back.
    """

    def __init__(self, path: Path, fresh: bool = False) -> None:
        self._path = path
        self._fresh = fresh
        self._lock = Lock()
        self._offset = _kept_offset(path)

    def now(self) -> datetime:
        """The product's instant, UTC."""
        return datetime.now(UTC) + self._offset

    def real(self) -> float:
        """Seconds since 1970, never moved."""
        return time.time()

    def new_id(self) -> str:
        """32 random hex digits."""
        return uuid.uuid4().hex

    @property
    def offset(self) -> timedelta:
        """How far the product's time is ahead of real time."""
        return self._offset

    def advance(self, span: timedelta) -> datetime:
        """Go forward by `span`; returns the new instant. Raises Backwards for a negative span."""
        with self._lock:
            return self._move(self._offset + span)

    def set(self, moment: datetime) -> datetime:
        """Go forward to an aware instant; returns it. Raises Backwards for the past."""
        if moment.tzinfo is None:
            raise ValueError("The instant needs a time zone, for example 2026-03-02T09:00:00Z.")
        with self._lock:
            return self._move(moment - datetime.now(UTC))

    def reset(self) -> datetime:
        """Return to real time. Raises Backwards when that means going back in a run that is not fresh."""
        with self._lock:
            if self._offset and not self._fresh:
                raise Backwards("Time never goes back over kept state: start again with `run --fresh`.")
            self._keep(timedelta(0))
            return self.now()

    def _move(self, offset: timedelta) -> datetime:
        if offset < self._offset:
            raise Backwards("The product's time never goes back.")
        if datetime.now(UTC) > LATEST - offset:
            raise ValueError(f"The clock ends at {LATEST:%Y-%m-%d}.")
        self._keep(offset)
        return self.now()

    def _keep(self, offset: timedelta) -> None:
        write_json(self._path, {"offsetSeconds": offset.total_seconds()})
        self._offset = offset


def _kept_offset(path: Path) -> timedelta:
    """The offset a former run left; zero, and told, when the file is damaged."""
    if not path.exists():
        return timedelta(0)
    try:
        return max(timedelta(0), timedelta(seconds=float(read_json(path)["offsetSeconds"])))
    except (TypeError, KeyError, ValueError, OverflowError):
        print(f"{path} is damaged: the product's time is real time again.", file=sys.stderr, flush=True)
        return timedelta(0)
