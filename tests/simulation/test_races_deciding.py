"""Decisions against the close, against one another, against a bulk action: every schedule of each pair."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.domain.items import Decision
from chalicelib.domain.reviews import Status
from chalicelib.usecases.advance_review import advance_review
from tests.simulation.depth import Depth
from tests.simulation.races import Race, check_linear, marks, operation, refused
from tests.simulation.scheduler import Action, History, Scheduler
from tests.simulation.team import Team, team

HERE = "tests/simulation/test_races_deciding.py"
APPROVE, DENY = Decision.APPROVE, Decision.DENY


@pytest.fixture
def two() -> Iterator[Team]:
    with team() as found:
        yield found


@pytest.fixture
def ending() -> Iterator[Team]:
    with team() as found:
        yield found.at_the_end()


def deciding(one: Team, who: str, decision: Decision, mark: str, name: str = "ann", **more: object) -> Action:
    return lambda services: one.decide(services, who, name, decision, mark=mark, **more)


def closing(one: Team, scheduler: Scheduler) -> Action:
    """The end passes, the review is closed, and a minute later swept."""

    def close(services: object) -> str:
        scheduler.time_passes(seconds=3)
        advance_review(services, one.review.id)
        scheduler.time_passes(seconds=61)
        return advance_review(services, one.review.id)

    return close


@pytest.mark.parametrize("decision", [APPROVE, DENY])
def test_a_decision_that_races_with_the_close_is_in_or_out(ending: Team, decision: Decision, depth: Depth):
    """P6, P8, P9: never both, never neither; what was acknowledged counts in the outcome."""

    def judge(history: History) -> None:
        ending.settle()
        item, outcome = ending.item("ann"), ending.state.outcome
        rita = history.of["rita"]
        swept = operation(history.of["closer"], "close", answer=marks(item))
        check_linear([operation(rita, "decide", "rita"), swept] if rita.accepted else [swept], ["rita"], history)
        assert (item.decision is decision) == rita.accepted == (not item.kept)
        assert (outcome.total, outcome.approved + outcome.denied_by_person) == (3, int(rita.accepted))
        assert ending.state.status is Status.APPLIED
        assert (item.apply_result == "AppliedSuccessfully") == (rita.accepted and decision is DENY)

    race = Race(
        ending,
        lambda scheduler: {
            "rita": deciding(ending, "rita", decision, "rita"),
            "closer": closing(ending, scheduler),
        },
        judge,
        HERE,
        workers=["closer"],
    )
    assert race.exhaust(depth) >= 5 or depth.seed


def test_two_reviewers_of_one_item_and_somebody_who_looks(two: Team, depth: Depth):
    """P6, P7, P9: both are recorded, in the order in which they were, and whoever looks sees a prefix of it."""

    def judge(history: History) -> None:
        item = two.item("ann")
        seen = operation(history.of["look"], "read", answer=history.of["look"].outcome)
        last = [operation(history.of[name], "decide", name) for name in ("rita", "rob")]
        check_linear([*last, seen], ["rita", "rob"], history)
        assert sorted(marks(item)) == ["rita", "rob"] and item.decision is item.last.decision

    race = Race(
        two,
        lambda _: {
            "rita": deciding(two, "rita", APPROVE, "rita"),
            "rob": deciding(two, "rob", DENY, "rob"),
            "look": lambda services: marks(services.items.get(two.review.id, two.items["ann"])),
        },
        judge,
        HERE,
    )
    assert race.exhaust(depth) >= 6 or depth.seed
