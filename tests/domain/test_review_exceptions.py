"""What counts as an exception of a closed review (domain/review_exceptions)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.guards import Confirmation, How
from chalicelib.domain.recurrence import occurrence
from chalicelib.domain.review_exceptions import Around, exceptions_of, still_open
from chalicelib.domain.reviews import Compared, InstanceState, Outcome, ReviewInstance, Status
from chalicelib.domain.sources import Anyway
from tests.factories import by_oneself
from tests.world import START

SETTINGS = by_oneself(START.date())
DUE = occurrence(SETTINGS.schedule, 0)
assert DUE is not None
CLOSES = DUE.closes
INSTANCE = ReviewInstance(
    id="i",
    definition_id="d",
    policy_id="p",
    package_id="k",
    catalog_id="c",
    name="Review",
    package_name="Package",
    policy_name="Policy",
    number=0,
    day=DUE.date,
    opens=DUE.opens,
    closes=CLOSES,
    settings=SETTINGS,
)
STATE = InstanceState(
    instance_id="i",
    definition_id="d",
    status=Status.APPLIED,
    ends=CLOSES,
    closed=CLOSES + timedelta(minutes=5),
    started=DUE.opens + timedelta(minutes=1),
    items=10,
    population=10,
    counted=10,
    outcome=Outcome(total=10, approved=10),
)


def keys(state: InstanceState = STATE, instance: ReviewInstance = INSTANCE, around: Around | None = None) -> list[str]:
    return [f"{one.key} {one.count}" for one in exceptions_of(instance, state, around)]


def ended(outcome: Outcome, **counts: Any) -> InstanceState:
    """A review of ten with this outcome, its decisions adding up."""
    return replace(STATE, outcome=replace(outcome, total=10), **counts)


def test_a_review_in_which_all_went_well_has_none() -> None:
    assert keys() == []


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.AUTO_REVIEWED])
def test_a_review_whose_results_do_not_stand_has_none(status: Status) -> None:
    assert keys(replace(STATE, status=status, counted=3)) == []


def test_those_nobody_answered_for_are_told_by_the_reason() -> None:
    outcome = Outcome(approved=5, kept=4, kept_because={"notAsked": 3, "noResponse": 1}, dont_know=1, own_decisions=2)
    assert keys(ended(outcome)) == ["notAnswered.noResponse 1", "notAnswered.notAsked 3", "dontKnow 1", "ownDecision 2"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"removed": 3}, []),
        ({"removed": 1, "gone": 2}, []),
        ({"removed": 2, "removals_held": 1}, ["removal.held 1"]),
        ({"removed": 2, "removals_restored": 1}, ["removal.restored 1"]),
        ({"removed": 2, "needs_person": 1}, ["removal.needsPerson 1"]),
        ({"removed": 2, "removal_failures": 1}, ["removal.failing 1"]),
        ({"removed": 2, "removals_pending": 1}, ["removal.pending 1"]),
        ({"removed": 2}, ["equation.removals 1"]),
    ],
)
def test_removals_that_did_not_simply_happen(counts: dict[str, int], expected: list[str]) -> None:
    assert keys(ended(Outcome(approved=7, denied_by_person=3), **counts)) == expected


@pytest.mark.parametrize("how", [How.DECLINED, How.LAPSED])
def test_removals_that_nobody_confirmed(how: How) -> None:
    end = Confirmation(how=how, at=CLOSES + timedelta(days=1), by="boss", reason="A mistake.")
    state = ended(Outcome(approved=7, denied_by_rule=3), status=Status.COMPLETED, confirmation=end)
    (one,) = exceptions_of(INSTANCE, state)
    assert (one.key, one.count, one.by, one.since) == ("removal.notConfirmed", 3, "boss", end.at)


def test_removals_that_wait_take_no_disposition_yet() -> None:
    (one,) = exceptions_of(INSTANCE, ended(Outcome(approved=7, denied_by_person=3), status=Status.COMPLETED))
    assert (one.key, one.count, one.unfinished) == ("removal.toRemove", 3, True)
    assert still_open(one, {"removal.toRemove": 3})


def test_opened_and_closed_late_and_stopped() -> None:
    """G6: a day's delay is none."""
    late, day = timedelta(days=1, minutes=1), timedelta(days=1)
    assert keys(replace(STATE, started=DUE.opens + day, closed=CLOSES + day)) == []
    state = replace(STATE, started=DUE.opens + late, closed=CLOSES + late, stopped_by="boss")
    assert keys(state) == ["openedLate 1", "closedLate 1", "stopped 1"]
    assert [one.planned for one in exceptions_of(INSTANCE, state)] == [DUE.opens, CLOSES, CLOSES]


def test_old_data_and_what_outside_differs() -> None:
    anyway = Anyway(by="boss", at=DUE.opens, reason="The audit is tomorrow.")
    instance = replace(INSTANCE, anyway=anyway)
    state = replace(STATE, compared=Compared(at=DUE.opens, missing=2, extra=1, unread=3))
    assert keys(state, instance) == ["oldData 1", "comparison.unread 3", "comparison.missing 2", "comparison.extra 1"]


def test_what_lies_beside_the_review() -> None:
    assert keys(around=Around(2, DUE.opens, 1, CLOSES)) == ["regranted 1", "undelivered 2"]


def test_equations_that_do_not_balance_come_first() -> None:
    state = replace(STATE, counted=12, outcome=Outcome(total=9, approved=8, dont_know=1))
    assert keys(state)[:2] == ["equation.population 2", "equation.decisions 1"]


def test_a_disposition_covers_the_cases_there_were() -> None:
    (one,) = exceptions_of(INSTANCE, STATE, Around(0, None, 2, CLOSES))
    assert still_open(one, {}) and still_open(one, {"regranted": 1}) and not still_open(one, {"regranted": 2})
