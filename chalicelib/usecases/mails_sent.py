"""The mails that were sent or tried: of a review, to a person, and those that did not reach anybody.

Nothing is stored for these lists but what sending itself needs: the state of a reviewer's mails lies in their own
row, that of a notice under its person, and only a mail that failed is listed once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.errors import Forbidden, NotFound
from chalicelib.domain.mail_log import SentMail, Told, Undelivered, read_state
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor, Right
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases.contacted import contacted, mails_of
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.ports import Page, Services

REVIEWERS, NOTICES = 50, 100  # a page of a review's mails: so many reviewers, then so many notices
PARTS, TOLD = 25, 50  # a page of a person's mails: so many reviews and so many notices
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """A mail to one person. `instance_id` and `review` are "" where no review is concerned; `about` is the access
    package's name. `opens` puts a mail that was not sent yet in order."""

    person_id: str
    display_name: str
    principal_name: str
    instance_id: str
    review: str
    about: str
    mail: SentMail
    opens: datetime

    @property
    def moment(self) -> datetime:
        """When it was sent or failed, or else was due."""
        return self.mail.sent or self.mail.failed or self.opens


@dataclass(frozen=True, slots=True)
class Unreached:
    """A mail that did not reach its person, with the names of both sides. `open`: its review still runs, so that
    somebody may be waiting who was never asked."""

    mail: Undelivered
    display_name: str
    principal_name: str
    review: str
    open: bool


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """How much could not be delivered about reviews that still run. `more`: there may be more than was counted."""

    mails: int
    people: int
    more: bool


def mails_of_review(services: Services, instance: ReviewInstance, after: str | None) -> Page[MailRecord]:
    """A page of the mails about a review: those to its reviewers, reviewer by reviewer, then those to others. One or
    two queries and two batch reads, whatever the size of the review."""
    part, inner = (after or "r")[0], (after or "r")[1:] or None
    if part == "r":
        page = contacted(services, instance, REVIEWERS, inner)
        found = [
            _of_review(instance, one.row.user_id, one.row.display_name, one.row.principal_name, mail)
            for one in page.items
            for mail in one.mails
        ]
        return Page(tuple(found), f"r{page.next}" if page.next else "n")
    return _notices(services, instance, inner)


def _notices(services: Services, instance: ReviewInstance, after: str | None) -> Page[MailRecord]:
    page = services.reviews.notices_of(instance.id, NOTICES, after)
    told = services.reviews.told(page.items)
    people = services.people.users(one.user_id for one in page.items)
    found = []
    for one in page.items:
        user = people.get(one.user_id)
        outcome = told.get(one)
        mail = read_state(one.kind, outcome.state if outcome else "lost")
        names = (user.display_name, user.principal_name) if user else ("", "")
        found.append(_of_review(instance, one.user_id, *names, mail))
    return Page(tuple(found), f"n{page.next}" if page.next else None)


def _of_review(
    instance: ReviewInstance, person_id: str, display_name: str, principal_name: str, mail: SentMail
) -> MailRecord:
    return MailRecord(
        person_id=person_id,
        display_name=display_name,
        principal_name=principal_name,
        instance_id=instance.id,
        review=instance.name,
        about=instance.package_name,
        mail=mail,
        opens=instance.opens,
    )


def mails_to_person(services: Services, actor: Actor, person_id: str, after: str | None) -> Page[MailRecord]:
    """A page of the mails to a person, newest first within it: about up to 25 reviews and 50 other occasions.

    Administrators, auditors and the person see all; those who manage or audit packages what concerns their reviews.
    Raises NotFound.
    """
    whole = actor.reads_everything or actor.id == person_id
    user = services.people.user(person_id)
    if user is None or not (whole or sees_some_decisions(actor)):
        raise NotFound("There is no such person.")
    parts, told, following = _written_to(services, person_id, after)
    wanted = {one.instance_id for one in parts} | {one.instance_id for one in told}
    instances = services.reviews.instances(wanted)
    seen = {key for key, one in instances.items() if whole or sees_all(actor, one)}
    names = (user.display_name, user.principal_name)
    found: dict[tuple[str, ...], MailRecord] = {}
    for part in parts:
        if part.instance_id in seen:
            instance = instances[part.instance_id]
            for mail in mails_of(part, instance):
                found.setdefault((instance.id, mail.kind), _of_review(instance, person_id, *names, mail))
    for one in told:
        if whole or one.instance_id in seen:
            found[one.instance_id, one.kind, one.subject_id] = _of_notice(one, instances.get(one.instance_id), names)
    return Page(tuple(sorted(found.values(), key=lambda each: each.moment, reverse=True)), following)


def _written_to(
    services: Services, person_id: str, after: str | None
) -> tuple[tuple[MyReview, ...], tuple[Told, ...], str | None]:
    """Some of a person's reviews and notices. The cursor has a part for each; `~`: there are no more."""
    of_parts, _, of_told = (after or "|").partition("|")
    none: Page[MyReview] = Page(())
    nothing: Page[Told] = Page(())
    parts = none if of_parts == "~" else services.reviews.my_reviews(person_id, PARTS, of_parts or None)
    told = nothing if of_told == "~" else services.reviews.told_to(person_id, TOLD, of_told or None)
    following = f"{parts.next or '~'}|{told.next or '~'}"
    return parts.items, told.items, None if following == "~|~" else following


def _of_notice(one: Told, about: ReviewInstance | None, names: tuple[str, str]) -> MailRecord:
    return MailRecord(
        person_id=one.user_id,
        display_name=names[0],
        principal_name=names[1],
        instance_id=about.id if about else "",
        review=about.name if about else "",
        about=one.about,
        mail=read_state(one.kind, one.state),
        opens=one.at,
    )


def sees_some_decisions(actor: Actor) -> bool:
    """Does any role of the caller show them the reviewers of some review?"""
    right = Right.SEE_DECISIONS
    return actor.reads_everything or bool(actor.scopes(right, "catalog") or actor.scopes(right, "package"))


def list_undelivered(
    services: Services, actor: Actor, limit: int, after: str | None, instance: ReviewInstance | None = None
) -> Page[Unreached]:
    """A page of what did not reach its person, newest review first, as far as the caller sees the reviews; a page
    may be short. Raises Forbidden."""
    if not sees_some_decisions(actor):
        raise Forbidden("Only administrators, auditors, and those who manage packages see what was not delivered.")
    of = (instance.opens, instance.id) if instance else None
    page = services.reviews.undelivered(limit, after, of)
    shown = _visible(services, actor, page.items)
    people = services.people.users(one.user_id for one, _ in shown)
    states = services.reviews.states(about.id for _, about in shown if about)
    found = []
    for one, about in shown:
        user, state = people.get(one.user_id), states.get(one.instance_id)
        names = (user.display_name, user.principal_name) if user else ("", "")
        running = state is not None and state.status is Status.IN_PROGRESS
        found.append(Unreached(one, *names, about.name if about else "", running))
    return Page(tuple(found), page.next)


def _visible(
    services: Services, actor: Actor, mails: Iterable[Undelivered]
) -> list[tuple[Undelivered, ReviewInstance | None]]:
    listed = list(mails)
    instances = services.reviews.instances(one.instance_id for one in listed)
    found = []
    for one in listed:
        about = instances.get(one.instance_id)
        if actor.reads_everything or (about is not None and sees_all(actor, about)):
            found.append((one, about))
    return found


def undeliverable(services: Services, actor: Actor) -> Undeliverable:
    """How many mails about reviews that still run did not reach anybody, and how many people that concerns: what
    needs somebody to mend an address. Reads what failed, newest review first, at most 1,000 mails."""
    page = services.reviews.undelivered(MOST_COUNTED, None)
    shown = [one for one, about in _visible(services, actor, page.items) if about]
    states = services.reviews.states({one.instance_id for one in shown})
    waiting = [one for one in shown if (at := states.get(one.instance_id)) and at.status is Status.IN_PROGRESS]
    return Undeliverable(len(waiting), len({one.user_id for one in waiting}), page.next is not None)
