"""How deep the simulation goes: some histories with every commit, many with `python3 dev.py test --long`, one with
`--seed N`, which replays a failure.

A long run ends within `--minutes`: each test that plays histories has its share of them, and stops when that is used
up, never before it has played as many as with every commit. What was played is in the table at the end (figures.py).
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
FIRST_SEED = 20_261_123
MINUTES = 60.0


@dataclass
class Depth:
    """What the command line asked for. `share`: seconds a test may play in a long run; `ends`: when that run is to be
    over, by `time.perf_counter`. `played` counts the histories of the test that runs."""

    long: bool = False
    seed: int | None = None
    share: float = math.inf
    ends: float = math.inf
    played: int = 0

    def histories(self, normal: int, long: int) -> Seeds:
        """The seeds to play: so many with every commit, so many in a long run (fewer when its time is up), or the one
        to be replayed."""
        if self.seed is not None:
            return Seeds([self.seed], self, 1)
        return Seeds(range(FIRST_SEED, FIRST_SEED + (long if self.long else normal)), self, normal)

    def count(self, number: int) -> None:
        """Histories that were played without `histories`."""
        self.played += number

    def within(self, found: Iterable[T], at_least: int | None = None) -> Iterator[T]:
        """What is to be played, counted: to its end, or with `at_least` until so many are played and the share of
        this test is used up, or the long run over."""
        until = math.inf if at_least is None else min(time.perf_counter() + self.share, self.ends)
        for number, one in enumerate(found, 1):
            self.played += 1
            yield one
            if at_least is not None and number >= at_least and time.perf_counter() > until:
                return


class Seeds(list[int]):
    """Seeds that are counted as they are played, and end when time is up."""

    def __init__(self, seeds: Iterable[int], depth: Depth, at_least: int) -> None:
        super().__init__(seeds)
        self.depth, self.at_least = depth, at_least

    def __iter__(self) -> Iterator[int]:
        return self.depth.within(super().__iter__(), self.at_least)


def depth_of(long: bool, seed: int | None, minutes: float, tests: int) -> Depth:
    """The depth of a run in which so many tests play histories."""
    if not long:
        return Depth(seed=seed)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = minutes * 60 * workers / max(tests, 1)
    return Depth(True, seed, share, time.perf_counter() + minutes * 60)


@contextmanager
def history(seed: int, test: str) -> Iterator[random.Random]:
    """One history, all of whose chance comes from its seed. What fails in it says how to play it again."""
    try:
        yield random.Random(seed)
    except AssertionError as problem:
        again = f"python3 dev.py test --seed {seed} {test}"
        raise AssertionError(f"seed {seed} at commit {_commit()}: {problem}\nplay it again: {again}") from problem


def _commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
