"""Reviewers who cannot be asked (any more): mail does not reach them, their account was switched off, or they left.

They are not silent. What nobody else can decide goes to the fallback reviewers, with a mail of their own and in the
absent one's place; without any it needs a reviewer (G9, G10). They keep their part: who decides all the same, or
can be reached again, is welcome, and who was asked meanwhile stays asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.domain.agenda import LOST
from chalicelib.domain.audit import event
from chalicelib.domain.mail_feedback import BadAddress
from chalicelib.domain.mail_log import Fault, read_state
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.people import SYSTEM, User
from chalicelib.domain.reviewers import FALLBACK, Unreachable
from chalicelib.domain.reviews import OPENING, InstanceState, ReviewInstance, Status
from chalicelib.domain.schedules import MAX_DURATION_DAYS
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.control_review import TRIES, current
from chalicelib.usecases.joining import Joining, fallbacks, items_of_set, join, once, own_item, tell
from chalicelib.usecases.needs_reviewer import can_be_asked, people_of_set, recount, undecided
from chalicelib.usecases.ports import Alter, Change, Create, Services
from chalicelib.usecases.tell import address, suppressed

PASSED_ON, BACK = "Pass on unreachable reviewer", "Reviewer can be reached again"
ROWS = 100
LONGEST = timedelta(days=MAX_DURATION_DAYS[None])  # a review is open, extensions included
_REFUSED = {Fault.NO_ADDRESS: Unreachable.NO_ADDRESS, Fault.REFUSED: Unreachable.REFUSED}


def reviewer_changed(services: Services, user_id: str) -> None:
    """An account was switched off or on, or mail to it fails or goes through again: look after the running reviews
    of its person. Repeatable.

    While one of them is still being opened, or its reviewers are being told, the agenda row stays, and the next tick
    looks again.
    """
    rows, oldest = due_now(services, LOST, user_id), services.clock.now() - LONGEST
    user = services.people.user(user_id)
    bad = suppressed(services, user) if user else None
    after, waits = None, False
    while True:
        page = services.reviews.my_reviews(user_id, ROWS, after)
        recent = [part for part in page.items if part.opens > oldest]
        waits = _looked_after(services, recent, user, bad) or waits
        after = page.next
        if after is None or len(recent) < len(page.items):
            break
    if not waits:
        done(services, rows)


def _looked_after(services: Services, parts: list[MyReview], user: User | None, bad: BadAddress | None) -> bool:
    """Look after the sets of these parts where the review is open; is one of them still being opened?"""
    instances = services.reviews.instances(part.instance_id for part in parts)
    waits = False
    for part in parts:
        state = services.reviews.state(part.instance_id)
        if state is None:
            continue
        if state.status in OPENING or (state.status is Status.IN_PROGRESS and state.step == "mail:start"):
            waits = True
        elif state.status is Status.IN_PROGRESS:
            instance = instances[part.instance_id]
            _look_after(services, instance, part, _why(user, bad, part))
            recount(services, instance, part.set_id)
    return waits


def _why(user: User | None, bad: BadAddress | None, part: MyReview) -> str:
    """Why this reviewer cannot be asked about this review; "" when they can, or will be once they accept the
    invitation (R73)."""
    if user is None:
        return Unreachable.LEFT
    if not user.enabled:
        return Unreachable.DISABLED
    if "@" not in address(user):
        return Unreachable.NO_ADDRESS
    if bad is not None:
        return Unreachable.COMPLAINED if bad.fault is Fault.COMPLAINED else Unreachable.BOUNCED
    start = read_state("start", part.mails.get("start", "pending"))
    return Unreachable.REFUSED if (start.state, start.fault) == ("failed", Fault.REFUSED) else ""


@dataclass(frozen=True, slots=True)
class _Set:
    """A reviewer set with its rows and the people in them."""

    instance: ReviewInstance
    state: InstanceState
    set_id: str
    rows: list[ReviewerRow]
    people: dict[str, User]


def _look_after(services: Services, instance: ReviewInstance, part: MyReview, why: str) -> None:
    """Mark a part as it is now, and have others asked where nobody is left. Raises Throttled."""
    for _ in range(TRIES):
        rows, people = people_of_set(services, instance, part.set_id)
        of_set = _Set(instance, current(services, instance), part.set_id, rows, people)
        marks = _marks(part, rows, why)
        joins, told = _others_asked(services, of_set, part, services.clock.now()) if why else ([], [])
        if not marks and not joins:
            return
        now, operation = services.clock.now(), f"unreachable:{services.clock.new_id()}"
        details = {"person": part.user_id, "cause": why, "to": told, "accessPackage": instance.package_id}
        activity, target = PASSED_ON if why else BACK, ("reviewInstance", instance.id)
        recorded = event(now, SYSTEM, "Policy", activity, target, operation, details=details)
        try:
            services.writer.commit(operation, *marks, *once(joins), Create(recorded))
        except errors.Conflict:
            parts = services.reviews.parts_now(part.user_id, instance)
            part = next((one for one in parts if _same(one, part)), part)
            continue
        return tell(services, joins)
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


def _same(one: MyReview, other: MyReview) -> bool:
    return (one.set_id, one.on_behalf_of) == (other.set_id, other.on_behalf_of)


def _marks(part: MyReview, rows: list[ReviewerRow], why: str) -> list[Change]:
    """The changes after which both rows of a reviewer say why they cannot be asked, or that they can."""
    if part.unreachable == why:
        return []
    mine = [row for row in rows if (row.user_id, row.on_behalf_of) == (part.user_id, part.on_behalf_of)]
    changed: list[Change] = [Alter(row, replace(row, unreachable=why)) for row in mine]
    return [Alter(part, replace(part, unreachable=why)), *changed]


def _others_asked(services: Services, of_set: _Set, part: MyReview, now: datetime) -> tuple[list[Change], list[str]]:
    """The changes that make the fallback reviewers those of a set nobody else can be asked about, and who they are.
    Where everything is decided nobody is bothered."""
    left = [row for row in of_set.rows if row.user_id != part.user_id and not row.removed and not row.some]
    if part.only or any(can_be_asked(row, of_set.people) for row in left):
        return [], []
    if not undecided(services, of_set.instance, of_set.state, of_set.set_id, 1, "").items:
        return [], []
    members = {row.user_id for row in of_set.rows if not row.removed}
    changes: list[Change] = []
    told: list[str] = []
    for user in _takers(services, of_set.instance, members | {part.user_id}):
        joined = join(services, of_set.instance, _joining(services, of_set, part, user), now)
        changes += joined
        told += [user.id] if joined else []
    return changes, told


def _takers(services: Services, instance: ReviewInstance, without: set[str]) -> list[User]:
    """The fallback reviewers whom mail reaches."""
    found = fallbacks(services, instance, without)
    bad = services.addresses.bad(address(user) for user in found)
    usable = (user for user in found if "@" in address(user))
    return [user for user in usable if (known := bad.get(address(user).lower())) is None or known.fault is None]


def _joining(services: Services, of_set: _Set, part: MyReview, user: User) -> Joining:
    own = own_item(services, of_set.instance, of_set.state, of_set.set_id, user.id)
    return Joining(
        user=user,
        set_id=of_set.set_id,
        reason=FALLBACK,
        items=items_of_set(services, of_set.instance, of_set.state, of_set.set_id),
        on_behalf_of=part.on_behalf_of or part.user_id,
        own_item=own,
    )
