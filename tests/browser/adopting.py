"""What Contoso could adopt: a look at the groups of its Identity Center, with whom nobody knows and what fails."""

from __future__ import annotations

from tests.browser.organisation import Office
from tests.groups_outside import GroupsOutside, member
from tests.world import World

NAME = "identity-center"


def look_at_groups(world: World, office: Office) -> None:
    """A preview of three groups, of which one is not there any more. Nothing else is changed."""
    say, connectors = office.say, world.services.connectors
    outside = GroupsOutside()
    outside.join("g-1", "ada", "ben", "cara")
    outside.held["g-1"].append(member("guest", display_name=say("Somebody From Outside"), mail=""))
    outside.join("g-2", "ada")
    outside.names = {"g-1": say("Production administrators"), "g-2": say("Readers of the data lake")}
    connectors.fixed[NAME] = outside
    groups = [{"originId": one} for one in ("g-1", "g-2", "g-gone")]
    started = world.post("/api/v1/adoptions/preview", {"connection": NAME, "groups": groups})
    assert started.status == 202, started.text
    world.drain()
    del connectors.fixed[NAME]
    office.adoptions["preview"] = started.json["id"]
