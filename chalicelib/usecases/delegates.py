"""Standing delegates: who reviews in a person's place while they are away.

An absence applies to reviews that open while it lasts, when their reviewers are told, and to those that run when it
begins. What was handed over for it stays handed over until it is taken back: a review is not torn out of somebody's
hands because a holiday ends. A delegate's own delegate does not apply.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.domain.agenda import ABSENCE, Due
from chalicelib.domain.audit import event
from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.hand_over import actor_of, check_reason, hand_in_absence, is_delegable
from chalicelib.usecases.joining import fallbacks, find_taker
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services

LONGEST = timedelta(days=366)
PAGE = 50


def name_delegate(
    services: Services, person: User, wish: StandingDelegate, now: datetime, operation: str
) -> StandingDelegate:
    """Name who stands in for the caller (`delegate_id` an id or principal name), in place of anybody named before.

    Raises InvalidInput (`to`, `reason`, `startDateTime`, `endDateTime`), Conflict (they name each other).
    """
    check_reason(wish.reason)
    if wish.starts >= wish.ends:
        raise errors.InvalidInput("Must be later than startDateTime.", "endDateTime")
    if wish.ends <= now:
        raise errors.InvalidInput("Must lie in the future.", "endDateTime")
    if wish.ends - wish.starts > LONGEST:
        raise errors.InvalidInput(f"Must be at most {LONGEST.days} days after startDateTime.", "endDateTime")
    taker = find_taker(services, wish.delegate_id)
    if taker.id == person.id:
        raise errors.InvalidInput("That is you.", "to")
    known = services.reviews.standing_delegates([person.id, taker.id])
    theirs, before = known.get(taker.id), known.get(person.id)
    if theirs and theirs.delegate_id == person.id and theirs.overlaps(wish.starts, wish.ends):
        raise errors.Conflict(f"{taker.display_name} named you for part of that time. You cannot name each other.")
    named = replace(wish, delegate_id=taker.id, version=before.version if before else 0)
    if named != before:  # a request that is repeated changes nothing
        services.writer.commit(operation, *_naming(person, before, named, now, operation))
    if named.starts <= now:
        services.queue.send(ABSENCE, person.id)
    return named


def _naming(
    person: User, before: StandingDelegate | None, named: StandingDelegate, now: datetime, operation: str
) -> list[Change]:
    details = {"to": named.delegate_id, "starts": named.starts.isoformat(), "ends": named.ends.isoformat()}
    details["reason"] = named.reason
    recorded = event(now, actor_of(person), "Policy", "Name delegate", _of(person), operation, details=details)
    changes: list[Change] = [Save(named) if before else Create(named), Put(_row(named)), Create(recorded)]
    if before and _row(before) != _row(named):
        changes.append(Drop(_row(before)))
    return changes


def delegate_of(services: Services, person: User, now: datetime) -> StandingDelegate:
    """The caller's standing delegate, until the absence is over. Raises NotFound."""
    found = services.reviews.standing_delegates([person.id]).get(person.id)
    if found is None or found.ends <= now:
        raise errors.NotFound("You have named no delegate.")
    return found


def dismiss_delegate(services: Services, person: User, now: datetime, operation: str) -> None:
    """End the arrangement for reviews to come; running ones are taken back one by one. Raises NotFound."""
    found = delegate_of(services, person, now)
    recorded = event(now, actor_of(person), "Policy", "Dismiss delegate", _of(person), operation)
    services.writer.commit(operation, Drop(found), Drop(_row(found)), Create(recorded))


def begin_absence(services: Services, person_id: str) -> None:
    """A person's absence began: hand over what runs now. Repeatable."""
    rows, now = due_now(services, ABSENCE, person_id), services.clock.now()
    found = services.reviews.standing_delegates([person_id]).get(person_id)
    if found is not None and found.starts <= now < found.ends:
        after: str | None = None
        while True:
            page = services.reviews.my_reviews(person_id, PAGE, after)
            running = services.reviews.instances(part.instance_id for part in page.items)
            for instance in running.values():
                _apply(services, instance, found, now)
            after = page.next
            if after is None or not page.items or page.items[-1].closes < now - LONGEST:
                break
    done(services, rows)


def stand_in(services: Services, instance: ReviewInstance, person_ids: Iterable[str]) -> None:
    """Of these reviewers of a review that just opened, hand over the part of those who are away now."""
    if not is_delegable(instance):
        return
    now = services.clock.now()
    for found in services.reviews.standing_delegates(person_ids).values():
        if found.starts <= now < found.ends:
            _apply(services, instance, found, now)


def _apply(services: Services, instance: ReviewInstance, named: StandingDelegate, now: datetime) -> None:
    """Hand over to the delegate; to the fallback reviewers when the delegate cannot be asked."""
    state = services.reviews.state(instance.id)
    if not is_delegable(instance) or state is None or state.status is not Status.IN_PROGRESS or now >= state.ends:
        return
    taker = services.people.user(named.delegate_id)
    given_by_taker = any(
        part.on_behalf_of == named.delegate_id for part in services.reviews.parts_now(named.user_id, instance)
    )
    if taker is not None and taker.can_take_part and not given_by_taker:
        takers = [taker]
    else:
        takers = fallbacks(services, instance, (named.delegate_id, named.user_id))
    hand_in_absence(services, named.user_id, instance, takers, named.reason, now)


def _row(named: StandingDelegate) -> Due:
    """The agenda row of an absence: when it begins."""
    return Due(when=named.starts, kind=ABSENCE, id=named.user_id)


def _of(person: User) -> tuple[str, str]:
    return "user", person.id
