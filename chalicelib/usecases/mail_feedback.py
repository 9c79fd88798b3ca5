"""What becomes of the mails that were sent: delivered, bounced, complained about (docs/mail.md).

A mail is found by the person it was tagged with and its id, which only the mail service and we know. Messages may
come repeated, in any order, or be nobody's: each then changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chalicelib.domain import errors
from chalicelib.domain.agenda import LOST, REACHABLE, Due
from chalicelib.domain.audit import event
from chalicelib.domain.mail_feedback import (
    AGAIN_AFTER,
    BadAddress,
    Feedback,
    Heard,
    after_feedback,
    judged,
    read_feedback,
)
from chalicelib.domain.mail_log import Fault, Told, read_state
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import SYSTEM, Actor, User
from chalicelib.usecases.ports import Change, Create, Delete, Page, Put, Save, Services
from chalicelib.usecases.tell import address, list_notice_as_failed, list_part_as_failed

LOG = logging.getLogger("access_reviews")
SUPPRESSED, CLEARED = "Stop mailing address", "Mail address again"
CATEGORY = "Directory"
RECENT = 50  # of a person's reviews and notices; older mails are not heard of any more
SETTLES = 120.0  # seconds within which the sending of a mail is surely recorded


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail that feedback is about: in a reviewer's row, or a notice's. `state` is the one it is to have."""

    place: MyReview | Told
    kind: str
    before: str
    state: str


def hear(services: Services, text: str) -> None:
    """Take in one message of the mail service. Raises Throttled when it is about a mail so fresh that its sending may
    not be recorded yet: then it is to be given again."""
    feedback = read_feedback(text)
    user = services.people.user(feedback.person_id) if feedback else None
    if feedback is None or user is None:
        return
    known = list(_mails(services, feedback))
    if not known:
        if services.clock.real() - feedback.sent.timestamp() < SETTLES:
            raise errors.Throttled("This mail is not known yet.")
        LOG.info("feedback about a mail that is not known: %s", feedback.mail)
        return
    changed = [one for one in known if one.state]
    if not changed:
        return
    if feedback.fault:
        LOG.info("a mail came back", extra={"facts": {"person": user.id}, "metrics": {"MailsBounced": 1}})
        _judge_address(services, user, feedback)
    for one in changed:
        _record(services, user, one, feedback)
    if feedback.heard is Heard.REFUSED:
        _look_after(services, user.id)


def _mails(services: Services, feedback: Feedback) -> Iterator[_Mail]:
    """The mails of this id, in the rows of every review they were about; `state` "" for what is known already."""
    now, person = services.clock.now(), feedback.person_id
    for part in services.reviews.my_reviews(person, RECENT, None).items:
        for kind, before in part.mails.items():
            if kind != "opened" and read_state(kind, before).mail == feedback.mail:
                yield _Mail(part, kind, before, after_feedback(kind, before, feedback, now) or "")
    for told in services.reviews.told_to(person, RECENT, None).items:
        if read_state(told.kind, told.state).mail == feedback.mail:
            yield _Mail(told, told.kind, told.state, after_feedback(told.kind, told.state, feedback, now) or "")


def _judge_address(services: Services, user: User, feedback: Feedback) -> None:
    """Remember a bounce or complaint of the address the person still has, and have looked after what waits for them.
    Of one they have no more nothing is remembered: the new one may be fine, and is tried at once."""
    now = services.clock.now()
    if feedback.address.lower() != address(user).lower():
        services.writer.put_all([Due(when=now, kind=REACHABLE, id=user.id)])
        return
    before = services.addresses.bad_address(feedback.address)
    after = judged(before, feedback, now)
    again = Due(when=now + AGAIN_AFTER, kind=REACHABLE, id=user.id)
    work = Put(Due(when=now, kind=LOST, id=user.id)) if after.fault else Put(again)
    changes: list[Change] = [Save(after) if before else Create(after), work]
    operation = f"address:{feedback.mail}:{feedback.heard}"
    if after.fault and not (before and before.fault):
        details = {"person": user.id, "reason": after.fault}
        target = ("user", user.id)
        changes.append(Create(event(now, SYSTEM, CATEGORY, SUPPRESSED, target, operation, details=details)))
    if before is None or after != before:
        services.writer.commit(operation, *changes)
    if after.fault:
        services.queue.send(LOST, user.id)


def _look_after(services: Services, user_id: str) -> None:
    services.writer.put_all([Due(when=services.clock.now(), kind=LOST, id=user_id)])
    services.queue.send(LOST, user_id)


def _record(services: Services, user: User, mail: _Mail, feedback: Feedback) -> None:
    """Write the state of one mail; one that did not reach its person is listed first, so that none is missing."""
    fault = Fault(feedback.heard) if feedback.heard is not Heard.DELIVERED else None
    if isinstance(mail.place, MyReview):
        if fault:
            list_part_as_failed(services, user, mail.place, mail.kind, fault, feedback.detail)
        services.reviews.claim_mail(mail.place, mail.kind, mail.before, mail.state)
        return
    if fault:
        list_notice_as_failed(services, mail.place, feedback.address, fault, feedback.detail)
    operation = f"heard:{feedback.mail}:{feedback.heard}"
    services.writer.commit(operation, Save(replace(mail.place, state=mail.state)))


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address that is not mailed, with its person. `used`: it is still theirs, so that they get no mail."""

    bad: BadAddress
    user: User | None
    used: bool


def suppressed_addresses(services: Services, actor: Actor, limit: int, after: str | None) -> Page[Suppressed]:
    """A page of the addresses that are not mailed any more; it may be short. Raises Forbidden."""
    if not actor.reads_everything:
        raise errors.Forbidden("Only administrators and auditors see the addresses that are not mailed.")
    page = services.addresses.list_bad(limit, after)
    people = services.people.users(one.user_id for one in page.items)
    found = []
    for one in page.items:
        user = people.get(one.user_id)
        if one.fault:
            found.append(Suppressed(one, user, user is not None and address(user).lower() == one.address))
    return Page(tuple(found), page.next)


def mail_address_again(services: Services, actor: Actor, wanted: str, operation: str) -> None:
    """Mail an address again: it was mended. The start mails of running reviews that did not reach its person are sent
    again. Raises Forbidden; NotFound for one that is mailed."""
    if not actor.is_administrator:
        raise errors.Forbidden("Only administrators have an address mailed again.")
    found = services.addresses.bad_address(wanted)
    if found is None or not found.fault:
        raise errors.NotFound("This address is mailed, or was never known.")
    now = services.clock.now()
    details = {"person": found.user_id, "reason": found.fault}
    recorded = event(now, actor, CATEGORY, CLEARED, ("user", found.user_id), operation, details=details)
    again = Due(when=now, kind=REACHABLE, id=found.user_id)
    services.writer.commit(operation, Delete(found), Put(again), Create(recorded))
    services.queue.send(REACHABLE, found.user_id)
