"""What was counted: units by table and place, calls, mails, invocations, and how warm every partition became."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Counts = defaultdict[str, float]
_PHASES = {
    "Starting": "write",
    "InProgress": "mail reminders",
    "Completing": "close",
    "AutoReviewing": "close",
    "AutoReviewed": "close",
    "Completed": "apply",
    "Applying": "apply",
    "Applied": "seal",
    "Failed": "failed",
}


@dataclass
class Heat:
    """Units that one kind of partition got in its busiest second, and where and when that was."""

    units: float = 0.0
    partition: str = ""
    second: int = 0


@dataclass
class Invocation:
    """One run of a function: its name and what it was for, when it began and how long it took (seconds)."""

    function: str
    about: str
    begun: float
    took: float


def kind_of(table: str, partition: str) -> str:
    """The pattern of a partition key: the table, and what stands before the first `#`."""
    head, sign, _ = partition.partition("#")
    short = table.removeprefix("access-reviews-")
    if sign:
        return f"{short} {'DAY' if head[:2] == '20' else head}#"
    return f"{short} {'ID' if len(head) in (36, 46) else head}"


@dataclass
class Ledger:
    """Everything that is counted, in all and by phase."""

    clock: Callable[[], float]
    phases: dict[str, Counts] = field(default_factory=dict)
    invocations: list[Invocation] = field(default_factory=list)
    hottest: dict[tuple[str, str], Heat] = field(default_factory=lambda: defaultdict(Heat))
    mails_a_second: Heat = field(default_factory=Heat)
    queue_depth: int = 0
    muted: bool = True  # whoever calls now is no part of the product at work
    phase: str = "freeze"
    driver: str = "freeze"  # the phase of the review's own worker
    spans: dict[str, list[float]] = field(default_factory=dict)
    _now: dict[tuple[str, str, str], list[float]] = field(default_factory=dict)

    @contextmanager
    def during(self, phase: str) -> Iterator[Counts]:
        """Count under this name as long as the block lasts."""
        ours = self.phase == self.driver
        before, self.phase = self.phase, phase
        try:
            yield self.counts
        finally:
            self.phase = self.driver if ours else before

    @property
    def counts(self) -> Counts:
        """Of the phase we are in."""
        return self.phases.setdefault(self.phase, defaultdict(float))

    def called(self, name: str) -> None:
        """One call of a service's operation."""
        self.counts[name] += 1
        span = self.spans.setdefault(self.phase, [self.clock(), 0.0])
        span[1] = self.clock()

    def wrote(self, table: str, partition: str, units: float) -> None:
        """Write units of one partition of a table or an index."""
        if self.muted:
            return
        self.counts["write units"] += units
        self.counts[f"write units {table}"] += units
        self._warm("write", table, partition, units)

    def read(self, table: str, partition: str, units: float) -> None:
        """Read units of one partition of a table or an index."""
        if self.muted:
            return
        self.counts["read units"] += units
        self.counts[f"read units {table}"] += units
        self._warm("read", table, partition, units)

    def stands(self, status: str, step: str) -> None:
        """The review was saved like this: what the driver does from now on belongs to that phase."""
        begins = next((word for word in ("freeze", "compare", "write") if step.startswith(word)), "")
        following = _PHASES.get(status, begins or self.driver)
        if status == "InProgress" and step.startswith("mail:"):
            following = "mail start" if step == "mail:start" else "mail reminders"
        if self.phase == self.driver:
            self.phase = following
        self.driver = following

    def mailed(self) -> None:
        """One mail accepted."""
        self.counts["mails"] += 1
        self._warm("mail", "ses", "", 1)

    def ran(self, function: str, about: str, begun: float, took: float) -> None:
        """One invocation is over."""
        self.invocations.append(Invocation(function, about, begun, took))
        self.counts[f"invocations {function}"] += 1
        self.counts[f"seconds {function}"] += took

    def _warm(self, what: str, table: str, partition: str, units: float) -> None:
        second = int(self.clock())
        for place, kind in ((partition, kind_of(table, partition)), ("*", f"{table} all")):
            known = self._now.get((what, table, place))
            if known is None or known[0] != second:
                known = self._now[what, table, place] = [second, 0.0]
            known[1] += units
            peak = self.hottest[what, kind]
            if known[1] > peak.units:
                peak.units, peak.partition, peak.second = known[1], place, second

    def forget(self) -> None:
        """Forget everything so far."""
        for kept in (self.phases, self.hottest, self.spans, self._now):
            kept.clear()
        self.invocations.clear()

    def total(self) -> Counts:
        """Of all phases together."""
        found: Counts = defaultdict(float)
        for counts in self.phases.values():
            for name, number in counts.items():
                found[name] += number
        return found

    def longest(self, function: str = "") -> Invocation | None:
        """The invocation that took longest."""
        found = [one for one in self.invocations if function in ("", one.function)]
        return max(found, key=lambda one: one.took, default=None)
