"""An access that was removed and is there again: through this product (G27, G29), or at the system outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.assignments import Assignment
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.dossiers import Regranted
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.removals import Regrant, Removal
from chalicelib.domain.resources import outside
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.assign import adding_request_id
from chalicelib.usecases.ports import Create, Put, Save, Services
from chalicelib.usecases.to_seal import regranted

CATEGORY = "EntitlementManagement"
SEEN = "Re-grant seen"


def live_assignment(services: Services, person_id: str, package_id: str, now: datetime) -> Assignment | None:
    """The assignment by which a person holds a package now."""
    holding = services.entitlements.holding(person_id, package_id)
    found = services.entitlements.assignment(holding.assignment_id) if holding else None
    return None if found is None or is_over(found, now) else found


def regrant_inside(services: Services, removal: Removal, package_id: str, now: datetime) -> Regrant | None:
    """The live assignment by which the person holds the package again, and who made it; None without one."""
    newer = live_assignment(services, removal.person_id, package_id, now)
    return None if newer is None or newer.id == removal.assignment_id else _by(services, newer, now)


def regrant_outside(services: Services, removal: Removal, held: Sequence[bool | None], now: datetime) -> Regrant | None:
    """Where rights that are `held` again come from: an assignment to another package, or somebody outside, of whom
    nothing is known. None when all of them stayed, or came, with an assignment older than the removal (R9)."""
    back = {right for right, there in zip(removal.rights, held, strict=True) if there}
    holdings = services.entitlements.holdings_of_person(removal.person_id)
    live = services.entitlements.assignments(one.assignment_id for one in holdings)
    newest: Assignment | None = None
    for one in sorted(live.values(), key=lambda one: one.created):
        package = None if is_over(one, now) or one.starts > now else services.entitlements.package(one.package_id)
        gives = back & set(outside(package.role_scopes)) if package else set()
        back -= gives
        newest = one if gives and one.created > removal.begun else newest
    if back:
        return Regrant(noticed=now)
    return _by(services, newest, now) if newest else None


def _by(services: Services, assignment: Assignment, now: datetime) -> Regrant:
    request = services.entitlements.request(adding_request_id(assignment))
    by = request.requestor_id if request else ""
    return Regrant(noticed=now, assignment_id=assignment.id, by=by, at=assignment.created)


def seen_again(services: Services, instance: ReviewInstance, removal: Removal) -> Removal:
    """Record a removal with its newest re-grant, and the event; the removal as saved. Raises Conflict."""
    operation = f"regrant:{removal.item_id}:{len(removal.regrants)}"
    recorded = regrant_event(removal, operation)
    listed = Regranted(
        opens=instance.opens,
        instance_id=instance.id,
        item_id=removal.item_id,
        noticed=removal.regrants[-1].noticed,
    )
    saved = Save(removal) if removal.version else Create(removal)
    sealed = regranted(removal, operation)
    services.writer.commit(operation, saved, Create(recorded), Put(listed), *sealed)
    return replace(removal, version=removal.version + 1)


def regrant_event(removal: Removal, operation: str) -> AuditEvent:
    """The event of the newest re-grant: who made it is said, if that is known."""
    newest = removal.regrants[-1]
    details = {"person": removal.person_id, "review": removal.instance_id, "item": removal.item_id}
    details["where"] = "inside" if newest.assignment_id else "outside"
    if newest.assignment_id:
        details |= {"assignment": newest.assignment_id, "by": newest.by}
    target = ("assignment", removal.assignment_id)
    return event(newest.noticed, SYSTEM, CATEGORY, SEEN, target, operation, details=details)
