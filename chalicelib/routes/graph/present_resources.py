"""Resources, their roles and scopes, and what packages grant of them, as Graph objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.domain.resources import Resource, ResourceRequest, ResourceRole, RoleScope, scope_id
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.odata_match import Kind

KNOWN_OF_RESOURCE: dict[str, Kind] = {
    "id": "string",
    "displayname": "string",
    "description": "string",
    "originid": "string",
    "originsystem": "string",
    "createddatetime": "datetime",
    "modifieddatetime": "datetime",
}
KNOWN_OF_ROLE: dict[str, Kind] = {
    "id": "string",
    "displayname": "string",
    "originid": "string",
    "originsystem": "string",
    "resource/id": "string",
}
KNOWN_OF_ROLE_SCOPE: dict[str, Kind] = {"id": "string", "createddatetime": "datetime"}
KNOWN_OF_RESOURCE_REQUEST: dict[str, Kind] = {
    "id": "string",
    "requesttype": "string",
    "state": "string",
    "createddatetime": "datetime",
    "catalog/id": "string",
}
RESOURCE_PROPERTIES = frozenset(
    {
        "id",
        "displayName",
        "description",
        "originId",
        "originSystem",
        "attributes",
        "createdDateTime",
        "modifiedDateTime",
    }
)
ROLE_PROPERTIES = frozenset({"id", "displayName", "description", "originId", "originSystem"})
SCOPE_PROPERTIES = ROLE_PROPERTIES | {"isRootScope"}
ROLE_SCOPE_PROPERTIES = frozenset({"id", "createdDateTime"})
RESOURCE_REQUEST_PROPERTIES = frozenset({"id", "requestType", "state", "createdDateTime"})
RoleOf = tuple[Resource, ResourceRole]


def resource_objects(resources: Sequence[Resource]) -> list[dict[str, Any]]:
    """Resources in their order, with the connector that reaches them."""
    return [
        {
            "id": resource.id,
            "displayName": resource.display_name,
            "description": resource.description,
            "originId": resource.origin_id,
            "originSystem": resource.origin_system,
            "attributes": [],
            "createdDateTime": stamp(resource.created),
            "modifiedDateTime": stamp(resource.modified),
            "@accessReviews.connector": resource.connector,
            "@accessReviews.keepsOne": resource.keeps_one,
        }
        for resource in resources
    ]


def role_objects(roles: Sequence[RoleOf]) -> list[dict[str, Any]]:
    """Roles in their order."""
    return [
        {
            "id": role.id,
            "displayName": role.display_name,
            "description": role.description or None,
            "originId": role.origin_id,
            "originSystem": resource.origin_system,
            "resource": {"id": resource.id},
        }
        for resource, role in roles
    ]


def scope_objects(resources: Sequence[Resource]) -> list[dict[str, Any]]:
    """The root scope of each resource, the only one it has."""
    return [
        {
            "id": scope_id(resource.id),
            "displayName": "Root",
            "description": "Root Scope",
            "originId": resource.origin_id,
            "originSystem": resource.origin_system,
            "isRootScope": True,
            "resource": {"id": resource.id},
        }
        for resource in resources
    ]


def role_scope_objects(role_scopes: Sequence[RoleScope]) -> list[dict[str, Any]]:
    """What a package grants, in its order."""
    return [{"id": one.id, "createdDateTime": stamp(one.created)} for one in role_scopes]


def resource_request_objects(requests: Sequence[ResourceRequest]) -> list[dict[str, Any]]:
    """Requests about resources in their order; each was delivered at once."""
    return [
        {
            "id": request.id,
            "requestType": request.type,
            "state": "delivered",
            "createdDateTime": stamp(request.created),
            "catalog": {"id": request.catalog_id},
            "resource": {"id": request.resource_id, "displayName": request.resource_name},
        }
        for request in requests
    ]
