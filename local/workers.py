"""Everything AWS would start by itself: timers, queue consumers, the stream poller; and `tick`, which waits for all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

from chalicelib.usecases.ports import Clock
from local.handlers import Handlers, report, timer_event
from local.mail_service import MailService
from local.queue_worker import QueueWorker
from local.stream_worker import StreamWorker
from local.timers import due

TIMER_SECONDS = 1.0
LOOK_SECONDS = 0.05
TICK_LIMIT_SECONDS = 600.0
STUCK_SECONDS = 60.0  # of nothing but failures; longer than an invocation and its lease
STREAM_TRIES = 5
SOON = timedelta(seconds=3)  # longer than a Stop takes to become effective


class Workers:
    """The threads of one app. Every second each timer fires that is due by the product's clock.

    `mails` tells what became of mails. `upcoming` tells when, after an instant of the product's time, a timer finds
    work again; None for never.
    """

    def __init__(
        self,
        handlers: Handlers,
        clock: Clock,
        queue: QueueWorker,
        streams: Sequence[StreamWorker],
        upcoming: Callable[[datetime], datetime | None],
        mails: MailService | None = None,
    ) -> None:
        self._handlers = handlers
        self._upcoming = upcoming
        self._clock = clock
        self._queue = queue
        self._streams = streams
        self._mails = mails
        self._stop = Event()
        self._ticking = Lock()
        for expression in handlers.schedules.values():
            due(expression, clock.now(), clock.now())  # an unknown one is told now, not in a thread
        self._timers = [Thread(target=self._repeat, args=(name,), name=name) for name in handlers.timers]

    def start(self) -> None:
        """Start every thread."""
        self._queue.start()
        for stream in self._streams:
            stream.start()
        if self._mails:
            self._mails.start()
        for timer in self._timers:
            timer.start()

    def interrupt(self) -> None:
        """Fire no more timers and end a `tick` that is under way, so that nobody waits for it."""
        self._stop.set()

    def stop(self) -> None:
        """Finish what is under way, then hand over what is left in the streams."""
        self.interrupt()
        for timer in self._timers:
            timer.join()
        if self._mails:
            self._mails.stop()
        self._queue.stop()
        for stream in self._streams:  # what decisions leave in the audit table's stream comes after them
            stream.stop()
            try:
                stream.drain()
            except Exception as problem:  # noqa: BLE001 - the records are saved with the tables and come again
                report("The last changes are handed over at the next start.", problem)

    def tick(self, limit_seconds: float = TICK_LIMIT_SECONDS) -> dict[str, Any]:
        """Fire all timers and wait until queue and streams are empty, until a whole round found nothing to do.

        Work that is due in a moment is waited for: a Stop, for example, takes effect a second after the request.
        Returns what was done: `rounds`, `messages`, `failedMessages`, `streamRecords`, the numbers the timers
        answered (`timers`), `seconds`, `finished`, false when the limit came first, and `nextDue`, the product's
        time at which there is more to do.
        """
        with self._ticking:
            began, before = time.monotonic(), self._done()
            timers: Counter[str] = Counter()
            settled, finished, rounds = True, False, 0
            while settled and not (finished or self._stop.is_set()) and time.monotonic() < began + limit_seconds:
                rounds += 1
                start = self._worked()
                for name in self._handlers.timers:
                    timers.update(self._fire(name))
                settled = self._settle(began + limit_seconds)
                # Not the stream: somebody may go on deciding all the time, and counting makes no work.
                finished = settled and self._worked() == start and not self._wait_for_what_comes_soon()
            messages, failed, records = (now - then for now, then in zip(self._done(), before, strict=True))
        return {
            "finished": finished,
            "rounds": rounds,
            "messages": messages,
            "failedMessages": failed,
            "streamRecords": records,
            "timers": dict(timers),
            "seconds": round(time.monotonic() - began, 1),
            "nextDue": self._next_due(),
        }

    def _next_due(self) -> str | None:
        when = self._upcoming(self._clock.now())
        return when.isoformat(timespec="seconds").replace("+00:00", "Z") if when else None

    def _wait_for_what_comes_soon(self) -> bool:
        """Wait for work that is due in a moment; False when none is."""
        now = self._clock.now()
        when = self._upcoming(now)
        if when is None or when - now > SOON:
            return False
        self._stop.wait((when - now).total_seconds())
        return True

    def _worked(self) -> tuple[int, int, int]:
        return self._queue.handled, self._queue.failed, self._mails.handled if self._mails else 0

    def _done(self) -> tuple[int, int, int]:
        return self._queue.handled, self._queue.failed, sum(one.handled for one in self._streams)

    def _settle(self, limit: float) -> bool:
        """Wait for the queue to be empty, then for the stream; False at the limit, at the end of the workers, or
        when only failures come back."""
        while (self._mails and self._mails.waiting()) or self._queue.waiting():
            if time.monotonic() > limit or self._queue.fruitless(STUCK_SECONDS) or self._stop.wait(LOOK_SECONDS):
                return False
        for attempt in range(STREAM_TRIES):
            try:
                for stream in self._streams:
                    stream.drain()
                return True
            except Exception as problem:  # noqa: BLE001 - tried again, then told by `finished`
                report(f"A stream was not handed over (try {attempt + 1}).", problem)
                self._stop.wait(TIMER_SECONDS)
        return False

    def _repeat(self, name: str) -> None:
        last = self._clock.now()
        while not self._stop.wait(TIMER_SECONDS):
            now = self._clock.now()
            if due(self._handlers.schedules[name], last, now):
                last = now
                self._fire(name)

    def _fire(self, name: str) -> dict[str, int]:
        try:
            answer = self._handlers.call(name, timer_event(name, self._clock.now()))
        except Exception as problem:  # noqa: BLE001 - a timer that failed fires again in a second
            report(f"The timer {name} failed.", problem)
            return {}
        return {key: value for key, value in (answer or {}).items() if isinstance(value, int)}
