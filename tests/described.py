"""Holds answers against our own description of the API (/openapi.json)."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import unquote

import jsonschema_rs


@cache
def description() -> dict[str, Any]:
    """The description as clients get it."""
    import app  # noqa: F401 - declares every route
    from chalicelib.routes.declared import ROUTES
    from chalicelib.routes.openapi import document

    found: dict[str, Any] = json.loads(json.dumps(document(ROUTES, "test")))
    return found


def operation(method: str, path: str, resource: str) -> dict[str, Any]:
    """The description of a request to `path`, routed to `resource`: a name such as `$count` has its own."""
    paths = description()["paths"]
    chosen = paths[named_address(path, resource)].get(method.lower()) or paths[resource][method.lower()]
    return dict(chosen)


def named_address(path: str, resource: str) -> str:
    """The address in the description that a path routed to `resource` belongs to."""
    paths = description()["paths"]
    named = f"{resource.rpartition('/')[0]}/{unquote(path.rpartition('/')[2])}"
    if named not in paths:  # the arguments of a function are parameters, with or without the comma between them
        named = re.sub(r"(\w+)='[^']*',?", r"\1='{\1}',", named).replace(",)", ")")
    return named if named in paths else resource


@cache
def _validator(schema: str) -> Any:
    whole = {**json.loads(schema), "components": description()["components"]}
    return jsonschema_rs.Draft202012Validator(whole)


def faults(method: str, path: str, resource: str, reply: Any) -> list[str]:
    """What is wrong with an answer: an undescribed status or content type, a body of another shape."""
    if method.lower() not in description()["paths"].get(resource, {}):
        return []  # a verb the address does not take
    told = operation(method, path, resource)["responses"]
    if str(reply.status) not in told:
        return [f"status {reply.status} is none of {', '.join(told)}"]
    chosen = told[str(reply.status)]
    if "$ref" in chosen:
        chosen = description()["components"]["responses"][chosen["$ref"].rpartition("/")[2]]
    kind = {name.lower(): value for name, value in reply.headers.items()}.get("content-type", "").partition(";")[0]
    content = chosen.get("content", {})
    if not content:
        return [] if not reply.text else ["a body where there is none"]
    if kind not in content:
        return [f"content type {kind} is none of {', '.join(content)}"]
    if kind != "application/json":
        return []
    validator = _validator(json.dumps(content[kind]["schema"]))
    return [f"{one.instance_path}: {one.message[:200]}" for one in validator.iter_errors(json.loads(reply.text))]
