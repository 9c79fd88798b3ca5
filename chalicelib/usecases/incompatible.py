"""Separation of duties: packages and groups one may not hold together with a package (R13, R14).

A list belongs to one package and works in one direction. It blocks new assignments, also by administrators; what
overlaps already stays, and can be listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound
from chalicelib.domain.packages import AccessPackage, Incompatibility
from chalicelib.domain.people import Actor
from chalicelib.usecases.deleting import refuse_if_deleting
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services
from chalicelib.usecases.seeing import administers, find_package, require_manager, unknown

CATEGORY = "EntitlementManagement"
PACKAGE, GROUP = "accessPackage", "group"
MOST_LISTED = 50  # packages, and groups: each listed package is a condition of every assignment's transaction
_ACTIVITIES = {
    (PACKAGE, True): "Create incompatible access package",
    (PACKAGE, False): "Delete incompatible access package",
    (GROUP, True): "Create incompatible group",
    (GROUP, False): "Delete incompatible group",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a package's lists: `kind` is `accessPackage` or `group`."""

    kind: str
    id: str
    display_name: str


def list_incompatible(
    services: Services, actor: Actor, now: datetime, operation: str, package_id: str, kind: str, listed_id: str
) -> None:
    """Put a package or group on a package's list; one that stands there already stays.

    Raises NotFound, Forbidden, InvalidInput (naming the field), Conflict (the list is full).
    """
    package = managed(services, actor, package_id)
    refuse_if_deleting(package, "access package", "id")
    _check(services, actor, package, kind, listed_id)
    before = _list(package, kind)
    if listed_id in before:
        return
    if len(before) >= MOST_LISTED:
        raise Conflict(f"The list is full: at most {MOST_LISTED}.", "@odata.id")
    _save(services, actor, now, operation, package, kind, (*before, listed_id), listed_id)


def unlist_incompatible(
    services: Services, actor: Actor, now: datetime, operation: str, package_id: str, kind: str, listed_id: str
) -> None:
    """Take a package or group off a package's list. Raises NotFound, Forbidden, Conflict."""
    package = managed(services, actor, package_id)
    before = _list(package, kind)
    if listed_id not in before:
        raise NotFound("The list does not have this entry.")
    left = tuple(one for one in before if one != listed_id)
    _save(services, actor, now, operation, package, kind, left, listed_id)


def _check(services: Services, actor: Actor, package: AccessPackage, kind: str, listed_id: str) -> None:
    if listed_id == package.id:
        raise InvalidInput("An access package cannot be incompatible with itself.", "@odata.id")
    if kind == GROUP:
        if services.people.group(listed_id) is None:
            raise InvalidInput("There is no such group.", "@odata.id")
        return
    other = services.entitlements.package(listed_id)
    if other is None or not administers(actor, other.catalog_id, other.id):
        raise unknown(actor, "access package", "@odata.id")


def _list(package: AccessPackage, kind: str) -> tuple[str, ...]:
    return package.incompatible_packages if kind == PACKAGE else package.incompatible_groups


def _save(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    package: AccessPackage,
    kind: str,
    after: tuple[str, ...],
    listed_id: str,
) -> None:
    added = listed_id in after
    changed = (
        replace(package, incompatible_packages=after)
        if kind == PACKAGE
        else replace(package, incompatible_groups=after)
    )
    target, details = ("accessPackage", package.id), {kind: listed_id}
    recorded = event(now, actor, CATEGORY, _ACTIVITIES[kind, added], target, operation, details=details)
    changes: list[Change] = [Save(replace(changed, modified=now)), Create(recorded)]
    if kind == PACKAGE:
        reverse = Incompatibility(listed_id=listed_id, package_id=package.id)
        changes.append(Put(reverse) if added else Drop(reverse))
    services.writer.commit(operation, *changes)


def managed(services: Services, actor: Actor, package_id: str) -> AccessPackage:
    """A package whose lists the caller may change. Raises NotFound, Forbidden."""
    package = administered(services, actor, package_id)
    require_manager(actor, package.catalog_id, package.id)
    return package


def sees_lists(actor: Actor, package: AccessPackage) -> bool:
    """May the caller read the package's lists?"""
    return administers(actor, package.catalog_id, package.id)


def administered(services: Services, actor: Actor, package_id: str) -> AccessPackage:
    """A package whose lists the caller may read. Raises NotFound."""
    package = find_package(services, actor, package_id)
    if not sees_lists(actor, package):
        raise NotFound("There is no such access package.")
    return package


def forget_lists(services: Services, package: AccessPackage) -> None:
    """Tidy up behind a deleted package: the reverse entries of its list."""
    for listed in package.incompatible_packages:
        services.writer.remove(Incompatibility(listed_id=listed, package_id=package.id))


def listed_by(services: Services, package: AccessPackage) -> list[Listed]:
    """Both lists of a package, packages first; what was deleted since is left out."""
    packages = services.entitlements.packages(package.incompatible_packages)
    groups = (services.people.group(group_id) for group_id in package.incompatible_groups)
    named = [packages[one] for one in package.incompatible_packages if one in packages]
    found = [Listed(PACKAGE, one.id, one.display_name) for one in named]
    return found + [Listed(GROUP, one.id, one.display_name) for one in groups if one]
