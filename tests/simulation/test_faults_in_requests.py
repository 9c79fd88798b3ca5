"""Every writing route, each AWS call it makes, each fault that may happen there (P7-P21): after the client asked once
more and the work was done, everything is as promised and has come to the same as without a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.matrix import every_route
from tests.simulation.depth import Depth
from tests.simulation.playing import Theatre, theatre
from tests.simulation.stories.requests import NO_STORY, stories

STORIES = {story.name: story for story in stories()}
HERE = "tests/simulation/test_faults_in_requests.py"
ONE_IN = 12  # cases with every commit; all of them in a long run


@pytest.fixture(scope="module")
def stage() -> Iterator[Theatre]:
    """One world for all routes."""
    with theatre() as found:
        yield found


def test_every_route_that_writes_has_a_story_or_a_reason_why_not() -> None:
    writing = {name for name in every_route() if not name.startswith("GET ")}
    assert writing == STORIES.keys() | NO_STORY.keys() and not STORIES.keys() & NO_STORY.keys()


@pytest.mark.parametrize("name", STORIES)
def test_a_fault_at_any_call_changes_nothing_in_the_end(stage: Theatre, name: str, depth: Depth) -> None:
    stage.play(STORIES[name], depth, ONE_IN, f"{HERE} -k '{name}'")


def test_several_faults_at_once(stage: Theatre, depth: Depth) -> None:
    for faults, seeds in ((2, depth.histories(60, 2_500)), (3, depth.histories(20, 500))):
        stage.several(list(STORIES.values()), seeds, faults, f"{HERE} -k several")
