"""One whole review through the real handlers: opens by itself, is decided, closes by itself, removes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.items import Decision
from chalicelib.domain.reviews import Status
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from tests import factories
from tests.factories import Organisation
from tests.world import MovableClock, World

AR = "/v1.0/identityGovernance/accessReviews/definitions"


@pytest.fixture
def office(aws: None) -> tuple[World, Organisation]:
    """A world without doors: handlers and use cases only."""
    clock = MovableClock()
    bootstrap.use_clock(clock)
    from chalicelib.settings import settings

    world = World(clock, None, settings().work_queue_url)
    return world, Organisation(bootstrap.services())


def decide(world: World, instance_id: str, item_id: str, person, decision: Decision, reason: str = "") -> None:
    services = world.services
    instance = open_instance(services, instance_id, services.clock.now())
    submission = Submission(item_id=item_id, decision=decision, justification=reason)
    record_decision(services, person, instance, submission, services.clock.now(), services.clock.new_id())


def items(world: World, instance_id: str, reviewer) -> dict[str, str]:
    """Item id by principal id of a single reviewer's set."""
    page = world.services.items.page(instance_id, ids.set_of_one(reviewer.id), 0, 100, None)
    return {item.principal_id: item.id for item in page.items}


def test_a_review_opens_asks_closes_and_removes_by_itself(office: tuple[World, Organisation]) -> None:
    """R49, R64, R70, R77, R96, R112, R117."""
    world, org = office
    boss, deputy = org.person("boss"), org.person("deputy")
    ann, bob, cy = (org.person(name, manager="boss") for name in ("ann", "bob", "cy"))
    dan = org.person("dan")
    start = world.clock.now().date()
    policy = org.policy(review=factories.by_manager(start, deputy, justification_required=False))
    held = dict(zip((ann, bob, cy, dan), org.assign(policy, ann, bob, cy, dan), strict=True))
    world.tick()
    assert not world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    state = world.services.reviews.state(instance.id)
    assert state.status is Status.IN_PROGRESS
    assert state.items == 4 and state.reviewers == 2
    assert sorted(mail["to"] for mail in world.mails()) == ["boss@example.com", "deputy@example.com"]
    asked = items(world, instance.id, boss)
    assert set(asked) == {ann.id, bob.id, cy.id}
    decide(world, instance.id, asked[ann.id], boss, Decision.DENY)
    decide(world, instance.id, asked[bob.id], boss, Decision.APPROVE)
    world.tick()
    assert world.services.entitlements.assignment(held[ann]).state == "delivered"
    progress = world.services.reviews.progress(instance.id)
    assert (progress.counts.approved, progress.counts.denied) == (1, 1)
    world.clock.set(instance.closes + timedelta(seconds=1))
    world.tick()
    world.tick()
    state = world.services.reviews.state(instance.id)
    assert state.status is Status.APPLIED, state
    assert world.services.entitlements.assignment(held[ann]).state == "expired"
    assert world.services.entitlements.assignment(held[bob]).state == "delivered"
    assert state.outcome.denied_by_person == 1 and state.outcome.approved == 1
    assert state.outcome.kept_because == {"noResponse": 2}
    assert [mail["to"] for mail in world.mails()].count("ann@example.com") == 1
