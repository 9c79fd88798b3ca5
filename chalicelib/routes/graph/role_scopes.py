"""Which resource roles a package grants, in Graph's shape (R8, R11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.resources import RoleScope
from chalicelib.routes import http
from chalicelib.routes.declared import COUNTED, LIST
from chalicelib.routes.graph import expand_resources as expand
from chalicelib.routes.graph import lists
from chalicelib.routes.graph import present_resources as present
from chalicelib.routes.graph.addresses import EM, EM_CONTEXT, only_id
from chalicelib.routes.graph.reading import body_of
from chalicelib.routes.graph.resource_bodies import RoleScopeBody
from chalicelib.routes.graph.resources import LONGEST_ORIGIN
from chalicelib.routes.graph.shapes import ResourceRoleScope
from chalicelib.routes.graph.walking import listed
from chalicelib.routes.http import Answer, Call, Created
from chalicelib.routes.shapes import Collection
from chalicelib.usecases import role_scopes
from chalicelib.usecases.incompatible import administered

door = Blueprint(__name__)

IN_PACKAGE = f"{EM}/accessPackages/{{id}}/resourceRoleScopes"


@http.route(door, "GET", IN_PACKAGE, query=(*LIST, "$expand"), gives=Collection[ResourceRoleScope])
def granted(call: Call, id: str) -> Answer:
    """What a package grants."""
    return _all_granted(call, id)


def _all_granted(call: Call, id: str, count_only: bool = False) -> Answer:
    package = administered(call.services, call.actor, only_id(id))
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/accessPackages('{package.id}')/resourceRoleScopes",
        known=present.KNOWN_OF_ROLE_SCOPE,
        source=listed(package.role_scopes),
        present=present.role_scope_objects,
        properties=present.ROLE_SCOPE_PROPERTIES,
        expandable=expand.of_role_scope(call),
        count_only=count_only,
    )


@http.route(
    door,
    "POST",
    IN_PACKAGE,
    takes=RoleScopeBody,
    headers=("Retry-Attempt",),
    gives={201: ResourceRoleScope},
    refuses=(409,),
)
def grant(call: Call, id: str) -> Answer:
    """Have a package grant a role of a resource of its catalog."""
    reader = body_of(call)
    role = reader.inner("role")
    if role is None:
        raise reader.refused("role", "Must be given.")
    inside = role.inner("resource")
    scope = reader.inner("scope")
    resource_id = inside.identifier("id") if inside else ""
    if not resource_id:
        raise role.refused("resource/id", "Must name a resource of the package's catalog.")
    if scope is not None and not scope.flag("isRootScope", True):
        raise scope.refused("isRootScope", "A resource has its root scope only.")
    origin = role.text("originId", longest=LONGEST_ORIGIN) or role.identifier("id")
    if not origin:
        raise role.refused("originId", "Must name the role.")
    asked = (call.services, call.actor, call.now, call.operation)
    made = role_scopes.add_role(*asked, only_id(id), resource_id, origin, call.retried)
    package = administered(call.services, call.actor, only_id(id))
    return Created(_granted(call, package, made))


@http.route(
    door,
    "GET",
    f"{IN_PACKAGE}/{{role_scope_id}}",
    query=("$select", "$expand"),
    gives=ResourceRoleScope,
    named=(COUNTED,),
)
def granted_one(call: Call, id: str, role_scope_id: str) -> Answer:
    """One role that a package grants, or `$count`."""
    if role_scope_id == "$count":
        return _all_granted(call, id, count_only=True)
    package = administered(call.services, call.actor, only_id(id))
    return _granted(call, package, role_scopes.find_role_scope(package, only_id(role_scope_id)))


@http.route(door, "DELETE", f"{IN_PACKAGE}/{{role_scope_id}}", gives=None)
def withdraw(call: Call, id: str, role_scope_id: str) -> Answer:
    """Have a package no longer grant a role."""
    asked = (call.services, call.actor, call.now, call.operation)
    role_scopes.remove_role(*asked, only_id(id), only_id(role_scope_id))
    return None


def _granted(call: Call, package: AccessPackage, found: RoleScope) -> Mapping[str, Any]:
    return lists.single(
        call,
        found,
        context=f"{EM_CONTEXT}/accessPackages('{package.id}')/resourceRoleScopes",
        properties=present.ROLE_SCOPE_PROPERTIES,
        present=present.role_scope_objects,
        expandable=expand.of_role_scope(call),
    )
