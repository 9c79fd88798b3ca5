"""How deep the simulation goes: some histories with every commit, many with `python3 dev.py test --long`, one with
`--seed N`, which replays a failure."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

FIRST_SEED = 20_261_123


@dataclass(frozen=True)
class Depth:
    """What the command line asked for."""

    long: bool = False
    seed: int | None = None

    def histories(self, normal: int, long: int) -> range | list[int]:
        """The seeds to play: so many with every commit, so many in a long run, or the one to be replayed."""
        if self.seed is not None:
            return [self.seed]
        return range(FIRST_SEED, FIRST_SEED + (long if self.long else normal))


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
