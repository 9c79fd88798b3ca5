"""Which resource roles a package grants, and bringing a change of that to everybody who holds it (R8, R11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due, Job, Lease
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.people import Actor
from chalicelib.domain.resources import RECORDED, Resource, ResourceRole, Right, RoleScope, outside, role_scope_id
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.deleting import refuse_if_deleting
from chalicelib.usecases.plan_delivery import hint, with_right
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services, Unchanged
from chalicelib.usecases.seeing import administers, find_package, require_manager, unknown

CATEGORY = "EntitlementManagement"
SPREAD = "roles"  # kind of the job
MOST_ROLES = 100  # in one package: its row is read with every assignment
_PAGE = 25
_MOST_POLICIES = 10_000
_TRIES = 3


def add_role(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    package_id: str,
    resource_id: str,
    role_origin_id: str,
    retried: bool = False,
) -> RoleScope:
    """Have a package grant a role of a resource of its own catalog; those who hold it get the role too.

    Raises NotFound, Forbidden, InvalidInput (naming the field), Conflict (it has the role already; with `retried`
    that one is given).
    """
    package = _managed(services, actor, package_id)
    resource = services.entitlements.resource(resource_id)
    if resource is None or resource.catalog_id != package.catalog_id:
        raise unknown(actor, "resource in the package's catalog", "role/resource/id")
    refuse_if_deleting(resource, "resource", "role/resource/id")
    role = _role(resource, role_origin_id)
    added = RoleScope(
        id=role_scope_id(package.id, role.id),
        resource_id=resource.id,
        role_id=role.id,
        right=resource.right(role),
        created=now,
    )
    for held in package.role_scopes:
        if held.id == added.id:
            if retried:
                return held
            raise Conflict("The access package has this role already.", "role/originId")
    if len(package.role_scopes) >= MOST_ROLES:
        raise Conflict(f"An access package has at most {MOST_ROLES} roles.")
    changed = replace(package, role_scopes=(*package.role_scopes, added), modified=now)
    _change(services, actor, now, operation, "Add resource role to access package", changed, added, Unchanged(resource))
    return added


def remove_role(
    services: Services, actor: Actor, now: datetime, operation: str, package_id: str, wanted_id: str
) -> None:
    """Have a package no longer grant a role; it is taken back from those who hold the package (R11).

    Raises NotFound, Forbidden, Conflict.
    """
    package = _managed(services, actor, package_id)
    removed = find_role_scope(package, wanted_id)
    left = tuple(one for one in package.role_scopes if one.id != removed.id)
    changed = replace(package, role_scopes=left, modified=now)
    _change(services, actor, now, operation, "Remove resource role from access package", changed, removed)


def find_role_scope(package: AccessPackage, wanted_id: str) -> RoleScope:
    """A role the package grants. Raises NotFound."""
    for one in package.role_scopes:
        if one.id == wanted_id:
            return one
    raise NotFound("The access package has no such resource role scope.")


def _managed(services: Services, actor: Actor, package_id: str) -> AccessPackage:
    package = find_package(services, actor, package_id)
    if not administers(actor, package.catalog_id, package.id):
        raise NotFound("There is no such access package.")
    require_manager(actor, package.catalog_id, package.id)
    refuse_if_deleting(package, "access package", "id")
    return package


def _role(resource: Resource, origin_id: str) -> ResourceRole:
    for role in resource.roles:
        if origin_id in (role.origin_id, role.id):
            return role
    offered = ", ".join(role.origin_id for role in resource.roles)
    raise InvalidInput(f"The resource has no such role. It offers: {offered}.", "role/originId")


def _change(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    activity: str,
    changed: AccessPackage,
    role_scope: RoleScope,
    *more: Change,
) -> None:
    """Write the package and, unless the right is merely recorded, the job that brings it to everybody."""
    right = role_scope.right
    changes: list[Change] = [Save(changed), *more, Create(_event(now, actor, activity, changed, role_scope, operation))]
    job = Job(
        id=ids.guid("roles", operation),
        kind=SPREAD,
        subject_id=changed.id,
        actor_id=actor.id,
        created=now,
        arguments={"right": msgspec.json.encode(right).decode()},
        due=now.isoformat(),
    )
    outward = right.connector != RECORDED
    if outward:
        changes += [Create(job), Put(Due(when=now, kind="job", id=job.id))]
    services.writer.commit(operation, *changes)
    if outward:
        services.queue.send("job", job.id)


def advance_roles(services: Services, job: Job) -> None:
    """Have every live assignment of the package granted the right, or it taken back, whichever the package says now.

    Assignment by assignment only the plan is written; the deliveries go on by themselves. Repeating it is harmless.
    """
    real = services.clock.real()
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    held = services.reviews.take_job(job, lease, real)
    if held is None:
        return
    budget = Budget(services.clock, services.settings.invocation_seconds)
    while held.status != "done" and budget.left():
        after = _spread_page(services, held)
        # The end is written below, with the removal of the agenda row, so that neither comes without the other.
        held = after if after.status == "done" else services.reviews.save_job(after)
    row = Due(when=datetime.fromisoformat(held.due), kind="job", id=held.id)
    released = replace(held, lease=replace(held.lease, until=0.0))
    if held.status != "done":
        services.reviews.save_job(released)
        services.queue.send("job", held.id)
        return
    finished = replace(released, finished=services.clock.now())
    services.writer.commit(f"spread:{held.id}", Save(finished), Drop(row))


def _spread_page(services: Services, job: Job) -> Job:
    """One page of one policy; the cursor is `policy|assignment`. Policies come in the order of their ids."""
    package = services.entitlements.package(job.subject_id)
    right = msgspec.json.decode(job.arguments["right"], type=Right)
    policy_id, _, after = job.cursor.partition("|")
    policies = sorted(services.entitlements.bearers_of_names(f"policy:{job.subject_id}", _MOST_POLICIES))
    ahead = [one for one in policies if one > policy_id or (after and one == policy_id)]
    if package is None or not ahead:
        return replace(job, status="done", cursor="")
    page = services.entitlements.assignments_of_policy(ahead[0], _PAGE, after or None)
    for assignment in page.items:
        _plan(services, job, assignment.id, right, right in outside(package.role_scopes))
    return replace(job, status="running", done=job.done + len(page.items), cursor=f"{ahead[0]}|{page.next or ''}")


def _plan(services: Services, job: Job, assignment_id: str, right: Right, granted: bool) -> None:
    """Owe one assignment the right, or its end. Somebody else's change meanwhile means looking again."""
    for attempt in range(_TRIES):
        assignment = services.entitlements.assignment(assignment_id)
        changes = with_right(assignment, right, granted, services.clock.now()) if assignment else []
        if not changes:
            return
        try:
            services.writer.commit(f"{job.id}:{assignment_id}:{attempt}", *changes)
        except Conflict:
            if attempt == _TRIES - 1:
                raise
            continue
        hint(services, assignment_id)
        return


def _event(
    now: datetime, actor: Actor, activity: str, package: AccessPackage, role_scope: RoleScope, operation: str
) -> AuditEvent:
    right = role_scope.right
    details = {"resource": role_scope.resource_id, "role": right.role, "connector": right.connector}
    target = ("accessPackage", package.id)
    return event(now, actor, CATEGORY, activity, target, operation, details=details)
