"""Publishing what others are told: announcements with the names a receiver needs, as events of a documented schema.

Names are those of reviews and packages; of people there are ids alone, so that no bus and no archive behind one has
to be searched when a person is erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain.announcements import Announcement, Only, announcements
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.resources import outside
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.ports import OutgoingEvent, Services

VERSION = "1"


def publish(services: Services, rows: Sequence[AuditEvent]) -> set[int]:
    """Tell others what these audit rows mean for them; the positions of the rows that are to be given again.

    Three batch reads for names, whatever the number of rows. A row told again gives the same events with the same
    ids.
    """
    if not services.settings.event_bus:
        return set()
    told = [(number, one) for number, row in enumerate(rows) for one in announcements(row)]
    known = _look(services, [one for _, one in told])
    kept = [(number, completed) for number, one in told if (completed := known.complete(one)) is not None]
    outgoing = [OutgoingEvent(kind=one.kind, time=one.time, detail=_detail(one, known)) for _, one in kept]
    refused = services.bus.publish(outgoing) if outgoing else set()
    return {kept[position][0] for position in refused}


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read about the objects some announcements name."""

    reviews: dict[str, ReviewInstance]
    assignments: dict[str, Assignment]
    packages: dict[str, AccessPackage]

    def complete(self, one: Announcement) -> Announcement | None:
        """The announcement with its package; None when a look at the assignment shows that it is not true (yet)."""
        assignment = self.assignments.get(one.assignment_id)
        if assignment is not None:
            one = replace(
                one,
                package_id=one.package_id or assignment.package_id,
                person_id=one.person_id or assignment.target_id,
            )
        review = self.reviews.get(one.review_id)
        if review is not None:
            one = replace(one, package_id=one.package_id or review.package_id)
        return one if self._holds(one, assignment) else None

    def _holds(self, one: Announcement, assignment: Assignment | None) -> bool:
        package = self.packages.get(one.package_id)
        nothing_outside = package is None or not outside(package.role_scopes)
        over = assignment is None or is_over(assignment, one.time)
        begun = assignment is not None and assignment.starts <= one.time
        return {
            Only.ALWAYS: True,
            Only.NOTHING_OUTSIDE: nothing_outside,
            Only.BEGUN: nothing_outside and begun,
            Only.ENDED: over,
            Only.LIVE: not over,
        }[one.only]


def _look(services: Services, told: Sequence[Announcement]) -> _Known:
    reviews = services.reviews.instances({one.review_id for one in told if one.review_id})
    assignments = services.entitlements.assignments({one.assignment_id for one in told if one.assignment_id})
    wanted = {one.package_id for one in told} | {one.package_id for one in assignments.values()}
    wanted |= {one.package_id for one in reviews.values()}
    return _Known(reviews, assignments, services.entitlements.packages(wanted - {""}))


def _detail(one: Announcement, known: _Known) -> dict[str, Any]:
    """The event's body: docs/events/*.json has its schema."""
    found: dict[str, Any] = {
        "version": VERSION,
        "id": one.id,
        "auditEventId": one.audit_id,
        "time": one.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "actor": {"type": "system"} if one.actor_id == SYSTEM.id else {"type": "person", "id": one.actor_id},
    }
    review, package = known.reviews.get(one.review_id), known.packages.get(one.package_id)
    if one.on_behalf_of:
        found["onBehalfOf"] = {"id": one.on_behalf_of}
    if one.review_id:
        found["review"] = {"id": one.review_id, "displayName": review.name if review else None}
        found["review"] |= {"definitionId": review.definition_id if review else None}
    if one.package_id:
        name = package.display_name if package else review.package_name if review else None
        found["accessPackage"] = {"id": one.package_id, "displayName": name}
    ids = {"assignment": one.assignment_id, "decisionItem": one.item_id, "person": one.person_id}
    return found | {member: {"id": value} for member, value in ids.items() if value} | one.facts
