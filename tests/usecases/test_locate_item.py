"""Finding the item of an assignment through the frozen population."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.usecases import freeze_population
from chalicelib.usecases.locate_item import frozen_row, locate_item
from tests import factories
from tests.factories import Organisation
from tests.world import World


@pytest.mark.parametrize("page", [1, 2, 3, 100])
def test_every_item_is_found_by_its_assignment_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    services = replace(
        bootstrap.services(), settings=replace(world.services.settings, freeze_page=page, bucket_items=3)
    )
    monkeypatch.setattr(bootstrap, "services", lambda: services)
    monkeypatch.setattr(freeze_population, "CHUNK_PAGES", 1)
    org = Organisation(services)
    boss, deputy = org.person("boss"), org.person("deputy")
    staff = [org.person(f"p{number}", manager="boss" if number % 2 else "") for number in range(7)]
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), deputy))
    held = org.assign(policy, *staff)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    late = org.assign(policy, boss)
    for assignment, person in zip(held, staff, strict=True):
        found = locate_item(services, instance, assignment)
        assert found is not None and found.principal_id == person.id
    assert locate_item(services, instance, late[0]) is None
    assert frozen_row(services, instance, policy.id) is None
