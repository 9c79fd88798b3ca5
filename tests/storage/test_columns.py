"""Members of an entity that are columns of their own, and members of the same names inside it."""

from __future__ import annotations

from chalicelib.domain.removals import Regrant, Removal, Standing
from chalicelib.usecases.ports import Create
from tests.world import START, World


def test_what_is_inside_an_entity_keeps_members_that_elsewhere_are_columns(world: World) -> None:
    """`seen` is a column of people's sign-ins, and a member of a removal's re-grants."""
    removal = Removal(
        instance_id="93b1253e-ca04-391e-4a61-5db7f5557ecd",
        item_id="38f1749e-9b12-00cf-cecc-1c7c6228e9fc",
        assignment_id="a",
        person_id="ann",
        standing=Standing.REMOVED,
        begun=START,
        regrants=(Regrant(seen=START),),
    )
    world.services.writer.commit("one", Create(removal))
    found = world.services.removals.removal(removal.instance_id, removal.item_id)
    assert found.regrants == removal.regrants
