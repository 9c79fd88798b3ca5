"""What people see about their own access: what they hold, until when, and how closed reviews of it ended (G18, R97)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from chalicelib.domain.assignments import Assignment
from chalicelib.domain.errors import NotFound
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import User
from chalicelib.usecases.item_history import MOST, PastReview, closed_reviews
from chalicelib.usecases.list_entitlements import every
from chalicelib.usecases.ports import Services

THREADS = 8


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """An assignment of the caller's with the closed reviews it was in, newest first."""

    assignment: Assignment
    reviews: tuple[PastReview, ...]


def own_assignments(services: Services, person: User, now: datetime) -> list[Assignment]:
    """Every assignment of a person: live ones first, then those that ended, each newest first."""
    held = every(lambda limit, after: services.entitlements.assignments_of_person(person.id, limit, after))
    newest = sorted(held, key=lambda one: one.created, reverse=True)
    return sorted(newest, key=lambda one: is_over(one, now))


def with_last_review(services: Services, assignments: list[Assignment]) -> list[OwnAccess]:
    """Each assignment with the last closed review it was in."""

    def look(assignment: Assignment) -> OwnAccess:
        last = next(closed_reviews(services, assignment), None)
        return OwnAccess(assignment, (last,) if last else ())

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(look, assignments))


def own_access(services: Services, person: User, assignment_id: str) -> OwnAccess:
    """One assignment of the caller's with up to five closed reviews. Raises NotFound, also for other people's."""
    found = services.entitlements.assignment(assignment_id)
    if found is None or found.target_id != person.id:
        raise NotFound("There is no such assignment.")
    return OwnAccess(found, tuple(islice(closed_reviews(services, found), MOST)))
