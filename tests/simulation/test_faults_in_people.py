"""What the directory, mail services and other sources tell, each AWS call that follows from it, each fault that may happen
there (P4, P15, P16, P21): told again, and taken up again, it ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import events
from tests.simulation.depth import Depth
from tests.simulation.playing import Theatre, theatre
from tests.simulation.stories import people, requests, reviews, systems
from tests.simulation.stories.people import STORIES as LISTED

STORIES = {story.name: story for story in LISTED}
HERE = "tests/simulation/test_faults_in_people.py"
ONE_IN = 48  # cases with every commit; all of them in a long run
# Which request leads to which other kind of work; what has no story, and where it is shown what it survives.
BY_REQUESTS = {
    "work:asked": "PATCH INSTANCE",
    "work:guest": "DELETE /api/v1/mails/suppressed/{address}",
    "work:erase": "DELETE /api/v1/people/{person_id}",
    "job:adoption": "POST /api/v1/adoptions",
    "job:adoptionPreview": "POST /api/v1/adoptions/preview",
    "job:import": "POST /api/v1/imports/people",
    "job:auditExport": "POST /api/v1/audit/exports",
    "job:evidence": "POST REVIEW/evidence",
}
NO_STORY = {
    "cognito_signed_in": "it answers whatever happens: a sign-in that is lost is made good by the next",
    "work:switchedOff": "one mail by tell_once, as what who can confirm is told has a story",
    "work:waitsForData": "one mail by tell_once, as what who can confirm is told has a story",
}
ELSEWHERE = {
    "job:export": "tests/usecases/test_exports.py",
    "job:history": "tests/usecases/test_exports.py",
    "work:report": "tests/usecases/test_exports.py",
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Theatre]:
    """One world for all stories."""
    with theatre() as found:
        yield found


@pytest.mark.parametrize("name", STORIES)
def test_a_fault_at_any_call_changes_nothing_in_the_end(stage: Theatre, name: str, depth: Depth) -> None:
    stage.play(STORIES[name], depth, ONE_IN, f"{HERE} -k '{name}'")


def test_every_handler_and_every_kind_of_work_has_a_story_or_a_reason_why_not() -> None:
    wanted = {f"work:{kind}" for kind in events.WORK if kind != "job"} | {f"job:{kind}" for kind in events.JOBS}
    wanted |= {"tick", "work", "count_decisions", "hear_of_mails", "publish_events", "signed_in", "cognito_signed_in"}
    told = {what for module in (people, reviews, systems) for story in module.STORIES for what in story.covers}
    known = told | BY_REQUESTS.keys() | NO_STORY.keys() | ELSEWHERE.keys()
    assert wanted <= known, wanted - known
    assert set(BY_REQUESTS.values()) <= requests.writes().keys()
