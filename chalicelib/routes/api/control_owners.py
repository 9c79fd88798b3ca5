"""Our own root for control owners: the one person who signs the reviews of a package, or of a catalog, off."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain.people import RoleGrant
from chalicelib.routes import auth
from chalicelib.routes.api.exception_shapes import ControlOwner, OwnerNamed
from chalicelib.routes.api.guard_shapes import person
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.usecases.control_owners import control_owner, name_control_owner
from chalicelib.usecases.roles import named
from chalicelib.usecases.seeing import find_catalog, find_package

door = Blueprint(__name__)
OF_PACKAGE = "/api/v1/access-packages/{package_id}/control-owner"
OF_CATALOG = "/api/v1/catalogs/{catalog_id}/control-owner"


def _told(call: Call, owner: RoleGrant | None) -> Answer:
    people = named(call.services, {owner.principal_id} if owner else set())
    return {
        "controlOwner": person(owner.principal_id, people) if owner else None,
        "of": owner.scope.partition(":")[0] if owner else None,
        "since": stamp(owner.created) if owner and owner.created else None,
        "mayName": call.actor.is_administrator,
    }


@route(door, "GET", OF_PACKAGE, gives=ControlOwner)
def of_package(call: Call, package_id: str) -> Answer:
    """Who signs the reviews of an access package off: its own control owner, or else its catalog's."""
    found = find_package(call.services, call.actor, package_id)
    return _told(call, control_owner(call.services, found.catalog_id, found.id))


@route(door, "PUT", OF_PACKAGE, takes=OwnerNamed, gives=ControlOwner)
def name_for_package(call: Call, package_id: str) -> Answer:
    """Name the control owner of an access package, in the place of whoever was."""
    body: OwnerNamed = call.body
    found = find_package(call.services, call.actor, package_id)
    _name(call, f"package:{found.id}", body.person_id)
    return _told(call, control_owner(call.services, found.catalog_id, found.id))


@route(door, "DELETE", OF_PACKAGE, gives=None)
def leave_to_catalog(call: Call, package_id: str) -> Answer:
    """Leave it to the catalog's control owner."""
    found = find_package(call.services, call.actor, package_id)
    _name(call, f"package:{found.id}", None)
    return None


@route(door, "GET", OF_CATALOG, gives=ControlOwner)
def of_catalog(call: Call, catalog_id: str) -> Answer:
    """Who signs the reviews of a catalog's access packages off, where these have no control owner of their own."""
    return _told(call, control_owner(call.services, find_catalog(call.services, call.actor, catalog_id).id))


@route(door, "PUT", OF_CATALOG, takes=OwnerNamed, gives=ControlOwner)
def name_for_catalog(call: Call, catalog_id: str) -> Answer:
    """Name the control owner of a catalog, in the place of whoever was."""
    body: OwnerNamed = call.body
    found = find_catalog(call.services, call.actor, catalog_id)
    _name(call, f"catalog:{found.id}", body.person_id)
    return _told(call, control_owner(call.services, found.id))


@route(door, "DELETE", OF_CATALOG, gives=None)
def name_nobody(call: Call, catalog_id: str) -> Answer:
    """Have a catalog without a control owner."""
    found = find_catalog(call.services, call.actor, catalog_id)
    _name(call, f"catalog:{found.id}", None)
    return None


def _name(call: Call, scope: str, person_id: str | None) -> None:
    name_control_owner(call.services, call.actor, call.now, call.operation, scope, person_id)
    auth.forget()
