"""A review that cannot go on pauses, fails in the end, says why, and goes on when it is told to (R124, G25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import bootstrap, events
from chalicelib.domain import errors
from chalicelib.domain.agenda import Lease
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Role
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases import advance_review as driver
from chalicelib.usecases import failing
from chalicelib.usecases.advance_review import advance_review
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def broken(problem: Exception) -> Callable[..., Any]:
    def part(*arguments: Any) -> Any:
        raise problem

    return part


def status(world: World, instance: ReviewInstance, as_: str = "admin@example.com") -> dict[str, Any]:
    found: dict[str, Any] = world.get(f"/api/v1/reviews/{instance.id}", as_).json
    return found


def attempts(world: World, instance: ReviewInstance, most: int) -> list[str]:
    """What became of attempts, each made when the pause before it is over."""
    found = []
    for _ in range(most):
        found.append(advance_review(world.services, instance.id))
        world.clock.seconds += failing.LONGEST_PAUSE + 1
    return found


def test_a_review_that_cannot_close_fails_says_why_and_goes_on_when_told(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R124, G25: it rests off the agenda; retried, it closes as it would have, and what was decided is applied."""
    boss, _, people, policy, _ = managed(world, org, 2)
    instance = opened(world, policy)
    assert decide(world, instance, boss, mine(world, instance, boss)[people[0].id]["id"], "Deny").status == 204
    world.clock.set(instance.closes + timedelta(seconds=1))
    monkeypatch.setattr(driver, "sweep_some", broken(RuntimeError("a chunk cannot be read")))
    assert attempts(world, instance, 1) == ["pauses"]
    paused = status(world, instance)
    assert paused["status"] == "Completing" and paused["failure"]["attempts"] == 1
    assert "failure" not in status(world, instance, boss.principal_name)
    assert attempts(world, instance, 9) == ["pauses"] * 8 + ["Failed"]
    assert advance_review(world.services, instance.id) == "idle"
    assert [row.kind for row in world.services.reviews.due_until(world.clock.now(), 9)] == ["seal"]
    told = status(world, instance)
    assert told["status"] == "Failed"
    assert told["failure"] == {"during": "Completing", "attempts": 10, "error": "RuntimeError: a chunk cannot be read"}
    assert "Access review failed" in recorded(world)
    monkeypatch.undo()
    assert world.post(f"/api/v1/reviews/{instance.id}/retry").status == 204
    assert "Retry access review" in recorded(world)
    state = closed(world, instance)
    assert (state.status, state.removed, state.outcome.denied_by_person) == (Status.APPLIED, 1, 1)
    assert "failure" not in status(world, instance)
    assert world.post(f"/api/v1/reviews/{instance.id}/retry").status == 409


def recorded(world: World) -> list[str]:
    day = world.clock.now().strftime("%Y-%m-%d")
    return [one.activity for one in world.services.audit.events(day, 50, None).items]


def test_what_is_saved_on_the_way_sets_the_count_back(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    world.clock.set(instance.closes)
    monkeypatch.setattr(driver, "begin_closing", broken(RuntimeError("no")))
    assert attempts(world, instance, 9) == ["pauses"] * 9
    monkeypatch.undo()
    assert advance_review(world.services, instance.id) == "waiting"
    state = world.services.reviews.state(instance.id)
    assert (state.status, state.attempts, state.error) == (Status.COMPLETING, 0, "")


def test_a_pause_is_kept_and_a_failure_stops_no_other_message(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    world.clock.set(instance.closes)
    monkeypatch.setattr(driver, "begin_closing", broken(RuntimeError("no")))
    body = f'{{"kind": "instance", "id": "{instance.id}"}}'
    assert events.work({"Records": [{"body": body, "messageId": "1"}]}) == {"batchItemFailures": []}
    assert advance_review(world.services, instance.id) == "busy"


def test_being_told_to_slow_down_is_no_failure(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    world.clock.set(instance.closes)
    monkeypatch.setattr(driver, "begin_closing", broken(errors.Throttled("slow down")))
    assert attempts(world, instance, 12) == ["throttled"] * 12
    assert world.services.reviews.state(instance.id).attempts == 0


def test_workers_that_are_cut_off_every_time_make_it_fail_too(world: World, org: Organisation) -> None:
    """Nobody is there to report an attempt that ran out of time or memory: taking the lease counts."""
    _, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    world.clock.set(instance.closes)
    for _ in range(failing.MOST_ATTEMPTS):
        state = world.services.reviews.state(instance.id)
        assert driver._taken(world.services, state) is not None
        world.clock.seconds += 301
    assert advance_review(world.services, instance.id) == "Failed"
    assert status(world, instance)["failure"]["error"] == failing.SILENT


def test_silence_while_a_review_had_failed_removes_nobody(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G10, G24: reviewers could not decide, and the end passed meanwhile."""
    boss, _, people, policy, _ = managed(world, org, 2, no_response=NoResponse.REMOVE)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    world.clock.advance(days=8)
    monkeypatch.setattr(driver, "_in_progress", broken(RuntimeError("no mail can be made")))
    assert attempts(world, instance, 10)[-1] == "Failed"
    monkeypatch.undo()
    refused = decide(world, instance, boss, item, "Deny")
    assert refused.status == 409 and "Failed" in refused.error["message"]
    world.clock.set(instance.closes + timedelta(days=1))
    assert world.post(f"/api/v1/reviews/{instance.id}/retry").status == 204
    for _ in range(3):
        world.tick()
    outcome = world.services.reviews.state(instance.id).outcome
    assert (outcome.kept_because, outcome.removals) == ({"stoppedEarly": 2}, 0)


def test_only_who_administers_the_review_lets_it_go_on(world: World, org: Organisation) -> None:
    """R167: its reviewers see it and may not; to strangers it does not exist."""
    boss, deputy, _, policy, _ = managed(world, org, 1)
    owner = org.person("owner")
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{policy.catalog_id}")
    instance = opened(world, policy)
    reviews = world.services.reviews
    resting = {"status": Status.FAILED, "failed_at": Status.IN_PROGRESS, "due": "", "lease": Lease(), "error": "x"}
    reviews.checkpoint(type(state := reviews.state(instance.id))(**{**fields(state), **resting}))
    address = f"/api/v1/reviews/{instance.id}/retry"
    assert world.post(address, None, boss.principal_name).status == 403
    assert world.post(address, None, deputy.principal_name).status == 404
    assert world.post(address, None, owner.principal_name).status == 204


def fields(state: Any) -> dict[str, Any]:
    return {name: getattr(state, name) for name in state.__dataclass_fields__}
