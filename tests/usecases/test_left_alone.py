"""The item about the only reviewer who is left: nobody can decide it, and it is said so (G10, G11)."""

from __future__ import annotations

import pytest

from chalicelib import bootstrap
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.factories import Organisation
from tests.usecases.test_edit_reviewers import needing, own, settle, switched_off
from tests.usecases.test_review_rules import closed, decide, mine, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def shared(world: World, org: Organisation, **settings: object) -> tuple[ReviewInstance, User, User, User]:
    """ann and one are reviewed by one and two together."""
    one, two, ann = (org.person(name) for name in ("one", "two", "ann"))
    chosen = {"no_response": NoResponse.REMOVE, "brake_count": 99, **settings}
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one, two, **chosen))
    org.assign(policy, ann, one)
    return opened(world, policy), one, two, ann


def count(world: World, instance: ReviewInstance) -> int:
    return int(world.get(own(instance)).json["needsReviewer"])


def test_who_is_left_alone_cannot_decide_about_themself(world: World, org: Organisation) -> None:
    """G10, G11: counted in the status, listed with who was to decide it, and given to somebody else."""
    instance, one, two, ann = shared(world, org)
    assert needing(world, instance) == set() and count(world, instance) == 0
    switched_off(world, org, "two")
    assert needing(world, instance) == {one.id} and count(world, instance) == 1
    (listed,) = world.get(own(instance, "/needs-reviewer")).json["value"]
    assert listed["reviewer"]["id"] == two.id
    new = org.person("new")
    others = {"to": new.id, "reason": "two left", "items": [mine(world, instance, one)[ann.id]["id"]]}
    assert world.post(own(instance, "/assign-reviewer"), others).status == 409
    body = {"to": new.id, "reason": "two left", "items": [listed["id"]]}
    assert world.post(own(instance, "/assign-reviewer"), body).status == 204
    settle(world)
    assert needing(world, instance) == set() and count(world, instance) == 0
    assert set(mine(world, instance, new)) == {one.id}
    assert decide(world, instance, new, listed["id"], "Approve", "needed").status == 204
    outcome = closed(world, instance).outcome
    assert (outcome.approved, outcome.denied_by_rule) == (1, 1)


def test_one_that_is_decided_or_may_decide_about_themself_needs_nobody(world: World, org: Organisation) -> None:
    instance, one, two, _ = shared(world, org)
    item = mine(world, instance, two)[one.id]["id"]
    assert decide(world, instance, two, item, "Approve", "needed").status == 204
    switched_off(world, org, "two")
    assert needing(world, instance) == set() and count(world, instance) == 0


def test_where_people_may_decide_about_themselves_nobody_is_left_alone(world: World, org: Organisation) -> None:
    instance, *_ = shared(world, org, self_decision=True)
    switched_off(world, org, "two")
    assert needing(world, instance) == set() and count(world, instance) == 0


def test_when_the_other_comes_back_the_item_has_a_reviewer_again(world: World, org: Organisation) -> None:
    instance, one, _, _ = shared(world, org)
    switched_off(world, org, "two")
    assert needing(world, instance) == {one.id}
    line = "userPrincipalName,displayName,accountEnabled\ntwo@example.com,Two,true\n"
    assert world.call("POST", "/api/v1/imports/people", line, headers={"content-type": "text/csv"}).status == 202
    world.tick()
    assert needing(world, instance) == set() and count(world, instance) == 0
