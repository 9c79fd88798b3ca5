"""What the ends of assignments cost: in proportion to what is due, whatever else exists (brief, section 4)."""

from __future__ import annotations

from datetime import timedelta

from bench.meter import Meter
from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, Holding, Timer, minute_of
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.usecases.agenda import send_due_work
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.timers import due_of
from tests.factories import ADMIN, Organisation
from tests.world import World

ENDING, STAYING = 60, 300


def _existing(world: World, policy: AssignmentPolicy, org: Organisation) -> None:
    """Assignments as `assign` leaves them: some that end together, many that go on for ever."""
    now = world.clock.now()
    ends = now + timedelta(days=30)
    entities: list[object] = [due_of(f"{ids.place(policy.id)}{minute_of(ends):%Y%m%d%H%M}")]
    for number in range(ENDING + STAYING):
        user = org.person(f"p{number}")
        assignment = Assignment(
            id=ids.assignment_id(policy.id, user.id, "x"),
            policy_id=policy.id,
            package_id=policy.package_id,
            target_id=user.id,
            created=now,
            starts=now,
            ends=ends if number < ENDING else None,
        )
        package = policy.package_id
        entities += [assignment, Holding(target_id=user.id, package_id=package, assignment_id=assignment.id)]
        if assignment.ends:
            entities.append(Timer(minute=minute_of(ends), assignment_id=assignment.id))
    world.services.writer.put_all(entities)


def test_ends_cost_in_proportion_to_what_is_due(world: World) -> None:
    org = Organisation(bootstrap.services())
    policy = org.policy()
    _existing(world, policy, org)
    world.clock.advance(days=29)
    with Meter() as idle:
        send_due_work(world.services)
    assert idle.read_units <= 2 and idle.write_units == 0
    world.clock.advance(days=1)
    with Meter() as tick:
        assert len(send_due_work(world.services)) == 1  # one row, however many assignments lie behind it
    assert tick.read_units <= 2 and tick.write_units == 0
    with Meter() as meter:
        world.drain_queue()
    print(meter.table())
    # 8 for the end, 1 for the request's index, 1 for the timer, 3 for the mail; 4 for the agenda row itself.
    assert meter.write_units <= ENDING * 14 + 4
    # Beside five and a half for each end (a half: may the address be mailed?) a few for the agenda row and the policy,
    # which threads may read more than once.
    assert meter.read_units <= ENDING * 5.5 + 20
    assert len(world.mails()) == ENDING
    assert world.services.reviews.due_until(world.clock.now(), 5) == []
    with Meter() as after:
        world.tick()
    assert after.read_units <= 2 and after.write_units == 0


def test_an_end_costs_an_assignment_two_small_rows_and_none_costs_nothing(world: World) -> None:
    org = Organisation(bootstrap.services())
    policy = org.policy()
    ann, bob, cy = (org.person(name) for name in ("ann", "bob", "cy"))
    services, now = world.services, world.clock.now()
    year = {"type": "afterDuration", "duration": "P365D"}
    with Meter() as never:
        assign(services, ADMIN, now, "1", Wish(target_id=ann.id, policy_id=policy.id))
    with Meter() as first:
        assign(services, ADMIN, now, "2", Wish(target_id=bob.id, policy_id=policy.id, expiration=year))
    with Meter() as second:
        assign(services, ADMIN, now, "3", Wish(target_id=cy.id, policy_id=policy.id, expiration=year))
    assert first.write_units == never.write_units + 4  # the timer and the agenda row, double in a transaction
    assert second.write_units == never.write_units + 2  # those who end together share the agenda row
