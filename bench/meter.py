"""The capacity meter: what a piece of work costs on DynamoDB, in requests, write units and read units.

The emulators' own figures are wrong, so the published rules (`bench/costs.py`) are applied to the real items.

    with Meter() as meter:
        with meter.section("decide"):
            decide(...)
    print(meter.table())
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from botocore.client import BaseClient

from bench import costs
from bench.costs import Charge
from bench.side import forget_layouts, is_unmetered, side_of, unmetered

__all__ = ["Line", "Meter", "Tally", "unmetered"]

_lock = threading.RLock()
_meters: list[Meter] = []
_call_below: Callable[[Any, str, Mapping[str, Any]], Any] = BaseClient._make_api_call


@dataclass
class Line:
    """Requests sent, write units and read units: one line of the table."""

    requests: int = 0
    write_units: int = 0
    read_units: float = 0.0

    def add(self, charges: Iterable[Charge]) -> None:
        """Count one more request and its charges."""
        self.requests += 1
        for charge in charges:
            self.write_units += charge.write_units
            self.read_units += charge.read_units

    def text(self, name: str) -> str:
        """The line under `_HEADING`."""
        return f"{name:<40} {self.requests:>9,} {self.write_units:>12,} {self.read_units:>12,.1f}"


_HEADING = f"{'':<40} {'requests':>9} {'write units':>12} {'read units':>12}"


class Tally:
    """Counts of one stretch of work; safe to read when no metered call is under way.

    `by_operation` and `by_table` hold a `Line` for each name (a request to two tables counts at both).
    `other` counts the requests to other services by `service.Operation`. `partition_writes` holds write units
    by place (the table, or `table/index`) and partition key value.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything counted so far."""
        with _lock:
            self._total = Line()
            self.by_operation: defaultdict[str, Line] = defaultdict(Line)
            self.by_table: defaultdict[str, Line] = defaultdict(Line)
            self.other: Counter[str] = Counter()
            self.partition_writes: Counter[tuple[str, str]] = Counter()

    @property
    def requests(self) -> int:
        """Requests to DynamoDB, also refused and control plane ones; botocore's own retries are not seen."""
        return self._total.requests

    @property
    def write_units(self) -> int:
        """Write units, those of the indexes included."""
        return self._total.write_units

    @property
    def read_units(self) -> float:
        """Read units; an eventually consistent read counts half."""
        return self._total.read_units

    def table(self) -> str:
        """The counts as a text table: operations, their total, tables, and the requests to other services."""
        with _lock:
            lines = [line.text(name) for name, line in sorted(self.by_operation.items())]
            lines.append(self._total.text("total"))
            lines += [line.text(f"table {name}") for name, line in sorted(self.by_table.items())]
            lines += [Line(count).text(name) for name, count in sorted(self.other.items())]
        return "\n".join([_HEADING, *lines])

    def _add(self, operation: str, tables: Iterable[str], charges: list[Charge]) -> None:
        self._total.add(charges)
        self.by_operation[operation].add(charges)
        for name in tables:
            self.by_table[name].add(charge for charge in charges if charge.table == name)
        for charge in charges:
            if charge.write_units:
                self.partition_writes[charge.place, charge.partition] += charge.write_units


class Meter(Tally):
    """Counts the AWS calls of every botocore client in this process, on all threads, while it is entered.

    Meters may be nested; each counts. Leave the inner one first. The meter reads items itself, uncounted,
    before and after each write, so do not take times under it; and it lets metered writers of one item take
    turns, so do not make one wait for another inside a botocore event. Reads of streams are not counted. A
    transaction repeated with its ClientRequestToken is billed as a new one, which is more than DynamoDB's
    price. PartiQL raises NotImplementedError.
    """

    def __init__(self) -> None:
        self.sections: dict[str, Tally] = {}
        self._open: list[Tally] = []
        super().__init__()

    def __enter__(self) -> Meter:
        global _call_below
        with _lock:
            if not _meters:
                forget_layouts()
                _call_below = BaseClient._make_api_call
                BaseClient._make_api_call = _metered_call
            _meters.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _lock:
            _meters.remove(self)
            if not _meters:
                BaseClient._make_api_call = _call_below

    def reset(self) -> None:
        """Forget everything counted so far, in the sections too."""
        with _lock:
            super().reset()
            for tally in self.sections.values():
                tally.reset()

    @contextmanager
    def section(self, name: str) -> Iterator[Tally]:
        """Count the calls that begin inside the block, on any thread, under `name` as well; yields its tally.

        A section entered again goes on counting. Sections may be nested; each counts.
        """
        with _lock:
            tally = self.sections.setdefault(name, Tally())
            self._open.append(tally)
        try:
            yield tally
        finally:
            with _lock:
                self._open.remove(tally)

    def table(self) -> str:
        """The counts as a text table, with a line for each section at the end."""
        with _lock:
            lines = [tally._total.text(f"section {name}") for name, tally in self.sections.items()]
        return "\n".join([super().table(), *lines])


def _metered_call(client: Any, operation: str, params: Mapping[str, Any]) -> Any:
    """In the place of `BaseClient._make_api_call`, through which boto3, PynamoDB and raw clients all go."""
    service = client.meta.service_model.service_name
    if is_unmetered() or service == "dynamodbstreams":
        return _call_below(client, operation, params)
    with _lock:
        # The same meter or section entered twice still counts once.
        tallies = list(dict.fromkeys(tally for meter in _meters for tally in (meter, *meter._open)))
    if service == "dynamodb":
        return _metered_request(client, operation, params, tallies)
    with _lock:
        for tally in tallies:
            tally.other[f"{service}.{operation}"] += 1
    return _call_below(client, operation, params)


def _metered_request(client: Any, operation: str, params: Mapping[str, Any], tallies: list[Tally]) -> Any:
    side = side_of(client)
    request = costs.request(side, operation, params)

    def record(charges: list[Charge]) -> None:
        with _lock:
            for tally in tallies:
                tally._add(operation, request.tables(), charges)

    with request.watched():
        try:
            response = _call_below(client, operation, params)
        except Exception as error:
            record(request.charges(None, error))
            raise
        record(request.charges(side.response(operation, response), None))
    return response
