"""An AWS account that counts, and takes its time: every call is charged, and moves the virtual clock by its latency."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from time import thread_time
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from bench.side import is_unmetered
from bench.simulated.ledger import Ledger
from bench.simulated.model import ENTRY_CPU, EXAMINED, LATENCY, OTHER_CALL, REQUEST_CPU, SECOND, Plan, slowness
from bench.simulated.store import CountingDynamo, LeanTable
from bench.sizes import READ_UNIT_BYTES
from tests.simulation.cloud import Cloud
from tests.simulation.cloud.objects import ObjectStore
from tests.simulation.cloud.others import MailService
from tests.simulation.cloud.values import Refused
from tests.world import START

Wire = dict[str, Any]
_SMALL = 4_096
RETRIES = (0.5, 1.0)  # seconds, the means of botocore's pauses in its standard mode
DAY = 86_400.0


@dataclass
class VirtualClock:
    """Implements ports.Clock: both times move together, and only when somebody lets them pass. `beside`: how many
    calls are under way at once, which share the time they take."""

    product: datetime = START
    seconds: float = 1_000_000.0
    counter: int = 0
    beside: int = 1

    def now(self) -> datetime:
        return self.product

    def real(self) -> float:
        return self.seconds

    def new_id(self) -> str:
        self.counter += 1
        return f"{self.counter:032x}"

    def wait(self, seconds: float) -> None:
        """Let time pass; what goes on side by side waits side by side."""
        self.seconds += seconds / self.beside
        self.product += timedelta(seconds=seconds / self.beside)

    def move_to(self, seconds: float) -> None:
        """Go to a moment."""
        self.product += timedelta(seconds=seconds - self.seconds)
        self.seconds = seconds


class Objects(ObjectStore):
    """S3 whose large objects lie compressed."""

    stored = 0

    def _add(self, place: tuple[str, str], data: bytes | None, request: Wire) -> Any:
        self.stored += len(data or b"")
        if data is None or len(data) < _SMALL:
            return super()._add(place, data, request)
        return super()._add(place, b"\0z" + zlib.compress(data, 1), request)

    def get_object(self, request: Wire) -> Wire:
        answer = super().get_object(request)
        data = self._found(request, "NoSuchKey", "The specified key does not exist.").data or b""
        if data[:2] == b"\0z":
            whole = zlib.decompress(data[2:])
            answer |= {"Body": StreamingBody(BytesIO(whole), len(whole)), "ContentLength": len(whole)}
        return answer


class Post(MailService):
    """SES with a quota: so many mails a second, so many a day. It counts mails and keeps none."""

    def __init__(self, clock: VirtualClock, ledger: Ledger, plan: Plan) -> None:
        super().__init__()
        self.clock, self.ledger, self.plan = clock, ledger, plan
        self.accepted = 0
        self.refused = 0
        self._left, self._at = max(plan.rate, 1.0), clock.real()
        self._day: list[tuple[float, int]] = []  # mails of each hour of the last 24

    def send_email(self, request: Wire) -> Wire:
        now = self.clock.real()
        self._left = min(max(self.plan.rate, 1.0), self._left + (now - self._at) * self.plan.rate)
        self._at = now
        while self._day and self._day[0][0] <= now - DAY:
            self._day.pop(0)
        if sum(number for _, number in self._day) >= self.plan.daily:
            self.refused += 1
            raise Refused("LimitExceededException", "Daily message quota exceeded.")
        if self._left < 1:
            self.refused += 1
            raise Refused("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
        self._left -= 1
        self.accepted += 1
        hour = now // 3600 * 3600
        if self._day and self._day[-1][0] == hour:
            self._day[-1] = (hour, self._day[-1][1] + 1)
        else:
            self._day.append((hour, 1))
        self.ledger.mailed()
        return {"MessageId": f"mail-{self.accepted}"}


class CountingCloud(Cloud):
    """The account: what every call costs goes to the ledger, what it takes to the clock."""

    def __init__(self, clock: VirtualClock, ledger: Ledger, plan: Plan) -> None:
        super().__init__()
        self.clock = clock.real
        self.virtual, self.ledger, self.plan = clock, ledger, plan
        self.dynamodb: CountingDynamo = CountingDynamo(self.now, ledger)
        self.s3: Objects = Objects(self.now)
        self.ses: Post = Post(clock, ledger, plan)
        self._services |= {"dynamodb": self.dynamodb, "s3": self.s3, "sesv2": self.ses}
        self.running = False
        self.slowness = 1.0
        self._mark = 0.0

    def table(self, name: str) -> LeanTable:
        """One of the product's tables, by its short name."""
        found = self.dynamodb.table(f"access-reviews-{name}")
        assert isinstance(found, LeanTable)
        return found

    @contextmanager
    def invocation(self, function: str) -> Iterator[None]:
        """Calls inside take time; outside they are made by nobody, and take none."""
        self.running, self.slowness, self._mark = True, slowness(function), thread_time()
        try:
            yield
            self._worked()
        finally:
            self.running = False

    def _worked(self) -> None:
        """The processor's time since the last call."""
        spent = (thread_time() - self._mark) * self.slowness
        self.ledger.counts["own processor seconds"] += spent
        if self.plan.measured:
            self.virtual.wait(spent * self.virtual.beside)

    def answer(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if not self.running or is_unmetered():
            return super().answer(client, operation, parameters)
        self._worked()
        self.ledger.muted = False
        name = f"{client.meta.service_model.service_name}.{operation}"
        self.ledger.called(name)
        entries = 1
        try:
            found = self._tried(client, operation, parameters)
            entries = _entries(operation, parameters, found)
            return found
        finally:
            self.ledger.muted = True
            latency = LATENCY.get(name, OTHER_CALL)
            latency += EXAMINED * self.dynamodb.examined / READ_UNIT_BYTES if operation == "Query" else 0.0
            cpu = (REQUEST_CPU + ENTRY_CPU * entries) * self.slowness
            # Answers come side by side, the processor works on one after the other.
            self.virtual.wait((latency + cpu * self.virtual.beside) / SECOND)
            self._mark = thread_time()

    def _tried(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """An answer, with botocore's own patience: a mail that comes too fast is sent three times."""
        for pause in RETRIES if operation == "SendEmail" else ():
            try:
                return super().answer(client, operation, parameters)
            except ClientError as problem:
                if problem.response["Error"]["Code"] != "TooManyRequestsException":
                    raise
                self.virtual.wait(pause)
        return super().answer(client, operation, parameters)


def _entries(operation: str, parameters: Wire, answer: Wire) -> int:
    """How many rows went one way or the other."""
    if operation == "BatchWriteItem":
        return sum(len(many) for many in parameters["RequestItems"].values())
    if operation == "BatchGetItem":
        return sum(len(many) for many in answer["Responses"].values())
    if operation == "TransactWriteItems":
        return len(parameters["TransactItems"])
    return len(answer.get("Items", ())) or 1


class SideBySide:
    """In the place of a ThreadPoolExecutor: one after the other, on a clock that goes as if side by side."""

    clock: VirtualClock

    def __init__(self, most: int = 8, *_: Any, **__: Any) -> None:
        self._most = most

    def __enter__(self) -> SideBySide:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Any, *each: Iterable[Any]) -> Iterator[Any]:
        """As the executor's."""
        asked = list(zip(*each, strict=False))
        self.clock.beside = max(min(self._most, len(asked)), 1)
        try:
            return iter([function(*one) for one in asked])
        finally:
            self.clock.beside = 1

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        """As the executor's, at once."""
        made: Future[Any] = Future()
        try:
            made.set_result(function(*arguments))
        except Exception as problem:  # noqa: BLE001 - whoever asks for the result gets it
            made.set_exception(problem)
        return made


@contextmanager
def counting(clock: VirtualClock, ledger: Ledger, plan: Plan) -> Iterator[CountingCloud]:
    """An account of its own that answers every AWS call of this process until the block ends."""
    found, below = CountingCloud(clock, ledger, plan), BaseClient._make_api_call

    def call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        return found.answer(client, operation, parameters)

    BaseClient._make_api_call = call
    try:
        yield found
    finally:
        BaseClient._make_api_call = below
