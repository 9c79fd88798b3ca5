"""Items whose assignment ends by itself while the review is open (G46, R135, R136)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.aws.clients import client
from chalicelib.domain import ids
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases import advance_review as driver
from chalicelib.usecases.assign import Wish, assign
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.graph_schema import SCHEMA_FILE, faults
from tests.usecases.test_review_rules import address, closed, decide, managed, mine, opened
from tests.world import Reply, World

REQUESTS = "/v1.0/identityGovernance/entitlementManagement/assignmentRequests"


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def remove(world: World, assignment_id: str) -> None:
    body = {"requestType": "adminRemove", "assignment": {"id": assignment_id}}
    assert world.post(REQUESTS, body).status == 201


def counts(world: World, instance: ReviewInstance) -> dict[str, int]:
    found: dict[str, int] = world.get(f"/api/v1/reviews/{instance.id}").json["counts"]
    return found


def item_of(world: World, instance: ReviewInstance, person: User) -> dict[str, Any]:
    """The item as an administrator sees it."""
    items = world.get(address(instance, "/decisions")).json["value"]
    return next(item for item in items if item["principal"]["id"] == person.id)


def test_one_removed_by_hand_leaves_the_work_and_stays_in_the_evidence(world: World, org: Organisation) -> None:
    """G46, R136: out of the reviewer's list, the counts and the progress; cancelled with its cause; closed to
    decisions; the outcome still adds up."""
    boss, _, people, policy, held = managed(world, org, 3, no_response=NoResponse.REMOVE)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    world.clock.advance(days=1)
    remove(world, held[0])
    world.drain()
    assert set(mine(world, instance, boss)) == {people[1].id, people[2].id}
    shown = item_of(world, instance, people[0])
    assert (shown["decision"], shown["@accessReviews.cancelled"]) == ("NotReviewed", "removed")
    assert shown["@accessReviews.cancelledDateTime"] == "2026-03-03T23:59:30Z"
    assert not SCHEMA_FILE.exists() or faults({**shown, "@odata.context": ""}, "accessReviewInstanceDecisionItem") == []
    expected = {"total": 3, "approved": 0, "denied": 0, "dontKnow": 0, "cancelled": 1, "notReviewed": 2}
    assert counts(world, instance) == expected
    [row] = world.get(f"/api/v1/reviews/{instance.id}/reviewers").json["value"]
    assert row["counts"] == expected
    refusal = decide(world, instance, boss, item, "Approve", "needed")
    assert refusal.status == 409 and "was taken away while the review was open" in refusal.error["message"]
    for person in people[1:]:
        decide(world, instance, boss, mine(world, instance, boss)[person.id]["id"], "Approve", "needed")
    world.drain()
    assert world.get(f"/api/v1/reviews/{instance.id}").json["reviewers"] == {"total": 1, "finished": 1}
    outcome = closed(world, instance).outcome
    assert (outcome.total, outcome.approved, outcome.cancelled, outcome.removals) == (3, 2, 1, 0)


def test_one_that_runs_out_is_cancelled_as_expired(world: World, org: Organisation) -> None:
    """G46: by the timer, whatever was decided before; nobody is reminded of it any more."""
    boss, deputy = org.person("boss"), org.person("deputy")
    ann = org.person("ann", manager="boss")
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), deputy))
    wish = Wish(target_id=ann.id, policy_id=policy.id, expiration={"type": "afterDuration", "duration": "P3D"})
    assign(world.services, ADMIN, world.clock.now(), "op", wish)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[ann.id]["id"]
    assert decide(world, instance, boss, item, "Deny").status == 204
    world.clock.advance(days=4)
    world.tick()
    shown = item_of(world, instance, ann)
    assert (shown["decision"], shown["@accessReviews.cancelled"]) == ("Deny", "expired")
    assert counts(world, instance)["denied"] == 0 and counts(world, instance)["cancelled"] == 1
    assert set(mine(world, instance, boss)) == {ann.id}  # what was decided stays to be seen
    refusal = decide(world, instance, boss, item, "Approve", "needed")
    assert refusal.status == 409 and "reached its end" in refusal.error["message"]
    told = [mail["to"] for mail in world.mails()]
    state = closed(world, instance)
    assert (state.outcome.cancelled, state.outcome.removals, state.removed) == (1, 0, 0)
    assert [mail["to"] for mail in world.mails()].count("boss@example.com") == told.count("boss@example.com")


def test_the_bulk_actions_pass_over_what_was_cancelled(world: World, org: Organisation) -> None:
    """G46, R100."""
    boss, _, people, policy, held = managed(world, org, 3)
    instance = opened(world, policy)
    first = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, first, "Deny")
    remove(world, held[0])
    world.drain()
    body = {"decision": "Approve", "justification": "needed"}
    reply = world.post(address(instance, "/batchRecordDecisions"), body, boss.principal_name)
    assert reply.status == 204, reply.text
    world.drain()
    assert counts(world, instance)["approved"] == 2 and item_of(world, instance, people[0])["decision"] == "Deny"
    chosen = {"decisions": [{"id": first, "decision": "Approve", "justification": "needed"}]}
    told: Reply = world.post(f"/api/v1/reviews/{instance.id}/decisions", chosen, boss.principal_name)
    assert told.json["results"][0]["status"] == 409


def test_somebody_who_gets_the_package_again_is_not_in_this_review(world: World, org: Organisation) -> None:
    """R135, G27: the item stays cancelled, and the new assignment survives the close."""
    _, _, people, policy, held = managed(world, org, 2, no_response=NoResponse.REMOVE)
    instance = opened(world, policy)
    remove(world, held[0])
    world.drain()
    (again,) = org.assign(policy, people[0])
    world.tick()
    assert item_of(world, instance, people[0])["@accessReviews.cancelled"] == "removed"
    state = closed(world, instance)
    assert state.outcome.cancelled == 1
    assert world.services.entitlements.assignment(again).state == "delivered"


def test_what_ends_while_a_review_is_being_opened_is_cancelled_once_it_is_open(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G46: the population is not known yet, so the hint stays on the agenda until it is."""
    boss, _, people, policy, held = managed(world, org, 2)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    freeze = driver._freeze

    def slowly(services: Any, instance: Any, state: Any, budget: Any) -> Any:
        frozen = freeze(services, instance, state, budget)
        remove(world, held[0])
        return frozen

    monkeypatch.setattr(driver, "_freeze", slowly)
    world.tick()
    monkeypatch.undo()
    world.clock.advance(minutes=1)
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    assert item_of(world, instance, people[0])["@accessReviews.cancelled"] == "removed"
    assert set(mine(world, instance, boss)) == {people[1].id}


def test_a_lost_message_is_made_good_by_the_next_tick(world: World, org: Organisation) -> None:
    """P1, G46."""
    _, _, people, policy, held = managed(world, org, 2)
    instance = opened(world, policy)
    remove(world, held[1])
    client("sqs").purge_queue(QueueUrl=world.queue_url)
    assert "@accessReviews.cancelled" not in item_of(world, instance, people[1])
    world.clock.advance(minutes=1)
    world.tick()
    assert item_of(world, instance, people[1])["@accessReviews.cancelled"] == "removed"


def test_after_the_close_nothing_is_cancelled(world: World, org: Organisation) -> None:
    """R136: a denied one that was removed by hand meanwhile is found gone when the results are applied."""
    boss, _, people, policy, held = managed(world, org, 2, auto_apply=False)
    instance = opened(world, policy)
    decide(world, instance, boss, mine(world, instance, boss)[people[0].id]["id"], "Deny")
    world.clock.set(instance.closes + timedelta(seconds=1))
    world.tick()
    remove(world, held[0])
    world.tick()
    assert world.post(f"/api/v1/reviews/{instance.id}/apply").status == 204
    world.tick()
    shown = item_of(world, instance, people[0])
    assert "@accessReviews.cancelled" not in shown
    assert shown["applyResult"] == "AppliedSuccessfullyButObjectNotFound"


def test_counting_a_cancellation_twice_changes_nothing(world: World, org: Organisation) -> None:
    """G46: stream batches may repeat, whole or in part."""
    boss, _, people, policy, held = managed(world, org, 2)
    instance = opened(world, policy)
    decide(world, instance, boss, mine(world, instance, boss)[people[0].id]["id"], "Deny")
    remove(world, held[0])
    world.drain()
    expected = counts(world, instance)
    assert (expected["denied"], expected["cancelled"], expected["notReviewed"]) == (0, 1, 1)
    for position in (0, 2, 3):
        world.streamed = position
        world.drain_stream()
    assert counts(world, instance) == expected
