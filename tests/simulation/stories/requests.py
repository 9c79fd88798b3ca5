"""Every writing route as a story: a client's request, repeated once when no answer came."""

from __future__ import annotations

from typing import Any

from tests.routes import test_bad_input_api as api
from tests.routes import test_bad_input_graph as graph
from tests.routes.attacking import Stage, set_stage
from tests.simulation.rig import Rig
from tests.simulation.stories import Act, Story

TABLE = {**graph.TABLE, **api.TABLE}
READS = {"POST /api/v1/review-previews", "POST /api/v1/mail-previews/{template}", "POST /api/v1/adoptions/preview"}


def stage(rig: Rig) -> None:
    """One of everything (tests/routes/attacking.py)."""
    rig.facts["stage"] = set_stage(rig.world)
    rig.settle()


def asking(name: str) -> Act:
    """The request of a route as it should be made."""
    route, method = TABLE[name], name.partition(" ")[0]

    def act(rig: Rig) -> None:
        here: Stage = rig.facts["stage"]
        body: Any = route.body(here) if route.body else {} if method in ("POST", "PUT") else None
        answers = rig.request(method, here.address(route.path), body, route.as_)
        rig.facts["statuses"].append(answers[-1].status if answers else 0)
        rig.deliver()

    return act


def stories() -> list[Story]:
    """One for each route that writes."""
    return [
        Story(name, frozenset({name}), stage, asking(name))
        for name, route in TABLE.items()
        if not name.startswith("GET ") and not route.closed
    ]
