"""Changing and removing assignments by hand, and deleting the records of requests (R35, R41, R45)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, RequestType
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from chalicelib.domain.lifetimes import request_state_at
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import SYSTEM, Actor, User
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.change_assignment import change_assignment, delete_request, remove_assignment
from tests.factories import ADMIN
from tests.usecases.desk import AUDITOR, STRANGER, Desk, end, give, held, manager_of, office
from tests.world import START

__all__ = ["office"]


@pytest.fixture
def ada(office: Desk) -> User:
    return office.organisation.person("ada")


@pytest.fixture
def policy(office: Desk) -> AssignmentPolicy:
    return office.organisation.policy()


def change(office: Desk, assignment: Assignment, actor: Actor = ADMIN, **wish: Any) -> AssignmentRequest:
    return change_assignment(office.services, actor, office.now, office.operation(), assignment.id, **wish)


def test_an_update_changes_the_end_and_is_recorded(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    assignment = held(office, give(office, policy, ada))
    office.clock.advance(days=1)
    request = change(office, assignment, expiration={"type": "afterDuration", "duration": "P30D"})
    assert (request.type, request.state) == ("adminUpdate", "delivered")
    changed = held(office, request)
    assert (changed.starts, changed.ends) == (START, START + timedelta(days=30))
    [recorded] = office.recorded()
    assert recorded.activity == "Update access package assignment"
    assert recorded.changes["ends"][0] is None


def test_an_update_moves_a_start_that_lies_ahead_together_with_its_request(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    adding = give(office, policy, ada, starts=START + timedelta(days=3))
    later = START + timedelta(days=9)
    assert held(office, change(office, held(office, adding), starts=later)).starts == later
    office.clock.advance(days=4)
    request = office.services.entitlements.request(adding.id)
    assert request is not None
    assert request_state_at(request, office.now) == "scheduled"


def test_updates_that_are_refused(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    assignment = held(office, give(office, policy, ada))
    office.clock.advance(days=2)
    past = {"type": "afterDateTime", "endDateTime": "2026-03-03T00:00:00Z"}
    for wish, target in (
        ({}, "schedule"),
        ({"expiration": past}, "schedule/expiration"),
        ({"starts": office.now + timedelta(days=1)}, "schedule/startDateTime"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            change(office, assignment, **wish)
        assert refusal.value.target == target
    never = {"expiration": {"type": "noExpiration"}}
    with pytest.raises(Forbidden):
        change(office, assignment, AUDITOR, **never)
    with pytest.raises(NotFound):
        change(office, assignment, STRANGER, **never)
    with pytest.raises(Forbidden):  # it is visible to its own person
        change(office, assignment, Actor(ada.id, "", ""), **never)
    end(office, assignment)
    with pytest.raises(Conflict):
        change(office, assignment, **never)


def test_removing_by_hand_twice_is_a_conflict_but_for_a_retry(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    """R45; brief, decision 13."""
    assignment = held(office, give(office, policy, ada))

    def remove(actor: Actor = ADMIN, retried: bool = False) -> AssignmentRequest:
        return remove_assignment(office.services, actor, office.now, assignment.id, retried=retried)

    for actor, refusal in ((AUDITOR, Forbidden), (STRANGER, NotFound), (Actor(ada.id, "", ""), Forbidden)):
        with pytest.raises(refusal):
            remove(actor)
    made = remove(manager_of(policy.package_id))
    office.clock.advance(minutes=1)
    with pytest.raises(Conflict):
        remove()
    assert remove(retried=True) == replace(made, version=1)


def test_deleting_a_request_leaves_the_assignment(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    """R41. What is not completed, and what a review rests on, stays."""
    request = give(office, policy, ada)

    def delete(one: AssignmentRequest, actor: Actor = ADMIN) -> None:
        delete_request(office.services, actor, office.now, office.operation(), one.id)

    with pytest.raises(Forbidden):
        delete(request, AUDITOR)
    delete(request)
    assert office.services.entitlements.request(request.id) is None
    assert held(office, request).active_at(office.now)
    scheduled = give(office, policy, office.organisation.person("bob"), starts=START + timedelta(days=3))
    with pytest.raises(Conflict):
        delete(scheduled)
    removal = end_assignment(
        office.services,
        SYSTEM,
        office.now,
        "remove:1",
        held(office, request),
        RequestType.SYSTEM_REMOVE,
        instance_id=ids.guid("instance"),
        item_id=ids.guid("item"),
    )
    assert removal is not None
    with pytest.raises(Conflict):
        delete(removal)


def test_a_retry_after_the_record_was_deleted_is_a_conflict_not_a_second_assignment(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    request = give(office, policy, ada)
    delete_request(office.services, ADMIN, office.now, office.operation(), request.id)
    with pytest.raises(Conflict):
        give(office, policy, ada, retried=True)
