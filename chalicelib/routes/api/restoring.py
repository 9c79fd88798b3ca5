"""Our own root: what reviews took from people, giving it back within the undo window, the denials
that stand, and what somebody must keep."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.people import User
from chalicelib.routes.api.guard_shapes import (
    AccessGivenBack,
    KeepsOne,
    Reason,
    Removal,
    StandingDenial,
    deciders,
    denial_made,
    person,
)
from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, Created, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.denials import denials_of_person, lift_denial
from chalicelib.usecases.list_items import visible_instance
from chalicelib.usecases.look_at_person import find_person
from chalicelib.usecases.manage_resources import keep_one as mark_resource
from chalicelib.usecases.restore_access import Undo, look_at_removal, removals_of_person, restore_access
from chalicelib.usecases.roles import named

door = Blueprint(__name__)
RESTORE = REVIEW + "/items/{item_id}/restore"
PERSON = "/api/v1/people/{person_id}"
People = dict[str, User]


@route(door, "GET", RESTORE, gives=Removal)
def get_removal(call: Call, review_id: str, item_id: str) -> Answer:
    """What the review took from the person of an item, and whether the caller can give it back. Nothing is done."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    undo = look_at_removal(call.services, call.actor, call.now, found, _item(item_id))
    return _removal(undo, named(call.services, _mentioned([undo])))


@route(
    door,
    "POST",
    RESTORE,
    takes=Reason,
    gives={201: AccessGivenBack},
    headers=("Retry-Attempt",),
)
def restore(call: Call, review_id: str, item_id: str) -> Answer:
    """Give back what the review took: the same access package through the same policy, to the same end. Not for
    whoever denied, nor for the person."""
    body: Reason = call.body
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    item = _item(item_id)
    asked = (call.services, call.actor, call.now, call.operation)
    made = restore_access(*asked, found, item, body.reason, call.retried)
    return Created({"id": made.id, "assignmentId": made.assignment_id, "state": made.state})


def _item(item_id: str) -> str:
    if not ids.is_guid(item_id):
        raise errors.NotFound("There is no such decision item.")
    return item_id


@route(door, "GET", PERSON + "/removals", gives=Listed[Removal])
def list_removals(call: Call, person_id: str) -> Answer:
    """What reviews took from a person within the undo window, newest first, as far as the caller sees the reviews."""
    find_person(call.services, call.actor, _person(person_id))
    found = removals_of_person(call.services, call.actor, call.now, person_id)
    people = named(call.services, _mentioned(found))
    return {"value": [_removal(one, people) for one in found]}


@route(door, "GET", PERSON + "/denials", gives=Listed[StandingDenial])
def list_denials(call: Call, person_id: str) -> Answer:
    """The denials that stand against a person, latest first: no import or adoption gives these access packages
    back."""
    found = denials_of_person(call.services, call.actor, _person(person_id))
    people = named(call.services, deciders(one.item for one in found))
    value = [
        {
            "accessPackage": {"id": one.package_id, "displayName": one.instance.package_name},
            "reviewId": one.instance.id,
            "reviewName": one.instance.name,
            "itemId": one.denied.item_id,
            "since": stamp(one.denied.since),
            "denied": denial_made(one.item, people),
            "liftable": one.liftable,
        }
        for one in found
    ]
    return {"value": value}


@route(
    door,
    "POST",
    PERSON + "/denials/{package_id}/lift",
    takes=Reason,
    gives=None,
    headers=("Retry-Attempt",),
)
def lift(call: Call, person_id: str, package_id: str) -> Answer:
    """Lift a denial: imports and adoption may give the access package to the person again."""
    body: Reason = call.body
    if not ids.is_guid(package_id):
        raise errors.NotFound("There is no such access package.")
    who = _person(person_id)
    lift_denial(call.services, call.actor, call.now, call.operation, who, package_id, body.reason, call.retried)
    return None


@route(door, "PUT", "/api/v1/resources/{resource_id}/keeps-one", takes=KeepsOne, gives=None)
def keep_one(call: Call, resource_id: str) -> Answer:
    """Mark a resource of a catalog as one whose every role somebody must keep, or take the mark away."""
    body: KeepsOne = call.body
    if not ids.is_guid(resource_id):
        raise errors.NotFound("There is no such resource.")
    mark_resource(call.services, call.actor, call.now, call.operation, resource_id, body.keeps_one)
    return None


def _person(person_id: str) -> str:
    if not ids.is_guid(person_id):
        raise errors.NotFound("There is no such person.")
    return person_id


def _mentioned(found: list[Undo]) -> set[str]:
    return deciders(one.item for one in found) | {one.restored.by for one in found if one.restored}


def _removal(undo: Undo, people: People) -> dict[str, Any]:
    instance, item, restored = undo.instance, undo.item, undo.restored
    return {
        "reviewId": instance.id,
        "reviewName": instance.name,
        "itemId": item.id,
        "principal": {"id": item.principal_id, "displayName": item.display_name},
        "accessPackage": {"id": instance.package_id, "displayName": instance.package_name},
        "removedDateTime": stamp(undo.removed),
        "restorableUntilDateTime": stamp(undo.until),
        "endDateTime": stamp(undo.assignment.ends if undo.assignment else None),
        "denied": denial_made(item, people),
        "restorable": not undo.because,
        "because": undo.because,
        "message": undo.message,
        "restored": {
            "by": person(restored.by, people),
            "at": stamp(restored.at),
            "reason": restored.reason,
            "assignmentId": restored.assignment_id,
        }
        if restored
        else None,
    }
