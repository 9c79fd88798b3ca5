"""People as those who run reviews see them: everybody by name, who one is, what they hold, answer for and were in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.mail_feedback import BadAddress
from chalicelib.domain.people import User
from chalicelib.routes.api.people_shapes import HeldPackage, ListedPerson, Person, PersonReview, PersonRole
from chalicelib.routes.api.roles import names_of_scopes
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.held_packages import Held, held_packages
from chalicelib.usecases.item_history import PastReview
from chalicelib.usecases.list_people import people_by_name, people_called
from chalicelib.usecases.look_at_person import (
    Activity,
    Asked,
    activity_of,
    delegate_of_person,
    find_person,
    reviews_about,
    reviews_as_reviewer,
    roles_of_person,
)
from chalicelib.usecases.tell import suppressed

door = Blueprint(__name__)
PEOPLE = "/api/v1/people"
PERSON = PEOPLE + "/{person_id}"
PAGE = 50
LONGEST_SEARCH = 200


@route(door, "GET", PEOPLE, query=("search", "$skiptoken"), gives=Listed[ListedPerson])
def list_people(call: Call) -> Answer:
    """Everybody by name, or those whose display name or sign-in name begins with `search`; for those with a role.
    A page may be short."""
    if not call.actor.looks_at_people:
        raise errors.Forbidden("Only those who hold a role list people.")
    start = (call.query.get("search") or [""])[0].strip()
    if len(start) > LONGEST_SEARCH:
        raise errors.InvalidInput(f"Must have at most {LONGEST_SEARCH} characters.", "search")
    after = _after(call)
    services = call.services
    page = people_called(services, start, PAGE, after) if start else people_by_name(services, PAGE, after)
    managers = services.people.users({one.manager_id for one in page.items} - {""})
    return _listed(call, [_line(one, managers.get(one.manager_id)) for one in page.items], page.next)


@route(door, "GET", PERSON, gives=Person)
def show_person(call: Call, person_id: str) -> Answer:
    """Who somebody is: for themself and those with a role. Their delegate is for administrators and auditors."""
    found = find_person(call.services, call.actor, _id(person_id))
    absence = delegate_of_person(call.services, call.actor, found.id, call.now)
    activity = activity_of(call.services, found)
    known = call.services.people.users({found.manager_id, absence.delegate_id if absence else ""} - {""})
    to = known.get(absence.delegate_id) if absence else None
    delegate = None
    if absence:
        delegate = {
            "to": _named(absence.delegate_id, to),
            "reason": absence.reason,
            "startDateTime": stamp(absence.starts),
            "endDateTime": stamp(absence.ends),
        }
    return {
        **_line(found, known.get(found.manager_id)),
        "createdDateTime": stamp(found.created),
        "leavingDateTime": stamp(found.leaving),
        "provisionedBy": _clients(call, found),
        "signInKnownUntilDateTime": stamp(activity.known_until),
        "signInActivity": _activity(found, activity),
        "canReview": found.can_take_part,
        "delegate": delegate,
        "unmailed": _unmailed(suppressed(call.services, found)),
    }


def _unmailed(bad: BadAddress | None) -> dict[str, Any] | None:
    return {"address": bad.address, "reason": bad.fault, "sinceDateTime": stamp(bad.since)} if bad else None


@route(door, "GET", PERSON + "/packages", gives=Listed[HeldPackage])
def list_packages(call: Call, person_id: str) -> Answer:
    """The access packages a person holds, with the policy, since when, until when, and the request that gave it."""
    held = held_packages(call.services, call.actor, _id(person_id), call.now)
    return {"value": [_package(one) for one in held]}


@route(door, "GET", PERSON + "/reviews", query=("as", "$skiptoken"), gives=Listed[PersonReview])
def list_reviews(call: Call, person_id: str) -> Answer:
    """The reviews a person is a reviewer of (`as=reviewer`, if nothing is said) or was reviewed in (`as=reviewed`),
    newest first, as far as the caller may see them. A page may be short."""
    wanted, known = (call.query.get("as") or ["reviewer"])[0], _id(person_id)
    if wanted not in ("reviewer", "reviewed"):
        raise errors.InvalidInput("Must be reviewer or reviewed.", "as")
    if wanted == "reviewer":
        asked = reviews_as_reviewer(call.services, call.actor, known, _after(call))
        return _listed(call, [_asked(one) for one in asked.items], asked.next)
    about = reviews_about(call.services, call.actor, known, _after(call))
    return _listed(call, [_about(one) for one in about.items], about.next)


@route(door, "GET", PERSON + "/roles", gives=Listed[PersonRole])
def list_roles(call: Call, person_id: str) -> Answer:
    """The roles a person holds, given to them, to a group they are in, or by the settings of the deployment."""
    held = roles_of_person(call.services, call.actor, _id(person_id))
    scopes = names_of_scopes(call.services, {one.grant.scope for one in held})
    groups = {one: call.services.people.group(one) for one in {one.through for one in held} - {""}}
    value = []
    for one in held:
        group = groups.get(one.through)
        through = {"id": one.through, "displayName": group.display_name if group else None} if one.through else None
        grant = one.grant
        value.append(
            {
                "role": grant.role,
                "scope": grant.scope,
                "scopeDisplayName": scopes.get(grant.scope),
                "through": through,
                "bySettings": one.by_settings,
                "createdDateTime": stamp(grant.created),
            }
        )
    return {"value": value}


def _id(person_id: str) -> str:
    if not ids.is_guid(person_id):
        raise errors.NotFound("There is no such person.")
    return person_id


def _after(call: Call) -> str | None:
    after: str | None = position(call, (call.query.get("$skiptoken") or [""])[0]).get("after")
    return after


def _listed(call: Call, value: list[dict[str, Any]], following: str | None) -> dict[str, Any]:
    return {"value": value} | ({"nextLink": next_page(call, {"after": following})} if following else {})


def _activity(found: User, activity: Activity) -> dict[str, Any]:
    return {
        "lastDateTime": stamp(found.last_seen),
        "lastInteractiveDateTime": stamp(found.last_sign_in),
        "lastNonInteractiveDateTime": stamp(found.seen.non_interactive),
        "source": activity.source or None,
        "knownUntilDateTime": stamp(activity.known_until),
        "used": [{"resource": name, "lastUsedDateTime": stamp(at)} for name, at in activity.used],
    }


def _named(person_id: str, found: User | None) -> dict[str, str | None]:
    return {"id": person_id, "displayName": found.display_name if found else None}


def _clients(call: Call, found: User) -> list[dict[str, str | None]]:
    """The provisioning clients that keep a person; one that was deleted has no name any more."""
    names = {one.id: one.display_name for one in call.services.provisioning.clients()} if found.provisioned else {}
    return [{"id": client_id, "displayName": names.get(client_id)} for client_id, _ in found.provisioned]


def _line(found: User, manager: User | None) -> dict[str, Any]:
    return {
        "id": found.id,
        "displayName": found.display_name,
        "userPrincipalName": found.principal_name,
        "mail": found.mail or None,
        "jobTitle": found.job_title or None,
        "department": found.department or None,
        "userType": found.user_type,
        "accountEnabled": found.enabled,
        "invitation": found.invitation or None,
        "manager": _named(found.manager_id, manager) if found.manager_id else None,
        "lastSignInDateTime": stamp(found.last_sign_in),
        "neverSignedIn": found.never_signed_in,
    }


def _package(held: Held) -> dict[str, object]:
    assignment, package, request = held.assignment, held.package, held.request
    return {
        "accessPackage": {"id": package.id, "displayName": package.display_name},
        "assignmentPolicy": {"id": assignment.policy_id, "displayName": held.policy_name or None},
        "assignmentId": assignment.id,
        "startDateTime": stamp(assignment.starts),
        "endDateTime": stamp(assignment.ends),
        "request": {
            "id": request.id,
            "requestType": request.type,
            "requestorId": request.requestor_id,
            "requestorName": held.requestor,
        }
        if request
        else None,
    }


def _asked(one: Asked) -> dict[str, Any]:
    found, state = one.instance, one.to_do.state
    return {
        "reviewId": found.id,
        "displayName": found.name,
        "accessPackage": {"id": found.package_id, "displayName": found.package_name},
        "status": state.status.value if state else "Initializing",
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(state.ends if state else found.closes),
        "timeZone": found.zone,
        "reviewerReason": min(one.to_do.parts, key=lambda each: each.on_behalf_of).reason,
        "items": one.to_do.items,
        "undecided": one.to_do.undecided,
    }


def _about(past: PastReview) -> dict[str, Any]:
    found, item = past.instance, past.item
    return {
        "reviewId": found.id,
        "displayName": found.name,
        "accessPackage": {"id": found.package_id, "displayName": found.package_name},
        "status": past.state.status.value,
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(past.state.ends),
        "timeZone": found.zone,
        "itemId": item.id,
        "assignmentId": item.assignment_id,
        "decision": item.decision.value,
        "decidedDateTime": stamp(datetime.fromtimestamp(item.last.at / 1000, UTC)) if item.last else None,
        "applyResult": item.apply_result.value,
        "cancelled": item.cancelled.value if item.cancelled else None,
    }
