"""The control owner of an access package: the one person who answers for its reviews and signs them off.

It is a role like the others, held by one person in one scope: the package's own control owner, or else its catalog's.
"""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.domain import errors
from chalicelib.domain.people import Actor, Role, RoleGrant
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import granting, taking

_EVER = datetime.min.replace(tzinfo=UTC)


def control_owner(services: Services, catalog_id: str, package_id: str = "") -> RoleGrant | None:
    """Who owns the control of a package (or of a catalog): its scope says whether that is the catalog's."""
    named = [one for one in services.people.role_grants() if one.role is Role.CONTROL_OWNER]
    # Two administrators who name two people in the same moment leave both; whoever was named last counts.
    owners = {one.scope: one for one in sorted(named, key=lambda one: (one.created or _EVER, one.principal_id))}
    own = owners.get(f"package:{package_id}") if package_id else None
    return own or owners.get(f"catalog:{catalog_id}")


def owns_control(services: Services, actor: Actor, instance: ReviewInstance) -> bool:
    """Is the caller this review's control owner?"""
    owner = control_owner(services, instance.catalog_id, instance.package_id)
    return owner is not None and owner.principal_id == actor.id


def name_control_owner(
    services: Services, actor: Actor, now: datetime, operation: str, scope: str, person_id: str | None
) -> None:
    """Name the control owner of `catalog:{id}` or `package:{id}`, in the place of whoever was; None: nobody, so that a
    package has its catalog's. Repeating it changes nothing. Raises Forbidden, InvalidInput (no such person)."""
    if not actor.is_administrator:
        raise errors.Forbidden("Only administrators name control owners.")
    present = [one for one in services.people.role_grants() if one.role is Role.CONTROL_OWNER and one.scope == scope]
    if [one.principal_id for one in present] == ([person_id] if person_id else []):
        return
    changes = [change for one in present for change in taking(services, actor, now, operation, one)]
    if person_id is not None:
        if services.people.user(person_id) is None:
            raise errors.InvalidInput("There is no such person.", "personId")
        fresh = RoleGrant(role=Role.CONTROL_OWNER, scope=scope, principal_id=person_id, created=now)
        changes += granting(now, actor, operation, fresh)
    services.writer.commit(operation, *changes)
