"""AWS around the product in a simulated history: invocations that may end at any call, messages that come again, stream
records that hold their shard up, clients that try once more. Deterministic: one thread, no sleeping, time as told.
"""

from __future__ import annotations

import copy
import json
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import bootstrap
from tests.simulation.checks import Told
from tests.simulation.point import Call, Killed, Proceed
from tests.simulation.single import SMALLER, one_thread
from tests.simulation.worlds import Simulated, simulated
from tests.world import TIMER_EVENT

MOST_RECEIVES = 5
KEPT = ("messages", "later", "positions", "facts", "plugged", "published")
LAG = 3  # changes of its table that a stale read does not know
DIED = object()  # what an invocation answers that was taken away, or that failed
Strike = Callable[[Call, Proceed], Any]


@dataclass
class Rig:
    """Delivers to one simulated product what AWS would. `strikes` says what happens to which call, counted from the
    last `begin`; `calls` are those made since."""

    simulated: Simulated
    told: Told = field(default_factory=Told)
    strikes: dict[int, Strike] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    messages: deque[tuple[str, int]] = field(default_factory=deque)
    later: list[tuple[str, int]] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=lambda: {"items": 0, "audit": 0})
    failures: list[BaseException] = field(default_factory=list)
    published: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    plugged: dict[str, Any] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    ran: set[str] = field(default_factory=set)
    _inside: int = 0

    @property
    def world(self) -> Any:
        return self.simulated.world

    @property
    def org(self) -> Any:
        return self.simulated.org

    @property
    def services(self) -> Any:
        return self.world.services

    @property
    def clock(self) -> Any:
        return self.world.clock

    def hook(self, call: Call, proceed: Proceed) -> Any:
        """Stands at the point: lets every call of the product through, but for those that something strikes."""
        if not self._inside:
            return proceed()
        self.calls.append(call)
        strike = self.strikes.get(len(self.calls) - 1)
        return strike(call, proceed) if strike else proceed()

    def begin(self, strikes: dict[int, Strike] | None = None) -> None:
        """Count calls from here on, and have these struck."""
        self.calls, self.strikes, self.failures, self.ran = [], strikes or {}, [], set()
        self.begun = {name: len(table.changes) for name, table in self.simulated.cloud.dynamodb.tables.items()}

    def fresh(self) -> None:
        """A new process takes over: nothing is remembered."""
        from chalicelib.routes import auth

        bootstrap.use_clock(self.clock)
        auth.forget()
        bootstrap.services().connectors.fixed.update(self.plugged)

    def plug(self, name: str, connector: Any) -> None:
        """Reach a system outside by this name, in every process there will be; it is part of the pictures."""
        self.plugged[name] = connector
        bootstrap.services().connectors.fixed[name] = connector

    # invocations ------------------------------------------------------------------------------------------
    def invoke(self, handler: str, event: Any) -> Any:
        """One invocation of a handler of app.py; DIED when it did not answer."""
        import app as front

        self.ran.add(handler)
        return self.run(lambda: getattr(front, handler)(event, None))

    def run(self, act: Callable[[], Any]) -> Any:
        """One invocation; DIED when it did not answer."""
        self._inside += 1
        try:
            return act()
        except Killed as problem:
            self.failures.append(problem)
            self.fresh()
        except Exception as problem:  # noqa: BLE001 - Lambda reports a failure, and whoever invoked tries again
            self.failures.append(problem)
        finally:
            self._inside -= 1
        return DIED

    def tick(self) -> None:
        """The timer fires."""
        self.invoke("tick", TIMER_EVENT)

    def deliver(self) -> int:
        """Hand over messages and stream records until there are none; how many there were."""
        done = 0
        while True:
            found = self._messages() + self._counted() + self._published()
            done += found
            if found == 0 and not self.later:
                return done
            if found == 0:  # what failed becomes visible again
                self.pass_time(self.services.settings.lease_seconds + 1)
                self.messages.extend(self.later)
                self.later = []

    def receive(self) -> None:
        """Take what is in the queue."""
        from chalicelib.aws.clients import client

        queue = client("sqs")
        while True:
            answer = queue.receive_message(QueueUrl=self.world.queue_url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                queue.delete_message(QueueUrl=self.world.queue_url, ReceiptHandle=message["ReceiptHandle"])
                self.messages.append((message["Body"], 0))
            if not answer.get("Messages"):
                return

    def _messages(self) -> int:
        done = 0
        self.receive()
        while self.messages:
            body, received = self.messages.popleft()
            done += 1
            if not self.work([body]):
                self.receive()
                continue
            if received + 1 < MOST_RECEIVES:
                self.later.append((body, received + 1))
            else:
                self.told.unread.append(f"dead letter: {body}")
            self.receive()
        return done

    def work(self, bodies: list[str]) -> list[int]:
        """One batch of messages; the positions of those that come again."""
        self.ran |= {what for body in bodies for what in self._named(body)}
        records = [sqs_record(body, number) for number, body in enumerate(bodies)]
        answer = self.invoke("work", {"Records": records})
        if answer is DIED:
            return list(range(len(bodies)))
        failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
        return [number for number, record in enumerate(records) if record["messageId"] in failed]

    def _named(self, body: str) -> Iterator[str]:
        """The kind of work of a message, and of the job it is about."""
        try:
            message = json.loads(body)
            kind, subject = str(message["kind"]), str(message["id"])
        except (ValueError, TypeError, KeyError):
            return  # poison
        yield f"work:{kind}"
        job = self.services.reviews.job(subject) if kind == "job" else None
        if job:
            yield f"job:{job.kind}"

    def records(self, table: str) -> list[dict[str, Any]]:
        """The records of a stream that nobody has taken yet."""
        found: list[dict[str, Any]] = self.world.backend.stream(f"access-reviews-{table}")[self.positions[table] :]
        return found

    def _counted(self) -> int:
        records = self.records("items")
        if records and self.invoke("count_decisions", {"Records": records, "shardId": "shard"}) is DIED:
            self.pass_time(1.0)
            return 1
        self.positions["items"] += len(records)
        return len(records)

    def _published(self) -> int:
        records = self.records("audit") if self.published else []
        if not records:
            return 0
        answer = self.invoke("publish_events", {"Records": records})
        if answer is DIED:
            return 1
        failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        self.positions["audit"] += numbers.index(failed[0]) if failed else len(records)
        return 1

    def settle(self, rounds: int = 100) -> None:
        """Fire the timer and deliver until nothing is left to do now."""
        for _ in range(rounds):
            self.tick()
            if self.deliver() == 0:
                return
            self.pass_time(self.services.settings.closing_wait_seconds + 1)
        raise AssertionError("work never ended")

    # what faults need ---------------------------------------------------------------------------------------
    @property
    def doubtful(self) -> set[str]:
        return self.told.doubtful

    @property
    def patience(self) -> float:
        return float(self.services.settings.invocation_seconds) + 1

    def pass_time(self, seconds: float) -> None:
        """Real time goes by; the product's does not."""
        self.clock.seconds += seconds

    def later_on(self, **span: float) -> None:
        """Both go by."""
        self.clock.advance(**span)

    @contextmanager
    def before_the_last_write(self) -> Iterator[None]:
        """Eventually consistent reads do not know the last changes, as far as these are of this act."""
        database = self.simulated.cloud.dynamodb
        fresh = database.lag
        database.lag = lambda table, _: min(LAG, len(database.table(table).changes) - self.begun[table])
        try:
            yield
        finally:
            database.lag = fresh

    # pictures -----------------------------------------------------------------------------------------------
    def picture(self) -> Any:
        """Everything as it stands."""
        outside = {name: _memory(one) for name, one in self.plugged.items()}
        kept = {name: copy.copy(getattr(self, name)) for name in KEPT}
        told = {name: copy.copy(value) for name, value in vars(self.told).items() if name != "outside"}
        people = self.org, dict(self.org.people)
        return self.simulated.cloud.snapshot(), dict(vars(self.clock)), kept, told, outside, people

    def put_back(self, picture: Any) -> None:
        """Everything as it stood."""
        account, clock, kept, told, outside, people = picture
        self.simulated.org = people[0]
        self.org.people = dict(people[1])
        self.simulated.cloud.restore(account)
        vars(self.clock).update(clock)
        for name, value in kept.items():
            setattr(self, name, copy.copy(value))
        vars(self.told).update({name: copy.copy(value) for name, value in told.items()})
        for name, one in outside.items():
            vars(self.plugged[name]).update(copy.deepcopy(one))
        self._inside, self.told.outside = 0, self.plugged.get("outside")
        self.fresh()


def _memory(outside: Any) -> dict[str, Any]:
    """What a system outside knows."""
    return {name: copy.deepcopy(value) for name, value in vars(outside).items() if not name.startswith("_")}


def sqs_record(body: str, number: int = 0) -> dict[str, Any]:
    """A message as Lambda gets it."""
    record = {"body": body, "messageId": f"m{number}", "attributes": {}, "receiptHandle": f"r{number}"}
    return record | {"eventSource": "aws:sqs", "eventSourceARN": ""}


@contextmanager
def rigged(engine: str = "memory", **changed: Any) -> Iterator[Rig]:
    """A fresh product in a rig: small pages, no threads, no sleeping."""
    with simulated(engine, **changed) as one, pytest.MonkeyPatch.context() as patch:
        rig = Rig(one)
        one_thread(patch)
        for name, size in SMALLER.items():
            patch.setattr(f"chalicelib.usecases.{name}", size)
        for name in ("storage.writer", "storage.pacing", "aws.events", "aws.mailer"):
            quiet = SimpleNamespace(sleep=rig.pass_time, time=rig.clock.real)
            patch.setattr(f"chalicelib.{name}.time", quiet)
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)  # of thousands of failures that were asked for
        with one.point.hooked(rig.told.listening(rig.clock.now)), one.point.hooked(rig.hook):
            try:
                yield rig
            finally:
                logging.disable(before)
