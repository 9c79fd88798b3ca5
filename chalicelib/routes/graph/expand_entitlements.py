"""What `$expand` brings in around entitlements: never more than the caller may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chalicelib.domain.assignments import Assignment, AssignmentRequest
from chalicelib.domain.errors import FilterTooBroad
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.routes.graph.expand_resources import of_role_scope
from chalicelib.routes.graph.lists import Expander, filled
from chalicelib.routes.graph.odata import Expand
from chalicelib.routes.graph.present_entitlements import (
    assignment_objects,
    catalog_objects,
    package_objects,
    policy_objects,
    subject_object,
)
from chalicelib.routes.graph.present_resources import role_scope_objects
from chalicelib.routes.http import Call
from chalicelib.usecases.ports import Page
from chalicelib.usecases.seeing import sees_catalog, sees_package

E = TypeVar("E")
Objects = list[dict[str, Any]]
MOST = 1_000  # objects inside one expanded list


def of_catalog(call: Call) -> dict[str, Expander[Catalog]]:
    """What a catalog can bring along."""

    def packages(catalogs: Sequence[Catalog], item: Expand) -> list[Objects]:
        listed = call.services.entitlements.packages_of_catalog
        return [_packages(call, _whole(listed, catalog.id), item) for catalog in catalogs]

    return {"accessPackages": packages}


def of_package(call: Call) -> dict[str, Expander[AccessPackage]]:
    """What an access package can bring along."""

    def catalogs(packages: Sequence[AccessPackage], item: Expand) -> Objects:
        return _catalogs(call, [package.catalog_id for package in packages], item)

    def policies(packages: Sequence[AccessPackage], item: Expand) -> list[Objects]:
        listed = call.services.entitlements.policies_of_package
        return [
            filled(policy_objects(found), found, item, of_policy(call))
            for package in packages
            for found in [_whole(listed, package.id) if _sees(call, package) else []]
        ]

    def role_scopes(packages: Sequence[AccessPackage], item: Expand) -> list[Objects]:
        table = of_role_scope(call)
        granted = [package.role_scopes if _sees(call, package) else () for package in packages]
        return [filled(role_scope_objects(some), some, item, table) for some in granted]

    return {"catalog": catalogs, "assignmentPolicies": policies, "resourceRoleScopes": role_scopes}


def of_policy(call: Call) -> dict[str, Expander[AssignmentPolicy]]:
    """What a policy can bring along."""

    def packages(policies: Sequence[AssignmentPolicy], item: Expand) -> Objects:
        return _packages_by_id(call, [policy.package_id for policy in policies], item)

    def catalogs(policies: Sequence[AssignmentPolicy], item: Expand) -> Objects:
        return _catalogs(call, [policy.catalog_id for policy in policies], item)

    return {"accessPackage": packages, "catalog": catalogs}


def of_assignment(call: Call) -> dict[str, Expander[Assignment]]:
    """What an assignment can bring along."""

    def packages(assignments: Sequence[Assignment], item: Expand) -> Objects:
        return _packages_by_id(call, [assignment.package_id for assignment in assignments], item)

    def policies(assignments: Sequence[Assignment], item: Expand) -> Objects:
        return _policies_by_id(call, [assignment.policy_id for assignment in assignments], item)

    def targets(assignments: Sequence[Assignment], item: Expand) -> Objects:
        return _subjects(call, [assignment.target_id for assignment in assignments], item)

    return {"accessPackage": packages, "assignmentPolicy": policies, "target": targets}


def of_request(call: Call) -> dict[str, Expander[AssignmentRequest]]:
    """What an assignment request can bring along."""

    def packages(requests: Sequence[AssignmentRequest], item: Expand) -> Objects:
        return _packages_by_id(call, [request.package_id for request in requests], item)

    def requestors(requests: Sequence[AssignmentRequest], item: Expand) -> Objects:
        return _subjects(call, [request.requestor_id for request in requests], item)

    def assignments(requests: Sequence[AssignmentRequest], item: Expand) -> Objects:
        return [assignment_inside(call, request.assignment_id, item) for request in requests]

    return {"accessPackage": packages, "requestor": requestors, "assignment": assignments}


def assignment_inside(call: Call, assignment_id: str, item: Expand = Expand("assignment")) -> dict[str, Any]:
    """An assignment as part of its request."""
    found = call.services.entitlements.assignment(assignment_id)
    if found is None:
        return {"id": assignment_id}
    return filled(assignment_objects([found], call.now), [found], item, of_assignment(call))[0]


def _packages_by_id(call: Call, package_ids: Sequence[str], item: Expand) -> Objects:
    """The packages behind assignments, requests and policies the caller sees, so they may see these too."""
    known = call.services.entitlements.packages(package_ids)
    shown = {package.id: _packages(call, [package], item)[0] for package in known.values()}
    return [shown.get(package_id, {"id": package_id}) for package_id in package_ids]


def _packages(call: Call, packages: Sequence[AccessPackage], item: Expand) -> Objects:
    return filled(package_objects(packages), packages, item, of_package(call))


def _policies_by_id(call: Call, policy_ids: Sequence[str], item: Expand) -> Objects:
    """Policies; who may not see one sees its name only."""
    shown: dict[str, dict[str, Any]] = {}
    for policy in call.services.entitlements.policies(policy_ids).values():
        obj = filled(policy_objects([policy]), [policy], item, of_policy(call))[0]
        full = sees_package(call.actor, policy.catalog_id, policy.package_id)
        shown[policy.id] = obj if full else {"id": policy.id, "displayName": policy.display_name}
    return [shown.get(policy_id, {"id": policy_id}) for policy_id in policy_ids]


def _catalogs(call: Call, catalog_ids: Sequence[str], item: Expand) -> Objects:
    """Catalogs; who may not see one sees its id only."""
    shown: dict[str, dict[str, Any]] = {}
    for catalog_id in dict.fromkeys(catalog_ids):
        found = call.services.entitlements.catalog(catalog_id) if sees_catalog(call.actor, catalog_id) else None
        shown[catalog_id] = {"id": catalog_id}
        if found is not None:
            shown[catalog_id] = filled(catalog_objects([found]), [found], item, of_catalog(call))[0]
    return [shown[catalog_id] for catalog_id in catalog_ids]


def _subjects(call: Call, person_ids: Sequence[str], item: Expand) -> Objects:
    people = call.services.people.users(person_id for person_id in person_ids if person_id)
    return [filled([subject_object(person_id, people.get(person_id))], [None], item, {})[0] for person_id in person_ids]


def _sees(call: Call, package: AccessPackage) -> bool:
    return sees_package(call.actor, package.catalog_id, package.id)


def _whole(listed: Callable[[str, int, str | None], Page[E]], parent_id: str) -> list[E]:
    """All objects of a parent. Raises FilterTooBroad rather than cutting the list."""
    page = listed(parent_id, MOST, None)
    if page.next is not None:
        raise FilterTooBroad(f"An expanded list would hold more than {MOST:,} objects. Filter its own list.", "$expand")
    return list(page.items)
