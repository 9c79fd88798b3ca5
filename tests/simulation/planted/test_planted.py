"""Testing the tests: each planted fault is found, and the histories that find it find nothing in today's product."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.simulation.depth import FIRST_SEED, Depth, history
from tests.simulation.figures import PLANTED
from tests.simulation.planted.garden import PLANTS, Plant

HERE = "tests/simulation/planted/test_planted.py"
MOST = 2_000  # histories until we say that a fault is not found
HUNTS = list(dict.fromkeys(one.hunt for one in PLANTS))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What is planted is logged by the product as well; nobody reads that."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_there_are_enough_plants_of_every_kind():
    """T15: at least 25, ten with every commit, and one at least for each family of the casebook."""
    assert len(PLANTS) >= 25 and len({one.name for one in PLANTS}) == len(PLANTS)
    assert sum(one.often for one in PLANTS) >= 10
    families = (range(1, 10), range(10, 19), range(19, 29), range(29, 35), range(35, 40))
    assert all(any(one.failure in family for one in PLANTS) for family in families)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda one: one.name)
def test_a_planted_fault_is_found(plant: Plant, depth: Depth, record_property: Any) -> None:
    """T15: how many histories it takes is kept for docs/promises.md."""
    if not (plant.often or depth.long):
        pytest.skip("planted in long runs")
    began = time.perf_counter()
    with pytest.MonkeyPatch.context() as patch:
        plant.plant(patch)
        for number in range(MOST):
            try:
                plant.hunt(Random(FIRST_SEED + number))
            except AssertionError:
                break
        else:
            pytest.fail(f"not found in {MOST} histories: {plant.name}")
    depth.count(number + 1)
    record_property(PLANTED, [plant.name, number + 1, time.perf_counter() - began])


@pytest.mark.parametrize("hunt", HUNTS, ids=lambda one: one.__name__)
def test_the_product_has_none_of_them(hunt: Any, depth: Depth) -> None:
    """P1, P2, P3, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P18, P19, P20, P21 hold in every life."""
    for seed in depth.histories(8, 100_000):
        with history(seed, f"'{HERE}::test_the_product_has_none_of_them[{hunt.__name__}]'") as chance:
            hunt(chance)
