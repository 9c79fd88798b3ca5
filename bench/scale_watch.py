"""What a part of bench/scale.py asked for, how long its phases took, and how long a bare client would have taken."""

from __future__ import annotations

import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bench.floor import Floor, Request, afresh
from bench.sizes import EVENTUAL, STRONG, item_size, read_units, write_units

SAMPLE = 80  # requests of an operation that the floor makes again
Report = dict[str, Any]
Params = dict[str, Any]


@dataclass
class Tally:
    """What a part asked for: requests, units by DynamoDB's rules, and a sample for the floor. Rows here stay below
    1 KB, so that an update is one unit. `spent`: seconds that counting took."""

    requests: Counter[str] = field(default_factory=Counter)
    write: float = 0.0
    read: float = 0.0
    spent: float = 0.0
    sample: dict[str, list[Request]] = field(default_factory=lambda: defaultdict(list))
    lock: Any = field(default_factory=Lock)

    def note(self, client: Any, operation: str, params: Params, answer: Params, failed: str) -> None:
        """One request is over."""
        began = time.perf_counter()
        service = client.meta.service_model.service_name
        with self.lock:
            name = f"{service}.{operation}"
            self.requests[name] += 1
            if service == "dynamodb":
                self._charge(operation, params, answer)
            kept, number = self.sample[name], self.requests[name]
            if len(kept) < SAMPLE or number % (1 + number // SAMPLE) == 0:
                one = Request(service, operation, dict(params), 0, failed)
                kept.append(one) if len(kept) < SAMPLE else kept.__setitem__(number % SAMPLE, one)
            self.spent += time.perf_counter() - began

    def _charge(self, operation: str, params: Params, answer: Params) -> None:
        if operation == "BatchWriteItem":
            entries = [one for many in params["RequestItems"].values() for one in many]
            self.write += sum(write_units(item_size(one["PutRequest"]["Item"])) for one in entries)
        elif operation == "TransactWriteItems":
            actions = [action for one in params["TransactItems"] for action in one.values()]
            self.write += sum(2 * write_units(item_size(one.get("Item"))) + _listed(one) for one in actions)
        elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
            self.write += write_units(item_size(params.get("Item")))
        elif operation == "Query":
            size = sum(map(item_size, answer.get("Items", ())))
            self.read += read_units(size, STRONG if params.get("ConsistentRead") else EVENTUAL)
        elif operation == "GetItem":
            self.read += read_units(item_size(answer.get("Item")), STRONG if params.get("ConsistentRead") else EVENTUAL)
        elif operation == "BatchGetItem":
            for table, asked in params["RequestItems"].items():
                rate, rows = STRONG if asked.get("ConsistentRead") else EVENTUAL, answer["Responses"].get(table, [])
                self.read += sum(read_units(item_size(row), rate) for row in rows)
                self.read += rate * (len(asked["Keys"]) - len(rows))


def _listed(action: Params) -> int:
    """Index entries a new row gets; they are not doubled in transactions."""
    return sum(name in action.get("Item", {}) for name in ("other_pk", "target", "actor"))


class Watch:
    """Times a part and tells its phases apart by the state the review is saved in."""

    def __init__(self, floor: Floor, items: int, name: str, then: str = "") -> None:
        self.floor, self.items, self.name, self.then = floor, items, name, then
        self.tallies: dict[str, Tally] = {name: Tally()}
        self.began: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    @property
    def tally(self) -> Tally:
        return self.tallies[self.name]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the requests of the block."""
        original: Any = BaseClient._make_api_call

        def noted(client: Any, operation: str, params: Params) -> Any:
            try:
                answer = original(client, operation, params)
            except ClientError as problem:
                self.tally.note(client, operation, params, {}, problem.response["Error"]["Code"])
                raise
            self.tally.note(client, operation, params, answer, "")
            if self.then and operation == "PutItem" and _status(params) == "Applying":
                self._next()
            return answer

        BaseClient._make_api_call = noted
        self.began[self.name] = time.monotonic()
        try:
            yield
        finally:
            BaseClient._make_api_call = original
            self._ended()

    def _next(self) -> None:
        self._ended()
        self.name, self.then = self.then, ""
        self.tallies[self.name] = Tally()
        self.began[self.name] = time.monotonic()

    def _ended(self) -> None:
        self.seconds[self.name] = time.monotonic() - self.began[self.name] - self.tally.spent

    def rows(self, done: Report) -> list[Report]:
        """A line for each phase; `done`: how many items it was about."""
        rows, peak = [], peak_mib()
        for name, tally in self.tallies.items():
            number = max(done.get(name, self.items), 1)
            asked = sum(n for one, n in tally.requests.items() if one.startswith("dynamodb."))
            rows.append(
                {
                    "part": name,
                    "done": number,
                    "s": round(self.seconds[name], 1),
                    "ms an item": round(1_000 * self.seconds[name] / number, 4),
                    "floor ms an item": round(1_000 * self._floor(tally) / number, 4),
                    "WU an item": round(tally.write / number, 4),
                    "RU an item": round(tally.read / number, 4),
                    "requests an item": round(asked / number, 4),
                    "peak MiB": peak,
                }
            )
        return rows

    def _floor(self, tally: Tally) -> float:
        """Seconds that a bare client would need for these requests, by a sample made again one after the other."""
        seconds = 0.0
        for name, kept in tally.sample.items():
            wanted = [one for one in afresh(kept) if one.service in self.floor.services]
            began = time.perf_counter()
            for one in wanted:
                _again(self.floor, one)
            if wanted:
                seconds += (time.perf_counter() - began) / len(wanted) * tally.requests[name]
        return seconds


def _again(floor: Floor, one: Request) -> None:
    """Make a request again; a condition may fail this time, which takes as long."""
    try:
        floor.again(one)
    except RuntimeError:
        return


def _status(params: Params) -> str:
    """The status of a review whose state is being saved."""
    row = params.get("Item", {})
    if row.get("sk", {}).get("S") != "B":
        return ""
    return str(json.loads(row["data"]["S"]).get("status", ""))


def peak_mib() -> float:
    """The most memory this program has held. The kernel's own figure on Linux: `getrusage` there begins with what
    the parent held when it started us."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # macOS counts bytes
    return round(kib / 1024, 1)
