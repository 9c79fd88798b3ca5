"""What time does to assignments: scheduled starts and ends, through the real timer and queue (R36, R42, R161)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, RequestType
from chalicelib.domain.errors import Conflict
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.usecases import assignment_timers
from chalicelib.usecases.assign import Wish, assign, end_assignment, end_run_out
from chalicelib.usecases.change_assignment import change_assignment
from tests.factories import ADMIN, Organisation
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


@pytest.fixture
def policy(org: Organisation) -> AssignmentPolicy:
    return org.policy(org.package("Reporting"))


def given(world: World, policy: AssignmentPolicy, person: User, days: int = 0, **wish: Any) -> str:
    """The id of a new assignment that lasts some days (0: for ever)."""
    if days:
        wish["expiration"] = {"type": "afterDuration", "duration": f"P{days}D"}
    asked = Wish(target_id=person.id, policy_id=policy.id, **wish)
    services = world.services
    return assign(services, ADMIN, services.clock.now(), services.clock.new_id(), asked).assignment_id


def stored(world: World, assignment_id: str) -> Assignment:
    found: Assignment = world.services.entitlements.assignment(assignment_id)
    return found


def requests_of(world: World, person: User) -> list[AssignmentRequest]:
    """Oldest first."""
    return list(world.services.entitlements.requests_of_person(person.id, 50, None).items)[::-1]


def agenda(world: World) -> list[str]:
    far = world.clock.now() + timedelta(days=40_000)
    return [row.kind for row in world.services.reviews.due_until(far, 500)]


def activities(world: World, assignment_id: str, day: str) -> list[str]:
    events = world.services.audit.events(day, 500, None).items
    return [event.activity for event in events if event.target_id == assignment_id]


def test_an_assignment_that_runs_out_is_ended_recorded_and_told_once(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    """R29, R35, R42, R161: a systemRemove request, an audit event and one mail, all bearing the instant of the end."""
    ann = org.person("ann")
    held = given(world, policy, ann, days=30)
    ends = stored(world, held).ends
    assert ends is not None
    world.clock.set(ends - timedelta(seconds=1))
    world.tick()
    assert stored(world, held).expired is None
    world.clock.set(ends + timedelta(minutes=90))
    for _ in range(3):
        world.tick()
    ended = stored(world, held)
    assert (ended.state, ended.status, ended.expired) == ("expired", "Expired", ends)
    assert world.services.entitlements.holding(ann.id, policy.package_id) is None
    [_, removal] = requests_of(world, ann)
    assert (removal.type, removal.state, removal.completed) == ("systemRemove", "delivered", ends)
    assert activities(world, held, f"{ends:%Y-%m-%d}") == ["Remove access package assignment"]
    [mail] = world.mails()
    assert mail["to"] == "ann@example.com" and "Reporting has ended" in mail["subject"]
    assert "given for a limited time" in mail["body"] and "The review was" not in mail["body"]
    assert agenda(world) == []


def test_an_assignment_without_an_end_is_on_no_agenda(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    given(world, policy, org.person("ann"))
    assert agenda(world) == []


def test_a_scheduled_start_delivers_its_request(world: World, org: Organisation, policy: AssignmentPolicy) -> None:
    """R36, R43: scheduled until the start has come, delivered from then on, in the record and in the audit log."""
    ann = org.person("ann")
    starts = world.clock.now() + timedelta(days=3, seconds=20)
    held = given(world, policy, ann, starts=starts)
    [request] = requests_of(world, ann)
    assert (request.state, request.completed) == ("scheduled", None)
    world.clock.set(starts + timedelta(minutes=1))
    world.tick()
    [request] = requests_of(world, ann)
    assert (request.state, request.completed) == ("delivered", starts)
    done = activities(world, held, f"{starts:%Y-%m-%d}")
    assert done == ["Fulfill access package assignment request"]
    assert agenda(world) == []


def test_an_end_that_was_moved_is_looked_at_when_it_comes(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    """R33, R45: the row of the first end does nothing; a policy's new lifetime changes nobody's end."""
    held = given(world, policy, org.person("ann"), days=30)
    services = world.services
    year = {"type": "afterDuration", "duration": "P365D"}
    change_assignment(services, ADMIN, services.clock.now(), services.clock.new_id(), held, expiration=year)
    world.clock.advance(days=31)
    world.tick()
    assert stored(world, held).expired is None and len(agenda(world)) == 1
    world.clock.advance(days=335)
    world.tick()
    assert stored(world, held).ran_out and agenda(world) == []


def test_what_was_removed_by_hand_is_not_told_as_run_out(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    """R45: the row of its end finds it ended and goes."""
    ann = org.person("ann")
    held = given(world, policy, ann, days=2)
    reply = world.post(
        "/v1.0/identityGovernance/entitlementManagement/assignmentRequests",
        {"requestType": "adminRemove", "assignment": {"id": held}},
    )
    assert reply.status == 201
    world.clock.advance(days=3)
    world.tick()
    assert (stored(world, held).status, len(requests_of(world, ann))) == ("Removed", 2)
    assert world.mails() == [] and agenda(world) == []


def test_one_given_again_before_the_timer_came_ends_the_first_truly(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    """R161: no end goes unrecorded, and the timer that comes late neither ends the second nor records twice."""
    ann = org.person("ann")
    first = given(world, policy, ann, days=1)
    world.clock.advance(days=2)
    second = given(world, policy, ann)
    assert [one.type for one in requests_of(world, ann)] == ["adminAdd", "systemRemove", "adminAdd"]
    world.tick()
    assert len(requests_of(world, ann)) == 3 and stored(world, first).ran_out
    assert stored(world, second).active_at(world.clock.now())
    assert world.services.entitlements.holding(ann.id, policy.package_id).assignment_id == second
    assert [mail["to"] for mail in world.mails()] == ["ann@example.com"]


def test_two_workers_at_once_and_messages_that_repeat_change_nothing_more(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    people = [org.person(f"p{number}") for number in range(5)]
    held = [given(world, policy, person, days=1) for person in people]
    world.clock.advance(days=1, minutes=1)
    row = f"{ids.place(policy.id)}{stored(world, held[0]).ends:%Y%m%d%H%M}"
    for _ in range(3):
        world.services.queue.send("assignments", row)
    world.tick()
    assert all(stored(world, one).ran_out for one in held)
    assert all(len(requests_of(world, person)) == 2 for person in people)
    assert len(world.mails()) == 5 and agenda(world) == []


def test_a_row_another_worker_has_is_left_alone_until_the_lease_is_over(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    held = given(world, policy, org.person("ann"), days=1)
    world.clock.advance(days=2)
    [row] = world.services.reviews.due_until(world.clock.now(), 10)
    until = world.services.clock.real() + 300
    world.services.writer.put_all([replace(row, taken=until)])
    world.services.queue.send(row.kind, row.id)
    world.drain()
    assert stored(world, held).expired is None
    world.clock.seconds = until + 1
    world.tick()
    assert stored(world, held).ran_out


def test_a_failure_of_one_does_not_hold_up_the_others(
    world: World, org: Organisation, policy: AssignmentPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that came in between is a conflict for one; the next tick ends it too."""
    ann, bob = org.person("ann"), org.person("bob")
    held = [given(world, policy, one, days=1) for one in (ann, bob)]
    real, failed = assignment_timers.end_run_out, []

    def once(services: Any, assignment: Assignment) -> Assignment:
        if assignment.target_id == ann.id and not failed:
            failed.append(assignment.id)
            raise Conflict("changed meanwhile")
        return real(services, assignment)

    monkeypatch.setattr(assignment_timers, "end_run_out", once)
    world.clock.advance(days=2)
    world.services.queue.send("assignments", agenda_id(world))
    world.drain_queue()
    assert [stored(world, one).expired is None for one in held] == [True, False]
    world.tick()
    assert all(stored(world, one).ran_out for one in held) and agenda(world) == []


def agenda_id(world: World) -> str:
    [row] = world.services.reviews.due_until(world.clock.now(), 10)
    return str(row.id)


def test_erased_people_leave_records_that_can_be_read(
    world: World, org: Organisation, policy: AssignmentPolicy
) -> None:
    """R164: requests, assignments and audit events about somebody who is gone stay readable, and the timer of
    their assignment still ends it."""
    ann = org.person("ann")
    held = given(world, policy, ann, days=1)
    world.services.writer.remove(ann)
    world.clock.advance(days=2)
    world.tick()
    assert stored(world, held).ran_out and world.mails() == []
    base = "/v1.0/identityGovernance/entitlementManagement"
    for tail in (f"assignments/{held}?$expand=target", "assignmentRequests?$expand=requestor"):
        assert world.get(f"{base}/{tail}").status == 200
    assert "Remove access package assignment" in activities(world, held, f"{stored(world, held).ends:%Y-%m-%d}")


def test_ending_by_hand_meanwhile_is_not_undone(world: World, org: Organisation, policy: AssignmentPolicy) -> None:
    """The end by hand wins over a worker that read the assignment before; nothing is recorded twice."""

    ann = org.person("ann")
    as_read = stored(world, given(world, policy, ann, days=1))
    services = world.services
    end_assignment(services, ADMIN, services.clock.now(), "remove:x", as_read, RequestType.ADMIN_REMOVE)
    with pytest.raises(Conflict):
        end_run_out(services, as_read)
    assert {one.type for one in requests_of(world, ann)} == {"adminAdd", "adminRemove"}
