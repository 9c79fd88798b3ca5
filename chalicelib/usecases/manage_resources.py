"""The resources of a catalog: putting a group, an application or a site in, and taking it out again (R4-R7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from chalicelib.domain.packages import AccessPackage, Catalog
from chalicelib.domain.people import Actor
from chalicelib.domain.resources import (
    GROUP,
    RECORDED,
    UNCHANGEABLE,
    Resource,
    ResourceRequest,
    resource_id,
    roles_offered,
)
from chalicelib.usecases.deleting import closed_to_others, refuse_if_deleting
from chalicelib.usecases.manage_connections import may_use
from chalicelib.usecases.ports import Create, Delete, Found, Save, Services, Unchanged
from chalicelib.usecases.seeing import find_catalog, sees_catalog, unknown

CATEGORY = "EntitlementManagement"
ADD, REMOVE = "adminAdd", "adminRemove"
_MOST_PACKAGES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDraft:
    """A resource as asked for. The name is needed where the connector cannot look it up; `roles` are pairs of origin
    id and name that an application or site defines."""

    catalog_id: str
    origin_system: str
    origin_id: str
    display_name: str = ""
    description: str = ""
    connector: str = RECORDED
    roles: tuple[tuple[str, str], ...] = ()
    keeps_one: bool = False


def add_resource(
    services: Services, actor: Actor, now: datetime, operation: str, draft: ResourceDraft, retried: bool = False
) -> ResourceRequest:
    """Put a resource into a catalog; the request that records it.

    Raises NotFound or InvalidInput (naming the field), Forbidden (owners of the catalog only, who control the system
    outside: R172), Conflict (it is in
    the catalog already; with `retried` the request that put it there is given instead).
    """
    catalog = services.entitlements.catalog(draft.catalog_id)
    if catalog is None or not sees_catalog(actor, catalog.id):
        raise unknown(actor, "catalog", "catalog/id")
    _require_owner(actor, catalog.id)
    refuse_if_deleting(catalog, "catalog", "catalog/id")
    _require_control(services, actor, draft.connector)
    resource = _resource(services, draft, catalog, now)
    request = _request(resource, ADD, actor, now)
    recorded = _event(now, actor, "Add resource to catalog", resource, operation)
    try:
        services.writer.commit(operation, Create(resource), Create(request), Unchanged(catalog), Create(recorded))
    except Conflict as problem:
        held = services.entitlements.resource(resource.id)
        made = services.entitlements.resource_request(_request_id(held)) if held and retried else None
        if made is None and held is None:
            raise
        if made is None:
            raise Conflict("The resource is in the catalog already.", "resource/originId") from problem
        return made
    return request


def _resource(services: Services, draft: ResourceDraft, catalog: Catalog, now: datetime) -> Resource:
    """The resource as its connector knows it. Raises InvalidInput (R7)."""
    known = _look_up(services, draft)
    name = known.display_name or draft.display_name
    if not name:
        raise InvalidInput("Must be given: the connector cannot look it up.", "resource/displayName")
    new_id = resource_id(catalog.id, draft.origin_system, draft.origin_id)
    wished = () if draft.origin_system == GROUP else draft.roles  # a group's roles are no matter of wishes
    roles = roles_offered(
        new_id, draft.origin_system, draft.origin_id, known.roles or wished, group_kind=known.group_kind
    )
    return Resource(
        id=new_id,
        catalog_id=catalog.id,
        origin_system=draft.origin_system,
        origin_id=draft.origin_id,
        display_name=name,
        description=known.description or draft.description,
        connector=draft.connector,
        roles=roles,
        keeps_one=draft.keeps_one,
        created=now,
        modified=now,
    )


def _look_up(services: Services, draft: ResourceDraft) -> Found:
    connector = services.connectors.get(draft.connector)
    if connector is None:
        names = ", ".join(services.connectors.names())
        raise InvalidInput(f"Must be one of: {names}.", "resource/@accessReviews.connector")
    found = connector.look_up(draft.origin_system, draft.origin_id)
    if found is None:
        raise InvalidInput("There is no such resource.", "resource/originId")
    if found.group_kind in UNCHANGEABLE:
        raise InvalidInput(
            "Members of this group are set elsewhere (on premises, or a distribution list), so that it cannot be a "
            "resource.",
            "resource/originId",
        )
    return found


def remove_resource(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    wanted_id: str,
    catalog_id: str = "",
    retried: bool = False,
) -> ResourceRequest:
    """Take a resource out of its catalog; the request that records it (R4).

    Raises NotFound or InvalidInput (no such resource, another catalog), Forbidden, Conflict (a package uses it).
    """
    resource = services.entitlements.resource(wanted_id)
    if resource is None or not sees_catalog(actor, resource.catalog_id):
        removed = _removed(services, actor, wanted_id) if retried else None
        if removed is None:
            raise unknown(actor, "resource", "resource/id")
        return removed
    if catalog_id not in ("", resource.catalog_id):
        raise InvalidInput("The resource is in another catalog.", "catalog/id")
    _require_owner(actor, resource.catalog_id)
    with closed_to_others(services, operation, [resource]) as [marked]:
        users = [package.display_name for package in _users(services, resource)]
        if users:
            raise Conflict(f"Access packages use the resource: {', '.join(users[:5])}.", "resource/id")
        request = _request(resource, REMOVE, actor, now)
        recorded = _event(now, actor, "Remove resource from catalog", resource, operation)
        services.writer.commit(operation, Delete(marked), Create(request), Create(recorded))
    return request


def _users(services: Services, resource: Resource) -> Iterator[AccessPackage]:
    """The packages that grant a role of the resource. Their names tell which there are: the index may lag."""
    for package_id in services.entitlements.bearers_of_names(f"package:{resource.catalog_id}", _MOST_PACKAGES):
        package = services.entitlements.package(package_id)
        if package and any(one.resource_id == resource.id for one in package.role_scopes):
            yield package


def _removed(services: Services, actor: Actor, wanted_id: str) -> ResourceRequest | None:
    """The recent removal of a resource that is gone."""
    for one in services.entitlements.list_resource_requests(100, None).items:
        if (one.resource_id, one.type) == (wanted_id, REMOVE) and sees_catalog(actor, one.catalog_id):
            return one
    return None


def find_resource(services: Services, actor: Actor, wanted_id: str) -> Resource:
    """The resource. Raises NotFound, also when the caller may not see its catalog."""
    found = services.entitlements.resource(wanted_id)
    if found is None or not sees_catalog(actor, found.catalog_id):
        raise NotFound("There is no such resource.")
    return found


def find_resource_in(services: Services, actor: Actor, catalog_id: str, wanted_id: str) -> Resource:
    """The resource of this catalog. Raises NotFound."""
    catalog = find_catalog(services, actor, catalog_id)
    found = find_resource(services, actor, wanted_id)
    if found.catalog_id != catalog.id:
        raise NotFound("There is no such resource in this catalog.")
    return found


def find_resource_request(services: Services, actor: Actor, wanted_id: str) -> ResourceRequest:
    """The request about a resource. Raises NotFound, also when the caller may not see its catalog."""
    found = services.entitlements.resource_request(wanted_id)
    if found is None or not sees_catalog(actor, found.catalog_id):
        raise NotFound("There is no such resource request.")
    return found


def keep_one(services: Services, actor: Actor, now: datetime, operation: str, wanted_id: str, wish: bool) -> Resource:
    """Say whether somebody must keep each role of a resource. Repeating it is harmless.

    Raises NotFound, Forbidden (owners of the catalog only), Conflict (changed meanwhile).
    """
    resource = find_resource(services, actor, wanted_id)
    _require_owner(actor, resource.catalog_id)
    if resource.keeps_one == wish:
        return resource
    changed = replace(resource, keeps_one=wish, modified=now)
    recorded = _event(now, actor, "Update resource of catalog", changed, operation)
    recorded.changes.update(keepsOne=[resource.keeps_one, wish])
    services.writer.commit(operation, Save(changed), Create(recorded))
    return changed


def _require_control(services: Services, actor: Actor, name: str) -> None:
    """R172: owning a catalog is not controlling the systems outside: whoever could put a group of administrators into
    a catalog of their own could assign themselves to it."""
    connection = services.connections.connection(name)
    if connection is not None and not may_use(services, actor, connection):
        raise Forbidden("Only administrators, and those the connection names, put its resources into a catalog.")


def _require_owner(actor: Actor, catalog_id: str) -> None:
    if not actor.owns_catalog(catalog_id):
        raise Forbidden("Only administrators and the catalog's owners decide about its resources.")


def _request(resource: Resource, kind: str, actor: Actor, now: datetime) -> ResourceRequest:
    return ResourceRequest(
        id=_request_id(resource) if kind == ADD else ids.request_id(now, kind, resource.id),
        type=kind,
        catalog_id=resource.catalog_id,
        resource_id=resource.id,
        resource_name=resource.display_name,
        requestor_id=actor.id,
        created=now,
    )


def _request_id(resource: Resource) -> str:
    """The id of the request that put a resource in follows from the resource."""
    return ids.request_id(resource.created, ADD, resource.id)


def _event(now: datetime, actor: Actor, activity: str, resource: Resource, operation: str) -> AuditEvent:
    details = {"catalog": resource.catalog_id, "originSystem": resource.origin_system, "originId": resource.origin_id}
    return event(now, actor, CATEGORY, activity, ("resource", resource.id), operation, details=details)
