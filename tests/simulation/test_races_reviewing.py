"""Who may decide changes while they decide: handed over, taken back, taken off, stopped, extended, reset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.items import Decision
from chalicelib.domain.packages import SubjectSet
from chalicelib.domain.reviews import Status
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.edit_reviewers import Reviewers, edit_reviewers
from chalicelib.usecases.extend_review import extend_review
from chalicelib.usecases.hand_over import Wish, hand_over
from chalicelib.usecases.take_back import take_back
from tests.factories import ADMIN
from tests.simulation.depth import Depth
from tests.simulation.races import Race, check_linear, marks, operation
from tests.simulation.scheduler import Action, History, Scheduler
from tests.simulation.team import Team, team

HERE = "tests/simulation/test_races_reviewing.py"
APPROVE, DENY = Decision.APPROVE, Decision.DENY


@pytest.fixture
def managed() -> Iterator[Team]:
    with team(together=False) as found:
        yield found


@pytest.fixture
def two() -> Iterator[Team]:
    with team() as found:
        yield found


def giving(one: Team, giver: str, to: str) -> Action:
    wish = Wish(to=one.org.people[to].id, reason="away")
    return lambda services: hand_over(
        services, one.org.people[giver], one.review, wish, services.clock.now(), f"hand {to}"
    )


def taking_back(one: Team, giver: str, to: str) -> Action:
    taker = one.org.people[to].id
    return lambda services: take_back(
        services, one.org.people[giver], one.review, taker, (), services.clock.now(), f"back {to}"
    )


def deciding(one: Team, who: str, decision: Decision = APPROVE, name: str = "ann", **more: Any) -> Action:
    return lambda services: one.decide(services, who, name, decision, mark=who, **more)


def test_handing_over_while_both_decide(managed: Team, depth: Depth):
    """P5, P6: the helper decides from some instant on; the giver still may; both are recorded, by their names."""

    def judge(history: History) -> None:
        item, hal = managed.item("ann"), history.of["hal"]
        many = [operation(hal, "decide", "hal"), operation(history.of["mia"], "decide", "mia")]
        many += [operation(history.of["give"], "hand over", "mia", "hal")]
        check_linear(many, ["mia"], history)
        assert set(marks(item)) == ({"mia", "hal"} if hal.accepted else {"mia"})
        behalf = {entry.operation: entry.on_behalf_of for entry in item.history}
        assert behalf.get("hal") in (None, managed.org.people["mia"].id)

    actions = {"give": giving(managed, "mia", "hal"), "hal": deciding(managed, "hal"), "mia": deciding(managed, "mia")}
    assert Race(managed, lambda _: actions, judge, HERE).exhaust(depth) >= 3 or depth.seed


def test_a_delegates_decision_against_taking_back(managed: Team, depth: Depth):
    """P5, P9: in or out; a decision that was accepted stands although the delegation has ended."""
    giving(managed, "mia", "hal")(managed.services)
    managed.world.clock.advance(seconds=6)
    managed.world.drain()
    managed.keep()

    def judge(history: History) -> None:
        back = operation(history.of["back"], "take back", "mia", "hal")
        check_linear([operation(history.of["hal"], "decide", "hal"), back], ["mia", "hal"], history)
        assert marks(managed.item("ann")) == (("hal",) if history.of["hal"].accepted else ())

    actions = {"back": taking_back(managed, "mia", "hal"), "hal": deciding(managed, "hal")}
    assert Race(managed, lambda _: actions, judge, HERE).exhaust(depth) >= 2 or depth.seed


def test_handing_over_to_two_people_at_once(managed: Team, depth: Depth):
    """P5: one who was told that it was handed over has it, and whoever has it is listed."""
    names = ("hal", "rob")

    def judge(history: History) -> None:
        part = managed.services.reviews.parts_now(managed.org.people["mia"].id, managed.review)[0]
        given = {one.to for one in part.handed}
        for name in names:
            person = managed.org.people[name].id
            parts = [one for one in managed.services.reviews.parts_now(person, managed.review) if not one.removed]
            assert history.of[name].accepted == (person in given) == bool(parts), name

    race = Race(managed, lambda _: {name: giving(managed, "mia", name) for name in names}, judge, HERE)
    assert race.exhaust(depth) >= 3 or depth.seed


def test_a_decision_of_somebody_who_is_taken_off(two: Team, depth: Depth):
    """P5, R140: in or out; what was decided before stands, and the item is never left without a reviewer."""
    rob = Reviewers(primary=(SubjectSet("singleUser", two.org.people["rob"].id),))

    def take_off(services: Any) -> None:
        edit_reviewers(services, ADMIN, two.review, rob, services.clock.now(), "edit")

    def judge(history: History) -> None:
        assert history.of["edit"].accepted
        check_linear(
            [operation(history.of["rita"], "decide", "rita"), operation(history.of["edit"], "take back", "", "rita")],
            ["rita", "rob"],
            history,
        )
        assert marks(two.item("ann")) == (("rita",) if history.of["rita"].accepted else ())
        two.world.clock.advance(seconds=6)
        two.decide(two.services, "rob", "ann", DENY, reason="still here")

    actions = {"edit": take_off, "rita": deciding(two, "rita")}
    assert Race(two, lambda _: actions, judge, HERE).exhaust(depth) >= 2 or depth.seed


def test_a_stop_that_races_with_a_decision(two: Team, depth: Depth):
    """P8, P9: what was acknowledged counts, whenever the Stop came; nobody who was not denied loses access."""

    def actions(scheduler: Scheduler) -> dict[str, Action]:
        def stop(services: Any) -> None:
            stop_review(services, ADMIN, services.clock.now(), "stop", two.review)
            scheduler.time_passes(seconds=two.services.settings.stop_delay_seconds + 1)
            advance_review(services, two.review.id)

        def rita(services: Any) -> None:
            two.decide(services, "rita", "ann", DENY, mark="before")
            scheduler.time_passes(seconds=6)
            two.decide(services, "rita", "bob", DENY, mark="after")

        return {"stop": stop, "rita": rita}

    def judge(history: History) -> None:
        two.settle()
        assert two.state.status is Status.APPLIED and two.state.stopped_by == ADMIN.id
        denied = {name for name in ("ann", "bob", "cy") if marks(two.item(name))}
        if history.of["rita"].accepted:
            assert denied == {"ann", "bob"}
        left = {
            name for name, held in two.held.items() if two.services.entitlements.assignment(held).state == "expired"
        }
        assert left == denied and two.state.outcome.denied_by_person == len(denied)

    assert Race(two, actions, judge, HERE, ["stop"]).exhaust(depth, interrupted=2) >= 4 or depth.seed


def test_an_extension_that_races_with_the_close(two: Team, depth: Depth):
    """P8, P9: one of them wins; either the review is closed or it is open, and takes decisions, until its new end."""
    two.at_the_end()

    def actions(scheduler: Scheduler) -> dict[str, Action]:
        def extend(services: Any) -> None:
            until = two.review.closes + timedelta(days=2)
            extend_review(services, ADMIN, services.clock.now(), "extend", two.review, until, "holidays")

        def close(services: Any) -> None:
            scheduler.time_passes(seconds=3)
            advance_review(services, two.review.id)
            scheduler.time_passes(seconds=61)
            advance_review(services, two.review.id)

        return {"extend": extend, "close": close}

    def judge(history: History) -> None:
        two.settle()
        open_ = two.state.status is Status.IN_PROGRESS
        assert open_ == bool(two.state.extensions) and (open_ or not history.of["extend"].accepted)
        if open_:
            two.decide(two.services, "rita", "ann", APPROVE)
            two.world.clock.set(two.state.ends)
            two.settle()
        assert two.state.status is Status.APPLIED
        assert two.state.outcome.total == 3 and two.state.outcome.approved == int(open_)

    assert Race(two, actions, judge, HERE, ["close"]).exhaust(depth, interrupted=2) >= 4 or depth.seed


def test_a_stop_that_was_long_under_way_ends_ahead_of_when_it_is_written(two: Team):
    """P5, seed 30000124 of test_crowds.py: a process that has not heard of it takes no decision after the end."""
    asked = two.world.clock.now()
    two.world.clock.advance(seconds=20)
    stop_review(two.services, ADMIN, asked, "stop", two.review)
    settings = two.services.settings
    assert two.state.ends - two.world.clock.now() >= timedelta(seconds=settings.state_cache_seconds)
