"""The roles of this product: who holds which, giving them, taking them away."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.people import Role, RoleGrant
from chalicelib.routes import auth, http
from chalicelib.routes.http import Answer, Call, Created
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Listed, MomentOrNull
from chalicelib.usecases import roles
from chalicelib.usecases.ports import Services

door = Blueprint(__name__)


class NewGrant(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The body that gives a role."""

    role: Role
    principal_id: str
    scope: str = ""
    principal_kind: Literal["user", "group"] = "user"


class Grant(Shape, kw_only=True):
    """A role somebody holds; `scope` is empty, `catalog:{id}` or `package:{id}`. Names of what is gone are null."""

    id: str
    role: Role
    scope: str
    scope_display_name: str | None
    principal_id: str
    principal_kind: Literal["user", "group"]
    principal_display_name: str | None
    created_date_time: MomentOrNull


@http.route(door, "GET", "/api/v1/roles", gives=Listed[Grant])
def list_roles(call: Call) -> Answer:
    """Every role the caller may see: all for administrators and auditors, else those they give or hold."""
    return {"value": _objects(call.services, roles.visible_grants(call.services, call.actor))}


@http.route(door, "POST", "/api/v1/roles", takes=NewGrant, gives={201: Grant, 200: Grant})
def give_role(call: Call) -> Answer:
    """Give a role: 201, or 200 when it was held already."""
    body: NewGrant = call.body
    wanted = RoleGrant(
        role=body.role,
        scope=body.scope,
        principal_id=body.principal_id,
        principal_kind=body.principal_kind,
        created=call.now,
    )
    grant = roles.grant_role(call.services, call.actor, call.now, call.operation, wanted)
    auth.forget()
    (found,) = _objects(call.services, [grant])
    return Created(found) if grant is wanted else found


@http.route(door, "DELETE", "/api/v1/roles/{role_id}", gives=None)
def take_role(call: Call, role_id: str) -> Answer:
    """Take a role away."""
    roles.revoke_role(call.services, call.actor, call.now, call.operation, _grant(role_id))
    auth.forget()
    return None


def _id(grant: RoleGrant) -> str:
    """An opaque id that names role, scope and holder."""
    named = msgspec.json.encode([grant.role, grant.scope, grant.principal_id])
    return urlsafe_b64encode(named).rstrip(b"=").decode()


def _grant(role_id: str) -> RoleGrant:
    """The grant an id names. Raises NotFound."""
    try:
        named = urlsafe_b64decode(role_id + "=" * (-len(role_id) % 4))
        role, scope, principal_id = msgspec.json.decode(named, type=tuple[Role, str, str])
    except (ValueError, msgspec.DecodeError) as problem:
        raise errors.NotFound("There is no such role assignment.") from problem
    return RoleGrant(role=role, scope=scope, principal_id=principal_id)


def names_of_scopes(services: Services, scopes: Iterable[str]) -> dict[str, str]:
    """The names of the catalogs and packages that roles are given for, those that exist."""
    apart = {scope: scope.partition(":") for scope in scopes}
    packages = services.entitlements.packages(one for kind, _, one in apart.values() if kind == "package")
    names = {f"package:{one.id}": one.display_name for one in packages.values()}
    for scope, (kind, _, scope_id) in apart.items():
        catalog = services.entitlements.catalog(scope_id) if kind == "catalog" else None
        if catalog:
            names[scope] = catalog.display_name
    return names


def _objects(services: Services, grants: Sequence[RoleGrant]) -> list[dict[str, Any]]:
    people = services.people.users(grant.principal_id for grant in grants if grant.principal_kind == "user")
    groups = {grant.principal_id for grant in grants if grant.principal_kind == "group"}
    names = {user.id: user.display_name for user in people.values()}
    names |= {group.id: group.display_name for one in groups if (group := services.people.group(one))}
    scopes = names_of_scopes(services, {grant.scope for grant in grants})
    return [
        {
            "id": _id(grant),
            "role": grant.role,
            "scope": grant.scope,
            "scopeDisplayName": scopes.get(grant.scope),
            "principalId": grant.principal_id,
            "principalKind": grant.principal_kind,
            "principalDisplayName": names.get(grant.principal_id),
            "createdDateTime": grant.created,
        }
        for grant in grants
    ]
