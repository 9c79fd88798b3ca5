"""Requests made of our own description (/openapi.json) by schemathesis: no fault of ours, no undescribed answer.

Seeded, so that a failure plays again; `--long` looks longer, `--seed N` elsewhere. Reads come first and deletions
last, for all of it happens in one world.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.openapi import from_wsgi
from schemathesis.specs.openapi import checks

from tests.routes.attacking import Stage, stage
from tests.simulation.depth import Depth
from tests.world import token

__all__ = ["stage"]
SEED = 20260302
EXAMPLES, MANY = 3, 30  # of an operation and a kind of data; many in a long run
METHODS = ("get", "post", "put", "patch", "delete")
PEOPLE = ("admin@example.com", "boss@example.com", "eve@example.com")
REAL = {
    "users": "user",
    "groups": "group",
    "catalogs": "catalog",
    "accessPackages": "package",
    "assignmentPolicies": "policy",
    "assignmentRequests": "request",
    "assignments": "assignment",
    "definitions": "definition",
    "instances": "review",
    "decisions": "item",
    "items": "item",
    "my-access": "assignment",
    "reviews": "review",
    "roles": "role",
    "imports": "import",
    "historyDefinitions": "history",
    "access-packages": "package",
    "exports": "export",
    "downloads": "download",
    "people": "user",
    "review-series": "definition",
    "mail-previews": "template",
    "resources": "resource",
    "resourceRequests": "resource_request",
    "resourceRoleScopes": "role_scope",
    "incompatibleAccessPackages": "other_package",
    "incompatibleGroups": "$ref",
}
BY_NAME = {"run_id": "run", "reference": "$ref"}
CONFIG = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


class Gateway:
    """The world behind WSGI, which is how schemathesis talks to an app."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        body = environ["wsgi.input"].read()
        url = "/" + environ["REQUEST_URI"].removeprefix(".").lstrip("/")  # the description's server is "."
        url = f"{url.partition('?')[0]}?{environ['QUERY_STRING']}"
        reply = self.stage.world.call(environ["REQUEST_METHOD"], url, body or None, None, headers=headers)
        start(f"{reply.status} answer", list(reply.headers.items()))
        return [reply.text.encode()]


def chance(*parts: object) -> int:
    """A number that depends on nothing but its arguments."""
    return zlib.crc32(repr((SEED, *parts)).encode())


def likelier(schema: Any, ids: dict[str, str]) -> None:
    """Half of the ids become real ones, and half of the query options stay away: most random ones are refused."""

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any]) -> dict[str, Any]:
        parts = context.operation.path.split("/")
        for before, part in pairwise(parts):
            name = part.strip("{}")
            known = BY_NAME.get(name) or REAL.get(before)
            if known and name in (path_parameters or {}) and chance(path_parameters[name], before) % 4:
                path_parameters[name] = ids.get(known, known)
        return path_parameters

    @schema.hook
    def map_query(context: Any, query: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in (query or {}).items() if chance(name, value) % 3 == 0}

    @schema.hook
    def map_body(context: Any, body: Any) -> Any:
        return real_ids(body, sorted(ids.values()))


def real_ids(body: Any, known: list[str]) -> Any:
    """The body with half of what stands where an id should replaced by the id of something."""
    if isinstance(body, list):
        return [real_ids(one, known) for one in body]
    if not isinstance(body, dict):
        return body
    return {
        name: known[chance(value) % len(known)]
        if isinstance(value, str) and name.lower().endswith("id") and chance(name, value) % 2
        else real_ids(value, known)
        for name, value in body.items()
    }


@pytest.mark.parametrize("method", METHODS)
def test_nothing_the_description_allows_or_forbids_surprises_us(stage: Stage, method: str, depth: Depth) -> None:
    load_all_checks()
    schema = from_wsgi("/openapi.json", Gateway(stage), config=CONFIG)
    likelier(schema, stage.ids)
    seen: dict[int, int] = {}
    for found in schema.include(method=method.upper()).get_all_operations():
        for mode in GenerationMode:
            drive(depth, found.ok(), mode, CHECKS, seen, [checks.ignored_auth])
    assert set(seen) & {200, 201, 202, 204}, seen
    assert set(seen) & {400, 404}, seen


def test_our_own_root_refuses_whatever_it_does_not_describe(stage: Stage, depth: Depth) -> None:
    """Graph's surface ignores what it does not know, as Graph does; ours does not."""
    load_all_checks()
    schema = from_wsgi("/openapi.json", Gateway(stage), config=CONFIG)
    for found in schema.include(path_regex="^/api/").get_all_operations():
        drive(depth, found.ok(), GenerationMode.NEGATIVE, [checks.negative_data_rejection], {})


def drive(
    depth: Depth,
    operation: Any,
    mode: GenerationMode,
    wanted: list[Any],
    seen: dict[int, int],
    once: Iterable[Any] = (),
) -> None:
    """Some requests to one address, each by one of a few people. The checks of `once` ask again themselves: they
    are for the first answer that did not refuse."""
    left = [*once]

    @seed(chance(operation.label, mode, *([depth.seed] if depth.seed else [])))
    @settings(
        max_examples=MANY if depth.long else EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        who = PEOPLE[max(chance(str(case.path_parameters), str(case.query), str(case.body)) % 6 - 3, 0)]
        headers = {"Authorization": f"Bearer {token(who)}"}
        reply = case.call(headers=headers)
        seen[reply.status_code] = seen.get(reply.status_code, 0) + 1
        case.validate_response(reply, checks=wanted, headers=headers)
        if left and reply.status_code < 300:
            case.validate_response(reply, checks=left, headers=headers)
            left.clear()

    with suppress(Unsatisfiable):  # an address without options and body has nothing that could be wrong
        run()
