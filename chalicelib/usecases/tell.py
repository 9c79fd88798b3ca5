"""What becomes of a mail: telling one person once about one event, and noting what cannot be delivered (P15)."""

from __future__ import annotations

from chalicelib.domain import errors
from chalicelib.domain.mail_feedback import BadAddress, mail_digest
from chalicelib.domain.mail_log import MOST_DETAIL, Fault, Notice, Told, Undelivered, failure
from chalicelib.domain.notices import LastCallSummary, News
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.ports import Create, Services


def address(user: User) -> str:
    """Where a person's mail goes."""
    return user.mail or user.principal_name


def suppressed(services: Services, user: User) -> BadAddress | None:
    """Why a person's address is not mailed any more; None when it is. May lag by a second."""
    found = services.addresses.bad([address(user)]).get(address(user).lower())
    return found if found and found.fault else None


def fail_part(
    services: Services, user: User, part: MyReview, kind: str, before: str, fault: Fault, detail: str = ""
) -> None:
    """Record a reviewer's mail that cannot be delivered: for the list of those first, so that none is missing
    there. `before` is the state the mail has."""
    list_part_as_failed(services, user, part, kind, fault, detail)
    services.reviews.claim_mail(part, kind, before, failure(services.clock.now(), fault, detail))


def list_part_as_failed(
    services: Services, user: User, part: MyReview, kind: str, fault: Fault, detail: str = ""
) -> None:
    """List a reviewer's mail among those that did not reach their person."""
    services.writer.put_all([_undelivered(services, user, part, kind, fault, detail)])


def list_notice_as_failed(services: Services, told: Told, to: str, fault: Fault, detail: str) -> None:
    """List a notice among the mails that did not reach their person, where it would stand had it been refused."""
    about = services.reviews.instance(told.instance_id) if told.instance_id != told.subject_id else None
    listed = Undelivered(
        user_id=told.user_id,
        kind=told.kind,
        instance_id=told.instance_id,
        subject_id=told.subject_id,
        since=about.opens if about else told.at,
        at=services.clock.now(),
        about=told.about,
        address=to,
        fault=fault,
        detail=detail[:MOST_DETAIL],
    )
    services.writer.put_all([listed])


def forget_failure(services: Services, user: User, part: MyReview, kind: str) -> None:
    """Take a mail that is about to be sent again off the list of those that could not be delivered."""
    services.writer.remove(_undelivered(services, user, part, kind, Fault.REFUSED))


def _undelivered(
    services: Services, user: User, part: MyReview, kind: str, fault: Fault, detail: str = ""
) -> Undelivered:
    return Undelivered(
        user_id=user.id,
        kind=kind,
        instance_id=part.instance_id,
        since=part.opens,
        at=services.clock.now(),
        about=part.package_name,
        address=address(user),
        fault=fault,
        detail=detail[:MOST_DETAIL],
    )


def tell_once(
    services: Services,
    user: User,
    kind: str,
    subject_id: str,
    content: News,
    instance: ReviewInstance | None = None,
) -> None:
    """Send one mail once. Its notice is written first, so a worker that dies in between leaves it without an
    outcome: a rare miss, never a second mail (P15). What became of it stands under the person."""
    if not services.settings.mail_enabled or not user.can_take_part:
        return
    now, to = services.clock.now(), address(user)
    about = instance.id if instance else subject_id
    notice = Notice(user_id=user.id, kind=kind, subject_id=subject_id, instance_id=about, at=now)
    mail = services.renderer.render(content, to, f"{user.id}.{kind}.{subject_id}")  # it may read texts
    bad = suppressed(services, user)  # read before the notice: nothing may come between that and the sending
    try:
        services.writer.commit(f"notice:{services.clock.new_id()}", Create(notice))
    except errors.Conflict:
        return
    if "@" not in to:
        return _undeliverable(services, notice, instance, content, to, Fault.NO_ADDRESS, "")
    if bad is not None:
        return _undeliverable(services, notice, instance, content, to, Fault.SUPPRESSED, str(bad.fault))
    try:
        message = services.mailer.send(mail)
    except errors.Throttled:
        services.writer.remove(notice)
        raise
    except errors.InvalidInput as problem:
        return _undeliverable(services, notice, instance, content, to, Fault.REFUSED, problem.message)
    state = f"sent {services.clock.now().isoformat()} {mail_digest(message)}"
    services.writer.put_all([_told(notice, content, state)])


def _undeliverable(
    services: Services,
    notice: Notice,
    instance: ReviewInstance | None,
    content: News,
    to: str,
    fault: Fault,
    detail: str,
) -> None:
    listed = Undelivered(
        user_id=notice.user_id,
        kind=notice.kind,
        instance_id=notice.instance_id,
        subject_id=notice.subject_id,
        since=instance.opens if instance else notice.at,
        at=notice.at,
        about=_package(content),
        address=to,
        fault=fault,
        detail=detail[:MOST_DETAIL],
    )
    services.writer.put_all([listed, _told(notice, content, failure(notice.at, fault, detail))])


def _told(notice: Notice, content: News, state: str) -> Told:
    return Told(
        user_id=notice.user_id,
        kind=notice.kind,
        subject_id=notice.subject_id,
        instance_id=notice.instance_id,
        at=notice.at,
        about=_package(content),
        state=state,
    )


def _package(content: News) -> str:
    return content.reviews[0].package if isinstance(content, LastCallSummary) else content.package
