"""What the matrix of faults found, each with the case that found it: these never go back into the sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.simulation.faults import Conflicting, Fault, KilledAfter, Lost, Malformed, Refused, Repeated, Stale
from tests.simulation.playing import Theatre, theatre
from tests.simulation.point import Call
from tests.simulation.stories import Story, requests, reviews, systems

ALL = {story.name: story for story in [*reviews.STORIES, *systems.STORIES, *requests.stories()]}


@pytest.fixture(scope="module")
def stage() -> Iterator[Theatre]:
    """One world for all of them."""
    with theatre() as found:
        yield found


def struck(stage: Theatre, story: Story, at: Callable[[Call], bool], *faults: Fault) -> None:
    """The story with each of these faults at each of these calls."""
    played = stage.of(story)
    cases = [(number, fault) for number, call in enumerate(played.calls) if at(call) for fault in faults]
    cases = [(number, fault) for number, fault in cases if fault.applies(played.calls[number])]
    assert cases, "the story makes no such call any more"
    for case in cases:
        played.check([case])


def test_a_worker_that_failed_over_the_claim_of_a_start_mail_does_not_leave_it_unsent(stage: Theatre) -> None:
    """P4, G10: its claim stood, the next attempt took it for another worker's and called the round done."""
    story = ALL["a review opens"]
    struck(stage, story, lambda call: "#m" in str(call.parameters.get("UpdateExpression")), Lost(), Malformed())


def test_a_reviewer_whose_part_is_too_new_to_be_listed_is_asked(stage: Theatre) -> None:
    """P4: the list of somebody's reviews is read without waiting for the latest writes."""
    story = ALL["a review opens"]
    struck(stage, story, lambda call: call.operation == "Query" and "-reviews" in str(call.parameters), Stale())


def test_a_decision_that_is_sent_twice_is_one_submission(stage: Theatre) -> None:
    """P7, P18."""
    story = ALL["PATCH INSTANCE/decisions/{decision_id}"]
    struck(stage, story, lambda call: call.operation == "UpdateItem", Repeated())


def test_an_upload_that_meets_another_is_made_again(stage: Theatre) -> None:
    """P21: S3 answers such a conflict neither way; it was taken for "somebody has written it", and nobody had."""
    story = ALL["POST /api/v1/adoptions/preview"]
    struck(stage, story, lambda call: call.operation == "PutObject", Conflicting())


def test_whoever_dies_over_deleting_a_provisioning_client_leaves_no_source_to_wait_for(stage: Theatre) -> None:
    """P3: its source was retired after the client was gone, and nobody could ask for that again."""
    story = ALL["DELETE /api/v1/provisioning-clients/{client_id}"]
    struck(stage, story, lambda call: call.operation == "TransactWriteItems", KilledAfter(), Lost())


def test_naming_a_delegate_twice_is_told_once(stage: Theatre) -> None:
    """P18."""
    struck(stage, ALL["PUT /api/v1/me/delegate"], lambda call: call.operation == "TransactWriteItems", Lost())


def test_a_key_that_does_not_answer_once_is_no_end_of_a_pack(stage: Theatre) -> None:
    """P21."""
    struck(stage, ALL["POST REVIEW/evidence"], lambda call: call.operation == "Sign", Lost(), Malformed())


def test_a_look_that_fails_after_days_of_waiting_for_a_person_is_made_again(stage: Theatre) -> None:
    """P13: the hours in which failures are made good had been used up by waiting, so that one failure ended it."""
    struck(stage, ALL["tasks are overdue"], lambda call: call.operation == "Query", Refused())
