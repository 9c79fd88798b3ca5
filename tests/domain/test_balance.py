"""Whether a closed review adds up: every wrong number is seen, none that is right is called wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.balance import Equation, balance
from chalicelib.domain.reviews import InstanceState, Outcome, Status

OUTCOME = Outcome(
    total=60,
    approved=40,
    approved_by_rule=3,
    denied_by_person=6,
    denied_by_rule=2,
    dont_know=4,
    kept=4,
    kept_because={"noResponse": 3, "notAsked": 1},
    cancelled=1,
)
APPLIED = InstanceState(
    instance_id="i",
    definition_id="d",
    status=Status.APPLIED,
    ends=datetime(2026, 3, 31, tzinfo=UTC),
    items=60,
    population=62,
    counted=62,
    outcome=OUTCOME,
    removed=6,
    gone=1,
    removal_failures=1,
)


def found(state: InstanceState) -> dict[str, Equation]:
    return {one.name: one for one in balance(state)}


def test_a_review_that_adds_up_says_so_in_every_equation() -> None:
    equations = found(APPLIED)
    assert list(equations) == ["population", "decisions", "kept", "removals"]
    assert all(one.balanced for one in equations.values())
    assert equations["population"].terms == (("reviewed", 60), ("notInForce", 2))
    assert dict(equations["removals"].terms) == {"removed": 6, "alreadyGone": 1, "failed": 1, "toRemove": 0}


@pytest.mark.parametrize(
    ("wrong", "name", "difference"),
    [
        ({"counted": 63}, "population", 1),
        ({"counted": 61}, "population", -1),
        ({"items": 61}, "decisions", 1),
        ({"items": 59}, "decisions", -1),
        ({"outcome": replace(OUTCOME, approved=39)}, "decisions", 1),
        ({"outcome": replace(OUTCOME, kept_because={"noResponse": 3})}, "kept", 1),
        ({"removed": 5}, "removals", 1),
        ({"removed": 7}, "removals", -1),
        ({"removal_failures": 0}, "removals", 1),
        ({"gone": 3}, "removals", -2),
    ],
)
def test_a_wrong_number_unbalances_its_equation_by_that_much(wrong: dict[str, Any], name: str, difference: int) -> None:
    equations = found(replace(APPLIED, **wrong))
    assert not equations[name].balanced
    assert equations[name].difference == difference
    assert {one.name for one in equations.values() if not one.balanced} == {name}


def test_more_items_than_were_read_are_wrong_even_where_the_sum_is_right() -> None:
    population = found(replace(APPLIED, population=59, counted=59))["population"]
    assert (population.difference, population.balanced) == (0, False)


def test_a_removal_that_is_not_done_yet_is_no_error_before_the_review_is_applied() -> None:
    waiting = replace(APPLIED, status=Status.COMPLETED, removed=0, gone=0, removal_failures=0)
    removals = found(waiting)["removals"]
    assert dict(removals.terms)["toRemove"] == 8 and removals.balanced
    half = replace(waiting, status=Status.APPLYING, removed=3)
    assert dict(found(half)["removals"].terms)["toRemove"] == 5


def test_what_was_removed_at_once_counts_before_the_worker_comes_to_it() -> None:
    at_once = replace(OUTCOME, removed_at_once=5)
    waiting = replace(APPLIED, status=Status.COMPLETED, outcome=at_once, removed=0, gone=0, removal_failures=0)
    assert dict(found(waiting)["removals"].terms) == {"removed": 5, "alreadyGone": 0, "failed": 0, "toRemove": 3}
    applied = replace(APPLIED, outcome=at_once)
    assert found(applied)["removals"] == found(APPLIED)["removals"]


def test_a_review_without_denials_or_silence_has_no_equation_about_them() -> None:
    quiet = Outcome(total=60, approved=60)
    state = replace(APPLIED, outcome=quiet, removed=0, gone=0, removal_failures=0)
    assert list(found(state)) == ["population", "decisions"]
    stray = found(replace(state, removed=1))["removals"]
    assert (stray.total, stray.balanced) == (0, False)


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.COMPLETING, Status.AUTO_REVIEWING, Status.AUTO_REVIEWED])
def test_nothing_is_claimed_while_decisions_can_change(status: Status) -> None:
    assert balance(replace(APPLIED, status=status)) == ()
    assert balance(replace(APPLIED, status=Status.FAILED, failed_at=status)) == ()


def test_a_review_that_failed_while_removing_still_tells_its_decisions() -> None:
    state = replace(APPLIED, status=Status.FAILED, failed_at=Status.APPLYING, removed=4)
    assert found(state)["decisions"].balanced
    assert dict(found(state)["removals"].terms)["toRemove"] == 2
