"""AWS's side of the simulated product: the timer, the queue and the streams, on the virtual clock."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from typing import Any
from zlib import crc32

from bench.simulated.account import CountingCloud, VirtualClock
from bench.simulated.ledger import Ledger
from bench.simulated.model import STREAM_BATCH, STREAM_SHARDS, STREAM_WINDOW
from tests.simulation.cloud.tables import Change

MINUTE = 60.0
PUBLISH_BATCH = 100


class Stage:
    """Invokes the product's handlers as Lambda would, one after the other on one line of time. Stream readers run
    beside it, at the instants they would."""

    def __init__(self, cloud: CountingCloud, clock: VirtualClock, ledger: Ledger, queue_url: str) -> None:
        self.cloud, self.clock, self.ledger, self.queue_url = cloud, clock, ledger, queue_url
        self.began = clock.real()
        self.waiting: dict[int, list[Change]] = defaultdict(list)
        self.inserts = 0
        self.audit_rows = self.published = 0
        self.running = ""

    def invoke(self, function: str, about: str, act: Callable[[], Any]) -> None:
        """One invocation."""
        from chalicelib.storage import pacing

        begun = self.clock.real()
        if function != self.running or about == "stream":  # another function, or shard, has a process of its own
            pacing.forget()
            self.running = function
        with self.cloud.invocation(function):
            act()
        self.ledger.ran(function, about, begun, self.clock.real() - begun)
        self.ledger.queue_depth = max(self.ledger.queue_depth, len(self._messages()))

    def _messages(self) -> Any:
        return self.cloud.sqs.queues[self.queue_url]

    # the timer and the queue ------------------------------------------------------------------------------
    def run(self, until: float, ended: Callable[[], bool] = lambda: False) -> None:
        """Fire the timer and deliver messages until a moment, or until something has ended. The clock goes on to that
        moment only if there was something to do then."""
        while not ended():
            message = min(self._messages(), key=lambda one: one.visible, default=None)
            at, tick = (message.visible if message else float("inf")), self._next_tick()
            if min(at, tick) > until:
                return
            if message is not None and at <= tick:
                self._deliver(message, at)
            else:
                self._move(tick)
                self._tick()
            self.stream()

    def _move(self, to: float) -> None:
        self.clock.move_to(max(self.clock.real(), to))

    def _next_tick(self) -> float:
        """The first full minute at which the agenda has something."""
        due = self.cloud.table("reviews").rows.partition("DUE").order
        if not due:
            return float("inf")
        moment = datetime.strptime(due[0][0][:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        ahead = max((moment - self.clock.now()) / timedelta(seconds=1), 0.0)
        return self.began + ceil((self.clock.real() + ahead - self.began) / MINUTE + 1e-6) * MINUTE

    def _tick(self) -> None:
        from chalicelib import events

        with self.ledger.during("timer"):
            self.invoke("tick", "tick", events.tick)

    def _deliver(self, message: Any, at: float) -> None:
        from chalicelib import events

        self._move(at)
        self.cloud.sqs.queues[self.queue_url] = tuple(one for one in self._messages() if one.id != message.id)
        kind = json.loads(message.body)["kind"]
        record = {"body": message.body, "messageId": message.id}
        if kind in ("instance", "series"):
            self.invoke("work", kind, lambda: events.work({"Records": [record]}))
        else:
            with self.ledger.during(kind):
                self.invoke("work", kind, lambda: events.work({"Records": [record]}))

    # the streams ------------------------------------------------------------------------------------------
    def stream(self, everything: bool = False) -> None:
        """Hand over what the streams' windows have closed over by now."""
        for change in self.cloud.table("items").taken():
            if change.old is None or change.new is None:
                self.inserts += 1
            else:
                self.waiting[crc32(change.place[0].encode()) % STREAM_SHARDS].append(change)
        for shard, changes in self.waiting.items():
            while changes and (everything or len(changes) >= STREAM_BATCH or self._over(changes)):
                self._count(shard, changes)
        self._publish()

    def _over(self, changes: list[Change]) -> bool:
        return changes[0].at + STREAM_WINDOW <= self.clock.real()

    def _count(self, shard: int, changes: list[Change]) -> None:
        """One batch: a thousand records, or those of a minute."""
        from chalicelib import events

        number = next((n for n, one in enumerate(changes) if one.at > changes[0].at + STREAM_WINDOW), len(changes))
        batch = changes[: min(number, STREAM_BATCH)]
        del changes[: len(batch)]
        now = self.clock.real()
        whole = len(batch) == STREAM_BATCH
        self.clock.move_to(batch[-1].at if whole else batch[0].at + STREAM_WINDOW)
        event = {"Records": [_record(one) for one in batch], "shardId": f"shard{shard}"}
        with self.ledger.during("count"):
            self.invoke("count_decisions", "stream", lambda: events.count_decisions(event))
        self.clock.move_to(now)

    def _publish(self) -> None:
        """What the audit table's stream tells others, in batches as they come."""
        from chalicelib import events

        found = self.cloud.table("audit").taken()
        self.audit_rows += len(found)
        now = self.clock.real()
        for start in range(0, len(found), PUBLISH_BATCH):
            event = {"Records": [_record(one) for one in found[start : start + PUBLISH_BATCH]]}
            with self.ledger.during("publish"):
                self.invoke("publish_events", "stream", partial(events.publish_events, event))
        self.published += len(self.cloud.events.entries)
        self.cloud.events.entries.clear()
        self.clock.move_to(now)


def _record(change: Change) -> dict[str, Any]:
    """A stream record, as far as the product looks at it."""
    told: dict[str, Any] = {
        "SequenceNumber": str(10**20 + change.number),
        "Keys": {name: {"S": key} for name, key in zip(("pk", "sk"), change.place, strict=True)},
    }
    told |= {"NewImage": change.new.item} if change.new else {}
    told |= {"OldImage": change.old.item} if change.old else {}
    return {"eventName": "MODIFY" if change.old and change.new else "INSERT", "dynamodb": told}
