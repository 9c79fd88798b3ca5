"""Catalogs and access packages, in the shape of Graph's entitlement management."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.packages import AccessPackage, Catalog
from chalicelib.routes import auth, http
from chalicelib.routes.declared import COUNTED, SORTED
from chalicelib.routes.graph import expand_entitlements as expand
from chalicelib.routes.graph import lists
from chalicelib.routes.graph import present_entitlements as present
from chalicelib.routes.graph.addresses import (
    EM,
    EM_CONTEXT,
    current_user,
    found_by_id,
    only_id,
    part_of,
    views_of_caller,
)
from chalicelib.routes.graph.bodies import CatalogBody, NewPackage, PackageBody
from chalicelib.routes.graph.odata_match import Filter
from chalicelib.routes.graph.reading import body_of
from chalicelib.routes.graph.shapes import AccessPackage as PackageShape
from chalicelib.routes.graph.shapes import Catalog as CatalogShape
from chalicelib.routes.graph.walking import Source, listed
from chalicelib.routes.http import Answer, Call, Created
from chalicelib.routes.shapes import Collection
from chalicelib.usecases import list_entitlements, manage_catalogs, manage_packages, seeing

door = Blueprint(__name__)

CATALOGS, PACKAGES = f"{EM}/catalogs", f"{EM}/accessPackages"
ONE, MANY = ("$select", "$expand"), (*SORTED, "$expand")
CATALOG_STATES = ("published", "unpublished")
PACKAGES_ON = ("allowedRequestor",)
ORDERS = frozenset({"displayname", "createddatetime", "modifieddatetime"})


@http.route(door, "GET", CATALOGS, query=MANY, gives=Collection[CatalogShape])
def catalogs(call: Call) -> Answer:
    """The catalogs the caller may see."""
    return _catalogs(call)


@http.route(door, "POST", CATALOGS, takes=CatalogBody, headers=("Retry-Attempt",), gives={201: CatalogShape})
def add_catalog(call: Call) -> Answer:
    """Create a catalog."""
    reader = body_of(call)
    draft = manage_catalogs.CatalogDraft(
        display_name=reader.name(),
        description=reader.text("description"),
        state=reader.choice("state", CATALOG_STATES, "published"),
        externally_visible=reader.flag("isExternallyVisible", True),
    )
    made = manage_catalogs.create_catalog(call.services, call.actor, call.now, call.operation, draft, call.retried)
    auth.forget()  # who creates a catalog may have become its owner
    return Created(_catalog(call, made))


@http.route(door, "GET", f"{CATALOGS}/{{id}}", query=ONE, gives=CatalogShape, named=(COUNTED,))
def catalog(call: Call, id: str) -> Answer:
    """One catalog, or `$count`."""
    if id == "$count":
        return _catalogs(call, count_only=True)
    if id.lower() == manage_catalogs.GENERAL_ID:
        manage_catalogs.general_catalog(call.services, call.now)
    return _catalog(call, seeing.find_catalog(call.services, call.actor, only_id(id)))


@http.route(door, "PATCH", f"{CATALOGS}/{{id}}", takes=CatalogBody, gives=CatalogShape)
def change_catalog(call: Call, id: str) -> Answer:
    """Change the members that are given."""
    found = seeing.find_catalog(call.services, call.actor, only_id(id))
    reader, draft = body_of(call), manage_catalogs.draft_of(found)
    draft = replace(
        draft,
        display_name=reader.name() if reader.mentions("displayName") else draft.display_name,
        description=reader.text("description") if reader.mentions("description") else draft.description,
        state=reader.choice("state", CATALOG_STATES, draft.state),
        externally_visible=reader.flag("isExternallyVisible", draft.externally_visible),
    )
    changed = manage_catalogs.update_catalog(call.services, call.actor, call.now, call.operation, found, draft)
    return _catalog(call, changed)


@http.route(door, "DELETE", f"{CATALOGS}/{{id}}", gives=None)
def delete_catalog(call: Call, id: str) -> Answer:
    """Delete a catalog without packages."""
    manage_catalogs.delete_catalog(call.services, call.actor, call.now, call.operation, only_id(id))
    return None


@http.route(door, "GET", PACKAGES, query=MANY, gives=Collection[PackageShape])
def packages(call: Call) -> Answer:
    """The access packages the caller may see."""
    return _packages(call)


@http.route(door, "POST", PACKAGES, takes=NewPackage, headers=("Retry-Attempt",), gives={201: PackageShape})
def add_package(call: Call) -> Answer:
    """Create an access package, in the built-in catalog unless another one is named."""
    reader = body_of(call)
    in_catalog = reader.inner("catalog")
    catalog_id = in_catalog.identifier("id") if in_catalog else reader.identifier("catalogId")
    draft = manage_packages.PackageDraft(
        display_name=reader.name(),
        description=reader.text("description"),
        hidden=reader.flag("isHidden", False),
    )
    made = manage_packages.create_package(
        call.services, call.actor, call.now, call.operation, catalog_id, draft, call.retried
    )
    return Created(_package(call, made))


@http.route(
    door,
    "GET",
    f"{PACKAGES}/{{id}}",
    query=ONE,
    gives=PackageShape,
    named=(COUNTED, *views_of_caller(PACKAGES_ON, (*SORTED, "$expand"), Collection[PackageShape])),
)
def package(call: Call, id: str) -> Answer:
    """One access package, `$count`, or those the caller may request: none, since there are no requests by users."""
    if id == "$count":
        return _packages(call, count_only=True)
    if current_user(id, PACKAGES_ON):
        return _packages(call, source=listed([]))
    return _package(call, seeing.find_package(call.services, call.actor, only_id(id)))


@http.route(door, "PATCH", f"{PACKAGES}/{{id}}", takes=PackageBody, gives=PackageShape)
def change_package(call: Call, id: str) -> Answer:
    """Change the members that are given; a package stays in its catalog (R1)."""
    found = seeing.find_package(call.services, call.actor, only_id(id))
    reader, draft = body_of(call), manage_packages.draft_of(found)
    draft = replace(
        draft,
        display_name=reader.name() if reader.mentions("displayName") else draft.display_name,
        description=reader.text("description") if reader.mentions("description") else draft.description,
        hidden=reader.flag("isHidden", draft.hidden),
    )
    changed = manage_packages.update_package(call.services, call.actor, call.now, call.operation, found, draft)
    return _package(call, changed)


@http.route(door, "DELETE", f"{PACKAGES}/{{id}}", gives=None)
def delete_package(call: Call, id: str) -> Answer:
    """Delete an access package nobody has an active assignment to, with its policies."""
    manage_packages.delete_package(call.services, call.actor, call.now, call.operation, only_id(id))
    return None


def _catalog(call: Call, found: Catalog) -> Mapping[str, Any]:
    return lists.single(
        call,
        found,
        context=f"{EM_CONTEXT}/catalogs",
        properties=present.CATALOG_PROPERTIES,
        present=present.catalog_objects,
        expandable=expand.of_catalog(call),
    )


def _catalogs(call: Call, *, count_only: bool = False) -> Answer:
    manage_catalogs.general_catalog(call.services, call.now)
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/catalogs",
        known=present.KNOWN_OF_CATALOG,
        source=list_entitlements.catalogs(call.services, call.actor),
        present=present.catalog_objects,
        properties=present.CATALOG_PROPERTIES,
        expandable=expand.of_catalog(call),
        orderable=ORDERS,
        count_only=count_only,
    )


def _package(call: Call, found: AccessPackage) -> Mapping[str, Any]:
    return lists.single(
        call,
        found,
        context=f"{EM_CONTEXT}/accessPackages",
        properties=present.PACKAGE_PROPERTIES,
        present=present.package_objects,
        expandable=expand.of_package(call),
    )


def _packages(call: Call, *, source: Source[AccessPackage] | None = None, count_only: bool = False) -> Answer:
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/accessPackages",
        known=present.KNOWN_OF_PACKAGE,
        source=source or list_entitlements.packages(call.services, call.actor),
        present=present.package_objects,
        properties=present.PACKAGE_PROPERTIES,
        expandable=expand.of_package(call),
        orderable=ORDERS,
        narrower=(lambda chosen: _narrower(call, chosen)) if source is None else None,
        indexed="id eq, catalog/id eq",
        count_only=count_only,
    )


def _narrower(call: Call, chosen: Filter) -> Source[AccessPackage] | None:
    """The shorter list that holds every match of a filter, for those who would walk all packages."""
    if not call.actor.reads_everything:
        return None
    same = chosen.equalities()
    if "id" in same:
        return found_by_id(call.services.entitlements.package, same["id"])
    if "catalog/id" in same:
        return part_of(call.services.entitlements.packages_of_catalog, same["catalog/id"])
    return None
