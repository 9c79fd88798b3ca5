"""The product against the model: random lives of one policy."""

from __future__ import annotations

from chalicelib import bootstrap
from tests.simulation.depth import Depth, history
from tests.simulation.lives import live
from tests.simulation.worlds import simulated

HERE = "tests/simulation/test_model.py"


def test_random_lives_of_a_policy_go_as_the_model_says(depth: Depth):
    """T2: all promises after each life, every answer and all that one can see after each step."""
    with simulated("memory") as one:
        empty = one.cloud.snapshot()
        clock = dict(vars(one.world.clock))
        for seed in depth.histories(150, 10_000):
            with history(seed, HERE) as chance:
                one.cloud.restore(empty)
                vars(one.world.clock).update(clock)
                one.world.streamed = one.world.told = 0
                bootstrap.use_clock(one.world.clock)
                live(one, chance, 100 if depth.long else 50)
