"""Writing a mail once more, to look at it: the texts of mails are not kept, what they were written from is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.errors import NotFound
from chalicelib.domain.mail_log import read_state
from chalicelib.domain.notices import DecisionsReset, Reminder, ReviewExtended, ReviewFinished, ReviewStarted
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.mail_contents import review_to_do
from chalicelib.usecases.notify import change_notice, reminder_kind
from chalicelib.usecases.notify_others import finished_notice
from chalicelib.usecases.ports import Mail, Services
from chalicelib.usecases.tell import address

FINISHED = "finished"
REMINDERS = ("midpoint", "lastCall3", "lastCall1", "manual")
CHANGES = ("extended:", "reset:")
Again = ReviewStarted | Reminder | ReviewExtended | DecisionsReset | ReviewFinished


def can_be_read(kind: str) -> bool:
    """Can a mail of this kind be written again from what is known?"""
    return kind in ("start", FINISHED) or kind.startswith((*REMINDERS, *CHANGES))


def mail_again(services: Services, actor: Actor, instance: ReviewInstance, person_id: str, kind: str) -> Mail:
    """The mail of this kind about a review to one person as it would be written now, dated as it was sent; names
    and numbers may have changed since. For the person, and those who see every reviewer of the review.

    Raises NotFound, also for kinds that cannot be written again.
    """
    user = services.people.user(person_id) if actor.id == person_id or sees_all(actor, instance) else None
    found = _content(services, instance, user, kind) if user and can_be_read(kind) else None
    if user is None or found is None:
        raise NotFound("There is no such mail.")
    return services.renderer.render(found, address(user), f"{kind}.{user.id}.{instance.id}")


def _content(services: Services, instance: ReviewInstance, user: User, kind: str) -> Again | None:
    if kind == FINISHED:
        return _finished(services, instance, user)
    parts = [one for one in services.reviews.my_parts(user.id, instance) if kind in one.mails]
    if not parts:
        return None
    now = read_state(kind, parts[0].mails[kind]).sent or services.clock.now()
    if kind.startswith(CHANGES):
        state = services.reviews.recent_state(instance.id)
        return replace(change_notice(services, instance, state, kind), now=now) if state else None
    return _asking(services, instance, user, kind, parts, now)


def _asking(
    services: Services, instance: ReviewInstance, user: User, kind: str, parts: list[MyReview], now: datetime
) -> ReviewStarted | Reminder:
    listed = review_to_do(services, user, instance, parts, undecided_only=kind != "start")
    if kind == "start":
        return ReviewStarted(now=now, reviews=(listed,))
    return Reminder(now=now, kind=reminder_kind(kind), reviews=(listed,))


def _finished(services: Services, instance: ReviewInstance, user: User) -> ReviewFinished | None:
    """The result, if this person was told it."""
    page = services.reviews.notices_of(instance.id, 1_000, None, FINISHED)
    state = services.reviews.state(instance.id)
    told = any(one.user_id == user.id for one in page.items)
    return finished_notice(services, instance, state) if told and state else None
