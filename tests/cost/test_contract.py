"""The cost contract (brief section 4), held by the capacity meter on real item sizes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bench.meter import Meter
from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, Holding
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import PrincipalName
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.agenda import send_due_work
from chalicelib.usecases.decide import Submission, open_instance, record_decision, record_many
from chalicelib.usecases.hand_over import Wish, hand_over
from chalicelib.usecases.list_items import items_of_reviewer
from chalicelib.usecases.mails_sent import mails_of_review, undeliverable
from chalicelib.usecases.open_review import open_due_review
from tests import factories
from tests.conftest import account
from tests.factories import Organisation
from tests.world import MovableClock, World

MANAGERS, SPAN = 100, 10
ITEMS = MANAGERS * SPAN


@pytest.fixture(scope="module")
def opened():
    """A review of 1,000 items and 100 managers, opened and told by mail, under the meter."""
    from chalicelib.settings import settings

    with account():
        clock = MovableClock()
        bootstrap.use_clock(clock)
        world = World(clock, None, settings().work_queue_url)
        org = Organisation(bootstrap.services())
        review = _review_of_a_thousand(world, org)
        yield world, *review


def _review_of_a_thousand(world: World, org: Organisation):
    bosses = [org.person(f"boss{number}") for number in range(MANAGERS)]
    policy = org.policy(
        review=factories.by_manager(
            world.clock.now().date(), bosses[0], justification_required=False, no_response=NoResponse.KEEP
        )
    )
    entities: list[object] = []
    for number in range(ITEMS):
        user = replace(
            bosses[0],
            id=ids.guid("staff", number),
            display_name=f"Person Number{number}",
            principal_name=f"person.number{number}@example.com",
            mail=f"person.number{number}@example.com",
            job_title="Analyst",
            department="Finance",
            manager_id=bosses[number * 7 % MANAGERS].id,
        )
        since = world.clock.now() - timedelta(days=90)
        assignment = Assignment(
            id=ids.assignment_id(policy.id, user.id, "x"),
            policy_id=policy.id,
            package_id=policy.package_id,
            target_id=user.id,
            created=since,
            starts=since,
        )
        name = PrincipalName(name=user.principal_name, user_id=user.id)
        holding = Holding(target_id=user.id, package_id=policy.package_id, assignment_id=assignment.id)
        entities += [user, name, assignment, holding]
    world.services.writer.put_all(entities)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=5))
    with Meter() as meter:
        instance_id = open_due_review(world.services, ids.definition_id(policy.id))
        advance_review(world.services, instance_id)
    return bosses, world.services.reviews.instance(instance_id), meter


def test_opening_costs_one_write_unit_an_item_and_four_a_reviewer(opened) -> None:
    world, _, instance, meter = opened
    state = world.services.reviews.state(instance.id)
    assert state.status is Status.IN_PROGRESS and state.items == ITEMS and state.reviewers == MANAGERS
    print(meter.table())
    assert (meter.write_units - 4 * MANAGERS) / ITEMS <= 1.02
    population = meter.by_table["access-reviews-directory"], meter.by_table["access-reviews-entitlements"]
    assert sum(line.read_units for line in population) / ITEMS <= 0.75


def test_idle_tick_reads_at_most_two_units(opened) -> None:
    world = opened[0]
    world.clock.advance(seconds=1)
    with Meter() as meter:
        send_due_work(world.services)
    assert meter.read_units <= 2 and meter.write_units == 0


def _items(world: World, instance: ReviewInstance, boss):
    return world.services.items.page(instance.id, ids.set_of_one(boss.id), 0, 100, None).items


def _decide(world: World, instance: ReviewInstance, person, item, decision: Decision, reason: str) -> None:
    submission = Submission(item_id=item.id, decision=decision, justification=reason)
    found = open_instance(world.services, instance.id, world.clock.now())
    record_decision(world.services, person, found, submission, world.clock.now(), world.services.clock.new_id())


def test_a_decision_is_one_request_and_one_write_unit(opened) -> None:
    world, bosses, instance, _ = opened
    items = _items(world, instance, bosses[3])
    _decide(world, instance, bosses[3], items[0], Decision.DENY, "")
    with Meter() as meter:
        _decide(world, instance, bosses[3], items[1], Decision.APPROVE, "x" * 165)
    assert (meter.requests, meter.write_units, meter.read_units) == (1, 1, 0)


def test_handing_over_costs_one_transaction_and_a_helpers_decision_one_write(opened) -> None:
    """However many items are handed over; whoever took them decides like anybody else, with both names."""
    world, bosses, instance, _ = opened
    boss, helper = bosses[7], bosses[8]
    wish = Wish(to=helper.id, reason="away")
    with Meter() as meter:
        hand_over(world.services, boss, instance, wish, world.clock.now(), world.services.clock.new_id())
    print(meter.table())
    assert meter.write_units <= 14 and meter.read_units <= 14
    items = _items(world, instance, boss)
    world.clock.seconds += 6
    _decide(world, instance, helper, items[0], Decision.DENY, "")
    with Meter() as meter:
        _decide(world, instance, helper, items[1], Decision.APPROVE, "x" * 100)
    assert (meter.requests, meter.write_units, meter.read_units) == (1, 1, 0)
    assert _items(world, instance, boss)[1].last.on_behalf_of == boss.id


def test_a_reviewers_page_is_one_query(opened) -> None:
    world, bosses, instance, _ = opened
    parts = world.services.reviews.my_parts(bosses[4].id, instance)
    with Meter() as meter:
        page = items_of_reviewer(world.services, bosses[4].id, instance, parts, 100, None)
    assert len(page.items) == SPAN
    assert meter.requests == 1 and meter.read_units <= 13


def test_status_reads_two_units_whatever_the_size(opened) -> None:
    world, _, instance, _ = opened
    with Meter() as meter:
        world.services.reviews.progress(instance.id)
    assert meter.requests == 1 and meter.read_units <= 2


def test_progress_of_a_hundred_reviewers_is_one_query_of_four_units(opened) -> None:
    world, _, instance, _ = opened
    with Meter() as meter:
        page = world.services.reviews.reviewer_rows(instance.id, 100, None)
    assert len(page.items) == MANAGERS
    assert meter.requests == 1 and meter.read_units <= 4


def test_a_page_of_mails_reads_what_it_shows(opened) -> None:
    """The mails to fifty reviewers: one query and one batch; what failed, in the whole deployment, next to nothing."""
    world, _, instance, _ = opened
    world.services.reviews.recent_state(instance.id)
    with Meter() as meter:
        page = mails_of_review(world.services, instance, None)
    print(meter.table())
    waiting = [one for one in page.items if one.mail.state != "sent"]  # the one a part was handed to in a test before
    assert len(page.items) == 50 and [one.mail.state for one in waiting] in ([], ["pending"])
    assert meter.requests == 2 and meter.read_units <= 30 and meter.write_units == 0
    with Meter() as meter:
        assert undeliverable(world.services, factories.ADMIN).mails == 0
    assert meter.requests == 1 and meter.read_units <= 1


def test_a_thousand_chosen_items_cost_a_unit_each(opened) -> None:
    world, bosses, instance, _ = opened
    items = _items(world, instance, bosses[5])
    submissions = [Submission(item_id=item.id, decision=Decision.DENY) for item in items]
    with Meter() as meter:
        results = record_many(
            world.services, bosses[5], instance, submissions, world.clock.now(), world.services.clock.new_id()
        )
    assert all(result.refusal is None for result in results)
    assert meter.write_units == len(items) and meter.read_units <= 1


def test_closing_costs_nothing_for_the_approved_and_a_unit_for_the_undecided(opened) -> None:
    world, bosses, instance, _ = opened
    for boss in bosses[50:]:
        for item in _items(world, instance, boss):
            _decide(world, instance, boss, item, Decision.APPROVE, "needed")
    world.clock.set(instance.closes + timedelta(seconds=5))
    advance_review(world.services, instance.id)
    world.clock.seconds += world.services.settings.closing_wait_seconds + 1
    with Meter() as meter:
        advance_review(world.services, instance.id)
    state = world.services.reviews.state(instance.id)
    print(meter.table(), state.outcome)
    undecided = state.outcome.kept
    removed = state.removed
    assert state.status is Status.APPLIED
    assert removed == state.outcome.removals > 0
    assert meter.write_units <= undecided * 1.02 + removed * 14 + 24  # 4: to be sealed, twice
