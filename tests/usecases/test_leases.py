"""One worker at a time: who comes while another holds the lease goes away again (P1)."""

from __future__ import annotations

import pytest

from chalicelib import bootstrap
from chalicelib.aws.clients import client
from chalicelib.domain.agenda import Lease
from chalicelib.domain.reviews import Status
from chalicelib.usecases import decide_bulk
from chalicelib.usecases.advance_review import advance_review
from tests.factories import Organisation
from tests.usecases.test_review_rules import address, managed, mine, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def test_a_second_worker_on_a_review_is_refused_until_the_lease_is_over(world: World, org: Organisation) -> None:
    _, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    world.clock.set(instance.closes)
    reviews, real = world.services.reviews, world.clock.real()
    assert reviews.take_lease(reviews.state(instance.id), Lease(owner=world.clock.new_id(), until=real + 300), real)
    assert advance_review(world.services, instance.id) == "busy"
    assert reviews.state(instance.id).status is Status.IN_PROGRESS
    world.clock.seconds += 301
    assert advance_review(world.services, instance.id) == "waiting"
    assert reviews.state(instance.id).status is Status.COMPLETING


def test_a_second_worker_on_a_bulk_action_is_refused(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide_bulk, "INLINE", 1)
    boss, _, _, policy, _ = managed(world, org, 2)
    instance = opened(world, policy)
    client("sqs").purge_queue(QueueUrl=world.queue_url)
    reply = world.post(address(instance, "/batchRecordDecisions"), {"decision": "Deny"}, boss.principal_name)
    assert reply.status == 204
    (row,) = [one for one in world.services.reviews.due_until(world.clock.now(), 9) if one.kind == "job"]
    reviews, real = world.services.reviews, world.clock.real()
    assert reviews.take_job(reviews.job(row.id), Lease(owner=world.clock.new_id(), until=real + 300), real)
    decide_bulk.advance_bulk(world.services, reviews.job(row.id))
    assert {item["decision"] for item in mine(world, instance, boss).values()} == {"NotReviewed"}
    world.clock.seconds += 301
    decide_bulk.advance_bulk(world.services, reviews.job(row.id))
    assert {item["decision"] for item in mine(world, instance, boss).values()} == {"Deny"}
