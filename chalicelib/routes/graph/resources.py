"""The resources of catalogs with their roles and scopes, and the requests that put them there (R4-R7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.resources import RECORDED, SYSTEMS, Resource, ResourceRequest
from chalicelib.routes import http
from chalicelib.routes.declared import COUNT, COUNTED, LIST, SORTED
from chalicelib.routes.graph import expand_resources as expand
from chalicelib.routes.graph import lists
from chalicelib.routes.graph import present_resources as present
from chalicelib.routes.graph.addresses import EM, EM_CONTEXT, only_count, only_id, plain_id
from chalicelib.routes.graph.odata_match import Filter
from chalicelib.routes.graph.reading import Reader, body_of
from chalicelib.routes.graph.resource_bodies import ResourceRequestBody
from chalicelib.routes.graph.shapes import Resource as ResourceShape
from chalicelib.routes.graph.shapes import ResourceRequest as RequestShape
from chalicelib.routes.graph.shapes import ResourceRole, ResourceScope
from chalicelib.routes.graph.walking import Source, listed
from chalicelib.routes.http import Answer, Call, Created
from chalicelib.routes.shapes import Collection
from chalicelib.usecases import list_entitlements, manage_resources, seeing

door = Blueprint(__name__)

ONE, MANY = ("$select", "$expand"), (*LIST, "$expand")
REQUESTS, RESOURCES = f"{EM}/resourceRequests", f"{EM}/resources"
IN_CATALOG = f"{EM}/catalogs/{{id}}"
CONNECTOR = "@accessReviews.connector"
LONGEST_ORIGIN = 512


@http.route(door, "GET", RESOURCES, query=MANY, gives=Collection[ResourceShape])
def resources(call: Call) -> Answer:
    """The resources of every catalog the caller may see, catalog by catalog."""
    return _every_resource(call)


@http.route(door, "GET", f"{RESOURCES}/{{id}}", query=ONE, gives=ResourceShape, named=(COUNTED,))
def resource(call: Call, id: str) -> Answer:
    """One resource, or `$count`."""
    if id == "$count":
        return _every_resource(call, count_only=True)
    return _resource(call, manage_resources.find_resource(call.services, call.actor, only_id(id)))


@http.route(door, "GET", f"{IN_CATALOG}/resources", query=MANY, gives=Collection[ResourceShape])
def resources_of_catalog(call: Call, id: str) -> Answer:
    """The resources of a catalog."""
    return _resources_in(call, id)


@http.route(door, "GET", f"{IN_CATALOG}/resources/{{resource_id}}", query=ONE, gives=ResourceShape, named=(COUNTED,))
def resource_of_catalog(call: Call, id: str, resource_id: str) -> Answer:
    """One resource of a catalog, or `$count`."""
    if resource_id == "$count":
        return _resources_in(call, id, count_only=True)
    found = manage_resources.find_resource_in(call.services, call.actor, only_id(id), only_id(resource_id))
    return _resource(call, found)


@http.route(door, "GET", f"{IN_CATALOG}/resourceRoles", query=MANY, gives=Collection[ResourceRole])
def roles_of_catalog(call: Call, id: str) -> Answer:
    """The roles that the resources of a catalog offer; usually asked for one resource."""
    return _roles_in(call, id)


@http.route(door, "GET", f"{IN_CATALOG}/resourceRoles/{{part}}", query=("$filter",), gives=COUNT, named=(COUNTED,))
def count_of_roles(call: Call, id: str, part: str) -> Answer:
    """Their number (`$count`)."""
    only_count(part)
    return _roles_in(call, id, count_only=True)


@http.route(door, "GET", f"{IN_CATALOG}/resourceScopes", query=MANY, gives=Collection[ResourceScope])
def scopes_of_catalog(call: Call, id: str) -> Answer:
    """The root scope of each resource of a catalog."""
    return _scopes_in(call, id)


@http.route(door, "GET", f"{IN_CATALOG}/resourceScopes/{{part}}", query=("$filter",), gives=COUNT, named=(COUNTED,))
def count_of_scopes(call: Call, id: str, part: str) -> Answer:
    """Their number (`$count`)."""
    only_count(part)
    return _scopes_in(call, id, count_only=True)


def _roles_in(call: Call, id: str, count_only: bool = False) -> Answer:
    catalog = seeing.find_catalog(call.services, call.actor, only_id(id))

    def pairs(found: Sequence[Resource]) -> Source[present.RoleOf]:
        return listed([(one, role) for one in found for role in one.roles])

    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/catalogs('{catalog.id}')/resourceRoles",
        known=present.KNOWN_OF_ROLE,
        source=lambda limit, after: pairs(_all_of(call, catalog.id))(limit, after),
        present=present.role_objects,
        properties=present.ROLE_PROPERTIES,
        expandable=expand.of_role(),
        narrower=lambda chosen: pairs(found) if (found := _named(call, catalog.id, chosen)) is not None else None,
        indexed="resource/id eq",
        count_only=count_only,
    )


def _scopes_in(call: Call, id: str, count_only: bool = False) -> Answer:
    catalog = seeing.find_catalog(call.services, call.actor, only_id(id))
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/catalogs('{catalog.id}')/resourceScopes",
        known=present.KNOWN_OF_ROLE,
        source=partial(call.services.entitlements.resources_of_catalog, catalog.id),
        present=present.scope_objects,
        properties=present.SCOPE_PROPERTIES,
        expandable=expand.of_scope(),
        narrower=lambda chosen: listed(found) if (found := _named(call, catalog.id, chosen)) is not None else None,
        indexed="resource/id eq",
        count_only=count_only,
    )


@http.route(door, "GET", REQUESTS, query=(*SORTED, "$expand"), gives=Collection[RequestShape])
def requests(call: Call) -> Answer:
    """What was put into catalogs and taken out of them, newest first."""
    return _requests(call)


def _requests(call: Call, count_only: bool = False) -> Answer:
    actor = call.actor
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/resourceRequests",
        known=present.KNOWN_OF_RESOURCE_REQUEST,
        source=call.services.entitlements.list_resource_requests,
        present=present.resource_request_objects,
        properties=present.RESOURCE_REQUEST_PROPERTIES,
        expandable=expand.of_resource_request(call),
        orderable={"createddatetime"},
        natural=(("createddatetime", True),),
        where=None if actor.reads_everything else lambda one: seeing.sees_catalog(actor, one.catalog_id),
        count_only=count_only,
    )


@http.route(
    door,
    "POST",
    REQUESTS,
    takes=ResourceRequestBody,
    headers=("Retry-Attempt",),
    gives={201: RequestShape},
    refuses=(409,),
)
def add_request(call: Call) -> Answer:
    """Put a resource into a catalog (`adminAdd`) or take one out (`adminRemove`)."""
    reader = body_of(call)
    kind = reader.choice("requestType", (manage_resources.ADD, manage_resources.REMOVE))
    given, home = reader.inner("resource"), reader.inner("catalog")
    if given is None:
        raise reader.refused("resource", "Must be given.")
    catalog_id = home.identifier("id") if home else reader.identifier("catalogId")
    asked = (call.services, call.actor, call.now, call.operation)
    if kind == manage_resources.REMOVE:
        wanted = given.identifier("id")
        if not wanted:
            raise given.refused("id", "Must name the resource.")
        return _made(call, manage_resources.remove_resource(*asked, wanted, catalog_id, call.retried))
    if not catalog_id:
        raise reader.refused("catalog/id", "Must name the catalog.")
    return _made(call, manage_resources.add_resource(*asked, _draft(given, catalog_id), call.retried))


def _draft(given: Reader, catalog_id: str) -> manage_resources.ResourceDraft:
    """The resource of a request. A group is named by its id, an application or site by any text it has there."""
    system = given.choice("originSystem", SYSTEMS)
    origin_id = given.text("originId", longest=LONGEST_ORIGIN).strip()
    if not origin_id:
        raise given.refused("originId", "Must name the group, application or site.")
    roles = [(role.name("originId"), role.name()) for role in given.many("roles")]
    if len({origin for origin, _ in roles}) < len(roles):
        raise given.refused("roles", "Each role needs an originId of its own.")
    return manage_resources.ResourceDraft(
        catalog_id=catalog_id,
        origin_system=system,
        origin_id=origin_id,
        display_name=given.name() if given.gives("displayName") else "",
        description=given.text("description"),
        connector=given.text(CONNECTOR, RECORDED, longest=64),
        roles=tuple(roles),
        keeps_one=given.flag("@accessReviews.keepsOne", False),
    )


@http.route(door, "GET", f"{REQUESTS}/{{id}}", query=ONE, gives=RequestShape, named=(COUNTED,))
def request(call: Call, id: str) -> Answer:
    """One request about a resource, or `$count`."""
    if id == "$count":
        return _requests(call, count_only=True)
    return _request(call, manage_resources.find_resource_request(call.services, call.actor, only_id(id)))


def _resource(call: Call, found: Resource) -> Mapping[str, Any]:
    return lists.single(
        call,
        found,
        context=f"{EM_CONTEXT}/resources",
        properties=present.RESOURCE_PROPERTIES,
        present=present.resource_objects,
        expandable=expand.of_resource(),
    )


def _every_resource(call: Call, count_only: bool = False) -> Answer:
    catalogs = list_entitlements.catalogs(call.services, call.actor)
    source = list_entitlements.resources(call.services, catalogs)
    return _resources(call, f"{EM_CONTEXT}/resources", source, count_only)


def _resources_in(call: Call, id: str, count_only: bool = False) -> Answer:
    catalog = seeing.find_catalog(call.services, call.actor, only_id(id))
    source = partial(call.services.entitlements.resources_of_catalog, catalog.id)
    return _resources(call, f"{EM_CONTEXT}/catalogs('{catalog.id}')/resources", source, count_only)


def _resources(call: Call, context: str, source: Source[Resource], count_only: bool) -> Answer:
    return lists.collection(
        call,
        context=context,
        known=present.KNOWN_OF_RESOURCE,
        source=source,
        present=present.resource_objects,
        properties=present.RESOURCE_PROPERTIES,
        expandable=expand.of_resource(),
        count_only=count_only,
    )


def _all_of(call: Call, catalog_id: str) -> list[Resource]:
    return list(list_entitlements.every(partial(call.services.entitlements.resources_of_catalog, catalog_id)))


def _named(call: Call, catalog_id: str, chosen: Filter) -> list[Resource] | None:
    """The one resource a filter names, None when it names none."""
    same = chosen.equalities()
    if "resource/id" not in same:
        return None
    found = call.services.entitlements.resource(plain_id(same["resource/id"]) or "-")
    return [found] if found and found.catalog_id == catalog_id else []


def _made(call: Call, made: ResourceRequest) -> Created:
    """The answer to a request, with what it was about, as Graph's own answer has it."""
    (inside,) = present.resource_request_objects([made])
    return Created({**_request(call, made), "catalog": inside["catalog"], "resource": inside["resource"]})


def _request(call: Call, found: ResourceRequest) -> Mapping[str, Any]:
    return lists.single(
        call,
        found,
        context=f"{EM_CONTEXT}/resourceRequests",
        properties=present.RESOURCE_REQUEST_PROPERTIES,
        present=present.resource_request_objects,
        expandable=expand.of_resource_request(call),
    )
