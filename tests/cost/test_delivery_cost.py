"""What granting through a connector costs; a package without one costs what it did (brief, section 4)."""

from __future__ import annotations

import pytest

from bench.contract import REMOVING, hold, removing
from bench.meter import Meter
from chalicelib.usecases.assign import Wish, assign
from tests.cost.delivering import granting
from tests.factories import ADMIN, Organisation
from tests.world import World


@pytest.mark.parametrize(("connector", "budget"), REMOVING)
def test_a_denied_item_costs_at_most(world: World, connector: str, budget: int) -> None:
    hold(removing(connector, budget)(world))


@pytest.mark.parametrize("connector", ["", "recorded"])
def test_assigning_is_one_commit(world: World, connector: str) -> None:
    org = Organisation(world.services)
    policy, ann = org.policy(granting(world, org, connector)), org.person("ann")
    with Meter() as meter:
        assign(world.services, ADMIN, org.now, org.operation(), Wish(target_id=ann.id, policy_id=policy.id))
    print(meter.table())
    assert meter.write_units <= 16
