"""Access packages: creating, changing and deleting them (R1, R8, R12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Actor
from chalicelib.usecases.deleting import closed_to_others, refuse_if_deleting
from chalicelib.usecases.drafts import differences, members
from chalicelib.usecases.incompatible import forget_lists
from chalicelib.usecases.manage_catalogs import general_catalog
from chalicelib.usecases.manage_policies import deletion, stop_running_review
from chalicelib.usecases.manage_policies import scope_of as policy_names
from chalicelib.usecases.names import bearer, claim, move, release, taken
from chalicelib.usecases.ports import Change, Create, Delete, Save, Services, Unchanged
from chalicelib.usecases.seeing import find_package, require_manager, sees_catalog, unknown
from chalicelib.usecases.series import renamed_series

CATEGORY = "EntitlementManagement"
MOST_DELETED = 13  # policies whose deletion, seven changes each, fits into one transaction
MOST_RENAMED = 90  # policies whose series, one change each, fit into one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDraft:
    """What a caller may decide about a package."""

    display_name: str
    description: str = ""
    hidden: bool = False


def draft_of(package: AccessPackage) -> PackageDraft:
    """The draft that changes nothing."""
    return PackageDraft(display_name=package.display_name, description=package.description, hidden=package.hidden)


def scope_of(package: AccessPackage) -> str:
    """Where a package's name is unique: its catalog."""
    return f"package:{package.catalog_id}"


def create_package(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    catalog_id: str,
    draft: PackageDraft,
    retried: bool = False,
) -> AccessPackage:
    """Create a package in a catalog ("" is the built-in one).

    With `retried` and the same content, one that exists is given instead.
    Raises NotFound or InvalidInput (no such catalog), Forbidden, Conflict (the name is taken).
    """
    catalog = _home(services, actor, now, catalog_id)
    package = AccessPackage(
        id=ids.guid("package", operation), catalog_id=catalog.id, created=now, modified=now, **members(draft)
    )
    recorded = _event(now, actor, "Create access package", package, operation, differences(None, draft))
    changes = (Create(package), claim(scope_of(package), package), Unchanged(catalog), Create(recorded))
    try:
        services.writer.commit(operation, *changes)
    except Conflict as problem:
        found = services.entitlements.package(bearer(services, scope_of(package), draft.display_name, problem))
        if retried and found is not None and draft_of(found) == draft:
            return found
        raise taken(draft.display_name) from problem
    return replace(package, version=1)


def _home(services: Services, actor: Actor, now: datetime, catalog_id: str) -> Catalog:
    """The catalog a new package goes into, if the caller may put one there."""
    general = general_catalog(services, now)
    catalog = services.entitlements.catalog(catalog_id) if catalog_id else general
    if catalog is None or not sees_catalog(actor, catalog.id):
        raise unknown(actor, "catalog", "catalog/id")
    require_manager(actor, catalog.id)
    refuse_if_deleting(catalog, "catalog", "catalog/id")
    return catalog


def update_package(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    package: AccessPackage,
    draft: PackageDraft,
) -> AccessPackage:
    """Give a package, as it was read, other members; its review series follow a new name.

    Raises Forbidden, Conflict (the name is taken, or it was changed meanwhile).
    """
    require_manager(actor, package.catalog_id, package.id)
    changes = differences(draft_of(package), draft)
    if not changes:
        return package
    changed = replace(package, modified=now, deleting=False, **members(draft))
    recorded = _event(now, actor, "Update access package", package, operation, changes)
    following = move(services, scope_of(package), package, changed)
    if "display_name" in changes:
        following += renamed_series(services, changed, _policies(services, package, MOST_RENAMED))
    services.writer.commit(operation, Save(changed), Create(recorded), *following)
    return replace(changed, version=changed.version + 1)


def delete_package(services: Services, actor: Actor, now: datetime, operation: str, package_id: str) -> None:
    """Delete a package and its policies when nobody has a live assignment to it (R12).

    Raises NotFound, Forbidden, Conflict.
    """
    package = find_package(services, actor, package_id)
    require_manager(actor, package.catalog_id, package.id)
    with closed_to_others(services, f"{operation}:package", [package]) as [marked]:
        policies = _policies(services, package, MOST_DELETED)
        with closed_to_others(services, operation, policies) as doomed:
            changes: list[Change] = [Delete(marked), release(scope_of(package), package)]
            for policy in doomed:
                changes += deletion(services, actor, now, operation, package, policy)
            recorded = _event(now, actor, "Delete access package", package, operation, {})
            services.writer.commit(operation, *changes, Create(recorded))
    forget_lists(services, package)
    for policy in policies:
        stop_running_review(services, actor, now, operation, policy.id)


def _policies(services: Services, package: AccessPackage, most: int) -> list[AssignmentPolicy]:
    """The package's policies as they stand now: the index that lists them may lag, the names do not."""
    found = services.entitlements.bearers_of_names(policy_names(package.id), most + 1)
    if len(found) > most:
        raise Conflict(f"The package has more than {most} assignment policies. Delete some of them first.")
    policies = (services.entitlements.policy(policy_id) for policy_id in found)
    return [policy for policy in policies if policy]


def _event(
    now: datetime,
    actor: Actor,
    activity: str,
    package: AccessPackage,
    operation: str,
    changes: dict[str, Any],
) -> AuditEvent:
    details = {"catalog": package.catalog_id}
    target = ("accessPackage", package.id)
    return event(now, actor, CATEGORY, activity, target, operation, changes=changes, details=details)
