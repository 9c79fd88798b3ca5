"""Who may see which entitlement (R165): finding one object for a caller, refusing changes.

Administrators and auditors see everything, the others what their roles reach (`domain.people.RIGHTS`), and
everybody their own assignments and requests and the packages they hold. What one may not see does not exist:
404, never 403.
"""

from __future__ import annotations

from chalicelib.domain.assignments import Assignment, AssignmentRequest
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Actor, Right
from chalicelib.usecases.ports import Services


def sees_catalog(actor: Actor, catalog_id: str) -> bool:
    """May the caller read this catalog?"""
    return actor.may(Right.SEE_PACKAGES, catalog_id)


def sees_package(actor: Actor, catalog_id: str, package_id: str) -> bool:
    """May the caller read this package, its policies, and that reviews of it exist (G40)?"""
    return actor.may(Right.SEE_PACKAGES, catalog_id, package_id)


def administers(actor: Actor, catalog_id: str, package_id: str) -> bool:
    """May the caller read everything inside this package, other people's assignments and requests included?"""
    return actor.may(Right.SEE_ASSIGNMENTS, catalog_id, package_id)


def holds(services: Services, actor: Actor, package_id: str) -> bool:
    """Has the caller a live assignment to the package?"""
    holding = services.entitlements.holding(actor.id, package_id)
    assignment = services.entitlements.assignment(holding.assignment_id) if holding else None
    return assignment is not None and not is_over(assignment, services.clock.now())


def find_catalog(services: Services, actor: Actor, catalog_id: str) -> Catalog:
    """The catalog. Raises NotFound, also when the caller may not see it."""
    found = services.entitlements.catalog(catalog_id)
    if found is None or not sees_catalog(actor, found.id):
        raise NotFound("There is no such catalog.")
    return found


def find_package(services: Services, actor: Actor, package_id: str) -> AccessPackage:
    """The access package. Raises NotFound, also when the caller may not see it."""
    found = services.entitlements.package(package_id)
    if found and (sees_package(actor, found.catalog_id, found.id) or holds(services, actor, found.id)):
        return found
    raise NotFound("There is no such access package.")


def find_policy(services: Services, actor: Actor, policy_id: str) -> AssignmentPolicy:
    """The assignment policy. Raises NotFound, also when the caller may not see it."""
    found = services.entitlements.policy(policy_id)
    if found is None or not sees_package(actor, found.catalog_id, found.package_id):
        raise NotFound("There is no such assignment policy.")
    return found


def find_assignment(services: Services, actor: Actor, assignment_id: str) -> Assignment:
    """The assignment. Raises NotFound, also when the caller may not see it."""
    found = services.entitlements.assignment(assignment_id)
    if found and (found.target_id == actor.id or administers_package(services, actor, found.package_id)):
        return found
    raise NotFound("There is no such assignment.")


def find_request(services: Services, actor: Actor, request_id: str) -> AssignmentRequest:
    """The assignment request. Raises NotFound, also when the caller may not see it."""
    found = services.entitlements.request(request_id)
    if found and (found.target_id == actor.id or administers_package(services, actor, found.package_id)):
        return found
    raise NotFound("There is no such assignment request.")


def administers_package(services: Services, actor: Actor, package_id: str) -> bool:
    """The same as `administers`, for a package known by its id only; it may have been deleted since."""
    if actor.reads_everything:
        return True
    package = services.entitlements.package(package_id)
    return package is not None and administers(actor, package.catalog_id, package.id)


def require_manager(actor: Actor, catalog_id: str, package_id: str = "") -> None:
    """Raises Forbidden unless the caller manages the package (or the catalog, without a package; S12)."""
    if not actor.manages(catalog_id, package_id):
        raise Forbidden(
            "Only administrators, the catalog's owners and managers, and the package's managers may do this."
        )


def require_assigner(actor: Actor, catalog_id: str, package_id: str) -> None:
    """Raises Forbidden unless the caller may assign people to the package and remove them."""
    if not actor.may(Right.ASSIGN, catalog_id, package_id):
        raise Forbidden("Only administrators, the catalog's owners, and package and assignment managers may do this.")


def unknown(actor: Actor, what: str, target: str) -> InvalidInput | NotFound:
    """The refusal of an id in a body that names nothing the caller can see. Those who see everything learn
    that it is wrong; to all others an unknown object and a hidden one look the same."""
    if actor.reads_everything:
        return InvalidInput(f"There is no such {what}.", target)
    return NotFound(f"There is no such {what}.", target)
