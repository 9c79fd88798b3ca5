"""One try at what an assignment is owed: every right granted or revoked, and read.

A removal is done when two reads, a minute apart, miss the right. A right that another live assignment of the person
contains stays (R9), also if that assignment was made this very moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.assignments import Assignment, Delivery
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import User
from chalicelib.domain.removals import BETWEEN_LOOKS
from chalicelib.domain.resources import Right
from chalicelib.usecases.bring_about import End, Told, brought_about, is_held, kept_elsewhere
from chalicelib.usecases.ports import Services


@dataclass
class Attempt:
    """What one try left undone: rights to grant, to revoke, and `leaving`, which a read just missed for the first
    time. `told` has what each unfinished one came to, `kept` the package by which a right stays (R9). `missing`: the
    person is no longer in the directory."""

    grant: list[Right] = field(default_factory=list)
    revoke: list[Right] = field(default_factory=list)
    leaving: list[Right] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    kept: dict[Right, str] = field(default_factory=dict)
    missing: bool = False

    @property
    def done(self) -> bool:
        """Is nothing owed any more?"""
        return not (self.grant or self.revoke or self.leaving)

    @property
    def error(self) -> str:
        """Why something is left, in words."""
        return "; ".join(dict.fromkeys(one.words for one in self.told if one.words))[:500]

    def came_to(self, end: End) -> list[Told]:
        """The unfinished tries that came to this."""
        return [one for one in self.told if one.end is end]


def try_now(services: Services, assignment: Assignment, delivery: Delivery) -> Attempt | None:
    """Grant and revoke what is owed, and verify each. None when it is too early for the second read, which is all
    that is left to do."""
    now = services.clock.now()
    attempt = Attempt()
    person = services.people.user(assignment.target_id)
    if person is None:
        attempt.missing = True
        if not is_over(assignment, now) and delivery.grant:
            attempt.grant = list(delivery.grant)
            attempt.told.append(Told(End.FAILED, "The person is no longer in the directory."))
        return attempt
    early = delivery.left is not None and now - delivery.left < BETWEEN_LOOKS
    if early and not delivery.grant and not delivery.revoke:
        return None
    for right in delivery.grant:
        _try(services, attempt, attempt.grant, right, person, True)
    kept = kept_elsewhere(services, assignment) if delivery.to_end else {}
    for right in delivery.to_end:
        if right in kept:
            attempt.kept[right] = kept[right].display_name
            _keep(services, attempt, right, person)
        else:
            _take(services, attempt, right, person, right in delivery.leaving, early)
    _give_back(services, attempt, assignment, person, set(delivery.to_end) - set(kept))
    return attempt


def _take(services: Services, attempt: Attempt, right: Right, person: User, seen_once: bool, early: bool) -> None:
    """Take a right away and read once, or read again what a read has missed before."""
    if not seen_once:
        if _try(services, attempt, attempt.revoke, right, person, False):
            attempt.leaving.append(right)
    elif early:
        attempt.leaving.append(right)
    else:
        _look_again(services, attempt, right, person)


def _try(services: Services, attempt: Attempt, left: list[Right], right: Right, person: User, held: bool) -> bool:
    """Have a right held, or not; what does not succeed is left."""
    told = brought_about(services, right, person, held)
    if told.end is not End.DONE:
        left.append(right)
        attempt.told.append(told)
    return told.end is End.DONE


def _keep(services: Services, attempt: Attempt, right: Right, person: User) -> None:
    """A right that another assignment contains is to be there; it is granted only if a read misses it."""
    if is_held(services, right, person) is not True:
        _try(services, attempt, attempt.revoke, right, person, True)


def _look_again(services: Services, attempt: Attempt, right: Right, person: User) -> None:
    """The second read of a right that is to be gone. If it is back, its removal begins anew."""
    held = is_held(services, right, person)
    if held is None:
        attempt.leaving.append(right)
        attempt.told.append(Told(End.FAILED, f"{right.connector}: could not be read again"))
    elif held:
        attempt.revoke.append(right)
        attempt.told.append(Told(End.FAILED, f"{right.connector}: the right was back when looked at again"))


def _give_back(services: Services, attempt: Attempt, assignment: Assignment, person: User, taken: set[Right]) -> None:
    """Rights that an assignment made this very moment contains too are granted again."""
    again = taken & set(kept_elsewhere(services, assignment)) if taken else set()
    for right in again:
        attempt.revoke = [one for one in attempt.revoke if one != right]
        attempt.leaving = [one for one in attempt.leaving if one != right]
        _try(services, attempt, attempt.revoke, right, person, True)
