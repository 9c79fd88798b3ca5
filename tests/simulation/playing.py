"""Playing the stories of the matrix in a test file: one rig, one picture of each stage, and the choice of cases."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain import ids
from tests.simulation.depth import FIRST_SEED, Depth, history
from tests.simulation.faults import KilledAfter
from tests.simulation.matrix import Case, Played
from tests.simulation.rig import Rig, rigged
from tests.simulation.stories import Act, Story


@dataclass
class Theatre:
    """Puts up each stage once, and plays stories on it."""

    rig: Rig
    blank: Any
    stages: dict[Act, Any] = field(default_factory=dict)

    def of(self, story: Story) -> Played:
        """The story with its unharmed history."""
        if story.stage not in self.stages:
            self.rig.put_back(self.blank)
            story.stage(self.rig)
            self.stages[story.stage] = self.rig.picture()
        return Played.of(story, self.rig, self.stages[story.stage])

    def play(self, story: Story, depth: Depth, one_in: int, test: str) -> Played:
        """The story with no fault, then with single ones: every death right after a write and one case in so many of
        the others with every commit, all cases in a long run."""
        played = self.of(story)
        played.check([])
        assert story.covers <= {story.name, *played.ran}, f"{story.name} was to do {story.covers - played.ran}"
        seed = FIRST_SEED if depth.seed is None else depth.seed
        deaths = [] if story.flawed else [case for case in played.cases() if _is_death(played, case)]
        others = chosen(story.name, played.cases(), 1 if depth.long else one_in, seed)
        for case in dict.fromkeys([*deaths, *others]):
            with history(seed, test):
                played.check([case])
            depth.count(1)
        return played

    def several(self, stories: list[Story], seeds: Iterable[int], faults: int, test: str) -> None:
        """Histories with so many faults at once, each with chance of its own."""
        known: dict[str, tuple[Played, list[Case]]] = {}
        for seed in seeds:
            with history(seed, test) as chance:
                story = chance.choice(stories)
                played, cases = known.get(story.name) or self._with_cases(story, known)
                picked = {at: fault for at, fault in chance.sample(cases, faults)}
                played.check(sorted(picked.items(), key=lambda one: one[0]))

    def _with_cases(self, story: Story, known: dict[str, tuple[Played, list[Case]]]) -> tuple[Played, list[Case]]:
        played = self.of(story)
        known[story.name] = (played, list(played.cases()))
        return known[story.name]


def _is_death(played: Played, case: Case) -> bool:
    at, fault = case
    return isinstance(fault, KilledAfter) and not played.calls[at].reads


def chosen(name: str, cases: Iterator[Case], one_in: int, seed: int) -> Iterator[Case]:
    """One in so many of the cases, the same ones for the same seed."""
    for at, fault in cases:
        if int(ids.digest(seed, name, at, fault.name)[:8], 16) % one_in == 0:
            yield at, fault


@contextmanager
def theatre() -> Iterator[Theatre]:
    """An empty one."""
    random.seed(FIRST_SEED)  # back-off is drawn; its length is no part of any story
    with rigged() as rig:
        yield Theatre(rig, rig.picture())
