"""Separation of duties in Graph's shape: a package's incompatible packages and groups, who holds both (R13, R14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.domain.packages import AccessPackage
from chalicelib.routes import http
from chalicelib.routes.declared import COUNT, COUNTED, LIST
from chalicelib.routes.graph import expand_entitlements as expand
from chalicelib.routes.graph import lists
from chalicelib.routes.graph import present_entitlements as present
from chalicelib.routes.graph.addresses import EM, EM_CONTEXT, only_count, only_id
from chalicelib.routes.graph.people_objects import GROUP_PROPERTIES, KNOWN_OF_GROUP, group_objects
from chalicelib.routes.graph.reading import body_of
from chalicelib.routes.graph.resource_bodies import ReferenceBody
from chalicelib.routes.graph.shapes import AccessPackage as AccessPackageShape
from chalicelib.routes.graph.shapes import DirectoryObject, Reference
from chalicelib.routes.graph.walking import listed
from chalicelib.routes.http import Answer, Call
from chalicelib.routes.shapes import Collection
from chalicelib.usecases import incompatible, list_entitlements, overlaps
from chalicelib.usecases.incompatible import GROUP, PACKAGE, administered

door = Blueprint(__name__)

ONE = f"{EM}/accessPackages/{{id}}"
PACKAGES, GROUPS = f"{ONE}/incompatibleAccessPackages", f"{ONE}/incompatibleGroups"
_COLLECTIONS = {PACKAGE: "accessPackages", GROUP: "groups"}
_REFERENCE = re.compile(r"(?:\S*/)?([A-Za-z]+)(?:/|\(')([A-Za-z0-9._-]{1,128})(?:'\))?")


@http.route(door, "GET", PACKAGES, query=(*LIST, "$expand"), gives=Collection[AccessPackageShape])
def packages(call: Call, id: str) -> Answer:
    """The packages that are incompatible with this one."""
    return _packages(call, id)


@http.route(door, "GET", f"{PACKAGES}/{{part}}", gives=Collection[Reference], named=(COUNTED,))
def packages_part(call: Call, id: str, part: str) -> Answer:
    """Their number (`$count`) or addresses (`$ref`)."""
    if part == "$count":
        return _packages(call, id, count_only=True)
    return _references(call, id, part, PACKAGE)


@http.route(door, "POST", f"{PACKAGES}/{{part}}", takes=ReferenceBody, gives=None, refuses=(409,))
def list_package(call: Call, id: str, part: str) -> Answer:
    """Put a package on the list (`$ref`)."""
    return _list(call, id, part, PACKAGE)


@http.route(door, "DELETE", f"{PACKAGES}/{{part}}", query=("@id",), gives=None)
def unlist_named_package(call: Call, id: str, part: str) -> Answer:
    """Take the package that `@id` names off the list (`$ref`)."""
    return _unlist_named(call, id, part, PACKAGE)


@http.route(door, "DELETE", f"{PACKAGES}/{{part}}/{{reference}}", gives=None)
def unlist_package(call: Call, id: str, part: str, reference: str) -> Answer:
    """Take a package off the list (`{id}/$ref`)."""
    return _unlist(call, id, part, reference, PACKAGE)


@http.route(door, "GET", GROUPS, query=LIST, gives=Collection[DirectoryObject])
def groups(call: Call, id: str) -> Answer:
    """The groups whose members cannot be assigned the package."""
    return _groups(call, id)


@http.route(door, "GET", f"{GROUPS}/{{part}}", gives=Collection[Reference], named=(COUNTED,))
def groups_part(call: Call, id: str, part: str) -> Answer:
    """Their number (`$count`) or addresses (`$ref`)."""
    if part == "$count":
        return _groups(call, id, count_only=True)
    return _references(call, id, part, GROUP)


@http.route(door, "POST", f"{GROUPS}/{{part}}", takes=ReferenceBody, gives=None, refuses=(409,))
def list_group(call: Call, id: str, part: str) -> Answer:
    """Put a group on the list (`$ref`)."""
    return _list(call, id, part, GROUP)


@http.route(door, "DELETE", f"{GROUPS}/{{part}}", query=("@id",), gives=None)
def unlist_named_group(call: Call, id: str, part: str) -> Answer:
    """Take the group that `@id` names off the list (`$ref`)."""
    return _unlist_named(call, id, part, GROUP)


@http.route(door, "DELETE", f"{GROUPS}/{{part}}/{{reference}}", gives=None)
def unlist_group(call: Call, id: str, part: str, reference: str) -> Answer:
    """Take a group off the list (`{id}/$ref`)."""
    return _unlist(call, id, part, reference, GROUP)


@http.route(
    door, "GET", f"{ONE}/accessPackagesIncompatibleWith", query=(*LIST, "$expand"), gives=Collection[AccessPackageShape]
)
def incompatible_with(call: Call, id: str) -> Answer:
    """The packages on whose lists this one stands."""
    return _incompatible_with(call, id)


@http.route(
    door, "GET", f"{ONE}/accessPackagesIncompatibleWith/{{part}}", query=("$filter",), gives=COUNT, named=(COUNTED,)
)
def count_of_incompatible_with(call: Call, id: str, part: str) -> Answer:
    """Their number (`$count`)."""
    only_count(part)
    return _incompatible_with(call, id, count_only=True)


def _incompatible_with(call: Call, id: str, count_only: bool = False) -> Answer:
    package = administered(call.services, call.actor, only_id(id))
    listing = call.services.entitlements.incompatible_with(package.id)
    where = f"accessPackages('{package.id}')/accessPackagesIncompatibleWith"
    return _package_list(call, where, listing, count_only)


def additional_access(call: Call, arguments: Mapping[str, str]) -> Answer:
    """`assignments/additionalAccess(…)`: the assignments to one package of people who hold the other one too; without
    arguments those of every package to what stands on its list."""
    if arguments:
        pairs = [(arguments["accessPackageId"].lower(), arguments["incompatibleAccessPackageId"].lower())]
        if pairs[0][0] == pairs[0][1]:
            raise InvalidInput("The two access packages must differ.", "incompatibleAccessPackageId")
    else:
        pairs = [
            (package.id, other)
            for package in list_entitlements.every(list_entitlements.packages(call.services, call.actor))
            for other in package.incompatible_packages
            if incompatible.sees_lists(call.actor, package)
        ]
    found = [one for pair in pairs for one in _both(call, *pair)]
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/assignments",
        known=present.KNOWN_OF_ASSIGNMENT,
        source=listed(list({one.id: one for one in found}.values())),
        present=lambda some: present.assignment_objects(some, call.now),
        properties=present.ASSIGNMENT_PROPERTIES,
        expandable=expand.of_assignment(call),
    )


def _both(call: Call, package_id: str, other_id: str) -> list[Any]:
    package = administered(call.services, call.actor, package_id)
    other = call.services.entitlements.package(other_id)
    if other is None or (
        other_id not in package.incompatible_packages and not incompatible.sees_lists(call.actor, other)
    ):
        raise NotFound("There is no such access package.", "incompatibleAccessPackageId")
    return overlaps.holders_of_both(
        call.services, package.id, incompatible.Listed(PACKAGE, other.id, other.display_name)
    )


def _packages(call: Call, id: str, count_only: bool = False) -> Answer:
    package = administered(call.services, call.actor, only_id(id))
    where = f"accessPackages('{package.id}')/incompatibleAccessPackages"
    return _package_list(call, where, package.incompatible_packages, count_only)


def _package_list(call: Call, where: str, package_ids: Any, count_only: bool = False) -> Answer:
    known = call.services.entitlements.packages(package_ids)
    found: list[AccessPackage] = [known[one] for one in package_ids if one in known]
    return lists.collection(
        call,
        context=f"{EM_CONTEXT}/{where}",
        known=present.KNOWN_OF_PACKAGE,
        source=listed(found),
        present=present.package_objects,
        properties=present.PACKAGE_PROPERTIES,
        expandable=expand.of_package(call),
        count_only=count_only,
    )


def _groups(call: Call, id: str, count_only: bool = False) -> Answer:
    package = administered(call.services, call.actor, only_id(id))
    known = (call.services.people.group(group_id) for group_id in package.incompatible_groups)
    return lists.collection(
        call,
        context="groups",
        known=KNOWN_OF_GROUP,
        source=listed([group for group in known if group]),
        present=group_objects,
        properties=GROUP_PROPERTIES,
        count_only=count_only,
    )


def _references(call: Call, id: str, part: str, kind: str) -> Answer:
    _only_ref(part)
    call.only()
    package = administered(call.services, call.actor, only_id(id))
    prefix = lists.metadata(call, "").partition("$metadata")[0] + ("" if kind == GROUP else f"{EM_CONTEXT}/")
    entries = incompatible.listed_by(call.services, package)
    value = [{"@odata.id": f"{prefix}{_COLLECTIONS[kind]}/{one.id}"} for one in entries if one.kind == kind]
    return {"@odata.context": lists.metadata(call, "Collection($ref)"), "value": value}


def _list(call: Call, id: str, part: str, kind: str) -> Answer:
    reader = body_of(call)
    _only_ref(part)
    incompatible.managed(call.services, call.actor, only_id(id))  # a stranger learns nothing, not even a mistake
    listed_id = _referred(reader.text("@odata.id", longest=2_000), kind, "@odata.id")
    asked = (call.services, call.actor, call.now, call.operation)
    incompatible.list_incompatible(*asked, only_id(id), kind, listed_id)
    return None


def _unlist_named(call: Call, id: str, part: str, kind: str) -> Answer:
    call.only("@id")
    _only_ref(part)
    incompatible.managed(call.services, call.actor, only_id(id))
    return _unlist(call, id, _referred((call.query.get("@id") or [""])[0], kind, "@id"), "$ref", kind)


def _unlist(call: Call, id: str, part: str, reference: str, kind: str) -> Answer:
    _only_ref(reference)
    asked = (call.services, call.actor, call.now, call.operation)
    incompatible.unlist_incompatible(*asked, only_id(id), kind, only_id(part))
    return None


def _only_ref(part: str) -> None:
    if part != "$ref":
        raise NotFound("Here are only $count and $ref.")


def _referred(address: str, kind: str, target: str) -> str:
    """The id in the address of a package or group, as `@odata.id` gives it. Raises InvalidInput."""
    found = _REFERENCE.fullmatch(address)
    if found is None or found[1] != _COLLECTIONS[kind]:
        raise InvalidInput(
            f"Must be the address of one of {_COLLECTIONS[kind]}, such as …/{_COLLECTIONS[kind]}/id.", target
        )
    return found[2].lower()
