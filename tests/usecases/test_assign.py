"""Assigning people to packages and ending it (R29, R35, R36, R41-R45, G7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState, Holding, RequestType
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, ReviewError
from chalicelib.domain.lifetimes import request_state_at, state_at
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import SYSTEM, Actor, User
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.change_assignment import change_assignment, delete_request, remove_assignment
from tests.factories import ADMIN
from tests.usecases.desk import AUDITOR, STRANGER, Desk, desk, manager_of, owner_of
from tests.world import START


@pytest.fixture
def office(aws: None) -> Desk:
    return desk()


@pytest.fixture
def ada(office: Desk) -> User:
    return office.organisation.person("ada")


@pytest.fixture
def policy(office: Desk) -> AssignmentPolicy:
    return office.organisation.policy()


def give(
    office: Desk,
    policy: AssignmentPolicy,
    person: User,
    *,
    actor: Actor = ADMIN,
    retried: bool = False,
    operation: str = "",
    **wish: Any,
) -> AssignmentRequest:
    asked = Wish(target_id=person.id, policy_id=policy.id, **wish)
    return assign(office.services, actor, office.now, operation or office.operation(), asked, retried)


def stored(office: Desk, request: AssignmentRequest) -> Assignment:
    found = office.services.entitlements.assignment(request.assignment_id)
    assert found is not None
    return found


def end(office: Desk, assignment: Assignment, **more: Any) -> AssignmentRequest | None:
    chosen: dict[str, Any] = {"operation": office.operation(), "kind": RequestType.ADMIN_REMOVE, **more}
    operation, kind = chosen.pop("operation"), chosen.pop("kind")
    now = chosen.pop("now", office.now)
    return end_assignment(office.services, ADMIN, now, operation, assignment, kind, **chosen)


def test_a_direct_assignment_is_delivered_at_once_in_one_commit(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    before = len(office.writer.commits)
    request = give(office, policy, ada, justification="New in the team")
    assert len(office.writer.commits) == before + 1
    assert (request.type, request.state, request.completed) == ("adminAdd", "delivered", office.now)
    assert (request.requestor_id, request.justification) == (ADMIN.id, "New in the team")
    assert office.services.entitlements.request(request.id) == replace(request, version=1)
    assignment = stored(office, request)
    assert assignment.active_at(office.now)
    assert (assignment.target_id, assignment.package_id) == (ada.id, policy.package_id)
    assert office.services.entitlements.holding(ada.id, policy.package_id) is not None
    [recorded] = office.recorded()
    assert recorded.activity == "Administrator directly assigns user to access package"
    assert (recorded.target_id, recorded.details["person"]) == (assignment.id, ada.id)


def test_a_future_start_is_scheduled_and_not_active_until_then(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    request = give(office, policy, ada, starts=START + timedelta(days=3))
    assignment = stored(office, request)
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
    assert stored(office, give(office, policy, ada)).ends == ends


def test_a_given_end_is_taken_instead_of_the_policys(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    office.save(policy, expiration={"type": "afterDuration", "duration": "P365D"})
    starts = START + timedelta(days=10)
    request = give(office, policy, ada, starts=starts, expiration={"type": "afterDuration", "duration": "P1D"})
    assert stored(office, request).ends == starts + timedelta(days=1)


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
    first = stored(office, give(office, policy, ada))
    assert end(office, first) is not None
    office.clock.advance(minutes=1)
    day = {"type": "afterDuration", "duration": "P1D"}
    second = stored(office, give(office, policy, ada, expiration=day))
    office.clock.advance(days=1)
    third = stored(office, give(office, policy, ada))
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


def test_ending_takes_one_commit_of_four_rows(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    """Cost contract: at most 8 write units; every row is below 1 KB and counts double in a transaction."""
    assignment = stored(office, give(office, policy, ada))
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
    assignment = stored(office, give(office, policy, ada))
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
    assignment = stored(office, give(office, policy, ada))
    end(office, assignment)
    ran_out = stored(
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
    as_read = stored(office, give(office, policy, ada))
    assert end(office, as_read) is not None
    assert end(office, as_read, operation="another", kind=RequestType.SYSTEM_REMOVE) is None
    assert len(office.services.entitlements.list_requests(10, None).items) == 2


def test_a_change_meanwhile_is_a_conflict_and_ends_nothing(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    as_read = stored(office, give(office, policy, ada))
    year = {"type": "afterDuration", "duration": "P365D"}
    change_assignment(office.services, ADMIN, office.now, office.operation(), as_read.id, expiration=year)
    with pytest.raises(Conflict):
        end(office, as_read)
    assert office.services.entitlements.holding(ada.id, policy.package_id) is not None


def test_ending_what_has_not_begun_cancels_its_request(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    request = give(office, policy, ada, starts=START + timedelta(days=3))
    assert end(office, stored(office, request)) is not None
    cancelled = office.services.entitlements.request(request.id)
    assert cancelled is not None
    assert (cancelled.state, cancelled.completed) == ("canceled", office.now)
    office.clock.advance(days=4)
    assert request_state_at(cancelled, office.now) == "canceled"


def change(office: Desk, assignment: Assignment, actor: Actor = ADMIN, **wish: Any) -> AssignmentRequest:
    return change_assignment(office.services, actor, office.now, office.operation(), assignment.id, **wish)


def test_an_update_changes_the_end_and_is_recorded(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    assignment = stored(office, give(office, policy, ada))
    office.clock.advance(days=1)
    request = change(office, assignment, expiration={"type": "afterDuration", "duration": "P30D"})
    assert (request.type, request.state) == ("adminUpdate", "delivered")
    changed = stored(office, request)
    assert (changed.starts, changed.ends) == (START, START + timedelta(days=30))
    [recorded] = office.recorded()
    assert recorded.activity == "Update access package assignment"
    assert recorded.changes["ends"][0] is None


def test_an_update_moves_a_start_that_lies_ahead_together_with_its_request(
    office: Desk, ada: User, policy: AssignmentPolicy
) -> None:
    adding = give(office, policy, ada, starts=START + timedelta(days=3))
    later = START + timedelta(days=9)
    assert stored(office, change(office, stored(office, adding), starts=later)).starts == later
    office.clock.advance(days=4)
    request = office.services.entitlements.request(adding.id)
    assert request is not None
    assert request_state_at(request, office.now) == "scheduled"


def test_updates_that_are_refused(office: Desk, ada: User, policy: AssignmentPolicy) -> None:
    assignment = stored(office, give(office, policy, ada))
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
    assignment = stored(office, give(office, policy, ada))

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
    assert stored(office, request).active_at(office.now)
    scheduled = give(office, policy, office.organisation.person("bob"), starts=START + timedelta(days=3))
    with pytest.raises(Conflict):
        delete(scheduled)
    removal = end_assignment(
        office.services,
        SYSTEM,
        office.now,
        "remove:1",
        stored(office, request),
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
