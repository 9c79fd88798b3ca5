"""Mail to reviewers: one per person and event, however often a run repeats (R77-R81, G12, G43, P15, P16).

The state of each mail stands in the reviewer's own row: `pending` -> `sending <real seconds> <worker>` -> `sent
<instant> <mail>`, or `failed <instant> <why>`, which is also listed as undelivered; `mail_feedback` goes on from
there. A worker that died between the two leaves `sending`: a start mail is then sent again (rather a rare duplicate
than somebody who was never asked), a reminder is given up as `lost`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from chalicelib.domain import errors
from chalicelib.domain.agenda import ASKED, LOST, REACHABLE, Due
from chalicelib.domain.mail_feedback import BadAddress, mail_digest
from chalicelib.domain.mail_log import Fault, went_out
from chalicelib.domain.notices import (
    DecisionsReset,
    Reminder,
    ReminderKind,
    ReviewExtended,
    ReviewStarted,
)
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.usecases import delegates
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.mail_contents import link, review_to_do, undecided
from chalicelib.usecases.ports import Services
from chalicelib.usecases.tell import address, fail_part, forget_failure, suppressed

PAGE = 100
RECENT = 50
ToDo = tuple[MyReview, ReviewInstance]
Tell = Callable[[ReviewerRow, User, BadAddress | None], None]


def start_mails(services: Services, instance: ReviewInstance, cursor: str, budget: Budget) -> str | None:
    """Tell the reviewers of an instance that it began, from `cursor` on; the next cursor, None at the end.

    Somebody with several reviews that opened together gets one mail about all of them. Who is absent has their
    standing delegate asked as well. Raises Throttled while somebody may still be sending one of them: only when that
    lasts for too long is it certain that they died over it, and then it is sent again.
    """
    waiting: list[str] = []

    def tell(row: ReviewerRow, user: User, bad: BadAddress | None) -> None:
        if not _tell_start(services, user, bad, "pending", about=instance):
            waiting.append(user.id)

    def stand_in(rows: Iterable[ReviewerRow]) -> None:
        delegates.stand_in(services, instance, [row.user_id for row in rows if not row.extra])

    following = _each_reviewer(services, instance, cursor, budget, tell, stand_in)
    if waiting:
        raise errors.Throttled("Somebody may be sending some of the mails.")
    return following


def newly_asked(services: Services, user_id: str) -> None:
    """Tell somebody who became a reviewer of a running review (R140)."""
    rows, user = due_now(services, ASKED, user_id), services.people.user(user_id)
    if user is None or _tell_start(services, user, suppressed(services, user), "pending"):
        done(services, rows)


def reminders(services: Services, instance: ReviewInstance, kind: str, cursor: str, budget: Budget) -> str | None:
    """Remind those who still have something undecided (G12), from `cursor` on; the next cursor, None at the end."""

    def tell(row: ReviewerRow, user: User, bad: BadAddress | None) -> None:
        if row.shared or row.extra or row.tally.undecided > 0:
            _remind(services, instance, user, bad, kind)

    return _each_reviewer(services, instance, cursor, budget, tell)


def changes(
    services: Services, instance: ReviewInstance, state: InstanceState, kind: str, cursor: str, budget: Budget
) -> str | None:
    """Tell everybody who was asked that the review closes later, or that its decisions were set back (G47), from
    `cursor` on; the next cursor, None at the end."""

    def tell(row: ReviewerRow, user: User, bad: BadAddress | None) -> None:
        parts = services.reviews.my_parts(user.id, instance)
        told = [part for part in parts if went_out(part.mails.get("start", ""))]
        if not told or hold(services, user, bad) or _begun(told, kind):
            return
        sending = _claim_of(services)
        if services.reviews.claim_mail(told[0], kind, "pending", sending):
            _send(services, user, change_notice(services, instance, state, kind), kind, [told[0]], sending)

    return _each_reviewer(services, instance, cursor, budget, tell)


def change_notice(
    services: Services, instance: ReviewInstance, state: InstanceState, kind: str
) -> ReviewExtended | DecisionsReset:
    """What is said about an extension or a reset."""
    now, page = services.clock.now(), link(services, instance.id)
    facts = {"review": instance.name, "package": instance.package_name, "zone": instance.zone, "link": page}
    if kind.startswith("extended:"):
        return ReviewExtended(now=now, closes=state.ends, reason=state.extended_because, **facts)
    return DecisionsReset(now=now, closes=state.ends, **facts)


def reachable_now(services: Services, user_id: str) -> None:
    """A guest accepted the invitation (G43), somebody's address was mended, or it is time to try it again: send the
    start mails that were withheld, failed or came back."""
    rows, user = due_now(services, REACHABLE, user_id), services.people.user(user_id)
    told = True
    if user is not None and user.can_take_part:
        bad = suppressed(services, user)
        if bad is None:
            told = _tell_start(services, user, bad, "withheld", "failed", "bounced", "complained")
        services.queue.send(LOST, user_id)
    if told:
        done(services, rows)


def _each_reviewer(
    services: Services,
    instance: ReviewInstance,
    cursor: str,
    budget: Budget,
    tell: Tell,
    prepare: Callable[[Iterable[ReviewerRow]], None] | None = None,
) -> str | None:
    """Call `prepare` for every page of reviewers of an instance and `tell` for each. The cursor is the last single
    reviewer who was told; members of shared sets behind them are told again, which tells nobody twice."""
    after: str | None = cursor or None
    while True:
        page = services.reviews.reviewer_rows(instance.id, PAGE, after, latest=prepare is not None)  # written just now
        people = services.people.users(row.user_id for row in page.items)
        bad = services.addresses.bad(address(user) for user in people.values())
        if prepare:
            prepare(page.items)
        for row in page.items:
            user = people.get(row.user_id)
            if user is None or row.removed:
                continue
            if not budget.left():
                return after or ""
            try:
                tell(row, user, bad.get(address(user).lower()))
            except errors.Throttled:
                return after or ""
            after = _behind(row, after)
        after = page.next
        if after is None:
            return None


def _behind(row: ReviewerRow, before: str | None) -> str | None:
    """The place behind a reviewer: a set of one is its row's own; other rows are passed with their page."""
    return before if row.shared or row.extra else f"R#{row.set_id}"


def _tell_start(
    services: Services, user: User, bad: BadAddress | None, *states: str, about: ReviewInstance | None = None
) -> bool:
    """Send one mail about every review of this person whose start mail is due: those in one of these states. False
    while somebody else may be sending one, or the person's part in the review `about` is too new to be seen."""
    parts = services.reviews.my_reviews(user.id, RECENT, None).items
    settled = not any(_under_way(services, part.mails.get("start", "")) for part in parts)
    if about is not None and all(part.instance_id != about.id for part in parts):
        settled = settled and all(part.removed for part in services.reviews.parts_now(user.id, about))
    todo = list(_starting(services, parts, states))
    withheld = hold(services, user, bad) if todo else ""
    if withheld:
        _withhold(services, user, bad, todo, withheld)
    elif todo:
        _claim_and_send(services, user, todo)
    return settled


def _claim_and_send(services: Services, user: User, todo: list[ToDo]) -> None:
    sending = _claim_of(services)
    claimed = [one for one in todo if services.reviews.claim_mail(one[0], "start", one[0].mails["start"], sending)]
    if not claimed:
        return
    listed = [
        review_to_do(services, user, instance, parts, undecided_only=any(part.since for part in parts))  # joined late
        for instance, parts in _by_instance(claimed)
    ]
    notice = ReviewStarted(now=services.clock.now(), reviews=tuple(listed))
    for part, _ in claimed:
        if part.mails["start"] not in ("pending", "withheld"):  # it may have failed before
            forget_failure(services, user, part, "start")
    _send(services, user, notice, "start", [part for part, _ in claimed], sending)


def _withhold(services: Services, user: User, bad: BadAddress | None, todo: list[ToDo], state: str) -> None:
    """Record that start mails are not sent; when that is for want of an address, somebody else has to be asked."""
    fault, detail = (Fault.SUPPRESSED, str(bad.fault)) if bad and bad.fault else (Fault.NO_ADDRESS, "")
    for part, _ in todo:
        if state == "failed":
            fail_part(services, user, part, "start", part.mails["start"], fault, detail)
        else:
            services.reviews.claim_mail(part, "start", part.mails["start"], state)
    if state == "failed":
        lost(services, user.id)


def lost(services: Services, user_id: str) -> None:
    """Have it looked at what a reviewer leaves behind who cannot be reached."""
    services.writer.put_all([Due(when=services.clock.now(), kind=LOST, id=user_id)])
    services.queue.send(LOST, user_id)


def _starting(services: Services, parts: Iterable[MyReview], states: tuple[str, ...]) -> Iterator[ToDo]:
    """A person's recent reviews that are in progress and whose start mail waits or was left half-way."""
    waiting = [part for part in parts if _waits(services, part.mails.get("start", ""), states)]
    instances = services.reviews.instances(part.instance_id for part in waiting)
    for part in waiting:
        found = services.reviews.state(part.instance_id)
        if found and found.status is Status.IN_PROGRESS and services.clock.now() < found.ends:
            yield part, instances[part.instance_id]


def _waits(services: Services, mail: str, states: tuple[str, ...]) -> bool:
    word = mail.partition(" ")[0]
    return word in states or (word == "sending" and not _under_way(services, mail))


def _under_way(services: Services, mail: str) -> bool:
    """May somebody be sending this mail right now?"""
    word, *since = mail.split(" ")
    return word == "sending" and float(since[0]) + services.settings.lease_seconds >= services.clock.real()


def _claim_of(services: Services) -> str:
    """What a worker writes before it sends. Its own: two that begin in one second must not take each other's claim
    for theirs."""
    return f"sending {services.clock.real():.0f} {services.clock.new_id()[-8:]}"


def hold(services: Services, user: User, bad: BadAddress | None) -> str:
    """Why this person gets no mail now; "" when they do. `bad`: what is known of their address."""
    if not services.settings.mail_enabled:
        return "off"
    if not user.can_take_part:
        return "withheld"
    return "failed" if "@" not in address(user) or (bad and bad.fault) else ""


def _by_instance(todo: list[ToDo]) -> Iterator[tuple[ReviewInstance, list[MyReview]]]:
    """The parts grouped by instance, the first to close first."""
    for instance in sorted({instance.id: instance for _, instance in todo}.values(), key=lambda one: one.closes):
        yield instance, [part for part, other in todo if other.id == instance.id]


def _remind(services: Services, instance: ReviewInstance, user: User, bad: BadAddress | None, kind: str) -> None:
    """Remind one reviewer of one instance, unless they were, were never told, or have nothing left to decide."""
    parts = [part for part in services.reviews.my_parts(user.id, instance) if not part.handed_all]
    told = [part for part in parts if went_out(part.mails.get("start", ""))]
    if not told or hold(services, user, bad) or _begun(told, kind):
        return
    if not undecided(services, user, instance, told):
        return
    sending = _claim_of(services)
    if not services.reviews.claim_mail(told[0], kind, "pending", sending):
        return
    listed = review_to_do(services, user, instance, told, undecided_only=True)
    notice = Reminder(now=services.clock.now(), kind=reminder_kind(kind), reviews=(listed,))
    _send(services, user, notice, kind, [told[0]], sending)


def _begun(parts: list[MyReview], kind: str) -> bool:
    """Has this mail gone out, or may it have? One that SES asked to send later has not."""
    return any(part.mails.get(kind, "pending") != "pending" for part in parts)


def reminder_kind(kind: str) -> ReminderKind:
    """The wording of a reminder: the part of its name before an extension's number or a manual one's stamp."""
    return cast(ReminderKind, kind.partition(":")[0].partition(".")[0])


def _send(
    services: Services,
    user: User,
    notice: ReviewStarted | Reminder | ReviewExtended | DecisionsReset,
    kind: str,
    parts: list[MyReview],
    sending: str,
) -> None:
    """Hand the mail over and record it; a refused address is `failed`. Raises Throttled with the claim undone."""
    key = f"{user.id}.{kind}.{parts[0].instance_id}"
    try:
        message = services.mailer.send(services.renderer.render(notice, address(user), key))
        state = f"sent {services.clock.now().isoformat()} {mail_digest(message)}"
    except errors.Throttled:
        for part in parts:
            services.reviews.claim_mail(part, kind, sending, "pending")
        raise
    except errors.InvalidInput as problem:
        for part in parts:
            fail_part(services, user, part, kind, sending, Fault.REFUSED, problem.message)
        return lost(services, user.id) if kind == "start" else None
    for part in parts:
        services.reviews.claim_mail(part, kind, sending, state)
