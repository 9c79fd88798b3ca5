"""A POST repeated by the SDK after a lost answer (same body, Retry-Attempt) makes nothing twice."""

from __future__ import annotations

import pytest

from tests.routes import test_bad_input_api as api
from tests.routes import test_bad_input_graph as graph
from tests.routes.attacking import Stage, contents, stage

__all__ = ["stage"]
TABLE = {**graph.TABLE, **api.TABLE}
POSTS = [name for name, route in TABLE.items() if name.startswith("POST") and not route.closed]


def rows() -> set[tuple[str, str]]:
    """The keys of everything but the audit trail and the agenda, which remember that somebody asked."""
    return {
        key for table, found in contents().items() if not table.endswith("audit") for key in found if key[0] != "DUE"
    }


@pytest.mark.parametrize("name", POSTS)
def test_a_repeated_post_makes_nothing_twice(stage: Stage, name: str) -> None:
    route = TABLE[name]
    address, body = stage.address(route.path), route.body(stage) if route.body else None
    first = stage.world.call("POST", address, body, route.as_)
    made = rows()
    again = stage.world.call("POST", address, body, route.as_, {"retry-attempt": "1"})
    assert rows() == made, f"{first.status} {first.text[:300]} then {again.status} {again.text[:300]}"
    if first.status == 201:
        assert again.status in (200, 201) and again.json["id"] == first.json["id"], again.text[:500]
    elif first.status == 202:
        assert again.status == 202 and again.json["id"] == first.json["id"], again.text[:500]
    elif first.status < 300:
        assert again.status < 300 or again.status in (409, 429), again.text[:500]
