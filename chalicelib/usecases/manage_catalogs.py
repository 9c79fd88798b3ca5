"""Catalogs: creating, changing and deleting the containers of access packages (R1-R4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, Forbidden
from chalicelib.domain.packages import Catalog
from chalicelib.domain.people import SYSTEM, Actor, Right, Role, RoleGrant
from chalicelib.usecases.deleting import closed_to_others
from chalicelib.usecases.drafts import differences, members
from chalicelib.usecases.names import bearer, claim, move, release, taken
from chalicelib.usecases.ports import Change, Create, Delete, Drop, Save, Services
from chalicelib.usecases.roles import granting, holders
from chalicelib.usecases.seeing import find_catalog, sees_catalog

CATEGORY = "EntitlementManagement"
SCOPE = "catalog"
GENERAL_ID = ids.guid("catalog", "General")
GENERAL = "serviceDefault"
_RESOURCES = 90  # dropped in one transaction
_MOST_APPOINTED = 90  # with them a deletion fits into one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogDraft:
    """What a caller may decide about a catalog."""

    display_name: str
    description: str = ""
    state: str = "published"
    externally_visible: bool = True


def draft_of(catalog: Catalog) -> CatalogDraft:
    """The draft that changes nothing."""
    return CatalogDraft(
        display_name=catalog.display_name,
        description=catalog.description,
        state=catalog.state,
        externally_visible=catalog.externally_visible,
    )


def general_catalog(services: Services, now: datetime) -> Catalog:
    """The built-in catalog "General" (R1), which exists without anybody having created it."""
    found = services.entitlements.catalog(GENERAL_ID)
    if found is not None:
        return found
    catalog = Catalog(
        id=GENERAL_ID,
        display_name="General",
        description="Built-in catalog.",
        kind=GENERAL,
        created=now,
        modified=now,
    )
    operation = "create:general-catalog"
    recorded = _event(now, SYSTEM, "Create catalog", catalog, operation, {})
    try:
        services.writer.commit(operation, Create(catalog), claim(SCOPE, catalog), Create(recorded))
    except Conflict:  # somebody else was first
        found = services.entitlements.catalog(GENERAL_ID)
    return found or replace(catalog, version=1)


def create_catalog(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    draft: CatalogDraft,
    retried: bool = False,
) -> Catalog:
    """Create a catalog; who is no administrator becomes its first owner (R3). With `retried` and the same
    content, one that exists is given instead, if the caller may see it.

    Raises Forbidden (administrators and catalog creators only), Conflict (the name is taken).
    """
    if not actor.may(Right.CREATE_CATALOGS):
        raise Forbidden("Only administrators and catalog creators create catalogs.")
    general_catalog(services, now)  # its name is taken even before its first use
    catalog = Catalog(id=ids.guid("catalog", operation), created=now, modified=now, **members(draft))
    recorded = _event(now, actor, "Create catalog", catalog, operation, differences(None, draft))
    owned = _first_owner(actor, now, operation, catalog)
    try:
        services.writer.commit(operation, Create(catalog), claim(SCOPE, catalog), Create(recorded), *owned)
    except Conflict as problem:
        found = services.entitlements.catalog(bearer(services, SCOPE, draft.display_name, problem))
        # The caller's roles may have been read before the first try made them the owner, so the grants are asked.
        if retried and found is not None and draft_of(found) == draft and _sees(services, actor, found):
            return found
        raise taken(draft.display_name) from problem
    return replace(catalog, version=1)


def _first_owner(actor: Actor, now: datetime, operation: str, catalog: Catalog) -> list[Change]:
    """What makes somebody who is no administrator the owner of the catalog they create (R3)."""
    if actor.is_administrator:
        return []
    scope = f"catalog:{catalog.id}"
    grant = RoleGrant(role=Role.CATALOG_OWNER, scope=scope, principal_id=actor.id, created=now)
    return granting(now, actor, operation, grant)


def _sees(services: Services, actor: Actor, catalog: Catalog) -> bool:
    owners = holders(services, Role.CATALOG_OWNER, f"catalog:{catalog.id}")
    return sees_catalog(actor, catalog.id) or any(grant.principal_id == actor.id for grant in owners)


def update_catalog(
    services: Services, actor: Actor, now: datetime, operation: str, catalog: Catalog, draft: CatalogDraft
) -> Catalog:
    """Give a catalog, as it was read, other members.

    Raises Forbidden, Conflict (the name is taken, or it was changed meanwhile).
    """
    _require_owner(actor, catalog)
    changes = differences(draft_of(catalog), draft)
    if not changes:
        return catalog
    changed = replace(catalog, modified=now, deleting=False, **members(draft))
    recorded = _event(now, actor, "Update catalog", catalog, operation, changes)
    renaming = move(services, SCOPE, catalog, changed)
    services.writer.commit(operation, Save(changed), Create(recorded), *renaming)
    return replace(changed, version=changed.version + 1)


def delete_catalog(services: Services, actor: Actor, now: datetime, operation: str, catalog_id: str) -> None:
    """Delete a catalog without packages (R4). Raises NotFound, Forbidden, Conflict."""
    catalog = find_catalog(services, actor, catalog_id)
    _require_owner(actor, catalog)
    if catalog.kind == GENERAL:
        raise Conflict("The built-in catalog stays.")
    with closed_to_others(services, operation, [catalog]) as [marked]:
        if services.entitlements.bearers_of_names(f"package:{catalog.id}", 1):
            raise Conflict("The catalog has access packages. Delete those first.")
        _drop_resources(services, operation, catalog.id)
        recorded = _event(now, actor, "Delete catalog", catalog, operation, {})
        changes = [Delete(marked), release(SCOPE, catalog), Create(recorded), *_appointments(services, catalog)]
        services.writer.commit(operation, *changes)


def _appointments(services: Services, catalog: Catalog) -> list[Change]:
    """The changes that take the roles given for a catalog away with it; more than a commit takes mean nothing."""
    grants = [grant for grant in services.people.role_grants() if grant.scope == f"catalog:{catalog.id}"]
    return [Drop(grant) for grant in grants[:_MOST_APPOINTED]]


def _drop_resources(services: Services, operation: str, catalog_id: str) -> None:
    """Take the resources of a catalog without packages along; it is marked, so that none can be added."""
    while found := services.entitlements.resources_of_catalog(catalog_id, _RESOURCES, None).items:
        services.writer.commit(f"{operation}:{found[0].id}", *(Drop(resource) for resource in found))


def _require_owner(actor: Actor, catalog: Catalog) -> None:
    if not actor.owns_catalog(catalog.id):
        raise Forbidden("Only administrators and the catalog's owners change it.")


def _event(
    now: datetime, actor: Actor, activity: str, catalog: Catalog, operation: str, changes: dict[str, Any]
) -> AuditEvent:
    return event(now, actor, CATEGORY, activity, ("catalog", catalog.id), operation, changes=changes)
