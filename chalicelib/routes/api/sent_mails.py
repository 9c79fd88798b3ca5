"""The mails that were sent or tried: about a review, to a person, and those that did not reach anybody."""

from __future__ import annotations

from typing import Any, Literal

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.mail_log import Fault
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes.api.mails import HTML, TEXT, shown_mail, wanted_format
from chalicelib.routes.declared import Media
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Count, Instant, Listed, MailState
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.mail_again import can_be_read, mail_again
from chalicelib.usecases.mail_feedback import Suppressed, mail_address_again, suppressed_addresses
from chalicelib.usecases.mails_sent import (
    MailRecord,
    Unreached,
    list_undelivered,
    mails_of_review,
    mails_to_person,
    undeliverable,
)

door = Blueprint(__name__)
MAILS = "/api/v1/mails"
PAGE = 100


class Recipient(Shape, kw_only=True):
    """Whom a mail is to; the names of somebody who is gone are empty."""

    id: str
    display_name: str
    user_principal_name: str


class About(Shape, kw_only=True):
    """The review a mail is about."""

    id: str
    display_name: str


class SentMail(Shape, kw_only=True):
    """A mail. `bounced`: it came back; `complained`: its reader called it spam; `lost`: a worker died while it was
    sent, and it may or may not have gone out; `withheld`: to a guest who has not accepted the invitation; `off`: mail
    was switched off. `readable`: its text can be written again."""

    to: Recipient
    kind: str
    review: About | None
    access_package: str
    state: MailState
    sent_date_time: Instant | None
    delivered_date_time: Instant | None
    failed_date_time: Instant | None
    fault: Fault | None
    detail: str | None
    readable: bool


class UndeliveredMail(Shape, kw_only=True):
    """A mail that did not reach its person; `address` is where it was to go, `waiting` tells that its review still
    runs. It leaves the list when a later one gets through."""

    to: Recipient
    kind: str
    review: About | None
    access_package: str
    address: str
    failed_date_time: Instant
    fault: Fault
    detail: str | None
    waiting: bool


class SuppressedAddress(Shape, kw_only=True):
    """An address that is not mailed since a mail to it bounced or its reader complained, with what the mail service
    said. `to` is whose mail that was, null for somebody who is gone; `inUse`: it is still theirs, so that they get no
    mail."""

    address: str
    reason: Literal["bounced", "complained"]
    to: Recipient | None
    in_use: bool
    since_date_time: Instant
    last_date_time: Instant
    detail: str | None


class UndeliverableCount(Shape, kw_only=True):
    """Mails about reviews that still run which did not reach anybody; `more`: there may be more than were counted."""

    mails: Count
    people: Count
    more: bool


@route(door, "GET", MAILS, query=("reviewId", "personId", "$skiptoken"), gives=Listed[SentMail])
def list_mails(call: Call) -> Answer:
    """The mails about a review (`reviewId`), reviewer by reviewer and then those to others, or to a person
    (`personId`), newest first. A page may be short."""
    review, person = (call.query.get(name, [""])[0] for name in ("reviewId", "personId"))
    if bool(review) == bool(person):
        raise errors.InvalidInput("Give either reviewId or personId.", "reviewId")
    if review:
        page = mails_of_review(call.services, _review(call, review), _after(call))
    else:
        if not ids.is_guid(person):
            raise errors.NotFound("There is no such person.")
        page = mails_to_person(call.services, call.actor, person, _after(call))
    return _listed(call, [_mail(one) for one in page.items], page.next)


@route(door, "GET", MAILS + "/undelivered", query=("reviewId", "$skiptoken"), gives=Listed[UndeliveredMail])
def list_failed(call: Call) -> Answer:
    """The mails that did not reach their person, newest review first, or those about one review."""
    review = (call.query.get("reviewId") or [""])[0]
    about = _review(call, review) if review else None
    page = list_undelivered(call.services, call.actor, PAGE, _after(call), about)
    return _listed(call, [_undelivered(one) for one in page.items], page.next)


@route(door, "GET", MAILS + "/undelivered/count", gives=UndeliverableCount)
def count_failed(call: Call) -> Answer:
    """How many mails about reviews that still run did not reach anybody, and how many people that concerns."""
    found = undeliverable(call.services, call.actor)
    return {"mails": found.mails, "people": found.people, "more": found.more}


@route(door, "GET", MAILS + "/suppressed", query=("$skiptoken",), gives=Listed[SuppressedAddress])
def list_suppressed(call: Call) -> Answer:
    """The addresses that are not mailed any more, by address. A page may be short."""
    page = suppressed_addresses(call.services, call.actor, PAGE, _after(call))
    return _listed(call, [_suppressed(one) for one in page.items], page.next)


@route(door, "DELETE", MAILS + "/suppressed/{address}", gives=None)
def clear_suppressed(call: Call, address: str) -> Answer:
    """Mail an address again, since it was mended. Its person is told at once of the running reviews whose start mail
    did not reach them."""
    mail_address_again(call.services, call.actor, address, call.operation)
    return None


@route(
    door,
    "GET",
    "/api/v1/reviews/{review_id}/mails/{person_id}",
    query=("kind", "format"),
    gives=Media(HTML, also=(TEXT,)),
)
def show_mail(call: Call, review_id: str, person_id: str) -> Answer:
    """The mail of a `kind` about a review to a person as it would be written now, as HTML or (`format=text`) as plain
    text; the texts that were sent are not kept."""
    kind = (call.query.get("kind") or [""])[0]
    if not kind:
        raise errors.InvalidInput("Say which kind of mail, as the list of mails names it.", "kind")
    wanted = wanted_format(call)
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    mail = mail_again(call.services, call.actor, found, person_id if ids.is_guid(person_id) else "", kind)
    return shown_mail(mail, wanted)


def _review(call: Call, review_id: str) -> ReviewInstance:
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review see its mails.")
    return found


def _after(call: Call) -> str | None:
    after: str | None = position(call, (call.query.get("$skiptoken") or [""])[0]).get("after")
    return after


def _listed(call: Call, value: list[dict[str, Any]], following: str | None) -> dict[str, Any]:
    return {"value": value} | ({"nextLink": next_page(call, {"after": following})} if following else {})


def _mail(one: MailRecord) -> dict[str, Any]:
    mail = one.mail
    return {
        "to": _to(one.person_id, one.display_name, one.principal_name),
        "kind": mail.kind,
        "review": {"id": one.instance_id, "displayName": one.review} if one.instance_id else None,
        "accessPackage": one.about,
        "state": mail.state,
        "sentDateTime": stamp(mail.sent),
        "deliveredDateTime": stamp(mail.delivered),
        "failedDateTime": stamp(mail.failed),
        "fault": mail.fault or None,
        "detail": mail.detail or None,
        "readable": bool(one.instance_id) and can_be_read(mail.kind),
    }


def _undelivered(one: Unreached) -> dict[str, Any]:
    mail = one.mail
    return {
        "to": _to(mail.user_id, one.display_name, one.principal_name),
        "kind": mail.kind,
        "review": {"id": mail.instance_id, "displayName": one.review} if one.review else None,
        "accessPackage": mail.about,
        "address": mail.address,
        "failedDateTime": stamp(mail.at),
        "fault": mail.fault.value,
        "detail": mail.detail or None,
        "waiting": one.open,
    }


def _suppressed(one: Suppressed) -> dict[str, Any]:
    bad, user = one.bad, one.user
    return {
        "address": bad.address,
        "reason": bad.fault,
        "to": _to(user.id, user.display_name, user.principal_name) if user else None,
        "inUse": one.used,
        "sinceDateTime": stamp(bad.since),
        "lastDateTime": stamp(bad.last),
        "detail": bad.detail or None,
    }


def _to(person_id: str, display_name: str, principal_name: str) -> dict[str, str]:
    return {"id": person_id, "displayName": display_name, "userPrincipalName": principal_name}
