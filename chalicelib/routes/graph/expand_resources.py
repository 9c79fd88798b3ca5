"""What `$expand` brings in around resources; whoever sees one sees all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.domain.resources import Resource, ResourceRequest, ResourceRole, RoleScope
from chalicelib.routes.graph.lists import Expander, filled
from chalicelib.routes.graph.odata import Expand
from chalicelib.routes.graph.present_entitlements import catalog_objects
from chalicelib.routes.graph.present_resources import RoleOf, resource_objects, role_objects, scope_objects
from chalicelib.routes.http import Call

Objects = list[dict[str, Any]]


def of_resource() -> dict[str, Expander[Resource]]:
    """What a resource can bring along: its roles and its scope."""

    def roles(resources: Sequence[Resource], item: Expand) -> list[Objects]:
        pairs = [[(resource, role) for role in resource.roles] for resource in resources]
        return [filled(role_objects(some), some, item, of_role()) for some in pairs]

    def scopes(resources: Sequence[Resource], item: Expand) -> list[Objects]:
        return [filled(scope_objects([resource]), [resource], item, of_scope()) for resource in resources]

    return {"roles": roles, "scopes": scopes}


def of_role() -> dict[str, Expander[RoleOf]]:
    """What a role can bring along: its resource."""

    def resources(roles: Sequence[RoleOf], item: Expand) -> Objects:
        found = [resource for resource, _ in roles]
        return filled(resource_objects(found), found, item, of_resource())

    return {"resource": resources}


def of_scope() -> dict[str, Expander[Resource]]:
    """What a scope can bring along: its resource."""

    def resources(scopes: Sequence[Resource], item: Expand) -> Objects:
        return filled(resource_objects(scopes), scopes, item, of_resource())

    return {"resource": resources}


def of_role_scope(call: Call) -> dict[str, Expander[RoleScope]]:
    """What a role of a package can bring along."""

    def roles(granted: Sequence[RoleScope], item: Expand) -> Objects:
        pairs = [_role_of(call, one) for one in granted]
        return filled(role_objects(pairs), pairs, item, of_role())

    def scopes(granted: Sequence[RoleScope], item: Expand) -> Objects:
        resources = [_role_of(call, one)[0] for one in granted]
        return filled(scope_objects(resources), resources, item, of_scope())

    return {"role": roles, "scope": scopes}


def _role_of(call: Call, granted: RoleScope) -> RoleOf:
    """The resource and role a package grants; while a package grants it, its resource stays (R4)."""
    resource = call.services.entitlements.resource(granted.resource_id)
    right = granted.right
    if resource is None:
        resource = Resource(
            id=granted.resource_id,
            catalog_id="",
            origin_system=right.origin_system,
            origin_id=right.resource,
            display_name="",
            created=granted.created,
            modified=granted.created,
        )
    for role in resource.roles:
        if role.id == granted.role_id:
            return resource, role
    return resource, ResourceRole(id=granted.role_id, origin_id=right.role, display_name="")


def of_resource_request(call: Call) -> dict[str, Expander[ResourceRequest]]:
    """What a request about a resource can bring along; of a resource that has gone only the name."""

    def catalogs(requests: Sequence[ResourceRequest], item: Expand) -> list[dict[str, Any]]:
        found = [call.services.entitlements.catalog(request.catalog_id) for request in requests]
        shown = [catalog_objects([one])[0] if one else {} for one in found]
        return filled(shown, found, item, {})

    def resources(requests: Sequence[ResourceRequest], item: Expand) -> list[dict[str, Any]]:
        found = [call.services.entitlements.resource(request.resource_id) for request in requests]
        return [
            filled(resource_objects([one]), [one], item, of_resource())[0]
            if one
            else {"id": request.resource_id, "displayName": request.resource_name}
            for request, one in zip(requests, found, strict=True)
        ]

    return {"catalog": catalogs, "resource": resources}
