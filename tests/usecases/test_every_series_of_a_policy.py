"""One-time reviews of a policy count like its own: items end with the access, and the past is told (G46, R191)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.factories import Organisation
from tests.routes.test_definitions import end_of_day, instances, made
from tests.usecases.test_cancelled_items import counts, item_of, remove
from tests.usecases.test_review_rules import closed, decide, mine
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def once(world: World, policy: AssignmentPolicy, reviewer: User) -> ReviewInstance:
    """A one-time review of a policy that is open now."""
    series = made(world, policy, reviewer)
    end_of_day(world)
    (instance,) = instances(world, series)
    return instance


def test_an_end_cancels_the_item_of_a_one_time_review(world: World, org: Organisation) -> None:
    """G46: told to the person as cancelled, with the cause, and in the item's history."""
    ann, bob, eve = (org.person(name) for name in ("ann", "bob", "eve"))
    policy = org.policy()
    held, _ = org.assign(policy, ann, bob)
    instance = once(world, policy, eve)
    item = mine(world, instance, eve)[ann.id]["id"]
    decide(world, instance, eve, item, "Approve", "needed")
    world.drain()
    remove(world, held)
    world.clock.advance(minutes=1)
    world.tick()
    assert item_of(world, instance, ann)["@accessReviews.cancelled"] == "removed"
    assert counts(world, instance)["cancelled"] == 1
    told = world.get(f"/api/v1/reviews/{instance.id}/items/{item}/history").json
    assert told["cancelled"] == "removed" and told["cancelledDateTime"]
    closed(world, instance)
    (entry,) = world.get("/api/v1/my-access", ann.principal_name).json["value"]
    last = entry["lastReview"]
    assert (last["reviewId"], last["outcome"], last["cancelled"]) == (instance.id, "cancelled", "removed")
    (entry,) = world.get("/api/v1/my-access", bob.principal_name).json["value"]
    assert (entry["lastReview"]["outcome"], entry["lastReview"]["cancelled"]) == ("kept", None)


def test_the_policys_own_review_is_found_after_a_one_time_one(world: World, org: Organisation) -> None:
    """G46, G6: two series of one policy take turns; what ends is cancelled in the one that is open."""
    ann, bob, eve = (org.person(name) for name in ("ann", "bob", "eve"))
    start = world.clock.now().date() + timedelta(days=10)
    policy = org.policy(review=factories.by_people(start, eve))
    held = org.assign(policy, ann, bob)
    first = once(world, policy, eve)
    closed(world, first)
    world.clock.set(datetime(start.year, start.month, start.day, tzinfo=UTC))
    end_of_day(world)
    (own,) = instances(world, ids.definition_id(policy.id))
    remove(world, held[0])
    world.clock.advance(minutes=1)
    world.tick()
    assert item_of(world, own, ann)["@accessReviews.cancelled"] == "removed"
    assert "@accessReviews.cancelled" not in item_of(world, first, ann)


def test_earlier_decisions_of_a_one_time_review_are_told(world: World, org: Organisation) -> None:
    """R191: by who looked at the same person and package before, whatever the occasion; newest first."""
    ann, eve, joe = (org.person(name) for name in ("ann", "eve", "joe"))
    policy = org.policy()
    org.assign(policy, ann)
    past = []
    for number in range(3):
        instance = once(world, policy, (eve, joe)[number % 2])
        reviewer = (eve, joe)[number % 2]
        decide(world, instance, reviewer, mine(world, instance, reviewer)[ann.id]["id"], "Approve", f"reason {number}")
        closed(world, instance)
        past.append(instance)
        world.clock.advance(days=1)
    current = once(world, policy, eve)
    item = mine(world, current, eve)[ann.id]["id"]
    told = world.get(f"/api/v1/reviews/{current.id}/items/{item}/history", eve.principal_name).json
    assert [one["reviewId"] for one in told["earlierReviews"]] == [one.id for one in reversed(past)]
    assert [one["cancelled"] for one in told["earlierReviews"]] == [None] * 3
    assert told["earlierReviews"][0]["last"]["justification"] == "reason 2"
