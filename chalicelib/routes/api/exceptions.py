"""Our own root for what was out of the ordinary in a closed review, and what is made of it: exceptions with their
dispositions, and the control owner's sign-off."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.dossiers import Disposition, SignOff
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes.api.exception_shapes import (
    CaseShown,
    Dispose,
    ExceptionsOfReview,
    SignedOff,
    SignIt,
    SignOffState,
)
from chalicelib.routes.api.guard_shapes import person
from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.control_owners import owns_control
from chalicelib.usecases.dispose import dispose
from chalicelib.usecases.list_items import visible_instance
from chalicelib.usecases.review_exceptions import Judged, cases_of, exceptions_of_review, require_sees_all
from chalicelib.usecases.roles import named
from chalicelib.usecases.sign_off import readiness, sign_off

door = Blueprint(__name__)
ONE = REVIEW + "/exceptions/{key}"
People = dict[str, User]


def _review(call: Call, review_id: str) -> ReviewInstance:
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    require_sees_all(call.actor, found)
    return found


@route(door, "GET", REVIEW + "/exceptions", gives=ExceptionsOfReview, refuses=(409,))
def list_exceptions(call: Call, review_id: str) -> Answer:
    """Every exception of a closed review, each with the dispositions it was given; `open` counts those that want
    one."""
    return _listed(call, _review(call, review_id))


def _listed(call: Call, found: ReviewInstance) -> dict[str, Any]:
    every = exceptions_of_review(call.services, call.actor, found)
    mentioned = {one.found.by for one in every} | {each.by for one in every for each in one.dispositions}
    people = named(call.services, mentioned)
    return {"value": [_exception(one, people) for one in every], "open": sum(one.open for one in every)}


@route(door, "PUT", ONE, takes=Dispose, gives=ExceptionsOfReview)
def put_disposition(call: Call, review_id: str, key: str) -> Answer:
    """Give an exception a disposition, with the reason. Former ones stay on record; the answer is the whole list."""
    body: Dispose = call.body
    found = _review(call, review_id)
    dispose(call.services, call.actor, call.now, call.operation, found, key, body.disposition, body.reason)
    return _listed(call, found)


@route(door, "GET", ONE + "/cases", query=("$skiptoken",), gives=Listed[CaseShown])
def list_cases(call: Call, review_id: str, key: str) -> Answer:
    """The cases behind an exception, a page at a time; a page may be short, or empty, before the last one. An
    exception that is about the review as a whole has none."""
    found = _review(call, review_id)
    after = position(call, (call.query.get("$skiptoken") or [""])[0]).get("after")
    page = cases_of(call.services, found, key, after)
    value = [
        {
            "itemId": one.item_id or None,
            "person": {"id": one.person_id or None, "displayName": one.name or None},
            "dateTime": stamp(one.at),
            "word": one.word,
        }
        for one in page.items
    ]
    return {"value": value} | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


@route(door, "GET", REVIEW + "/sign-off", gives=SignOffState, refuses=(409,))
def get_sign_off(call: Call, review_id: str) -> Answer:
    """Who signs a closed review off, what is still missing, and the signature once it is there."""
    found = _review(call, review_id)
    ready = readiness(call.services, call.actor, found)
    signed = ready.dossier.sign_off
    owner = ready.owner
    people = named(call.services, {owner.principal_id if owner else "", signed.by if signed else ""})
    mine = owns_control(call.services, call.actor, found)
    return {
        "controlOwner": person(owner.principal_id if owner else "", people),
        "controlOwnerOf": owner.scope.partition(":")[0] if owner else None,
        "exceptions": ready.exceptions,
        "openExceptions": ready.open,
        "missing": [] if signed else [{"code": one.code, "message": one.message} for one in ready.missing],
        "mayDispose": signed is None and (mine or call.actor.is_administrator),
        "maySignOff": signed is None and mine and not ready.missing,
        "signOff": signature(signed, people) if signed else None,
    }


@route(door, "POST", REVIEW + "/sign-off", takes=SignIt, gives=SignedOff)
def post_sign_off(call: Call, review_id: str) -> Answer:
    """Sign a closed review off, in your own words: for its control owner alone, when both seals are there and every
    exception has a disposition. Signing again gives the same signature."""
    body: SignIt = call.body
    found = _review(call, review_id)
    signed = sign_off(call.services, call.actor, call.now, call.operation, found, body.words)
    return signature(signed, named(call.services, {signed.by}))


def signature(signed: SignOff, people: People) -> dict[str, Any]:
    """The members of SignedOff."""
    return {
        "by": person(signed.by, people),
        "dateTime": stamp(signed.at),
        "controlOwnerOf": signed.scope.partition(":")[0],
        "words": signed.words,
        "exceptions": signed.exceptions,
        "decidedThemselves": signed.decided,
        "deniedThemselves": signed.denied,
        "countedWhole": signed.counted,
    }


def _exception(one: Judged, people: People) -> dict[str, Any]:
    found = one.found
    return {
        "key": found.key,
        "kind": found.kind.value,
        "detail": found.detail,
        "count": found.count,
        "since": stamp(found.since),
        "by": person(found.by, people),
        "reason": found.reason,
        "plannedDateTime": stamp(found.planned),
        "unfinished": found.unfinished,
        "open": one.open,
        "dispositions": [_disposition(each, people) for each in one.dispositions],
    }


def _disposition(one: Disposition, people: People) -> dict[str, Any]:
    return {
        "number": one.number,
        "disposition": one.judgement.value,
        "reason": one.reason,
        "cases": one.count,
        "by": person(one.by, people),
        "dateTime": stamp(one.at),
    }
