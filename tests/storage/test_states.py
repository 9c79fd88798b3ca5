"""What a process remembers of a review's state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.reviews import InstanceState
from chalicelib.storage.reviews import ReviewTable
from chalicelib.usecases.ports import Create, Save
from tests.world import World


def test_what_was_read_afresh_is_what_is_remembered(world: World) -> None:
    """A mail sent right after an extension once told the former end."""
    now = world.clock.now()
    state = InstanceState(instance_id="one", definition_id="series", ends=now)
    world.services.writer.commit("a", Create(state))
    table = ReviewTable(world.clock, 60)
    remembered = table.recent_state("one")
    assert remembered is not None
    world.services.writer.commit("b", Save(replace(remembered, ends=now + timedelta(days=1))))
    assert table.recent_state("one") == remembered
    assert table.recent_state("one") != table.state("one") == table.recent_state("one")
