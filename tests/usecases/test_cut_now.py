"""A policy that removes at once: a Deny ends the access without waiting for the close (`@accessReviews.cutNow`)."""

from __future__ import annotations

import pytest

from bench.meter import Meter
from chalicelib import bootstrap
from chalicelib.aws.clients import client
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases import cut_now, decide_bulk
from chalicelib.usecases.agenda import promise_cuts
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from chalicelib.usecases.remove_item import Removing
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened, state_of
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def lose_messages(world: World) -> None:
    client("sqs").purge_queue(QueueUrl=world.queue_url)


def stored(world: World, instance: ReviewInstance, item_id: str) -> DecisionItem:
    found: DecisionItem = world.services.items.get(instance.id, item_id)
    return found


def removals(world: World, person: User) -> list[str]:
    """The systemRemove requests about a person."""
    found = world.services.entitlements.requests_of_person(person.id, 20, None).items
    return [one.item_id for one in found if one.type == "systemRemove"]


def test_a_deny_takes_effect_at_once_and_only_once(world: World, org: Organisation) -> None:
    """R117, R120, G15: removed, told, recorded on the item; the close counts it and does nothing about it again."""
    boss, _, people, policy, held = managed(world, org, 2, cut_now=True)
    instance = opened(world, policy)
    items = {person: item["id"] for person, item in mine(world, instance, boss).items()}
    item = items[people[0].id]
    assert decide(world, instance, boss, item, "Deny", "left the team").status == 204
    world.drain()
    assert (state_of(world, held[0]), state_of(world, held[1])) == ("expired", "delivered")
    assert mine(world, instance, boss)[people[0].id]["applyResult"] == "AppliedSuccessfully"
    assert [mail["to"] for mail in world.mails()].count("p0@example.com") == 1
    refusal = decide(world, instance, boss, item, "Approve", "after all")
    assert refusal.status == 409 and "removed already" in refusal.error["message"]
    world.tick()
    state = closed(world, instance)
    assert state.status is Status.APPLIED and state.removed == 1
    assert (state.outcome.denied_by_person, state.outcome.removed_at_once, state.outcome.cancelled) == (1, 1, 0)
    assert removals(world, people[0]) == [item]
    assert [mail["to"] for mail in world.mails()].count("p0@example.com") == 1


def test_a_lost_message_is_made_good_by_the_next_tick(world: World, org: Organisation) -> None:
    boss, _, people, policy, held = managed(world, org, 1, cut_now=True)
    instance = opened(world, policy)
    decide(world, instance, boss, mine(world, instance, boss)[people[0].id]["id"], "Deny")
    lose_messages(world)
    assert state_of(world, held[0]) == "delivered"
    world.tick()
    assert state_of(world, held[0]) == "expired"


def test_a_mind_changed_before_the_removal_cancels_it(world: World, org: Organisation) -> None:
    boss, _, people, policy, held = managed(world, org, 1, cut_now=True)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, item, "Deny")
    lose_messages(world)
    assert decide(world, instance, boss, item, "Approve", "she is back").status == 204
    world.tick()
    assert state_of(world, held[0]) == "delivered" and stored(world, instance, item).decision == "Approve"
    assert world.services.reviews.cuts(instance.id, 5, None).items == ()
    rows = world.services.reviews.due_until(world.clock.now(), 50)
    assert "cuts" not in [row.kind for row in rows]


def test_a_promise_stays_while_its_decision_may_still_come(world: World, org: Organisation) -> None:
    """The promise is written first: a worker that comes between it and the decision must not take it away."""
    boss, _, people, policy, held = managed(world, org, 1, cut_now=True)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    promise_cuts(world.services, instance, [item])
    cut_now.run_cuts(world.services, instance.id)
    assert len(world.services.reviews.cuts(instance.id, 5, None).items) == 1
    decide(world, instance, boss, item, "Deny")
    world.drain()
    assert state_of(world, held[0]) == "expired"


def test_nothing_can_be_decided_from_the_beginning_of_the_removal_on(world: World, org: Organisation) -> None:
    """A worker that died in the middle leaves an item that is still denied; the next one ends the work."""
    boss, _, people, policy, held = managed(world, org, 1, cut_now=True)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, item, "Deny")
    lose_messages(world)
    assert world.services.items.claim_removal(instance.id, item)
    assert decide(world, instance, boss, item, "Approve", "after all").status == 409
    world.tick()
    assert state_of(world, held[0]) == "expired" and removals(world, people[0]) == [item]


def test_a_worker_that_died_after_the_removal_is_followed_by_the_close(world: World, org: Organisation) -> None:
    """P11: the close recognises the removal as the review's own, not as one of somebody else's."""
    boss, _, people, policy, _ = managed(world, org, 1, cut_now=True)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, item, "Deny")
    lose_messages(world)
    state = world.services.reviews.state(instance.id)
    assert world.services.items.claim_removal(instance.id, item)
    Removing(world.services, instance, state, stored(world, instance, item)).first_look(again=False)
    assert stored(world, instance, item).apply_result == "New"
    state = closed(world, instance)
    assert state.removed == 1 and stored(world, instance, item).apply_result == "AppliedSuccessfully"
    assert removals(world, people[0]) == [item]


def test_chosen_items_and_bulk_actions_take_effect_at_once_too(world: World, org: Organisation) -> None:
    boss, _, people, policy, held = managed(world, org, 4, cut_now=True)
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    chosen = [{"id": items[person.id]["id"], "decision": "Deny"} for person in people[:2]]
    reply = world.post(f"/api/v1/reviews/{instance.id}/decisions", {"decisions": chosen}, boss.principal_name)
    assert [one["status"] for one in reply.json["results"]] == [200, 200]
    world.drain()
    assert [state_of(world, one) for one in held] == ["expired", "expired", "delivered", "delivered"]
    address = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    reply = world.post(f"{address}/batchRecordDecisions", {"decision": "Deny"}, boss.principal_name)
    assert reply.status == 204
    world.drain()
    assert {state_of(world, one) for one in held} == {"expired"}


def test_what_is_removed_by_rule_waits_for_the_close_and_the_brake_counts_only_that(
    world: World, org: Organisation
) -> None:
    """R113, G24: silence is known only at the close; what was removed already cannot wait for a confirmation."""
    settings = {"no_response": NoResponse.REMOVE, "brake_count": 2, "brake_percent": 50}
    boss, _, people, policy, held = managed(world, org, 3, cut_now=True, **settings)
    instance = opened(world, policy)
    for person in people[:2]:
        decide(world, instance, boss, mine(world, instance, boss)[person.id]["id"], "Deny")
    world.drain()
    assert [state_of(world, one) for one in held] == ["expired", "expired", "delivered"]
    state = closed(world, instance)
    assert (state.outcome.removals, state.outcome.outstanding, state.brake) == (3, 1, False)
    assert state.status is Status.APPLIED and state_of(world, held[2]) == "expired"


def test_without_the_setting_a_deny_costs_one_write_unit_and_waits(world: World, org: Organisation) -> None:
    """Cost contract: 1 request, 1 write unit, 0 read units."""
    boss, _, people, policy, held = managed(world, org, 2)
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    services, now = world.services, world.clock.now()
    found = open_instance(services, instance.id, now)
    with Meter() as meter:
        denial = Submission(item_id=items[people[0].id]["id"], decision=Decision.DENY)
        record_decision(services, boss, found, denial, now, services.clock.new_id())
    assert (meter.requests, meter.write_units, meter.read_units) == (1, 1, 0)
    world.clock.advance(days=1)
    world.tick()
    assert state_of(world, held[0]) == "delivered"


def test_a_bulk_denial_sends_one_message_a_page_and_loses_no_removal(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages cost money: not one for each of a million people. Without any message the next tick does it."""
    monkeypatch.setattr(decide_bulk, "PAGE", 3)
    boss, _, _, policy, held = managed(world, org, 7, cut_now=True)
    instance = opened(world, policy)
    sent: list[str] = []
    queue = type(world.services.queue)
    monkeypatch.setattr(queue, "send", lambda _, kind, *more: sent.append(kind))
    address = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    reply = world.post(f"{address}/batchRecordDecisions", {"decision": "Deny"}, boss.principal_name)
    assert reply.status == 204 and sent == ["cuts"] * 3
    monkeypatch.undo()
    assert {state_of(world, one) for one in held} == {"delivered"}
    world.tick()
    assert {state_of(world, one) for one in held} == {"expired"}
