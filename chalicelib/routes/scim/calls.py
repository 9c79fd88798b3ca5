"""What SCIM's routes share: whose token it is, the media type, versions in headers, and what an answer leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib import bootstrap
from chalicelib.domain import errors
from chalicelib.domain.provisioning import ProvisioningClient
from chalicelib.routes import auth
from chalicelib.routes.declared import JSON, SCIM, Media, Options, declare
from chalicelib.routes.graph.paging import address_of
from chalicelib.routes.http import Call, decoded
from chalicelib.routes.responses import HEADERS, refusal, refuse_scim
from chalicelib.routes.scim.faults import InvalidSyntax
from chalicelib.routes.scim.paths import Path, named_path
from chalicelib.routes.scim.people import etag
from chalicelib.routes.scim.schemas import Json
from chalicelib.usecases.provisioning_clients import authenticate, used

ROOT = "/scim/v2"
OBJECT = Media(SCIM)
NOTED_SECONDS = 600.0  # a client's use, and that its data is fresh, is noted this often by each process
SHOWN = ("attributes", "excludedAttributes")
_ALWAYS = ("schemas", "id")


@dataclass(frozen=True)
class ScimCall(Call):
    """One request of a provisioning client."""

    client: ProvisioningClient | None = None
    asked: Mapping[str, str] | None = None

    def searching(self) -> ScimCall:
        """The call with the options its body has instead of the query (RFC 7644, section 3.4.3)."""
        found = {}
        for name, value in self.object().items():
            if name.lower() != "schemas" and value is not None:
                found[name.lower()] = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        return replace(self, asked=found)

    @property
    def by(self) -> ProvisioningClient:
        """The client that asks."""
        assert self.client is not None, "every route of this door asks for a token"
        return self.client

    @property
    def base(self) -> str:
        """The address of /scim/v2 as the client knows it, with the stage."""
        path = self.request_path
        return address_of(self.headers, path[: path.find(ROOT) + len(ROOT)])

    def option(self, name: str) -> str:
        """A query option without case of its name, "" when it is not given. Raises InvalidInput when repeated."""
        if self.asked is not None:
            return self.asked.get(name.lower(), "")
        found = [value for key, values in self.query.items() if key.lower() == name.lower() for value in values]
        if len(found) > 1:
            raise errors.InvalidInput(f"{name} was given more than once.", name)
        return found[0] if found else ""

    def number(self, name: str, least: int, otherwise: int) -> int:
        """A whole number of the query; a smaller one than `least` counts as that. Raises InvalidInput."""
        text = self.option(name)
        try:
            return max(int(text), least) if text else otherwise
        except ValueError as problem:
            raise errors.InvalidInput(f"{name} must be a whole number.", name) from problem

    def object(self) -> Json:
        """The body. Raises InvalidInput."""
        try:
            found = self.json()
        except errors.InvalidInput as problem:
            raise InvalidSyntax(problem.message) from problem
        if not found:
            raise InvalidSyntax("A JSON object is needed as the body.")
        return found

    def wanted_version(self) -> int | None:
        """The version If-Match names; None when any will do. Raises PreconditionFailed for one that cannot be."""
        text = self.headers.get("if-match", "").strip()
        if text in ("", "*"):
            return None
        digits = text.removeprefix("W/").strip('"')
        if not digits.isdecimal():
            raise errors.PreconditionFailed("The resource has another version. Read it again.")
        return int(digits)

    def knows(self, version: int) -> bool:
        """Does the client have this version already (If-None-Match)?"""
        told = self.headers.get("if-none-match", "")
        return told.strip() == "*" or etag(version) in [one.strip() for one in told.split(",")]


View = Callable[..., Response]


def route(door: Blueprint, method: str, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
    """Declare a view of this door: `view(call, **path_parameters)` gives the response itself."""

    def wrap(view: View) -> View:
        options.setdefault("content_types", (SCIM, JSON))
        declared = declare(view, method, ROOT + path, options)

        def handler(**parameters: str) -> Response:
            try:
                call = _call(door.current_request)
                found = view(call, **decoded(parameters))
                if auth.first_in(NOTED_SECONDS, call.services, call.by.id):
                    used(call.services, call.by, call.now)
                return found
            except Exception as problem:  # noqa: BLE001 - refusal() raises it again unless it can be told
                return refuse_scim(refusal(problem))

        handler.__name__ = view.__name__
        types = list(declared.content_types)
        door.route(ROOT + path, methods=[method], name=f"{method} {ROOT}{path}", content_types=types)(handler)
        return view

    return wrap


def _call(request: Request) -> ScimCall:
    services = bootstrap.services()
    now = services.clock.now()
    client = authenticate(services, auth.bearer(request.headers), now)
    return ScimCall(request, services, now, services.clock.new_id(), auth.ANYONE, client=client)


def answered(body: Json, status: int = 200, extra: Mapping[str, str] | None = None) -> Response:
    """An answer with SCIM's media type."""
    headers: dict[str, Any] = {**HEADERS, "Content-Type": SCIM, **(extra or {})}
    return Response(body=msgspec.json.encode(body).decode(), status_code=status, headers=headers)


def empty(status: int = 204, extra: Mapping[str, str] | None = None) -> Response:
    """An answer without a body."""
    headers: dict[str, Any] = {**HEADERS, **(extra or {})}
    return Response(body="", status_code=status, headers=headers)


def resource(call: ScimCall, found: Json, schema: str, status: int = 200) -> Response:
    """One object, as far as it was asked for, with its version and, when new, its address."""
    meta = found["meta"]
    extra = {"ETag": meta["version"]} | ({"Location": meta["location"]} if status == 201 else {})
    return answered(shown(call, found, schema), status, extra)


def shown(call: ScimCall, found: Json, schema: str) -> Json:
    """An object as `attributes` or `excludedAttributes` want it. Raises InvalidInput when both are given."""
    only, without = (paths_of(call, name, schema) for name in SHOWN)
    if call.option(SHOWN[0]) and call.option(SHOWN[1]):
        raise errors.InvalidInput("Give attributes or excludedAttributes, not both.", "attributes")
    if call.option(SHOWN[0]):
        kept: Json = {name: found[name] for name in _ALWAYS if name in found}
        for path in only:
            _keep(kept, found, path)
        return kept
    left = {name: dict(value) if isinstance(value, dict) else value for name, value in found.items()}
    for path in without:
        _leave_out(left, path)
    return left


def paths_of(call: ScimCall, option: str, schema: str) -> list[Path]:
    """The attributes an option names; those nobody knows are ignored (RFC 7644, section 3.9)."""
    found = []
    for text in filter(None, (one.strip() for one in call.option(option).split(","))):
        try:
            path = named_path(text, schema)
        except errors.InvalidInput:
            continue
        if not path.ignored:
            found.append(path)
    return found


def leaves_out(call: ScimCall, name: str, schema: str) -> bool:
    """Is an attribute not wanted in the answer, so that it need not be read?"""
    asked = {path.attribute.name for path in paths_of(call, SHOWN[0], schema) if path.attribute}
    excluded = {path.attribute.name for path in paths_of(call, SHOWN[1], schema) if path.attribute and not path.part}
    return name in excluded or (bool(call.option(SHOWN[0])) and name not in asked)


def _keep(kept: Json, found: Json, path: Path) -> None:
    if path.attribute is None:
        name = path.extension
        kept |= {name: found[name]} if name in found else {}
        return
    source = found.get(path.extension, {}) if path.extension else found
    value = source.get(path.attribute.name)
    if value is None:
        return
    target = kept.setdefault(path.extension, {}) if path.extension else kept
    if not path.part:
        target[path.attribute.name] = value
    elif isinstance(value, list):
        target[path.attribute.name] = [{path.part: one[path.part]} for one in value if path.part in one]
    elif path.part in value:
        target.setdefault(path.attribute.name, {})[path.part] = value[path.part]


def _leave_out(left: Json, path: Path) -> None:
    if path.attribute is None:
        left.pop(path.extension, None)
        return
    if path.attribute.returned == "always":
        return
    holder = left.get(path.extension, {}) if path.extension else left
    value = holder.get(path.attribute.name)
    if not path.part:
        holder.pop(path.attribute.name, None)
    elif isinstance(value, list):
        holder[path.attribute.name] = [{key: one[key] for key in one if key != path.part} for one in value]
    elif isinstance(value, dict):
        holder[path.attribute.name] = {key: value[key] for key in value if key != path.part}
