"""Decision helpers: what the system suggests about a person, computed once when a review opens (R103-R109)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.items import Recommendation
from chalicelib.domain.people import User
from chalicelib.domain.sign_ins import Ground

LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation and what it is about: a resource of the package by its key, last used then (None: never), or
    the person at large ("")."""

    recommendation: Recommendation
    resource: str = ""
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a review knows of sign-ins besides its people: from when it looks back, how old data may be, up to when
    each source (by its short id) reaches, and the resources whose use is known."""

    start: datetime
    max_data_age_days: int
    sources: Mapping[str, datetime] = field(default_factory=dict)
    grounds: Sequence[Ground] = ()

    def fresh(self, as_of: datetime | None) -> bool:
        """Is data up to this instant young enough?"""
        return as_of is not None and self.start - as_of <= timedelta(days=self.max_data_age_days)


def advise(user: User, assigned: datetime, known: Knowledge) -> Advice:
    """About the use of the package's resources where that is known, else about the person at large."""
    return _by_use(user, assigned, known) or Advice(recommend(user, known))


def as_of(user: User, known: Knowledge) -> datetime | None:
    """Up to when this person's sign-ins are known: by a file, or by the source that last told of one."""
    found = (user.sign_in_as_of, known.sources.get(user.seen.source))
    return max((one for one in found if one), default=None)


def recommend(user: User | None, known: Knowledge) -> Recommendation:
    """Approve a person who signed in less than 30 x 24 h before the start, else deny, else say nothing.

    Denying needs knowledge of the whole look-back: without it, or for an account younger than it, the answer is
    NoInfoAvailable (G20, G21).
    """
    if user is None:
        return Recommendation.NO_INFO
    if user.last_seen and known.start - user.last_seen < LOOK_BACK:
        return Recommendation.APPROVE
    if not known.fresh(as_of(user, known)):
        return Recommendation.NO_INFO
    if user.last_seen:
        return Recommendation.DENY
    known_never = user.never_signed_in and user.created and known.start - user.created > LOOK_BACK
    return Recommendation.DENY if known_never else Recommendation.NO_INFO


def _by_use(user: User, assigned: datetime, known: Knowledge) -> Advice | None:
    """Whoever used one of the resources lately keeps the package. Denying needs to know of every one of them that
    they did not; otherwise nothing follows from its use."""
    used = [(at, one.key) for one in known.grounds if (at := user.seen.resources.get(one.key))]
    last, key = max(used, default=(None, ""))
    if last and known.start - last < LOOK_BACK:
        return Advice(Recommendation.APPROVE, key, last)
    if not known.grounds or not all(_unused(user, assigned, known, one) for one in known.grounds):
        return None
    return Advice(Recommendation.DENY, key or known.grounds[0].key, last)


def _unused(user: User, assigned: datetime, known: Knowledge, ground: Ground) -> bool:
    """Is it known of the whole look-back that they did not use it? Of a person whom its source never saw nothing is:
    it may know them under another name. Nor of one who has had the access for less."""
    if not known.fresh(ground.known_until):
        return False
    if ground.key in user.seen.resources:
        return True
    long_enough = all(known.start - since >= LOOK_BACK for since in (ground.since, assigned))
    return long_enough and user.seen.source == ground.source
