"""Workers that meet: on an opening, a closing, an applying; a Stop, a deletion, an extension in between; one that dies
while it holds the lease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import events
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import Status
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.list_items import items_of_review
from chalicelib.usecases.manage_policies import delete_policy
from tests.factories import ADMIN
from tests.simulation.depth import Depth
from tests.simulation.races import Race
from tests.simulation.scheduler import Action, History, Scheduler
from tests.simulation.team import Team, team

HERE = "tests/simulation/test_races_working.py"


@pytest.fixture
def before() -> Iterator[Team]:
    """Half a minute after the review should have opened."""
    with team(opened=False) as found:
        found.world.clock.set(found.world.clock.now().replace(hour=23, minute=59, second=30))
        yield found.keep()


@pytest.fixture
def ended() -> Iterator[Team]:
    """Ann is denied, Bob approved, Cy left to the rule; the end has passed a moment ago."""
    with team(no_response=NoResponse.REMOVE) as found:
        found.decide(found.services, "rita", "ann", Decision.DENY)
        found.decide(found.services, "rita", "bob", Decision.APPROVE)
        found.world.drain()
        found.world.clock.set(found.review.closes + timedelta(seconds=1))
        yield found.keep()


def opening(one: Team) -> Action:
    return lambda services: events.WORK["series"](services, one.series)


def check_opened_once(one: Team) -> None:
    """P1, P2, P15: one review, one item for each assignment, everybody asked once."""
    one.settle()
    state, page = one.state, items_of_review(one.services, one.instance, one.state, 100, None)
    assert sorted(item.assignment_id for item in page.items) == sorted(one.held.values())
    assert (state.status, state.items, state.population) == (Status.IN_PROGRESS, 3, 3)
    told = Counter(mail["to"].partition("@")[0] for mail in one.world.mails())
    assert told == {"rita": 1, "rob": 1}, told
    assert one.agenda() == ["instance", "series"]


def test_two_workers_on_one_opening(before: Team, depth: Depth):
    """P1, P2, P15."""
    workers = {"one": opening(before), "two": opening(before)}
    race = Race(before, lambda _: workers, lambda _: check_opened_once(before), HERE, list(workers))
    assert race.exhaust(depth, interrupted=2) >= 10 or depth.seed


def test_a_stop_that_races_with_the_opening(before: Team, depth: Depth):
    """P1, P8: it is refused until the review is open, or ends it; everybody keeps access."""

    def stop(services: Any) -> str:
        page = services.reviews.instances_of(before.series, 1, None).items
        if page:
            stop_review(services, ADMIN, services.clock.now(), "stop", page[0])
        return "stopped" if page else "nothing to stop"

    def judge(history: History) -> None:
        before.settle()
        stopped = history.of["stop"].accepted and history.of["stop"].outcome == "stopped"
        state, page = before.state, items_of_review(before.services, before.instance, before.state, 100, None)
        assert sorted(item.assignment_id for item in page.items) == sorted(before.held.values())
        assert bool(state.stopped_by) == stopped
        assert state.status is (Status.APPLIED if stopped else Status.IN_PROGRESS), state.status
        assert {item.kept for item in page.items} <= ({"stoppedEarly", "notAsked"} if stopped else {""})
        if stopped:  # a worker that was rescheduling the review then leaves a hint too many, which ends by itself
            before.world.clock.set(before.instance.closes)
            before.world.tick()
        assert before.agenda() == (["series"] if stopped else ["instance", "series"])

    workers = {"worker": opening(before), "stop": stop}
    assert Race(before, lambda _: workers, judge, HERE, ["worker"]).exhaust(depth) >= 10 or depth.seed


def test_a_worker_that_dies_over_an_opening_is_followed_by_another(before: Team, depth: Depth):
    """P1, P2, P21: wherever it dies and whoever comes meanwhile; its lease runs out."""
    workers = {"dies": opening(before), "next": opening(before)}
    race = Race(before, lambda _: workers, lambda _: check_opened_at_least(before), HERE, list(workers))
    assert race.dying(depth, "dies") >= 40 or depth.seed


def check_opened_at_least(one: Team) -> None:
    """P15: rather a second mail than somebody who was never asked."""
    one.settle()
    state, page = one.state, items_of_review(one.services, one.instance, one.state, 100, None)
    assert sorted(item.assignment_id for item in page.items) == sorted(one.held.values())
    assert (state.status, state.items, state.population) == (Status.IN_PROGRESS, 3, 3)
    told = Counter(mail["to"].partition("@")[0] for mail in one.world.mails())
    assert set(told) == {"rita", "rob"} and told.total() <= 3, told
    assert one.agenda() == ["instance", "series"]


def test_a_policy_that_is_deleted_while_its_review_opens(depth: Depth):
    """G33, P8: refused while the review opens; else no review of it stays open."""
    with team(opened=False) as one:
        for name, assignment_id in one.held.items():
            assignment = one.services.entitlements.assignment(assignment_id)
            request = RequestType.ADMIN_REMOVE
            end_assignment(one.services, ADMIN, one.org.now, f"end {name}", assignment, request)
        one.world.drain()
        one.world.clock.set(one.world.clock.now().replace(hour=23, minute=59, second=30))
        one.keep()

        def delete(services: Any) -> None:
            delete_policy(services, ADMIN, services.clock.now(), "delete", one.policy.id)

        def judge(history: History) -> None:
            one.settle()
            gone = one.services.entitlements.policy(one.policy.id) is None
            found = one.services.reviews.instances_of(one.series, 5, None).items
            statuses = [one.services.reviews.state(each.id).status for each in found]
            assert gone == history.of["delete"].accepted
            assert set(statuses) <= (
                {Status.COMPLETED, Status.APPLIED} if gone else {Status.IN_PROGRESS, Status.APPLIED}
            )

        workers = {"worker": opening(one), "delete": delete}
        assert Race(one, lambda _: workers, judge, HERE, ["worker"]).exhaust(depth) >= 10 or depth.seed


def closing(one: Team) -> Action:
    def close(services: Any) -> None:
        advance_review(services, one.review.id)

    return close


def check_removed_once(one: Team) -> None:
    """P8, P10, P11, P15: each item one outcome, each denied access one removal, each person told once."""
    one.settle()
    state, outcome = one.state, one.state.outcome
    assert state.status is Status.APPLIED, state
    assert (outcome.total, outcome.approved, outcome.denied_by_person, outcome.denied_by_rule) == (3, 1, 1, 1)
    assert (state.removed, state.removal_failures, state.gone) == (2, 0, 0)
    standing = {name: one.services.entitlements.assignment(held).state for name, held in one.held.items()}
    assert standing == {"ann": "expired", "bob": "delivered", "cy": "expired"}
    requests = one.services.entitlements.list_requests(100, None).items
    removals = Counter(each.assignment_id for each in requests if each.type is RequestType.SYSTEM_REMOVE)
    assert removals == {one.held["ann"]: 1, one.held["cy"]: 1}
    told = Counter(mail["to"].partition("@")[0] for mail in one.world.mails())
    assert all(told[name] == 1 for name in ("ann", "cy", "oli")) and not told["bob"], told


def test_two_workers_on_one_closing(ended: Team, depth: Depth):
    """P8, P10, P11."""

    def invocations(scheduler: Scheduler) -> dict[str, Action]:
        def first(services: Any) -> None:
            advance_review(services, ended.review.id)
            scheduler.time_passes(seconds=61)
            advance_review(services, ended.review.id)

        return {"first": first, "second": closing(ended)}

    race = Race(ended, invocations, lambda _: check_removed_once(ended), HERE, ["first", "second"])
    assert race.exhaust(depth, interrupted=1) >= 10 or depth.seed


@pytest.fixture
def applying(ended: Team) -> Team:
    """The sweep is due: the next worker sweeps, completes and removes."""
    advance_review(ended.services, ended.review.id)
    ended.world.clock.advance(seconds=61)
    return ended.keep()


def test_two_workers_on_one_applying(applying: Team, depth: Depth):
    """P10, P11."""
    workers = {"one": closing(applying), "two": closing(applying)}
    race = Race(applying, lambda _: workers, lambda _: check_removed_once(applying), HERE, list(workers))
    assert race.exhaust(depth, interrupted=1) >= 10 or depth.seed


def test_a_worker_that_comes_back_after_its_lease(applying: Team, depth: Depth):
    """P11, P21: it stalled for longer than its lease, another took over; what it does then changes nothing."""

    def invocations(scheduler: Scheduler) -> dict[str, Action]:
        def after(services: Any) -> None:
            scheduler.time_passes(seconds=applying.services.settings.lease_seconds + 1)
            advance_review(services, applying.review.id)

        return {"stalled": closing(applying), "after": after}

    race = Race(applying, invocations, lambda _: check_removed_once(applying), HERE, ["after"], ["stalled"])
    assert race.exhaust(depth, interrupted=1) >= 10 or depth.seed
