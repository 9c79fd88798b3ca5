"""What this server can do: ServiceProviderConfig, ResourceTypes, Schemas; and what it cannot."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.domain import errors
from chalicelib.routes.scim.calls import OBJECT, ScimCall, answered, route
from chalicelib.routes.scim.listing import LARGEST, NotSupported
from chalicelib.routes.scim.schemas import ENTERPRISE, GROUP, LIST, SCHEMAS, USER, Json

door = Blueprint(__name__)
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_TYPES: dict[str, Json] = {
    "User": {
        "endpoint": "/Users",
        "description": "A person.",
        "schema": USER,
        "schemaExtensions": [{"schema": ENTERPRISE, "required": False}],
    },
    "Group": {"endpoint": "/Groups", "description": "Several people, or groups of them.", "schema": GROUP},
}


@route(door, "GET", "/ServiceProviderConfig", gives=OBJECT)
def show_config(call: ScimCall) -> Response:
    """What this server supports."""
    _no_filter(call)
    no = {"supported": False}
    return answered(
        {
            "schemas": [_CONFIG],
            "patch": {"supported": True},
            "bulk": {**no, "maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": LARGEST},
            "changePassword": no,
            "sort": no,
            "etag": {"supported": True},
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "Bearer token",
                    "description": "The token of a provisioning client, which an administrator makes.",
                    "specUri": "https://www.rfc-editor.org/info/rfc6750",
                    "primary": True,
                }
            ],
            "meta": {"resourceType": "ServiceProviderConfig", "location": f"{call.base}/ServiceProviderConfig"},
        }
    )


@route(door, "GET", "/ResourceTypes", gives=OBJECT)
def list_types(call: ScimCall) -> Response:
    """The kinds of object there are."""
    _no_filter(call)
    return answered(_list([_type(call, name) for name in _TYPES]))


@route(door, "GET", "/ResourceTypes/{name}", gives=OBJECT)
def show_type(call: ScimCall, name: str) -> Response:
    """One kind of object."""
    _no_filter(call)
    if name not in _TYPES:
        raise errors.NotFound(f"There are {', '.join(_TYPES)}.")
    return answered(_type(call, name))


@route(door, "GET", "/Schemas", gives=OBJECT)
def list_schemas(call: ScimCall) -> Response:
    """The attributes of every kind of object."""
    _no_filter(call)
    return answered(_list([_schema(call, urn) for urn in SCHEMAS]))


@route(door, "GET", "/Schemas/{urn}", gives=OBJECT)
def show_schema(call: ScimCall, urn: str) -> Response:
    """The attributes of one schema."""
    _no_filter(call)
    if urn not in SCHEMAS:
        raise errors.NotFound(f"There are {', '.join(SCHEMAS)}.")
    return answered(_schema(call, urn))


@route(door, "POST", "/Bulk", refuses=(501,))
def bulk(call: ScimCall) -> Response:
    """Several changes in one request are not supported, as ServiceProviderConfig says."""
    raise NotSupported("Bulk operations are not supported; see ServiceProviderConfig.")


@route(door, "GET", "/Me", refuses=(501,))
def me(call: ScimCall) -> Response:
    """A provisioning client is nobody's account (RFC 7644, section 3.11)."""
    raise NotSupported("A provisioning client has no account of its own.")


@route(door, "POST", "/.search", refuses=(501,))
def search(call: ScimCall) -> Response:
    """People and groups are not searched together; /Users/.search and /Groups/.search are there."""
    raise NotSupported("Search /Users/.search or /Groups/.search.")


@route(door, "GET", "/{other}", refuses=(404,))
def unknown(call: ScimCall, other: str) -> Response:
    """Anything else is not there, in SCIM's words."""
    raise errors.NotFound("Here are Users, Groups, ServiceProviderConfig, ResourceTypes and Schemas.")


def _no_filter(call: ScimCall) -> None:
    """Raises Forbidden for a filter, as RFC 7644, section 4, demands."""
    if call.option("filter"):
        raise errors.Forbidden("What describes the server is not filtered.", "filter")


def _list(found: list[Json]) -> Json:
    return {
        "schemas": [LIST],
        "totalResults": len(found),
        "startIndex": 1,
        "itemsPerPage": len(found),
        "Resources": found,
    }


def _type(call: ScimCall, name: str) -> Json:
    location = f"{call.base}/ResourceTypes/{name}"
    meta = {"resourceType": "ResourceType", "location": location}
    return {"schemas": [_TYPE], "id": name, "name": name, **_TYPES[name], "meta": meta}


def _schema(call: ScimCall, urn: str) -> Json:
    meta = {"resourceType": "Schema", "location": f"{call.base}/Schemas/{urn}"}
    return {**SCHEMAS[urn].described(), "meta": meta}
