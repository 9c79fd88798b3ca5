"""Having a right held outside, or not: one call to its connector and one read that verifies it (R9, R10).

Nothing here raises for what a system outside does: every end a call can come to is an answer, so that the failure of
one right does not stop the others. A read that fails is "not known", never "not there".
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from chalicelib.domain.assignments import Assignment
from chalicelib.domain.errors import Gone, NeedsPerson, ReviewError, Throttled
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.people import User
from chalicelib.domain.resources import Right, outside
from chalicelib.usecases.ports import Answer, Connector, Services

LOG = logging.getLogger("access_reviews")
_SHORTEST = timedelta(minutes=1)


class End(StrEnum):
    """What a try came to. `PERSON`: no further try will help, somebody has to do it."""

    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"
    THROTTLED = "throttled"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Told:
    """What a try came to, in words for people (no secrets: of unforeseen failures only their kind), and how long to
    wait before the next one where the system outside asked for patience."""

    end: End
    words: str = ""
    wait: timedelta = _SHORTEST


def brought_about(services: Services, right: Right, person: User, held: bool) -> Told:
    """Have a right held, or not, and verify it."""
    connector = services.connectors.get(right.connector)
    if connector is None:
        return Told(End.FAILED, f"There is no connector {right.connector!r}.")
    try:
        answer = (connector.grant if held else connector.revoke)(right, person)
        if answer is Answer.PENDING:
            return _accepted(connector, right, person, held)
        agreed = connector.verify(right, person) is held
    except (NeedsPerson, Gone, Throttled) as refusal:
        return _refused(refusal, right, held)
    except Exception as problem:  # whatever a system outside does must not stop the other rights
        LOG.exception("connector %s failed for %s", right.connector, person.id)
        known = problem.message if isinstance(problem, ReviewError) else type(problem).__name__
        return Told(End.FAILED, f"{right.connector}: {known}")
    words = f"{right.connector}: the right is {'not there' if held else 'still there'} afterwards"
    return Told(End.DONE) if agreed else Told(End.FAILED, words)


def _accepted(connector: Connector, right: Right, person: User, held: bool) -> Told:
    """The system outside does it later, unless it has done so without a word. Not to be able to tell is no failure
    of what is under way."""
    agreed = False
    with suppress(Exception):
        agreed = connector.verify(right, person) is held
    return Told(End.DONE) if agreed else Told(End.PENDING, f"{right.connector}: accepted, not done yet")


def _refused(refusal: ReviewError, right: Right, held: bool) -> Told:
    if isinstance(refusal, Throttled):
        wait = max(timedelta(seconds=refusal.retry_after), _SHORTEST)
        return Told(End.THROTTLED, f"{right.connector}: asked to slow down", wait)
    if isinstance(refusal, Gone):
        words = f"{right.connector}: the resource is not there any more"
        return Told(End.PERSON if held else End.DONE, words)
    return Told(End.PERSON, f"{right.connector}: {refusal.message}")


def is_held(services: Services, right: Right, person: User) -> bool | None:
    """Does the person hold the right now? None when that cannot be told. A deleted resource holds nobody."""
    connector = services.connectors.get(right.connector)
    if connector is None:
        return None
    try:
        return connector.verify(right, person)
    except Gone:
        return False
    except Exception:  # see above
        LOG.exception("connector %s could not tell about %s", right.connector, person.id)
        return None


def kept_elsewhere(services: Services, assignment: Assignment) -> dict[Right, AccessPackage]:
    """The rights that the person's other live assignments contain, each with a package that does (R9)."""
    entitlements, now = services.entitlements, services.clock.now()
    others = [
        one for one in entitlements.holdings_of_person(assignment.target_id) if one.assignment_id != assignment.id
    ]
    if not others:
        return {}
    live = entitlements.assignments(one.assignment_id for one in others)
    begun = {one.package_id for one in live.values() if not is_over(one, now) and one.starts <= now}
    packages = (entitlements.package(package_id) for package_id in sorted(begun))
    return {right: package for package in packages if package for right in outside(package.role_scopes)}
