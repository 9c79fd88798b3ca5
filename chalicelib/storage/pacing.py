"""No partition is asked for more writes than it takes: DynamoDB gives one partition 1,000 units a second and refuses
the rest, and a refused batch is paid for in waiting by everybody who writes there.

Bulk writes of one process are paced partition by partition: after `BURST` at once, `RATE` a second. Whoever writes to
many partitions at a time never waits. Rows of bulk writes are at most 1 KB, one unit each.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from threading import Lock

RATE, BURST = 750.0, 200.0  # units a second and at once: together below the 1,000 of a partition
_LONGEST = 60.0  # seconds that anybody can be booked ahead
_MOST = 4_096  # partitions that are remembered; those that are not busy any more are forgotten first

_free_at: dict[str, float] = {}  # when everything written to a partition so far would have been written at RATE
_lock = Lock()


def pace(partitions: Iterable[str]) -> None:
    """Wait until one row more may be written to each of these partitions (as often as it is named)."""
    pause = _booked(Counter(partitions), time.time())
    if pause > 0:
        time.sleep(pause)


def forget() -> None:
    """Remember nothing, as a new process does."""
    _free_at.clear()


def _booked(wanted: Counter[str], now: float) -> float:
    """Book the writes; how many seconds to wait before them."""
    pause = 0.0
    with _lock:
        if len(_free_at) > _MOST:
            for name in [name for name, free in _free_at.items() if free <= now]:
                del _free_at[name]
        for name, rows in wanted.items():
            free = max(_free_at.get(name, now), now)
            if free > now + _LONGEST:  # the clock was set back
                free = now
            pause = max(pause, free - now - BURST / RATE)
            _free_at[name] = free + rows / RATE
    return pause
