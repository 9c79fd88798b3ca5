"""Ending assignments, by hand and by a review (R45, G26, P11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain import ids
from chalicelib.domain.assignments import AssignmentState, RequestType
from chalicelib.domain.errors import Conflict
from chalicelib.domain.lifetimes import request_state_at
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.usecases.change_assignment import change_assignment
from tests.factories import ADMIN
from tests.usecases.desk import Desk, end, give, held, office
from tests.world import START

__all__ = ["office"]


@pytest.fixture
def ada(office: Desk) -> User:
    return office.organisation.person("ada")


@pytest.fixture
def policy(office: Desk) -> AssignmentPolicy:
    return office.organisation.policy()


def test_ending_takes_one_commit_of_four_rows(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    """Cost contract: at most 8 write units; every row is below 1 KB and counts double in a transaction."""
    assignment = held(office, give(office, policy, ada))
    before = len(office.writer.commits)
    request = end(office, assignment, justification="Left the team")
    assert [len(commit) for commit in office.writer.commits[before:]] == [4]
    assert request is not None
    assert (request.type, request.state, request.justification) == ("adminRemove", "delivered", "Left the team")
    ended = office.services.entitlements.assignment(assignment.id)
    assert ended is not None
    assert (ended.state, ended.expired) == (AssignmentState.EXPIRED, office.now)
    assert office.services.entitlements.holding(ada.id, policy.package_id) is None
    [recorded] = office.recorded()
    assert recorded.activity == "Administrator directly removes user access package assignment"


def test_a_review_ends_an_assignment_under_an_id_it_can_find_again(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    """G26, P11: the handler that lost its answer recognises its own removal."""
    assignment = held(office, give(office, policy, ada))
    evidence = {"instance_id": ids.guid("instance"), "item_id": ids.guid("item")}
    office.clock.advance(days=1)
    request = end(office, assignment, operation="remove:1", kind=RequestType.SYSTEM_REMOVE, **evidence)
    assert request is not None
    assert (request.id, request.type) == (ids.request_id(office.now, "remove:1"), "systemRemove")
    assert (request.instance_id, request.item_id) == tuple(evidence.values())
    [recorded] = office.recorded()
    assert recorded.activity == "Remove access package assignment"
    assert recorded.details["review"] == evidence["instance_id"]
    # The same again, with the assignment as it was read before: its own write is no conflict.
    again = end(office, assignment, operation="remove:1", kind=RequestType.SYSTEM_REMOVE, **evidence)
    assert again is None or again.id == request.id


def test_what_is_over_is_not_ended_again(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    assignment = held(office, give(office, policy, ada))
    end(office, assignment)
    ran_out = held(
        office,
        give(
            office,
            policy,
            office.organisation.person("bob"),
            expiration={"type": "afterDuration", "duration": "P1D"},
        ),
    )
    office.clock.advance(days=2)
    before = len(office.writer.commits)
    for over in (office.services.entitlements.assignment(assignment.id), ran_out):
        assert over is not None
        assert end(office, over) is None
    assert len(office.writer.commits) == before


def test_whoever_comes_second_to_end_an_assignment_gets_none(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    as_read = held(office, give(office, policy, ada))
    assert end(office, as_read) is not None
    assert end(office, as_read, operation="another", kind=RequestType.SYSTEM_REMOVE) is None
    assert len(office.services.entitlements.list_requests(10, None).items) == 2


def test_a_change_meanwhile_is_a_conflict_and_ends_nothing(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    as_read = held(office, give(office, policy, ada))
    year = {"type": "afterDuration", "duration": "P365D"}
    change_assignment(office.services, ADMIN, office.now, office.operation(), as_read.id, expiration=year)
    with pytest.raises(Conflict):
        end(office, as_read)
    assert office.services.entitlements.holding(ada.id, policy.package_id) is not None


def test_ending_what_has_not_begun_cancels_its_request(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    request = give(office, policy, ada, starts=START + timedelta(days=3))
    assert end(office, held(office, request)) is not None
    cancelled = office.services.entitlements.request(request.id)
    assert cancelled is not None
    assert (cancelled.state, cancelled.completed) == ("canceled", office.now)
    office.clock.advance(days=4)
    assert request_state_at(cancelled, office.now) == "canceled"
