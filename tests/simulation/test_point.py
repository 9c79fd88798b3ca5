"""The point sees every call, and what a hook does there is what the product meets."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.simulation.depth import Depth, history
from tests.simulation.point import Killed
from tests.simulation.worlds import simulated


def test_calls_of_pynamodb_and_of_botocore_pass_the_same_point():
    with simulated() as one:
        seen = []
        with one.point.hooked(lambda call, proceed: (seen.append(call.service), proceed())[1]):
            one.org.person("ann")
            one.world.services.files.put("a", b"b")
        assert {"dynamodb", "s3"} <= set(seen)


def test_a_call_that_a_hook_refuses_is_not_made_and_raises_the_services_own_error():
    with simulated() as one:

        def refuse(call, proceed):
            raise call.refusal("SlowDown", 503)

        with one.point.hooked(refuse), pytest.raises(ClientError, match="SlowDown"):
            one.world.services.files.put("a", b"b")
        assert one.world.services.files.get("a") is None


def test_no_handler_survives_being_killed():
    with simulated() as one:

        def kill(call, proceed):
            raise Killed

        with one.point.hooked(kill), pytest.raises(Killed):
            one.world.tick()


def test_what_fails_in_a_history_names_the_seed_that_replays_it():
    with pytest.raises(AssertionError, match=r"--seed 7 tests/x\.py"), history(7, "tests/x.py"):
        raise AssertionError("something")
    assert Depth(seed=7).histories(3, 5) == [7]
    assert len(Depth(long=True).histories(3, 5)) == 5
