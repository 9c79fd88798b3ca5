"""What a review costs in dollars: every quantity that is billed has a price, and sums grow with the review."""

from __future__ import annotations

import pytest

from bench import contract, dollars
from bench.cost import played
from bench.simulated.model import Plan
from bench.simulated.review import play


@pytest.fixture(scope="module")
def two():
    return [play(Plan(items=items, measured=False)) for items in (300, 600)]


def test_twice_the_review_costs_twice_as_much(two) -> None:
    small, large = (dollars.lines(dollars.usage(one)) for one in two)
    for name in ("DynamoDB", "API Gateway", "SES, SNS", "EventBridge"):
        assert large[name] == pytest.approx(2 * small[name], rel=0.1), name
    assert 0 < dollars.storage(dollars.usage(two[1])) < 0.01


def test_all_that_is_counted_is_paid_for(two) -> None:
    """A quantity without a price would make reviews look cheap."""
    used = dollars.usage(two[0])
    before = sum(dollars.lines(used).values()) + dollars.storage(used)
    for name, number in used.items():
        more = {**used, name: number + 1_000_000}
        assert sum(dollars.lines(more).values()) + dollars.storage(more) > before, name


def test_an_idle_deployment_is_counted_from_the_templates() -> None:
    rows = {row["what"]: row["$ a month"] for row in dollars.idle()}
    assert rows["in all"] == pytest.approx(sum(rows.values()) - rows["in all"], abs=0.02)
    assert rows["dashboard"] == 3.0 and any(name.startswith("alarms: ") for name in rows)


def test_what_only_a_whole_review_shows_is_within_its_budget(two) -> None:
    bulk = play(Plan(items=600, panel=1, measured=False))
    contract.hold([line for line in played(two[1], bulk) if line.operation != "a whole review"])
