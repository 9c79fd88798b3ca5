"""Removals against what gives access back: a re-grant, an undoing, a decline; a sign-off against what is seen late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import events
from chalicelib.domain.assignments import AssignmentState, RequestType
from chalicelib.domain.guards import How
from chalicelib.domain.items import Decision
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.reviews import Status
from chalicelib.storage.tables import ItemRow
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.confirm_removals import apply_decisions, decline_removals
from chalicelib.usecases.restore_access import restore_access
from tests.factories import ADMIN
from tests.simulation.depth import Depth
from tests.simulation.races import Race
from tests.simulation.scheduler import Action, History
from tests.simulation.team import STAFF, Team, team

HERE = "tests/simulation/test_races_removing.py"


def decided(one: Team) -> Team:
    """Ann and Bob are denied, Cy is approved; the end has passed and the sweep is due."""
    for name in STAFF:
        one.decide(one.services, "rita", name, Decision.APPROVE if name == "cy" else Decision.DENY)
    one.world.drain()
    one.world.clock.set(one.review.closes + timedelta(seconds=1))
    advance_review(one.services, one.review.id)
    one.world.clock.advance(seconds=61)
    return one.keep()


@pytest.fixture
def applying() -> Iterator[Team]:
    with team() as found:
        yield decided(found)


@pytest.fixture
def waiting() -> Iterator[Team]:
    """The removals wait for a confirmation."""
    with team(brake_count=1) as found:
        decided(found).settle()
        assert found.state.brake and found.state.status is Status.COMPLETED
        yield found.keep()


def working(one: Team) -> Action:
    return lambda services: advance_review(services, one.review.id)


def live(one: Team, name: str) -> list[str]:
    """The ids of the assignments by which a person has the package."""
    page = one.services.entitlements.assignments_of_policy(one.policy.id, 100, None).items
    person = one.org.people[name].id
    return [found.id for found in page if found.target_id == person and found.state is AssignmentState.DELIVERED]


def test_a_removal_against_a_new_assignment(applying: Team, depth: Depth):
    """P11, P12: the person has at most one assignment, and a re-grant, which comes after the removal, stays."""

    def regrant(services: Any) -> None:
        wish = Wish(target_id=applying.org.people["ann"].id, policy_id=applying.policy.id)
        assign(services, ADMIN, services.clock.now(), "regrant", wish)

    def judge(history: History) -> None:
        applying.settle()
        assert applying.services.entitlements.assignment(applying.held["ann"]).state is AssignmentState.EXPIRED
        again = live(applying, "ann")
        assert len(again) == int(history.of["regrant"].accepted), again
        assert (applying.state.status, applying.state.removed) == (Status.APPLIED, 2)

    actions = {"worker": working(applying), "regrant": regrant}
    assert Race(applying, lambda _: actions, judge, HERE, ["worker"]).exhaust(depth, interrupted=2) >= 5 or depth.seed


def test_a_removal_against_an_end_by_an_administrator(applying: Team, depth: Depth):
    """P11, P13: the assignment ends once; the review says that it removed it, or that it was gone already."""

    def end(services: Any) -> str:
        found = services.entitlements.assignment(applying.held["ann"])
        made = end_assignment(services, ADMIN, services.clock.now(), "end", found, RequestType.ADMIN_REMOVE)
        return "ended" if made else "was over"

    def judge(history: History) -> None:
        applying.settle()
        state = applying.state
        assert not live(applying, "ann")
        assert state.status is Status.APPLIED and state.removed + state.gone + state.outcome.cancelled >= 2
        by_us = history.of["end"].outcome == "ended"
        assert (applying.item("ann").apply_result == "AppliedSuccessfully") == (not by_us)

    actions = {"worker": working(applying), "end": end}
    assert Race(applying, lambda _: actions, judge, HERE, ["worker"]).exhaust(depth, interrupted=2) >= 5 or depth.seed


def test_a_removal_against_its_undoing(applying: Team, depth: Depth):
    """P11, P18: refused until it is over, or everything of it is undone: once, with the sums of the review."""
    owner = applying.org.people["oli"]
    actor = Actor(
        owner.id,
        owner.principal_name,
        "Oli",
        frozenset({(Role.CATALOG_OWNER, f"catalog:{applying.review.catalog_id}")}),
    )

    def undo(services: Any) -> None:
        restore_access(services, actor, services.clock.now(), "undo", applying.review, applying.items["ann"], "mistake")

    def judge(history: History) -> None:
        applying.settle()
        undone = history.of["undo"].accepted
        assert len(live(applying, "ann")) == int(undone)
        assert applying.state.removals_restored == int(undone) and applying.state.removed == 2 - undone

    actions = {"worker": working(applying), "undo": undo}
    assert Race(applying, lambda _: actions, judge, HERE, ["worker"]).exhaust(depth, interrupted=2) >= 5 or depth.seed


def test_two_undoings_of_one_removal(applying: Team, depth: Depth):
    """P18: one of them is it."""
    applying.settle()
    applying.keep()

    def undoing(name: str) -> Action:
        return lambda services: restore_access(
            services, ADMIN, services.clock.now(), name, applying.review, applying.items["ann"], name
        )

    def judge(history: History) -> None:
        assert len(live(applying, "ann")) == 1
        assert sum(one.accepted for one in history.of.values()) == 1
        assert (applying.state.removals_restored, applying.state.removed) == (1, 1)

    race = Race(applying, lambda _: {name: undoing(name) for name in ("one", "two")}, judge, HERE)
    assert race.exhaust(depth) >= 4 or depth.seed


@pytest.mark.parametrize("worker", [False, True])
def test_a_confirmation_against_a_decline(waiting: Team, worker: bool, depth: Depth):
    """P14: exactly one of them holds; nobody loses access after a decline."""

    def confirm(services: Any) -> None:
        apply_decisions(services, ADMIN, services.clock.now(), "confirm", waiting.review)

    def decline(services: Any) -> None:
        decline_removals(services, ADMIN, services.clock.now(), "decline", waiting.review, "a mistake")

    def judge(history: History) -> None:
        waiting.settle()
        confirmed = history.of["confirm"].accepted
        assert confirmed != history.of["decline"].accepted
        assert waiting.state.confirmation.how is (How.CONFIRMED if confirmed else How.DECLINED)
        assert [bool(live(waiting, name)) for name in STAFF] == [not confirmed, not confirmed, True]
        assert waiting.state.removed == (2 if confirmed else 0)

    actions = {"confirm": confirm, "decline": decline}
    actions |= {"worker": working(waiting)} if worker else {}
    assert Race(waiting, lambda _: actions, judge, HERE, ["worker"]).exhaust(depth) >= 2 or depth.seed


def test_counting_the_same_stream_twice_while_decisions_come(depth: Depth):
    """P18, P22: a batch of the stream that is delivered twice, at once, is counted and told once."""
    with team() as one:
        one.decide(one.services, "rita", "ann", Decision.DENY)
        table = ItemRow.Meta.table_name
        batch = {"Records": [{**record, "eventSourceARN": "items"} for record in one.one.cloud.stream(table)]}
        one.keep()

        def count(services: Any) -> None:
            events.count_decisions({**batch, "shardId": "shard"})

        def judge(history: History) -> None:
            one.settle()
            counts = one.services.reviews.progress(one.review.id).counts
            assert (counts.approved, counts.denied) == (1, 1), counts

        actions = {
            "once": count,
            "again": count,
            "bob": lambda services: one.decide(services, "rob", "bob", Decision.APPROVE),
        }
        assert Race(one, lambda _: actions, judge, HERE, ["once", "again"]).exhaust(depth) >= 2 or depth.seed


def test_a_removal_at_once_against_a_change_of_mind(depth: Depth):
    """P8, P10, G21: either the access goes, and nothing is decided any more, or it stays and the change counts."""
    with team(cut_now=True) as one:
        one.decide(one.services, "rita", "ann", Decision.DENY)
        one.keep()

        def judge(history: History) -> None:
            one.settle()
            changed = history.of["rita"].accepted
            assert one.item("ann").decision is (Decision.APPROVE if changed else Decision.DENY)
            assert bool(live(one, "ann")) == changed
            assert one.item("ann").removal_begun != changed

        actions = {
            "worker": lambda services: events.WORK["cuts"](services, one.review.id),
            "rita": lambda services: one.decide(services, "rita", "ann", Decision.APPROVE, mark="rita"),
        }
        assert Race(one, lambda _: actions, judge, HERE, ["worker"]).exhaust(depth) >= 3 or depth.seed
