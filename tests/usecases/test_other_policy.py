"""Moving an assignment to another policy of its package: it keeps its id, and a review that is open its item (G34)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain.assignments import Assignment, AssignmentRequest
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.usecases.change_assignment import change_assignment
from chalicelib.usecases.manage_policies import draft_of, update_policy
from chalicelib.usecases.ports import Services
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened, state_of
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def sibling(org: Organisation, policy: AssignmentPolicy, name: str = "Externals", **more: Any) -> AssignmentPolicy:
    package = org.services.entitlements.package(policy.package_id)
    return org.policy(package, name, **more)


def move(services: Services, assignment_id: str, policy: AssignmentPolicy, **more: Any) -> AssignmentRequest:
    now, operation = services.clock.now(), services.clock.new_id()
    return change_assignment(services, ADMIN, now, operation, assignment_id, policy_id=policy.id, **more)


def held_through(services: Services, policy: AssignmentPolicy) -> list[str]:
    return [one.id for one in services.entitlements.assignments_of_policy(policy.id, 50, None).items]


def stored(services: Services, assignment_id: str) -> Assignment:
    found = services.entitlements.assignment(assignment_id)
    assert found is not None
    return found


def test_it_keeps_its_id_and_lies_with_its_new_policy(world: World, org: Organisation) -> None:
    """G34, R33: dates stay; it is listed with the new policy only, found by its id and under its person."""
    services, ann = world.services, org.person("ann")
    staff = org.policy(org.package())
    externals = sibling(org, staff)
    (held,) = org.assign(staff, ann)
    before = stored(services, held)
    request = move(services, held, externals)
    assert (request.type, request.policy_id) == ("adminUpdate", externals.id)
    after = stored(services, held)
    assert (after.policy_id, after.starts, after.ends) == (externals.id, before.starts, before.ends)
    assert after.former_policies == (staff.id,)
    assert (held_through(services, staff), held_through(services, externals)) == ([], [held])
    assert [one.id for one in services.entitlements.assignments_of_person(ann.id, 5, None).items] == [held]
    move(services, held, staff)
    assert (held_through(services, staff), held_through(services, externals)) == ([held], [])
    assert stored(services, held).former_policies == (externals.id,)
    assert services.entitlements.holding(ann.id, staff.package_id).assignment_id == held


def test_a_move_is_refused_to_another_package_and_to_a_policy_that_takes_nobody(
    world: World, org: Organisation
) -> None:
    """R21, G34."""
    services = world.services
    staff, elsewhere = org.policy(org.package()), org.policy(org.package("Payroll"))
    (held,) = org.assign(staff, org.person("ann"))
    with pytest.raises(InvalidInput, match="another access package"):
        move(services, held, elsewhere)
    off = sibling(org, staff)
    now = services.clock.now()
    update_policy(services, ADMIN, now, org.operation(), off, replace(draft_of(off), enabled=False))
    with pytest.raises(Conflict, match="not enabled"):
        move(services, held, off)
    assert stored(services, held).policy_id == staff.id


def test_apply_follows_the_assignment(world: World, org: Organisation) -> None:
    """G34: the item stays, takes its decision, and what was denied is removed wherever it lies by then."""
    boss, _, people, policy, held = managed(world, org, 2)
    externals = sibling(org, policy)
    instance = opened(world, policy)
    move(world.services, held[0], externals)
    world.tick()
    items = mine(world, instance, boss)
    assert set(items) == {person.id for person in people}
    assert decide(world, instance, boss, items[people[0].id]["id"], "Deny").status == 204
    state = closed(world, instance)
    assert state.outcome.denied_by_person == 1 and state.removed == 1
    assert state_of(world, held[0]) == "expired"
    assert stored(world.services, held[0]).policy_id == externals.id


def test_one_that_ends_after_the_move_is_cancelled_in_the_review_of_its_former_policy(
    world: World, org: Organisation
) -> None:
    """G34, G46."""
    boss, _, people, policy, held = managed(world, org, 2)
    externals = sibling(org, policy)
    instance = opened(world, policy)
    move(world.services, held[0], externals, expiration={"type": "afterDuration", "duration": "P2D"})
    world.clock.advance(days=3)
    world.tick()
    assert stored(world.services, held[0]).ran_out
    assert set(mine(world, instance, boss)) == {people[1].id}


def test_the_next_review_of_the_new_policy_has_it(world: World, org: Organisation) -> None:
    boss = org.person("boss")
    ann = org.person("ann", manager="boss")
    staff = org.policy(org.package())
    reviewed = sibling(org, staff, review=factories.by_manager(world.clock.now().date(), boss))
    (held,) = org.assign(staff, ann)
    move(world.services, held, reviewed)
    instance = opened(world, reviewed)
    item = mine(world, instance, boss)[ann.id]
    assert item["@accessReviews.assignmentId"] == held
    assert_denied_is_removed(world, instance, boss, item["id"], held)


def assert_denied_is_removed(world: World, instance: Any, boss: User, item: str, held: str) -> None:
    decide(world, instance, boss, item, "Deny")
    closed(world, instance)
    assert state_of(world, held) == "expired"


def test_repeating_a_move_changes_nothing_more(world: World, org: Organisation) -> None:
    services = world.services
    staff = org.policy(org.package())
    externals = sibling(org, staff)
    (held,) = org.assign(staff, org.person("ann"))
    now = services.clock.now()
    first = change_assignment(services, ADMIN, now, "same", held, policy_id=externals.id)
    again = change_assignment(services, ADMIN, now, "repeated", held, policy_id=externals.id)
    assert (again.type, stored(services, held).former_policies) == ("adminUpdate", (staff.id,))
    assert held_through(services, externals) == [held] and first.policy_id == externals.id
