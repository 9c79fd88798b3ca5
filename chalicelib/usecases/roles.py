"""Who holds which role, directly or through (nested) groups, and giving and taking roles."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import event
from chalicelib.domain.people import GLOBAL_ROLES, Actor, Role, RoleGrant, User
from chalicelib.usecases.ports import Create, Drop, Services

_MAX_GROUPS = 1_000


def roles_of(services: Services, user: User) -> frozenset[tuple[Role, str]]:
    """Every (role, scope) a person holds. The first administrator comes from the settings (brief, decision 9)."""
    grants = services.people.role_grants()
    held = {user.id}
    if any(grant.principal_kind == "group" for grant in grants):
        held |= groups_around(services, user.id)
    roles = {(grant.role, grant.scope) for grant in grants if grant.principal_id in held}
    if user.principal_name.lower() == services.settings.first_administrator.lower():
        roles.add((Role.ADMINISTRATOR, ""))
    return frozenset(roles)


def first_administrator(services: Services) -> User:
    """The person the settings name, as long as the directory does not know them (brief, decision 9)."""
    name = services.settings.first_administrator.lower()
    return User(id=ids.guid("first-administrator", name), display_name=name, principal_name=name)


def groups_around(services: Services, member_id: str) -> set[str]:
    """Ids of every group a user or group is in, directly or through other groups; cycles do no harm."""
    found: set[str] = set()
    waiting = [member_id]
    while waiting and len(found) < _MAX_GROUPS:
        for group_id in services.people.groups_of(waiting.pop()):
            if group_id not in found:
                found.add(group_id)
                waiting.append(group_id)
    return found


def holders(services: Services, role: Role, scope: str) -> list[RoleGrant]:
    """The grants of one role in one scope."""
    return [grant for grant in services.people.role_grants() if grant.role is role and grant.scope == scope]


def may_grant(actor: Actor, role: Role, scope: str) -> bool:
    """Administrators give every role; a catalog's owners give those of their catalog."""
    kind, _, scope_id = scope.partition(":")
    return actor.is_administrator or (role not in GLOBAL_ROLES and kind == "catalog" and actor.owns_catalog(scope_id))


def check_scope(services: Services, role: Role, scope: str) -> None:
    """Raises InvalidInput when a role and a scope do not go together or the scope does not exist."""
    kind, _, scope_id = scope.partition(":")
    if role in GLOBAL_ROLES:
        if scope:
            raise errors.InvalidInput(f"The role {role} has no scope.", "scope")
        return
    if kind == "catalog" and services.entitlements.catalog(scope_id):
        return
    if kind == "package" and role is Role.PACKAGE_MANAGER and services.entitlements.package(scope_id):
        return
    raise errors.InvalidInput(
        "The scope must be catalog:{id} of a catalog, or for packageManager also package:{id}.", "scope"
    )


def grant_role(services: Services, actor: Actor, now: datetime, operation: str, grant: RoleGrant) -> RoleGrant:
    """Give a role. Giving one that is held already changes nothing. Raises Forbidden, InvalidInput."""
    if not may_grant(actor, grant.role, grant.scope):
        raise errors.Forbidden("Only administrators, and owners for their catalog, give roles.")
    check_scope(services, grant.role, grant.scope)
    people = services.people
    known = people.group(grant.principal_id) if grant.principal_kind == "group" else people.user(grant.principal_id)
    if known is None:
        raise errors.InvalidInput("There is no such person or group.", "principalId")
    for present in holders(services, grant.role, grant.scope):
        if present.principal_id == grant.principal_id:
            return present
    target = ("role", f"{grant.role}:{grant.scope}:{grant.principal_id}")
    recorded = event(now, actor, "RoleManagement", "Add role assignment", target, operation)
    services.writer.commit(operation, Create(grant), Create(recorded))
    return grant


def revoke_role(services: Services, actor: Actor, now: datetime, operation: str, grant: RoleGrant) -> None:
    """Take a role away. The last administrator stays (P14). Raises Forbidden, NotFound, Conflict."""
    if not may_grant(actor, grant.role, grant.scope):
        raise errors.Forbidden("Only administrators, and owners for their catalog, take roles away.")
    present = holders(services, grant.role, grant.scope)
    if not any(found.principal_id == grant.principal_id for found in present):
        raise errors.NotFound("Nobody holds this role that way.")
    last = grant.role is Role.ADMINISTRATOR and len(present) == 1 and not services.settings.first_administrator
    if last:
        raise errors.Conflict("This is the last administrator.")
    target = ("role", f"{grant.role}:{grant.scope}:{grant.principal_id}")
    recorded = event(now, actor, "RoleManagement", "Remove role assignment", target, operation)
    services.writer.commit(operation, Drop(grant), Create(recorded))
