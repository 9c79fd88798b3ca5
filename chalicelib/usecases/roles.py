"""Who holds which role, directly or through (nested) groups, and giving and taking roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.people import GLOBAL_ROLES, PACKAGE_ROLES, Actor, Role, RoleEnded, RoleGrant, User
from chalicelib.usecases.directory import expand
from chalicelib.usecases.ports import Change, Create, Drop, Put, Services, Unchanged

_MAX_GROUPS = 1_000
_AT_ONCE = 20  # roles taken in one commit: at most 80 changes


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


def named(services: Services, user_ids: Iterable[str]) -> dict[str, User]:
    """These people by id, those that exist; the first administrator also while the directory does not know them."""
    wanted = set(user_ids) - {""}
    found = services.people.users(wanted)
    first = first_administrator(services)
    if first.id in wanted - found.keys():
        found[first.id] = first
    return found


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


def visible_grants(services: Services, actor: Actor) -> list[RoleGrant]:
    """The grants a person may see: all for administrators and auditors, else those they give or hold themselves."""
    grants = services.people.role_grants()
    if actor.reads_everything:
        return grants
    mine = {actor.id} | (groups_around(services, actor.id) if any(_to_group(one) for one in grants) else set())
    return [one for one in grants if one.principal_id in mine or may_grant(services, actor, one.role, one.scope)]


def _to_group(grant: RoleGrant) -> bool:
    return grant.principal_kind == "group"


def may_grant(services: Services, actor: Actor, role: Role, scope: str) -> bool:
    """Administrators give every role; a catalog's owners give those of the catalog and of its packages (R165), but name
    nobody who signs off what they administer."""
    if actor.is_administrator:
        return True
    kind, _, scope_id = scope.partition(":")
    if (
        role in GLOBAL_ROLES
        or role is Role.CONTROL_OWNER
        or not any(held is Role.CATALOG_OWNER for held, _ in actor.roles)
    ):
        return False
    if kind == "package":
        package = services.entitlements.package(scope_id)
        return package is not None and actor.owns_catalog(package.catalog_id)
    return kind == "catalog" and actor.owns_catalog(scope_id)


def check_scope(services: Services, role: Role, scope: str) -> None:
    """Raises InvalidInput when a role and a scope do not go together or the scope does not exist."""
    kind, _, scope_id = scope.partition(":")
    if role in GLOBAL_ROLES:
        if scope:
            raise errors.InvalidInput(f"The role {role} has no scope.", "scope")
        return
    if kind == "catalog" and services.entitlements.catalog(scope_id):
        return
    if kind == "package" and role in PACKAGE_ROLES and services.entitlements.package(scope_id):
        return
    either = " and ".join(sorted(PACKAGE_ROLES))
    raise errors.InvalidInput(
        f"The scope must be catalog:{{id}} of a catalog; for {either} also package:{{id}}.", "scope"
    )


def grant_role(services: Services, actor: Actor, now: datetime, operation: str, grant: RoleGrant) -> RoleGrant:
    """Give a role. Giving one that is held already changes nothing. Raises Forbidden, InvalidInput, Conflict (a control
    has one owner)."""
    if not may_grant(services, actor, grant.role, grant.scope):
        raise errors.Forbidden("Only administrators, and owners for their catalog, give roles.")
    check_scope(services, grant.role, grant.scope)
    if grant.role is Role.CONTROL_OWNER and _to_group(grant):
        raise errors.InvalidInput("A control is owned by one person, not by a group.", "principalKind")
    people = services.people
    known = people.group(grant.principal_id) if grant.principal_kind == "group" else people.user(grant.principal_id)
    if known is None:
        raise errors.InvalidInput("There is no such person or group.", "principalId")
    for present in holders(services, grant.role, grant.scope):
        if present.principal_id == grant.principal_id:
            return present
        if grant.role is Role.CONTROL_OWNER:
            raise errors.Conflict("Somebody owns this control already. Take the role away first, or name another.")
    services.writer.commit(operation, *granting(now, actor, operation, grant))
    return grant


def granting(now: datetime, actor: Actor, operation: str, grant: RoleGrant) -> list[Change]:
    """The changes that give a role nobody holds that way yet."""
    return [Create(grant), Create(_event(now, actor, "Add role assignment", operation, grant))]


def revoke_role(services: Services, actor: Actor, now: datetime, operation: str, grant: RoleGrant) -> None:
    """Take a role away. The last administrator stays (P14), and the last owner of a catalog. Raises Forbidden,
    NotFound, Conflict."""
    if not may_grant(services, actor, grant.role, grant.scope):
        raise errors.Forbidden("Only administrators, and owners for their catalog, take roles away.")
    present = holders(services, grant.role, grant.scope)
    others = [found for found in present if found.principal_id != grant.principal_id]
    if len(others) == len(present):
        raise errors.NotFound("Nobody holds this role that way.")
    held = next(found for found in present if found.principal_id == grant.principal_id)
    services.writer.commit(operation, *taking(services, actor, now, operation, held, others))


def taking_roles(services: Services, actor: Actor, now: datetime, operation: str, principal_id: str) -> list[Change]:
    """The changes that take their roles from a person or group that goes, up to 20 at once. Raises Conflict when
    nobody would be left to administer (P14)."""
    grants = services.people.role_grants()
    changes: list[Change] = []
    for grant in [one for one in grants if one.principal_id == principal_id][:_AT_ONCE]:
        others = [one for one in grants if (one.role, one.scope) == (grant.role, grant.scope) and one != grant]
        changes += taking(services, actor, now, operation, grant, others)
    return changes


def taking(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    grant: RoleGrant,
    others: Sequence[RoleGrant] = (),
) -> list[Change]:
    """The changes that take a role away; `others` hold the same one. Raises Conflict for the last administrator (P14)
    and the last owner of a catalog."""
    changes: list[Change] = [Drop(grant), Put(_ended(grant, now))]
    if grant.role is Role.ADMINISTRATOR and not services.settings.first_administrator:
        changes.append(Unchanged(_who_stays(services, others, "This is the last administrator.")))
    if grant.role is Role.CATALOG_OWNER and _is_used(services, grant):
        last = "This is the last owner of the catalog. Appoint another one first."
        changes.append(Unchanged(_who_stays(services, others, last)))
    changes.append(Create(_event(now, actor, "Remove role assignment", operation, grant)))
    return changes


def _ended(grant: RoleGrant, now: datetime) -> RoleEnded:
    return RoleEnded(
        role=grant.role,
        scope=grant.scope,
        principal_id=grant.principal_id,
        principal_kind=grant.principal_kind,
        given=grant.created,
        ended=now,
    )


def _is_used(services: Services, grant: RoleGrant) -> bool:
    """Can somebody use this grant, and is there still something to own? Whom nobody can act for may be taken away."""
    people = expand(services, grant.principal_id) if _to_group(grant) else [services.people.user(grant.principal_id)]
    catalog = services.entitlements.catalog(grant.scope.partition(":")[2])
    return catalog is not None and any(one is not None and one.enabled for one in people)


def _who_stays(services: Services, others: Sequence[RoleGrant], refusal: str) -> RoleGrant:
    """One of the other grants that somebody can use; two who remove each other at once collide on it. Raises
    Conflict with this refusal."""
    for grant in others:
        person = None if _to_group(grant) else services.people.user(grant.principal_id)
        people = expand(services, grant.principal_id) if _to_group(grant) else [person] if person else []
        if any(one.enabled for one in people):
            return grant
    raise errors.Conflict(refusal)


def _event(now: datetime, actor: Actor, activity: str, operation: str, grant: RoleGrant) -> AuditEvent:
    """The event of a role given or taken; its target is the person or group (R160)."""
    details = {"role": grant.role, "scope": grant.scope}
    target = (grant.principal_kind, grant.principal_id)
    return event(now, actor, "EntitlementManagement", activity, target, f"{operation}:{grant.role}", details=details)
