"""Items that lose their reviewer, and the item about the only one who is left: it is said so (G10, G11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases import advance_review as driver
from tests import factories
from tests.factories import Organisation
from tests.usecases.test_edit_reviewers import needing, own, settle, switched_off
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened, state_of
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


def imported(world: World, name: str, enabled: bool) -> None:
    """Switch an account off or on as the directory tells it; nothing but messages is worked off, no timer fires."""
    line = f"userPrincipalName,displayName,accountEnabled\n{name}@example.com,{name.title()},{str(enabled).lower()}\n"
    reply = world.call("POST", "/api/v1/imports/people", line, headers={"content-type": "text/csv"})
    assert reply.status == 202, reply.text
    world.drain_queue()


def test_a_disabled_reviewers_items_need_one_at_once_and_nobodys_access_ends(world: World, org: Organisation) -> None:
    """G10, R74: without a fallback the reviewer's own access and their people's stay; switched on again, all is as it
    was. The reviewer's own item had nobody from the start."""
    boss, _, people, policy, held = managed(world, org, 2)
    held += org.assign(policy, boss)
    imported(world, "deputy", enabled=False)
    instance = opened(world, policy)
    imported(world, "boss", enabled=False)
    assert count(world, instance) == 3
    assert needing(world, instance) == {boss.id, *(person.id for person in people)}
    assert [state_of(world, one) for one in held] == ["delivered"] * 3
    assert "lost" not in [row.kind for row in world.services.reviews.due_until(world.clock.now(), 50)]
    imported(world, "boss", enabled=True)
    assert count(world, instance) == 1 and needing(world, instance) == {boss.id}


def test_a_review_that_was_extended_is_counted_too(world: World, org: Organisation) -> None:
    _, _, _, policy, _ = managed(world, org, 2)
    imported(world, "deputy", enabled=False)
    instance = opened(world, policy)
    until = (instance.closes + timedelta(days=5)).isoformat()
    assert world.post(own(instance, "/extend"), {"endDateTime": until, "reason": "holidays"}).status == 204
    world.tick()
    world.clock.set(instance.closes + timedelta(days=1))
    world.tick()
    imported(world, "boss", enabled=False)
    assert count(world, instance) == 2


def test_who_is_switched_off_while_a_review_is_being_opened_is_counted_when_it_is_open(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, _, policy, _ = managed(world, org, 2)
    imported(world, "deputy", enabled=False)
    start = driver.start

    def late(services: Any, instance: Any, state: Any) -> Any:
        monkeypatch.undo()
        line = "userPrincipalName,displayName,accountEnabled\nboss@example.com,Boss,false\n"
        world.call("POST", "/api/v1/imports/people", line, headers={"content-type": "text/csv"})
        world.drain_queue()
        return start(services, instance, state)

    monkeypatch.setattr(driver, "start", late)
    instance = opened(world, policy)
    world.clock.advance(minutes=1)
    world.tick()
    assert count(world, instance) == 2
