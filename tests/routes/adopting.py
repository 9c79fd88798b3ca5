"""A system outside with a group, adopted, for the stage of bad input."""

from __future__ import annotations

from typing import Any

from tests.groups_outside import plug_in_groups
from tests.world import World

CONNECTION = "identity-center"


def adopted(world: World) -> dict[str, str]:
    """The ids of path parameters: the connection and an adoption of all its groups."""
    plug_in_groups(world.services, CONNECTION).join("crew", "ann", "stranger")
    started = world.post("/api/v1/adoptions", adoption())
    world.tick()
    return {"adoptable": CONNECTION, "adoption": started.json["id"]}


def adoption(stage: Any = None) -> dict[str, Any]:
    """A body that adopts all groups."""
    return {"connection": CONNECTION, "groups": [{"originId": "crew"}], "createPeople": False}
