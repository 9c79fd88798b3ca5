"""The terms on which a person may be assigned a package: its catalog gives it out (R2, R38), nothing they hold or are
in excludes it (R13), and what it grants is owed to them in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.domain.assignments import Assignment, Holding
from chalicelib.domain.errors import Conflict
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.people import User
from chalicelib.domain.resources import outside
from chalicelib.usecases.plan_delivery import agenda_changes, granting
from chalicelib.usecases.ports import Absent, Change, Services, Unchanged
from chalicelib.usecases.roles import groups_around


def check_catalog(services: Services, catalog_id: str, person: User) -> None:
    """Raises Conflict when the catalog gives nothing out, or nothing to guests (R2, R38)."""
    catalog = services.entitlements.catalog(catalog_id)
    if catalog is not None and catalog.state != "published":
        raise Conflict(f"The catalog {catalog.display_name!r} is not published.", "assignment/accessPackageId")
    if catalog is not None and person.user_type == "Guest" and not catalog.externally_visible:
        raise Conflict(
            f"The catalog {catalog.display_name!r} is not enabled for external users.", "assignment/targetId"
        )


def on_terms(services: Services, assignment: Assignment, request_id: str) -> tuple[Assignment, list[Change]]:
    """The assignment with what its package grants it, and the changes that hold the package to its terms: neither
    its roles nor its incompatibilities may change meanwhile. Raises Conflict (R13)."""
    package = services.entitlements.package(assignment.package_id)
    if package is None:
        raise Conflict("The access package is being deleted.", "assignment/accessPackageId")
    changes = compatible(services, package, assignment.target_id)
    planned = granting(assignment, outside(package.role_scopes), request_id)
    return planned, [*changes, Unchanged(package), *agenda_changes(assignment, planned)]


def compatible(services: Services, package: AccessPackage, person_id: str) -> list[Change]:
    """The conditions under which this person may be assigned the package, for the transaction that does it.

    Raises Conflict, naming what is in the way (R13).
    """
    if package.incompatible_groups:
        for group_id in sorted(groups_around(services, person_id) & set(package.incompatible_groups)):
            group = services.people.group(group_id)
            raise _incompatible(f"is a member of the group {group.display_name if group else group_id!r}")
    if not package.incompatible_packages:
        return []
    pairs = [(person_id, listed) for listed in package.incompatible_packages]
    held = {one.package_id: one for one in services.entitlements.holdings(pairs)}
    live = _live(services, held.values())
    for listed in package.incompatible_packages:
        if listed in live:
            other = services.entitlements.package(listed)
            raise _incompatible(f"holds the access package {other.display_name if other else listed!r}")
    return [
        Unchanged(held[listed])
        if listed in held
        else Absent(Holding(target_id=person_id, package_id=listed, assignment_id=""))
        for listed in package.incompatible_packages
    ]


def _incompatible(what: str) -> Conflict:
    return Conflict(f"The person {what}, which is incompatible with this access package.", "assignment/targetId")


def _live(services: Services, held: Iterable[Holding]) -> dict[str, Assignment]:
    """The live assignments behind holdings, by package."""
    now = services.clock.now()
    found = services.entitlements.assignments(one.assignment_id for one in held)
    return {one.package_id: one for one in found.values() if not is_over(one, now)}
