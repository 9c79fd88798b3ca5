"""The simulation of large reviews: it charges what the capacity meter does, and what it shows of the product."""

from __future__ import annotations

import pytest

from bench.meter import Meter
from bench.simulated.model import Plan
from bench.simulated.report import heat_rows, size_row, wrong
from bench.simulated.review import Story, play, stood_up
from bench.simulated.stage import Stage

EXACT = {"measured": False}  # no processor time of this machine: the same figures every time


def test_a_simulated_review_is_charged_what_the_meter_counts() -> None:
    """Opening, decisions, closing, removals and seals of a small review, request by request."""
    from chalicelib.settings import settings

    plan = Plan(items=60, span=5, **EXACT)
    with stood_up(plan) as (cloud, clock, ledger, services):
        stage = Stage(cloud, clock, ledger, settings().work_queue_url)
        story = Story(plan, cloud, clock, ledger, services, stage)
        story.prepare()
        with Meter() as meter:
            story.open()
            story.decide()
            story.end()
        assert str(story.state().status) == "Applied"
    total = ledger.total()
    counted = {name: line.requests for name, line in meter.by_operation.items()}
    made = {name.removeprefix("dynamodb."): n for name, n in total.items() if name.startswith("dynamodb.")}
    assert made == counted
    assert (total["write units"], total["read units"]) == (meter.write_units, meter.read_units)


@pytest.fixture(scope="module")
def managed():
    """1,200 people, their 120 managers, from the opening to the seals."""
    return play(Plan(items=1_200, **EXACT))


def test_everything_is_within_what_aws_allows(managed) -> None:
    assert list(wrong(managed)) == []
    assert managed.state.items == 1_200 and managed.state.removed > 80
    assert size_row(managed)["mails/s"] <= 28


def test_an_item_costs_the_same_in_a_review_ten_times_as_large(managed) -> None:
    small, large = size_row(play(Plan(items=120, **EXACT))), size_row(managed)
    for unit in ("WU an item", "RU an item", "requests an item"):
        assert large[unit] <= 1.02 * small[unit]


@pytest.mark.parametrize(("panel", "items"), [(1, 1_200), (3, 2_100)])
def test_a_set_that_reviews_everything_is_no_hot_partition(panel: int, items: int) -> None:
    """One partition takes a thousand writes a second: one reviewer's items are written no faster, those of several
    are written to all of their partitions at a time."""
    played = play(Plan(items=items, panel=panel, days=7, denied=0.0, **EXACT))
    assert list(wrong(played)) == []
    (most,) = [
        row["most a second"]
        for row in heat_rows(played)
        if row["table and partition"] == "items ID" and row["units"] == "write"
    ]
    assert most <= (1_000 if panel == 1 else 600)


def test_in_the_sandbox_of_ses_mails_go_out_one_a_second() -> None:
    """SES takes one mail a second there. They are sent at nearly that rate, and everybody is told."""
    played = play(Plan(items=240, span=2, days=7, rate=1.0, **EXACT))
    told = played.ledger.spans["mail start"]
    assert played.ledger.phases["mail start"]["mails"] + 2 >= 120
    assert told[1] - told[0] <= 120 * 2.5
    assert played.ledger.hottest["mail", "ses "].units <= 2
