"""The package that stands for a group outside: the one there is, or a new one that grants nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.adoptions import POLICY_NAME, Wanted, role_to_adopt
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict, Gone, InvalidInput
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Actor
from chalicelib.domain.resources import (
    DYNAMIC,
    UNCHANGEABLE,
    Resource,
    ResourceRole,
    Right,
    RoleScope,
    resource_id,
    role_scope_id,
    roles_offered,
)
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy
from chalicelib.usecases.manage_policies import scope_of as policy_names
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.names import claim
from chalicelib.usecases.ports import Create, Outer, Services, Unchanged

CATEGORY = "EntitlementManagement"
_LIST = 500
Granting = dict[Right, list[AccessPackage]]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a group's members are assigned. In a preview the package and the policy may not be there yet (None)."""

    name: str
    package: AccessPackage | None
    policy: AssignmentPolicy | None


def packages_by_right(services: Services) -> Granting:
    """Which packages grant each right: one walk through all packages."""
    found: Granting = defaultdict(list)
    after: str | None = None
    while True:
        page = services.entitlements.list_packages(_LIST, after)
        for package in page.items:
            for one in package.role_scopes:
                found[one.right].append(package)
        after = page.next
        if after is None:
            return found


def right_of(services: Services, connection: str, group: Outer) -> Right:
    """What being in a group is, for its connector. Raises Gone, and InvalidInput for a group one cannot adopt."""
    role = _member_role(services, connection, group, "")
    return Right(connection, group.origin_system, group.origin_id, role.origin_id)


def _member_role(services: Services, connection: str, group: Outer, resource: str) -> ResourceRole:
    connector = services.connectors.get(connection)
    found = connector.look_up(group.origin_system, group.origin_id) if connector else None
    if found is None:
        raise Gone("It is not there any more.")
    if found.group_kind in UNCHANGEABLE or found.group_kind == DYNAMIC:
        raise InvalidInput("Its members are set elsewhere (by a rule, on premises, or a distribution list).")
    role = role_to_adopt(roles_offered(resource, group.origin_system, group.origin_id, found.roles, found.group_kind))
    if role is None:
        raise InvalidInput("It offers several roles. Put it into a catalog and make a package for each role.")
    return role


def find_home(services: Services, wanted: Wanted, group: Outer, right: Right, granting: Granting) -> Home:
    """The package and policy a group has by now. Raises InvalidInput when the one that was named cannot be it."""
    if wanted.policy_id:
        policy = services.entitlements.policy(wanted.policy_id)
        package = services.entitlements.package(policy.package_id) if policy else None
        if policy is None or package is None or not _is_of(package, right):
            raise InvalidInput("The policy is of no package that grants this group and nothing else.")
        return Home(package.display_name, package, policy)
    alone = [one for one in granting.get(right, ()) if _is_of(one, right) and not one.deleting]
    if not alone:
        return Home(group.display_name, None, None)
    package = min(alone, key=lambda one: (one.catalog_id != wanted.catalog_id, one.created, one.id))
    return Home(package.display_name, package, adopted_policy(services, package))


def _is_of(package: AccessPackage, right: Right) -> bool:
    return [one.right for one in package.role_scopes] == [right]


def adopted_policy(services: Services, package: AccessPackage) -> AssignmentPolicy | None:
    """The package's policy for what was adopted, if it has one by now."""
    owner = services.entitlements.owner_of_name(policy_names(package.id), POLICY_NAME)
    return services.entitlements.policy(owner) if owner else None


def make_home(
    services: Services, actor: Actor, now: datetime, job_id: str, wanted: Wanted, group: Outer, home: Home
) -> Home:
    """The same home with whatever was missing made; again after a death it finds what was made.

    Raises Conflict (the group is a resource of the catalog through another connection, a name is taken meanwhile).
    """
    package = home.package or _make_package(services, actor, now, job_id, wanted, group)
    policy = home.policy or adopted_policy(services, package)
    if policy is None:
        draft = PolicyDraft(
            display_name=POLICY_NAME,
            description="Records access that was there before. Nobody can ask for access through it.",
            review=wanted.review,
        )
        operation = ids.digest(job_id, "policy", package.id)[:32]
        policy = create_policy(services, actor, now, operation, package.id, draft, retried=True)
    return Home(package.display_name, package, policy)


def made_by(job_id: str, package: AccessPackage | None) -> bool:
    """Is this a package that this adoption made?"""
    return package is not None and package.id in {_package_id(job_id, one.resource_id) for one in package.role_scopes}


def _package_id(job_id: str, resource: str) -> str:
    return ids.guid("package", ids.digest(job_id, "package", resource)[:32])


def catalog_name(services: Services, connection: str) -> str:
    """How the catalog is named into which a connection's groups go unless another is given."""
    found = services.connections.connection(connection)
    return f"Adopted from {found.display_name if found else connection}"


def home_catalog(services: Services, wanted: Wanted) -> Catalog | None:
    """The catalog new packages go into; None when it would have to be made."""
    if wanted.catalog_id:
        return services.entitlements.catalog(wanted.catalog_id)
    owner = services.entitlements.owner_of_name("catalog", catalog_name(services, wanted.connection))
    return services.entitlements.catalog(owner) if owner else None


def _catalog(services: Services, actor: Actor, now: datetime, job_id: str, wanted: Wanted) -> Catalog:
    found = home_catalog(services, wanted)
    if found is not None:
        return found
    if wanted.catalog_id:
        raise InvalidInput("There is no such catalog any more.", "catalogId")
    name = catalog_name(services, wanted.connection)
    draft = CatalogDraft(display_name=name, description="Access that was there before, one package for each group.")
    return create_catalog(services, actor, now, ids.digest(job_id, "catalog")[:32], draft, retried=True)


def _make_package(
    services: Services, actor: Actor, now: datetime, job_id: str, wanted: Wanted, group: Outer
) -> AccessPackage:
    """A new package that grants membership and nothing else. It is born with its role: a role that is added later
    would be granted to everybody again."""
    catalog = _catalog(services, actor, now, job_id, wanted)
    resource = _resource(services, actor, now, job_id, wanted, group, catalog)
    role = _member_role(services, wanted.connection, group, resource.id)
    operation = ids.digest(job_id, "package", resource.id)[:32]
    taken = services.entitlements.owner_of_name(f"package:{catalog.id}", group.display_name)
    package = AccessPackage(
        id=_package_id(job_id, resource.id),
        catalog_id=catalog.id,
        display_name=f"{group.display_name} ({group.origin_id})"[:256] if taken else group.display_name,
        description=group.description,
        created=now,
        modified=now,
    )
    scope_id = role_scope_id(package.id, role.id)
    scope = RoleScope(id=scope_id, resource_id=resource.id, role_id=role.id, right=resource.right(role), created=now)
    package = replace(package, role_scopes=(scope,))
    details = {"catalog": catalog.id, "resource": resource.id, "role": role.origin_id, "connector": wanted.connection}
    target = ("accessPackage", package.id)
    recorded = event(now, actor, CATEGORY, "Create access package", target, operation, details=details)
    named = claim(f"package:{catalog.id}", package)
    services.writer.commit(operation, Create(package), named, Unchanged(catalog), Unchanged(resource), Create(recorded))
    return replace(package, version=1)


def _resource(
    services: Services, actor: Actor, now: datetime, job_id: str, wanted: Wanted, group: Outer, catalog: Catalog
) -> Resource:
    """The group as a resource of the catalog. Raises Conflict when another connection brought it there."""
    known_id = resource_id(catalog.id, group.origin_system, group.origin_id)
    found = services.entitlements.resource(known_id)
    if found is None:
        draft = ResourceDraft(
            catalog_id=catalog.id,
            origin_system=group.origin_system,
            origin_id=group.origin_id,
            display_name=group.display_name,
            description=group.description,
            connector=wanted.connection,
        )
        add_resource(services, actor, now, ids.digest(job_id, "resource", known_id)[:32], draft, retried=True)
        found = services.entitlements.resource(known_id)
    if found is None or found.connector != wanted.connection:
        other = found.connector if found else "nothing"
        raise Conflict(f"It is in the catalog {catalog.display_name!r} already, reached through {other}.")
    return found
