"""Everything AWS would start by itself: timers, queue consumers, the stream poller; and `tick`, which waits for all."""

from __future__ import annotations

import time
from collections import Counter
from threading import Event, Lock, Thread
from typing import Any

from chalicelib.usecases.ports import Clock
from local.handlers import Handlers, report, timer_event
from local.queue_worker import QueueWorker
from local.stream_worker import StreamWorker

TIMER_SECONDS = 1.0
LOOK_SECONDS = 0.05
TICK_LIMIT_SECONDS = 600.0
STREAM_TRIES = 5


class Workers:
    """The threads of one app. Timers fire every second of real time: the product's clock may be anywhere."""

    def __init__(self, handlers: Handlers, clock: Clock, queue: QueueWorker, stream: StreamWorker) -> None:
        self._handlers = handlers
        self._clock = clock
        self._queue = queue
        self._stream = stream
        self._stop = Event()
        self._ticking = Lock()
        self._timers = [Thread(target=self._repeat, args=(name,), name=name) for name in handlers.timers]

    def start(self) -> None:
        """Start every thread."""
        self._queue.start()
        self._stream.start()
        for timer in self._timers:
            timer.start()

    def interrupt(self) -> None:
        """Fire no more timers and end a `tick` that is under way, so that nobody waits for it."""
        self._stop.set()

    def stop(self) -> None:
        """Finish what is under way, then hand over what is left in the stream."""
        self.interrupt()
        for timer in self._timers:
            timer.join()
        self._queue.stop()
        self._stream.stop()
        try:
            self._stream.drain()
        except Exception as problem:  # noqa: BLE001 - the records are saved with the tables and come again
            report("The last changes are counted at the next start.", problem)

    def tick(self, limit_seconds: float = TICK_LIMIT_SECONDS) -> dict[str, Any]:
        """Fire all timers and wait until queue and stream are empty, until a whole round found nothing to do.

        Returns what was done: `rounds`, `messages`, `failedMessages`, `streamRecords`, the numbers the timers
        answered (`timers`), `seconds`, and `finished`, false when the limit came first.
        """
        with self._ticking:
            began, before = time.monotonic(), self._done()
            timers: Counter[str] = Counter()
            settled, finished, rounds = True, False, 0
            while settled and not finished and time.monotonic() < began + limit_seconds:
                rounds += 1
                start = self._done()
                for name in self._handlers.timers:
                    timers.update(self._fire(name))
                settled = self._settle(began + limit_seconds)
                finished = settled and self._done() == start
            messages, failed, records = (now - then for now, then in zip(self._done(), before, strict=True))
        return {
            "finished": finished,
            "rounds": rounds,
            "messages": messages,
            "failedMessages": failed,
            "streamRecords": records,
            "timers": dict(timers),
            "seconds": round(time.monotonic() - began, 1),
        }

    def _done(self) -> tuple[int, int, int]:
        return self._queue.handled, self._queue.failed, self._stream.handled

    def _settle(self, limit: float) -> bool:
        """Wait for the queue to be empty, then for the stream; False at the limit, at the end of the workers, or
        when the stream is stuck."""
        while self._queue.waiting():
            if time.monotonic() > limit or self._stop.wait(LOOK_SECONDS):
                return False
        for attempt in range(STREAM_TRIES):
            try:
                self._stream.drain()
                return True
            except Exception as problem:  # noqa: BLE001 - tried again, then told by `finished`
                report(f"Counting failed (try {attempt + 1}).", problem)
                self._stop.wait(TIMER_SECONDS)
        return False

    def _repeat(self, name: str) -> None:
        while not self._stop.wait(TIMER_SECONDS):
            self._fire(name)

    def _fire(self, name: str) -> dict[str, int]:
        try:
            answer = self._handlers.call(name, timer_event(name, self._clock.now()))
        except Exception as problem:  # noqa: BLE001 - a timer that failed fires again in a second
            report(f"The timer {name} failed.", problem)
            return {}
        return {key: value for key, value in (answer or {}).items() if isinstance(value, int)}
