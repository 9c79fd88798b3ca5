"""Assigning people to packages and ending it (R29, R35, R36, R41-R45, G7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.assignments import AssignmentState, Holding
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, ReviewError
from chalicelib.domain.lifetimes import request_state_at, state_at
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import Actor, User
from tests.factories import ADMIN
from tests.usecases.desk import AUDITOR, STRANGER, Desk, end, give, held, manager_of, office, owner_of
from tests.world import START

__all__ = ["office"]


@pytest.fixture
def ada(office: Desk) -> User:
    return office.organisation.person("ada")


@pytest.fixture
def policy(office: Desk) -> AssignmentPolicy:
    return office.organisation.policy()


def test_a_direct_assignment_is_delivered_at_once_in_one_commit(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    before = len(office.writer.commits)
    request = give(office, policy, ada, justification="New in the team")
    assert len(office.writer.commits) == before + 1
    assert (request.type, request.state, request.completed) == ("adminAdd", "delivered", office.now)
    assert (request.requestor_id, request.justification) == (ADMIN.id, "New in the team")
    assert office.services.entitlements.request(request.id) == replace(request, version=1)
    assignment = held(office, request)
    assert assignment.active_at(office.now)
    assert (assignment.target_id, assignment.package_id) == (ada.id, policy.package_id)
    assert office.services.entitlements.holding(ada.id, policy.package_id) is not None
    [recorded] = office.recorded()
    assert recorded.activity == "Administrator directly assigns user to access package"
    assert (recorded.target_id, recorded.details["person"]) == (assignment.id, ada.id)


def test_a_future_start_is_scheduled_and_not_active_until_then(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    """G7, R43: what has not begun is not active."""
    request = give(office, policy, ada, starts=START + timedelta(days=3))
    assignment = held(office, request)
    assert (request.state, request.completed) == ("scheduled", None)
    assert assignment.state is AssignmentState.DELIVERED
    assert not assignment.active_at(office.now)
    assert state_at(assignment, office.now) is AssignmentState.DELIVERING
    office.clock.advance(days=3)
    assert assignment.active_at(office.now)
    assert request_state_at(request, office.now) == "delivered"


@pytest.mark.parametrize(
    ("expiration", "ends"),
    [
        ({"type": "noExpiration"}, None),
        ({"type": "notSpecified"}, None),
        ({"type": "afterDuration", "duration": "P365D"}, START + timedelta(days=365)),
        ({"type": "afterDuration", "duration": "PT8H"}, START + timedelta(hours=8)),
        ({"type": "afterDuration", "duration": "P0D"}, START),
        ({"type": "afterDateTime", "endDateTime": "2026-12-31T00:00:00Z"}, datetime(2026, 12, 31, tzinfo=START.tzinfo)),
    ],
)
def test_the_policys_lifetime_counts_from_the_start(
    office: Desk, ada: User, policy: AssignmentPolicy, expiration: dict[str, Any], ends: datetime | None
) -> None:
    """R29, R43."""
    office.save(policy, expiration=expiration)
    assert held(office, give(office, policy, ada)).ends == ends


def test_a_given_end_is_taken_instead_of_the_policys(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    office.save(policy, expiration={"type": "afterDuration", "duration": "P365D"})
    starts = START + timedelta(days=10)
    request = give(office, policy, ada, starts=starts, expiration={"type": "afterDuration", "duration": "P1D"})
    assert held(office, request).ends == starts + timedelta(days=1)


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        ({"starts": START - timedelta(days=1)}, "schedule/startDateTime"),
        ({"starts": START + timedelta(days=3_661)}, "schedule/startDateTime"),
        ({"expiration": {"type": "afterDateTime", "endDateTime": "2026-03-01T00:00:00Z"}}, "schedule/expiration"),
        (
            {
                "starts": START + timedelta(days=9),
                "expiration": {"type": "afterDateTime", "endDateTime": "2026-03-05T00:00:00Z"},
            },
            "schedule/expiration",
        ),
        ({"package_id": ids.guid("package", "other")}, "assignment/accessPackageId"),
    ],
)
def test_dates_that_cannot_be_are_refused_by_name(
    office: Desk, ada: User, policy: AssignmentPolicy, wish: dict[str, Any], target: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        give(office, policy, ada, **wish)
    assert refusal.value.target == target
    assert office.services.entitlements.holding(ada.id, policy.package_id) is None


def test_a_policy_whose_last_day_has_passed_gives_nothing(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    office.save(policy, expiration={"type": "afterDateTime", "endDateTime": "2026-03-03T00:00:00Z"})
    office.clock.advance(days=2)
    with pytest.raises(InvalidInput):
        give(office, policy, ada)


def test_unknown_and_disabled_people_are_refused(office: Desk, policy: AssignmentPolicy) -> None:
    unknown = User(id=ids.guid("nobody"), display_name="", principal_name="")
    for person in (unknown, office.organisation.person("bob", enabled=False)):
        with pytest.raises(InvalidInput) as refusal:
            give(office, policy, person)
        assert refusal.value.target == "assignment/targetId"


def test_who_may_assign(office: Desk, policy: AssignmentPolicy) -> None:
    """Managers of package or catalog may; auditors see it but may not; to strangers it does not exist (P20)."""
    one, two = office.organisation.person("one"), office.organisation.person("two")
    assert give(office, policy, one, actor=owner_of(policy.catalog_id)).state == "delivered"
    assert give(office, policy, two, actor=manager_of(policy.package_id)).state == "delivered"
    three = office.organisation.person("three")
    refused: list[tuple[Actor, type[ReviewError]]] = [
        (AUDITOR, Forbidden),
        (STRANGER, NotFound),
        (owner_of(ids.guid("catalog", "other")), NotFound),
        (manager_of(ids.guid("package", "other")), NotFound),
    ]
    for actor, refusal in refused:
        with pytest.raises(refusal):
            give(office, policy, three, actor=actor)
    assert office.services.entitlements.holding(three.id, policy.package_id) is None


def test_one_live_assignment_to_a_package_whatever_the_policy(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    give(office, policy, ada)
    package = office.services.entitlements.package(policy.package_id)
    other = office.organisation.policy(package, "Contractors")
    for second in (policy, other):
        with pytest.raises(Conflict):
            give(office, second, ada)
    with pytest.raises(Conflict):
        give(office, other, ada, retried=True)
    assert len(office.services.entitlements.assignments_of_person(ada.id, 10, None).items) == 1


def test_a_retry_gives_the_request_already_made_and_writes_nothing(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    """Brief, decision 13."""
    made = give(office, policy, ada)
    office.clock.advance(minutes=5)
    before = len(office.writer.commits)
    assert give(office, policy, ada, retried=True) == replace(made, version=1)
    assert len(office.writer.commits) == before


def test_the_same_operation_makes_one_assignment(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    made = give(office, policy, ada, operation="once")
    office.clock.advance(seconds=1)
    assert give(office, policy, ada, operation="once").id == made.id


def test_an_assignment_may_follow_one_that_was_ended_or_ran_out(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    first = held(office, give(office, policy, ada))
    assert end(office, first) is not None
    office.clock.advance(minutes=1)
    day = {"type": "afterDuration", "duration": "P1D"}
    second = held(office, give(office, policy, ada, expiration=day))
    office.clock.advance(days=1)
    third = held(office, give(office, policy, ada))
    assert len({first.id, second.id, third.id}) == 3
    holding = office.services.entitlements.holding(ada.id, policy.package_id)
    assert holding is not None and holding.assignment_id == third.id
    ran_out = office.services.entitlements.assignment(second.id)
    assert ran_out is not None
    assert (ran_out.state, ran_out.expired) == (AssignmentState.EXPIRED, second.ends)


def test_two_who_assign_at_once_make_one_assignment(
    office: Desk, ada: User, policy: AssignmentPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has looked before the first wrote: the commit itself refuses (P11)."""
    table = type(office.services.entitlements)
    look = table.holding
    blind = [None]

    def holding(self: Any, target_id: str, package_id: str) -> Holding | None:
        return blind.pop() if blind else look(self, target_id, package_id)

    first = give(office, policy, ada)
    monkeypatch.setattr(table, "holding", holding)
    with pytest.raises(Conflict) as refusal:
        give(office, policy, ada)
    assert refusal.value.target == "assignment/targetId"
    assert [one.id for one in office.services.entitlements.assignments_of_policy(policy.id, 9, None).items] == [
        first.assignment_id
    ]
