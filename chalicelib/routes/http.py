"""What every door shares: one call object, one way to declare a route, one shape of success, error and headers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import msgspec
from chalice.app import Blueprint, Chalice, Request, Response

from chalicelib import bootstrap
from chalicelib.domain import errors, ids
from chalicelib.domain.people import Actor, User
from chalicelib.routes import auth
from chalicelib.usecases.ports import Services

MAX_BODY = 1_000_000  # bytes; imports have their own limit
JSON = "application/json"
CHALICE_CODES = {
    405: "MethodNotAllowed",
    415: "UnsupportedMediaType",
    404: "ResourceNotFound",
    400: "BadRequest",
}
_PART = re.compile(r"\w+")
_NAMED_FIELD = re.compile("field `([^`]{1,64})`")
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}


@dataclass(frozen=True)
class Call:
    """One request: who asks, when it was received (the instant that decides about deadlines), and what."""

    request: Request
    services: Services
    now: datetime
    operation: str
    person: User
    path: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def actor(self) -> Actor:
        """The caller with their roles; deciding does not need them."""
        return auth.with_roles(self.services, self.person)

    @property
    def query(self) -> dict[str, list[str]]:
        """Query values by name, decoded."""
        found = self.request.query_params
        return {name: found.getlist(name) for name in found} if found else {}

    @property
    def headers(self) -> Mapping[str, str]:
        """Request headers, names without case."""
        headers: Mapping[str, str] = self.request.headers
        return headers

    @property
    def retried(self) -> bool:
        """Is this a repeat by the Graph SDK (brief, decision 13)?"""
        return "retry-attempt" in self.headers

    @property
    def request_path(self) -> str:
        """The path as the client sees it, with the stage."""
        return str(self.request.context.get("path", ""))

    def only(self, *names: str) -> None:
        """Raises InvalidInput for query options other than these, and for one that is empty or repeated."""
        for name, values in self.query.items():
            if name not in names:
                offered = ", ".join(names) or "none"
                raise errors.InvalidInput(f"'{name[:64]}' is not supported here; supported: {offered}.", name[:64])
            if len(values) != 1 or not values[0]:
                raise errors.InvalidInput(f"{name} must be given once, with a value.", name)

    def raw_body(self, limit: int = MAX_BODY) -> bytes:
        """The body. Raises TooLarge above `limit` bytes."""
        found = self.request.raw_body or b""
        body = found.encode() if isinstance(found, str) else found
        if len(body) > limit:
            raise errors.TooLarge(f"The body has {len(body)} bytes; at most {limit} are taken.")
        return body

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty body is an empty object. Raises InvalidInput."""
        body = self.raw_body()
        if not body.strip():
            return {}
        try:
            found = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise errors.InvalidInput(f"The body is not valid JSON: {problem}") from problem
        if not isinstance(found, dict):
            raise errors.InvalidInput("The body must be a JSON object.")
        return found

    def strict(self, shape: type[Any]) -> Any:
        """The body as `shape` (a msgspec Struct that forbids unknown members); for our own root."""
        try:
            return msgspec.json.decode(self.raw_body() or b"{}", type=shape)
        except msgspec.ValidationError as problem:
            message, _, where = str(problem).partition(" - at `$")
            # The path of the object, such as `.decisions[0]`, and a member of it that is missing or unknown.
            parts = [*_PART.findall(where), *_NAMED_FIELD.findall(message)]
            raise errors.InvalidInput(message, "/".join(parts) or None) from problem
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise errors.InvalidInput(f"The body is not valid JSON: {problem}") from problem


@dataclass(frozen=True)
class Created:
    """A 201 answer."""

    body: Mapping[str, Any]


@dataclass(frozen=True)
class Accepted:
    """A 202 answer: work was started, `body` says where to look."""

    body: Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """A plain answer, for example a bare `$count`."""

    text: str
    content_type: str = "text/plain"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Mapping[str, Any] | Created | Accepted | Text | None
View = Callable[..., Answer]


def answer(value: Answer) -> Response:
    """Turn what a view returned into a response. None is 204 with a truly empty body."""
    if value is None:
        return Response(body="", status_code=204, headers={**HEADERS})
    if isinstance(value, Text):
        headers: dict[str, Any] = {**HEADERS, "Content-Type": value.content_type, **value.headers}
        return Response(body=value.text, status_code=value.status, headers=headers)
    status = 201 if isinstance(value, Created) else 202 if isinstance(value, Accepted) else 200
    body = value.body if isinstance(value, Created | Accepted) else value
    return _json(body, status)


def _json(body: Mapping[str, Any], status: int, extra: Mapping[str, str] | None = None) -> Response:
    headers: dict[str, Any] = {**HEADERS, "Content-Type": JSON, **(extra or {})}
    return Response(body=msgspec.json.encode(body).decode(), status_code=status, headers=headers)


def route(
    door: Blueprint,
    method: str,
    path: str,
    *,
    content_types: tuple[str, ...] = (JSON,),
    public: bool = False,
    takes: tuple[str, ...] | None = None,
) -> Callable[[View], View]:
    """Declare a view: `view(call, **path_parameters)`. Everything is authenticated unless `public`. `takes` names
    the query options there are; without it the view looks after them."""

    def declare(view: View) -> View:
        def handler(**parameters: str) -> Response:
            try:  # here, because Chalice turns whatever leaves a view into a 500 before any middleware
                call = _call(door, public, parameters)
                if takes is not None:
                    call.only(*takes)
                return answer(view(call, **_decoded(parameters)))
            except errors.ReviewError as problem:
                return refuse(problem, str(door.current_request.context.get("requestId", "")))

        handler.__name__ = view.__name__
        door.route(path, methods=[method], name=f"{method} {path}", content_types=list(content_types))(handler)
        return view

    return declare


def _decoded(parameters: Mapping[str, str]) -> dict[str, str]:
    """Chalice hands path parameters over still percent-encoded."""
    return {name: unquote(value) for name, value in parameters.items()}


def _call(door: Blueprint, public: bool, parameters: Mapping[str, str]) -> Call:
    services = bootstrap.services()
    request: Request = door.current_request
    person = auth.ANYONE if public else auth.person(services, request.headers)
    return Call(request, services, services.clock.now(), services.clock.new_id(), person, _decoded(parameters))


def error_body(problem: errors.ReviewError, now: datetime, request_id: str) -> dict[str, Any]:
    """Graph's error shape."""
    body: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.target:
        body["target"] = problem.target
    body["innerError"] = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": request_id,
    }
    return {"error": body}


def refuse(problem: errors.ReviewError, request_id: str) -> Response:
    """The response for a refusal."""
    extra: dict[str, str] = {}
    if isinstance(problem, errors.Throttled):
        extra["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, errors.Unauthenticated):
        extra["WWW-Authenticate"] = "Bearer"
    clock = bootstrap.services().clock
    named = request_id or ids.guid_of(clock.new_id())  # outside API Gateway a request has no id of its own
    return _json(error_body(problem, clock.now(), named), problem.status, extra)


def install(app: Chalice) -> None:
    """Make every answer of the app, refusals by Chalice itself included, have our headers and error shape."""

    @app.middleware("http")
    def shape(event: Request, get_response: Callable[[Request], Response]) -> Response:
        return _reshaped(get_response(event), str(event.context.get("requestId", "")))


def _reshaped(response: Response, request_id: str) -> Response:
    """Chalice's own errors (`Code`, `Message`) in our shape; everything else unchanged."""
    if response.status_code < 400 or response.headers.get("Cache-Control") == "no-store":
        return response
    body = response.body if isinstance(response.body, dict) else _loads(response.body)
    problem = errors.ReviewError(str(body.get("Message", "The request was refused.")))
    problem.status = response.status_code
    problem.code = CHALICE_CODES.get(response.status_code, "InternalServerError")
    if problem.status >= 500:
        problem.message = "Something went wrong on our side."
    shaped = refuse(problem, request_id)
    shaped.headers.update({k: v for k, v in response.headers.items() if k.lower() == "allow"})
    return shaped


def _loads(body: Any) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
