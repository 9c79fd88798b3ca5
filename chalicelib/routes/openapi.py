"""The description of the API (OpenAPI 3.1), made of what the routes declare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from chalicelib.routes.declared import JSON, SCIM, Declared, Gives, Media, Named
from chalicelib.routes.responses import SCIM_ROOT
from chalicelib.routes.shapes import Refusal

Json = dict[str, Any]
OPTIONS: Mapping[str, tuple[Json, str]] = {
    "$top": ({"type": "integer", "minimum": 1}, "Objects a page; pages hold at most 100."),
    "$skiptoken": ({"type": "string", "minLength": 1}, "From the link to the next page; follow that as it is."),
    "$count": ({"type": "boolean"}, "With true the first page says how many objects there are."),
    "$select": ({"type": "string", "minLength": 1}, "The members to answer, separated by commas."),
    "$expand": ({"type": "string", "minLength": 1}, "Related objects to include."),
    "$filter": ({"type": "string", "minLength": 1}, "An OData filter, such as displayName eq 'Finance'."),
    "$orderby": ({"type": "string", "minLength": 1}, "A member with asc or desc."),
    "accessPackageId": ({"type": "string", "minLength": 1}, "The reviews of this access package."),
    "accessPackageIds": ({"type": "string", "minLength": 36}, "Up to 50 access packages, separated by commas."),
    "state": ({"type": "string"}, "The state of assignments: active (the default), all, or one of Graph's states."),
    "counts": ({"type": "string", "enum": ["true", "false"]}, "With true the live assignments are counted."),
    "uncovered": ({"type": "string", "enum": ["true", "false"]}, "With true only policies that nobody reviews."),
    "incompatibleId": ({"type": "string", "minLength": 1}, "One package or group on the lists of the package."),
    "@id": ({"type": "string", "minLength": 1}, "The address of the object to take off the list."),
    "from": (
        {"type": "string", "minLength": 1},
        "Not before this date or instant. The audit trail's is 30 days before its end.",
    ),
    "to": ({"type": "string", "minLength": 1}, "Earlier than this date or instant. The audit trail's is now."),
    "activity": ({"type": "string", "minLength": 1}, "Only this activity, such as Deny decision."),
    "category": ({"type": "string", "minLength": 1}, "Only this category, such as EntitlementManagement."),
    "actor": ({"type": "string", "minLength": 1}, "What this person did: an id or a principal name."),
    "target": ({"type": "string", "minLength": 1}, "What was done to the object with this id."),
    "needs": (
        {
            "type": "string",
            "enum": ["failed", "confirmation", "late", "reviewer", "differences", "person", "regranted"],
        },
        "Only what waits for a person to do this about it: reviews, or removals (the last two).",
    ),
    "progress": (
        {"type": "string", "enum": ["notStarted", "unfinished", "finished"]},
        "Only reviewers who are this far.",
    ),
    "difference": ({"type": "string", "enum": ["missing", "extra"]}, "Only this side."),
    "outcome": (
        {"type": "string", "minLength": 1},
        "Only members, or removals, of which this became: those of the list, and of removals `regranted`.",
    ),
    "year": ({"type": "integer", "minimum": 2000, "maximum": 2999}, "The year it is about; the present one without."),
    "mails": ({"type": "string", "enum": ["true", "false"]}, "With true how the mails reached each reviewer."),
    "search": ({"type": "string", "minLength": 1}, "How a display name or a sign-in name begins."),
    "as": ({"type": "string", "enum": ["reviewer", "reviewed"]}, "The part the person has in the reviews."),
    "reviewId": ({"type": "string", "minLength": 1}, "What concerns this review."),
    "personId": ({"type": "string", "minLength": 1}, "What concerns this person."),
    "kind": ({"type": "string", "minLength": 1}, "Which mail, as the list of mails names it."),
    "items": ({"type": "string", "minLength": 1}, "Ids of decision items, separated by commas."),
    "scope": ({"type": "string", "enum": ["mine", "all"]}, "Whose tasks; everybody's for those who see everything."),
    "ended": ({"type": "string", "enum": ["true", "false"]}, "With true the tasks that are not open any more."),
    "overdue": ({"type": "string", "enum": ["true", "false"]}, "With true only tasks that should be done by now."),
    "connector": ({"type": "string", "minLength": 1}, "Only tasks of the connection of this name."),
    "format": ({"type": "string", "enum": ["html", "text"]}, "The part of the mail to answer."),
    "filter": ({"type": "string", "minLength": 1}, 'A SCIM filter, such as userName eq "anna@example.com".'),
    "startIndex": ({"type": "integer", "minimum": 1}, "The number of the first object, from 1."),
    "count": ({"type": "integer", "minimum": 0}, "Objects a page, at most 200; 0 only counts."),
    "sortBy": ({"type": "string"}, "Not supported."),
    "sortOrder": ({"type": "string"}, "Not supported."),
    "attributes": ({"type": "string", "minLength": 1}, "Only these attributes, separated by commas."),
    "excludedAttributes": ({"type": "string", "minLength": 1}, "All attributes but these, separated by commas."),
}
HEADERS: Mapping[str, tuple[Json, str]] = {
    "If-Match": ({"type": "string"}, "The ETag of the version the change is meant for."),
    "If-None-Match": ({"type": "string"}, "The ETag of the version the caller has: 304 while there is no other."),
    "Retry-Attempt": (
        {"type": "string"},
        "Sent by Graph's SDKs with a repeat: what the first made is answered.",
    ),
    "webhook-id": ({"type": "string"}, "The message's id."),
    "webhook-timestamp": ({"type": "string"}, "When it was signed, in seconds since 1970; within five minutes of now."),
    "webhook-signature": ({"type": "string"}, "v1, and the base64 of HMAC-SHA256 over id.timestamp.body."),
}
ABOUT = """Access reviews of access packages. What lies under /v1.0 speaks Microsoft Graph v1.0 (entitlement management
and access reviews): its SDKs work with only their base URL and token changed. What Graph does not have lies under
/api/v1. Requests on Graph's surface may have members and options nobody knows; our own root refuses them."""
TAGS = {
    "graph": "Microsoft Graph v1.0",
    "api": "Our own root",
    "portal": "Pages",
    "scim": "SCIM 2.0 (RFC 7643, RFC 7644), for provisioning clients with their own tokens",
}
_REFUSED = {True: "RefusedByScim", False: "Refused"}  # whether it is a route of SCIM's


def document(routes: Sequence[Declared], version: str) -> Json:
    """The whole description."""
    shapes = sorted(set(_shapes(routes)), key=repr)
    references, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    schemas = dict(zip(shapes, references, strict=True))
    paths: dict[str, Json] = {}
    for declared in routes:
        paths.setdefault(declared.path, {})[declared.method.lower()] = _operation(declared, schemas)
        for name in declared.named:
            paths[_under(declared, name)] = {"get": _named(declared, name, schemas)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Access Reviews", "version": version, "description": ABOUT, "license": {"name": "MIT"}},
        "servers": [{"url": "."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "security": [{"token": []}],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": components,
            "responses": {
                "Refused": {"description": "Refused, with the reason.", **_json(schemas[Refusal])},
                "RefusedByScim": {
                    "description": "Refused, with the reason, in the shape of RFC 7644, section 3.12.",
                    "content": {SCIM: {"schema": {"type": "object"}}},
                },
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "provisioning": {"type": "http", "scheme": "bearer", "bearerFormat": "scim_…"},
            },
        },
    }


def refusals(declared: Declared) -> tuple[int, ...]:
    """The statuses a route may refuse with: 400, 429 and 503 everywhere, the others by what it does."""
    found = {400, 429, 503, *declared.refuses}
    if not declared.public:
        found |= {401, 403, 404}
    if declared.method != "GET":
        found |= {409, 413, 415}
    return tuple(sorted(found - set(declared.gives)))


def _shapes(routes: Sequence[Declared]) -> Iterator[type]:
    yield Refusal
    for declared in routes:
        given = [*declared.gives.values(), *(name.gives for name in declared.named)]
        yield from (one for one in (declared.takes, *given) if one is not None and not isinstance(one, Media))


def _of_scim(declared: Declared) -> bool:
    return declared.path.startswith(SCIM_ROOT)


def _under(declared: Declared, name: Named) -> str:
    return f"{declared.path.rpartition('/')[0]}/{name.name}"


def _operation(declared: Declared, schemas: Mapping[type, Json]) -> Json:
    summary, _, more = declared.told.partition("\n\n")
    found: Json = {
        "operationId": _operation_id(declared.method, declared.path),
        "tags": [declared.door.split(".")[2]],
        "summary": " ".join(summary.split()),
        "parameters": _parameters(declared.path, declared.query, declared.headers),
        "responses": {str(status): _answer(status, gives, schemas) for status, gives in declared.gives.items()},
    }
    refused = {"$ref": f"#/components/responses/{_REFUSED[_of_scim(declared)]}"}
    found["responses"] |= {str(status): refused for status in refusals(declared)}
    if _of_scim(declared):
        found["security"] = [{"provisioning": []}]
    if more:
        found["description"] = more
    if declared.takes is not None:
        found["requestBody"] = _body(declared, schemas)
    elif _of_scim(declared) and declared.method in ("POST", "PUT", "PATCH"):
        content = {kind: {"schema": {"type": "object"}} for kind in declared.content_types}
        found["requestBody"] = {"required": True, "content": content}
    return found | ({"security": []} if declared.public else {})


def _named(declared: Declared, name: Named, schemas: Mapping[type, Json]) -> Json:
    path = _under(declared, name)
    counted = name.name == "$count"
    responses = {"200": _answer(200, name.gives, schemas)}
    responses |= {str(status): {"$ref": "#/components/responses/Refused"} for status in refusals(declared)}
    return {
        "operationId": _operation_id("get", path),
        "tags": [declared.door.split(".")[2]],
        "summary": "How many there are." if counted else f"The part of the list that {name.name} names.",
        "parameters": _parameters(path, name.query, ()),
        "responses": responses,
    }


def _parameters(path: str, query: Sequence[str], headers: Sequence[str]) -> list[Json]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", path)
    ]
    for place, names, table in (("query", query, OPTIONS), ("header", headers, HEADERS)):
        for name in names:
            schema, told = table[name]
            found.append({"name": name, "in": place, "schema": schema, "description": told})
    return found


def _body(declared: Declared, schemas: Mapping[type, Json]) -> Json:
    assert declared.takes is not None
    content: Json = {}
    for kind in declared.content_types:
        content[kind] = {"schema": schemas[declared.takes] if kind == JSON else {"type": "string"}}
    shape = msgspec.json.schema(declared.takes)
    needed = any(one.get("required") for one in shape.get("$defs", {}).values())
    return {"required": needed, "content": content}


def _answer(status: int, gives: Gives, schemas: Mapping[type, Json]) -> Json:
    told = HTTPStatus(status).phrase
    if gives is None:
        return {"description": told}
    if isinstance(gives, Media):
        kinds = [kind.partition(";")[0] for kind in (gives.content_type, *gives.also)]
        content = {kind: {"schema": {"type": "object" if kind == JSON else "string"}} for kind in kinds}
        return {"description": told, "content": content}
    return {"description": told, **_json(schemas[gives])}


def _json(schema: Json) -> Json:
    return {"content": {JSON: {"schema": schema}}}


def _operation_id(method: str, path: str) -> str:
    """`getUsersByIdManager`: generated clients name their methods after it."""
    words = re.sub(r"{(\w+)}", lambda found: f"by {found[1]}", path)
    parts = re.findall(r"[A-Za-z0-9]+", words)
    return method.lower() + "".join(part[0].upper() + part[1:] for part in parts)
