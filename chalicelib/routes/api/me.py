"""Who is calling: what the portal wants to know before it shows a page."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain.people import Role
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Instant

door = Blueprint(__name__)


class HeldRole(Shape, kw_only=True):
    """A role the caller holds, directly or through groups; `scope` is empty, `catalog:{id}` or `package:{id}`."""

    role: Role
    scope: str


class Caller(Shape, kw_only=True):
    """The caller, their roles, and where they are: the organisation, its stage and default time zone, and the time
    of this instance, which is what due dates are measured against."""

    id: str
    display_name: str
    user_principal_name: str
    job_title: str
    roles: list[HeldRole]
    organisation: str
    contact: str
    stage: str
    time_zone: str
    date_time: Instant


@route(door, "GET", "/api/v1/me", gives=Caller)
def me(call: Call) -> Answer:
    """The caller with their roles. Nothing is read that is not known from the token's check."""
    settings, actor = call.services.settings, call.actor
    return {
        "id": actor.id,
        "displayName": actor.display_name,
        "userPrincipalName": actor.principal_name,
        "jobTitle": call.person.job_title,
        "roles": [{"role": role.value, "scope": scope} for role, scope in sorted(actor.roles)],
        "organisation": settings.organisation,
        "contact": settings.contact,
        "stage": settings.stage,
        "timeZone": settings.default_time_zone,
        "dateTime": stamp(call.now),
    }
