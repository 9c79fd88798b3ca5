"""What became of a denied access in the systems outside: asked for, accepted, seen absent twice, watched (R117-R120).

One `Removal` for each denied item whose package reaches outside, and for each that was held back, restored or granted
again. It holds observations, each with its instant; "removed" is said of it only after two reads found nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.connections import Word
from chalicelib.domain.items import ApplyResult, DecisionItem
from chalicelib.domain.resources import Right

BETWEEN_LOOKS = timedelta(minutes=1)  # product time between the two reads that make a removal seen
WATCHED = timedelta(days=30)
MOST_REGRANTS = 20  # a removal that comes back more often than that tells nothing new


class Standing(StrEnum):
    """Where a removal stands. The first three are open; the others are its outcome (brief, section 5).

    `UNDER_WAY`: begun, and not seen twice yet. `PENDING`: the system outside accepted it and ends it later.
    `FAILING`: it did not take effect; delivery goes on trying. `NEEDS_PERSON`: no connector can end it.
    """

    UNDER_WAY = "underWay"
    PENDING = "pending"
    FAILING = "failing"
    REMOVED = "removed"
    ALREADY_GONE = "alreadyGone"
    HELD = "held"
    RESTORED = "restored"
    NEEDS_PERSON = "needsPerson"


OPEN = frozenset({Standing.UNDER_WAY, Standing.PENDING, Standing.FAILING})
ENDED = frozenset({Standing.REMOVED, Standing.ALREADY_GONE})  # the access is gone, so that it is watched
RESULTS = {
    Standing.UNDER_WAY: ApplyResult.NEW,
    Standing.PENDING: ApplyResult.NEW,
    Standing.FAILING: ApplyResult.FAILED,
    Standing.REMOVED: ApplyResult.DONE,
    Standing.ALREADY_GONE: ApplyResult.GONE,
    Standing.HELD: ApplyResult.UNSUPPORTED,
    Standing.RESTORED: ApplyResult.DONE,
    Standing.NEEDS_PERSON: ApplyResult.UNSUPPORTED,
}  # what a decision item says of a removal (R120)


class Needs(StrEnum):
    """What a removal wants of a person: the end of an access that no connector can end, or a look at a re-grant."""

    PERSON = "person"
    REGRANTED = "regranted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrant:
    """The access came back, and that was `noticed`: through this product by an assignment (`assignment_id`, which
    `by` made at `at`), or outside, where nobody knows by whom. `review_id` is the series of the review it led to;
    `settled` is when somebody said that it may stay."""

    noticed: datetime
    assignment_id: str = ""
    by: str = ""
    at: datetime | None = None
    review_id: str = ""
    settled: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What was done and seen about one denied item.

    `rights` are those outside that it is to end. `begun` is when the systems outside were first asked, `accepted`
    when all of them had taken the request, `absent` the instants (two at most) at which none of the rights was there
    any more. `paths` are other ways in which the person still has the access; with `reason` they explain the outcome,
    reached at `ended` and, if a person's word or deed, by `by` (`witnessed`: a read confirmed that word). `word`: whose
    word it is that the access is gone, where a system is not read. `unknown_since`: the watch could not read it from
    then on. `restored_as` is the assignment that an undoing made.
    `again`: the applying phase looks at it a second time, and counts it then.
    """

    instance_id: str
    item_id: str
    assignment_id: str
    person_id: str
    standing: Standing = Standing.UNDER_WAY
    rights: tuple[Right, ...] = ()
    begun: datetime
    accepted: datetime | None = None
    absent: tuple[datetime, ...] = ()
    paths: tuple[str, ...] = ()
    reason: str = ""
    ended: datetime | None = None
    by: str = ""
    witnessed: bool = False
    word: Word | None = None
    unknown_since: datetime | None = None
    restored_as: str = ""
    regrants: tuple[Regrant, ...] = ()
    again: bool = False
    version: int = 0

    @property
    def outcome(self) -> str:
        """The outcome, "" while it is open."""
        return "" if self.standing in OPEN else self.standing.value

    @property
    def needs(self) -> tuple[Needs, datetime] | None:
        """What it wants of a person, and since when; None when it wants nothing."""
        if self.standing is Standing.NEEDS_PERSON:
            return Needs.PERSON, self.ended or self.begun
        waiting = [one for one in self.regrants if one.settled is None and not one.review_id]
        return (Needs.REGRANTED, waiting[-1].noticed) if waiting else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The daily look at everything one review removed. `due` is the key of its agenda row (None: the watch is over),
    `cursor` where a look under way goes on ("": none is). `looked` is when the last whole look ended, `looks` how
    many there were; `unknown` counts what the last one could not read."""

    instance_id: str
    began: datetime
    until: datetime
    due: datetime | None
    cursor: str = ""
    counting: int = 0
    looked: datetime | None = None
    looks: int = 0
    unknown: int = 0
    version: int = 0


def seen_absent(removal: Removal, now: datetime) -> Removal:
    """The removal after a read that found none of its rights: its first, or its second if that is late enough."""
    if len(removal.absent) == 1 and now - removal.absent[0] >= BETWEEN_LOOKS:
        return replace(removal, absent=(*removal.absent, now))
    return removal if removal.absent else replace(removal, absent=(now,))


def ended_as(
    removal: Removal, standing: Standing, now: datetime, reason: str = "", paths: Sequence[str] = ()
) -> Removal:
    """The removal in this standing, for this reason; an outcome is reached now."""
    ended = None if standing in OPEN else now
    return replace(removal, standing=standing, ended=ended, reason=reason[:500], paths=tuple(paths)[:10])


def told_by(item: DecisionItem, now: datetime) -> Removal:
    """What an item alone tells of its removal: all there is of an access with nothing outside."""
    standings = {ApplyResult.DONE: Standing.REMOVED, ApplyResult.GONE: Standing.ALREADY_GONE}
    standing = standings.get(item.apply_result, Standing.UNDER_WAY)
    standing = Standing.FAILING if item.apply_result is ApplyResult.FAILED else standing
    return Removal(
        instance_id=item.instance_id,
        item_id=item.id,
        assignment_id=item.assignment_id,
        person_id=item.principal_id,
        standing=standing,
        begun=item.applied or now,
        ended=None if standing in OPEN else item.applied,
    )


def granted_again(removal: Removal, regrant: Regrant) -> Removal | None:
    """The removal with this re-grant; None when it is known already, or is the undoing of the removal itself."""
    if regrant.assignment_id and regrant.assignment_id == removal.restored_as:
        return None
    last = removal.regrants[-1] if removal.regrants else None
    known = {one.assignment_id for one in removal.regrants if one.assignment_id}
    if regrant.assignment_id in known or len(removal.regrants) >= MOST_REGRANTS:
        return None
    if last is not None and not regrant.assignment_id and last.settled is None:
        return None  # it is still the same one, seen again
    return replace(removal, regrants=(*removal.regrants, regrant))
