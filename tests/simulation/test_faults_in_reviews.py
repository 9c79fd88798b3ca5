"""What timers and workers do for a review, each AWS call they make, each fault that may happen there (P1-P21): when the
work was taken up again, everything is as promised and has come to the same as without a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.depth import Depth
from tests.simulation.playing import Theatre, theatre
from tests.simulation.stories.reviews import STORIES as LISTED

STORIES = {story.name: story for story in LISTED}
HERE = "tests/simulation/test_faults_in_reviews.py"
ONE_IN = 64  # cases with every commit; all of them in a long run


@pytest.fixture(scope="module")
def stage() -> Iterator[Theatre]:
    """One world for all stories."""
    with theatre() as found:
        yield found


@pytest.mark.parametrize("name", STORIES)
def test_a_fault_at_any_call_changes_nothing_in_the_end(stage: Theatre, name: str, depth: Depth) -> None:
    stage.play(STORIES[name], depth, ONE_IN, f"{HERE} -k '{name}'")


def test_several_faults_at_once(stage: Theatre, depth: Depth) -> None:
    for faults, seeds in ((2, depth.histories(30, 1_500)), (3, depth.histories(10, 300))):
        stage.several(LISTED, seeds, faults, f"{HERE} -k several")
