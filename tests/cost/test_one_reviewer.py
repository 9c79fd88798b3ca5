"""The cost contract (brief section 4) where one reviewer has a thousand items."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import contract
from bench.contract import hold
from bench.thousand import Thousand, thousand


@pytest.fixture(scope="module")
def alone() -> Iterator[Thousand]:
    """A review of 1,000 items and one manager."""
    with thousand(1) as review:
        yield review


def test_a_page_of_a_hundred_items_is_one_query(alone: Thousand) -> None:
    hold(contract.reviewers_page(alone))


def test_a_thousand_decisions_in_one_call_cost_a_unit_each(alone: Thousand) -> None:
    hold(contract.many_decisions(alone))
