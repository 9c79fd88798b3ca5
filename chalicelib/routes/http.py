"""What every door shares: one call object, one way to declare a route, one shape of success."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Unpack
from urllib.parse import unquote

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib import bootstrap, logs
from chalicelib.domain import errors, ids
from chalicelib.domain.attempts import Repeat
from chalicelib.domain.people import Actor, User
from chalicelib.routes import auth
from chalicelib.routes.declared import JSON, Declared, Options, check_terms, checked, declare
from chalicelib.routes.responses import HEADERS, json_response, refusal, refuse
from chalicelib.usecases.ports import Services

MAX_BODY = 1_000_000  # bytes; imports have their own limit


@dataclass(frozen=True)
class Call:
    """One request: who asks, when it was received (the instant that decides about deadlines), and what."""

    request: Request
    services: Services
    now: datetime
    operation: str
    person: User
    path: Mapping[str, str] = field(default_factory=dict)
    takes: type | None = None

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

    def repeat(self, limit: int = MAX_BODY) -> Repeat:
        """How this request is known again should its client repeat it."""
        return Repeat(ids.digest(self.request_path, self.raw_body(limit))[:32], self.retried)

    @property
    def carries_file(self) -> bool:
        """Is the body something else than JSON (a CSV file)?"""
        return not (self.headers.get("content-type") or JSON).lower().startswith(JSON)

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

    @cached_property
    def body(self) -> Any:
        """The body as the shape the route `takes`; on our own root unknown members are refused, elsewhere ignored
        but for those of our own namespace.

        Raises InvalidInput naming the member."""
        assert self.takes is not None, "the route does not say what it takes"
        found = checked(self.json(), self.takes)
        check_terms(self.json(), found)
        return found

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty body is an empty object. Raises InvalidInput."""
        return self._object

    @cached_property
    def _object(self) -> dict[str, Any]:
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


@dataclass(frozen=True)
class Created:
    """A 201 answer."""

    body: Mapping[str, Any]


@dataclass(frozen=True)
class Accepted:
    """A 202 answer: work was started, `body` says where to look."""

    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


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
    return json_response(body, status, value.headers if isinstance(value, Accepted) else None)


def route(door: Blueprint, method: str, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
    """Declare a view: `view(call, **path_parameters)`; the options say what it takes and gives."""

    def wrap(view: View) -> View:
        declared = declare(view, method, path, options)

        def handler(**parameters: str) -> Response:
            try:  # here, because Chalice turns whatever leaves a view into a 500 before any middleware
                return answer(view(_checked_call(door, declared, parameters), **decoded(parameters)))
            except Exception as problem:  # noqa: BLE001 - refusal() raises it again unless it can be told
                return refuse(refusal(problem), logs.unit().correlation)

        handler.__name__ = view.__name__
        types = list(declared.content_types)
        door.route(path, methods=[method], name=f"{method} {path}", content_types=types)(handler)
        return view

    return wrap


def decoded(parameters: Mapping[str, str]) -> dict[str, str]:
    """Chalice hands path parameters over still percent-encoded."""
    return {name: unquote(value) for name, value in parameters.items()}


def _checked_call(door: Blueprint, declared: Declared, parameters: Mapping[str, str]) -> Call:
    """The call, with options and body as the route declares them. Raises Unauthenticated, InvalidInput."""
    services = bootstrap.services()
    request: Request = door.current_request
    person = auth.ANYONE if declared.public else auth.person(services, request.headers)
    if not declared.public:
        logs.unit().facts["person"] = person.id
    now, operation = services.clock.now(), services.clock.new_id()
    call = Call(request, services, now, operation, person, decoded(parameters), declared.takes)
    if declared.strict:
        call.only(*declared.query)
    if declared.takes is not None and not call.carries_file:
        call.body  # noqa: B018 - a wrong body is refused before anything is looked up
    return call
