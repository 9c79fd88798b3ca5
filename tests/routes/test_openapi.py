"""/openapi.json describes every route, validly, and tells the truth about query options."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.routes import test_bad_input_api as api
from tests.routes import test_bad_input_graph as graph
from tests.routes.attacking import Stage, routes_under, stage
from tests.world import World

__all__ = ["stage"]
TABLE = {**graph.TABLE, **api.TABLE}
OPTIONS = ("$top=1", "$count=true", "$select=id", "$filter=id eq 'x'", "$orderby=id", "$expand=nothing", "$skiptoken=x")
READS = [name for name in TABLE if name.startswith("GET /v1.0/")]


def test_the_description_is_public_valid_and_names_every_route(world: World) -> None:
    reply = world.get("/openapi.json", None)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    validate(reply.json)
    told = {f"{method.upper()} {path}" for path, held in reply.json["paths"].items() for method in held}
    assert told >= routes_under("/")


def test_every_route_says_what_it_answers_in_words_and_shape() -> None:
    from tests.described import description

    for path, held in description()["paths"].items():
        for method, told in held.items():
            done = [status for status in told["responses"] if status < "300"]
            assert done or {"405", "501"} & told["responses"].keys() or path == "/scim/v2/{other}", (
                f"{method} {path} declares no answer: give it gives=..."
            )
            assert told["summary"], f"{method} {path} has no docstring"


def test_every_operation_has_a_name_of_its_own() -> None:
    from tests.described import description

    names = [told["operationId"] for held in description()["paths"].values() for told in held.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", READS, ids=[name.replace("/v1.0/identityGovernance", "") for name in READS])
def test_options_that_are_described_are_taken_and_no_others(stage: Stage, name: str) -> None:
    from tests.described import operation

    route, (method, path) = TABLE[name], name.split(" ")
    address = stage.address(route.path)
    described = {one["name"] for one in operation(method, address, path)["parameters"] if one["in"] == "query"}
    for option in OPTIONS:
        word = option.partition("=")[0]
        reply: Any = stage.world.get(f"{address}?{option}", route.as_)
        unknown = reply.status == 400 and "is not supported here" in reply.error["message"]
        assert unknown == (word not in described), f"{name} {option}: {reply.status} {reply.text[:300]}"
