"""Bulk writes never ask a partition for more than the 1,000 units a second it takes (brief, section 4)."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from chalicelib.storage import pacing


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that only sleeping and calls move."""
    found = SimpleNamespace(now=1_000.0)
    found.time = lambda: found.now
    found.sleep = lambda seconds: setattr(found, "now", found.now + seconds)
    monkeypatch.setattr(pacing, "time", found)
    pacing.forget()
    return found


def write(clock: SimpleNamespace, batches: int, partitions: int) -> Counter[tuple[str, int]]:
    """So many batches of 25 rows, 10 ms each, over so many partitions in turn; rows by partition and second."""
    written: Counter[tuple[str, int]] = Counter()
    for batch in range(batches):
        names = [str((batch * 25 + row) % partitions) for row in range(25)]
        pacing.pace(names)
        written.update((name, int(clock.now)) for name in names)
        clock.now += 0.01
    return written


@pytest.mark.parametrize("partitions", [1, 2, 3, 16])
def test_no_partition_gets_more_than_it_takes(clock: SimpleNamespace, partitions: int) -> None:
    written = write(clock, 400, partitions)
    assert sum(written.values()) == 10_000 and max(written.values()) <= 1_000


def test_one_partition_is_written_at_three_quarters_of_what_it_takes(clock: SimpleNamespace) -> None:
    write(clock, 400, 1)
    assert 10_000 / (clock.now - 1_000) >= 700


def test_whoever_writes_to_many_partitions_never_waits(clock: SimpleNamespace) -> None:
    write(clock, 400, 16)
    assert clock.now == pytest.approx(1_004.0)


def test_a_clock_that_is_set_back_holds_nobody_up(clock: SimpleNamespace) -> None:
    write(clock, 40, 1)
    clock.now = 0.0
    pacing.pace(["0"] * 25)
    assert clock.now == 0.0
