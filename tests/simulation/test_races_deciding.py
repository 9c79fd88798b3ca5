"""Decisions against the close, against one another, against a bulk action: every schedule of each pair."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from chalicelib.domain.errors import PreconditionFailed
from chalicelib.domain.items import Decision
from chalicelib.domain.reviews import Status
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.decide_bulk import decide_all
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
            "rita": deciding(two, "rita", APPROVE, "rita", reason="needed"),
            "rob": deciding(two, "rob", DENY, "rob"),
            "look": lambda services: marks(services.items.get(two.review.id, two.items["ann"])),
        },
        judge,
        HERE,
    )
    assert race.exhaust(depth) >= 6 or depth.seed


def test_one_reviewer_at_two_browsers(two: Team, depth: Depth):
    """P6, P7: of two changes that both rest on what was there before (If-Match), exactly one is taken."""

    def judge(history: History) -> None:
        item = two.item("ann")
        (lost,) = refused(history)
        assert isinstance(lost.outcome, PreconditionFailed)
        assert marks(item) == tuple(name for name in history.of if name != lost.name)

    race = Race(
        two,
        lambda _: {
            "first": deciding(two, "rita", APPROVE, "first", version=0),
            "second": deciding(two, "rita", DENY, "second", version=0),
        },
        judge,
        HERE,
    )
    assert race.exhaust(depth) >= 2 or depth.seed


@pytest.mark.parametrize("other", ["rita", "rob"])
def test_a_bulk_action_never_overwrites_what_was_decided_after_it_began(two: Team, other: str, depth: Depth):
    """P7, brief decision 14: the single decision stands, whenever it is made."""
    rita = two.org.people["rita"]

    def bulk(services: Any) -> datetime:
        parts, began = services.reviews.my_parts(rita.id, two.review), services.clock.now()
        wish = {"decision": "Approve", "justification": "all fine", "principal": ""}
        decide_all(services, rita, two.review, parts, wish, began, "b" * 32)
        return began

    def judge(history: History) -> None:
        item, (asked, decided) = two.item("ann"), (history.of[name].outcome for name in ("bulk", "single"))
        assert [entry.operation for entry in item.history].count("single") == 1
        assert {two.item(name).decision for name in ("bob", "cy")} == {APPROVE}
        assert item.last.operation == "single" or decided <= asked
        assert item.decision is (DENY if item.last.operation == "single" else APPROVE)

    def actions(scheduler: Scheduler) -> dict[str, Action]:
        def single(services: Any) -> datetime:
            scheduler.time_passes(seconds=1)
            two.decide(services, other, "ann", DENY, mark="single", reason="left")
            return services.clock.now()

        return {"bulk": bulk, "single": single}

    assert Race(two, actions, judge, HERE).exhaust(depth) >= 3 or depth.seed
