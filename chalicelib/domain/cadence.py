"""Did every promised review of a year happen? What became of each, and why one is missing where that is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from chalicelib.domain.recurrence import Occurrence, Schedule, next_after, occurrences

PUNCTUAL = timedelta(hours=24)  # an opening up to so much later than planned is in time (G6)
_TICK = timedelta.resolution


class Fate(StrEnum):
    """What became of a promised review.

    `HELD`: it took place, in time or `HELD_LATE`; `NOBODY`: it opened, and nobody was in scope; `UNDER_WAY`;
    `FAILED`: it opened, and could not go on. `MISSED`: it did not open. `WITHDRAWN`: the promise was taken back before
    its time. `WAITING`: it is due and waits; `AHEAD`: its time has not come.
    """

    HELD = "held"
    HELD_LATE = "heldLate"
    NOBODY = "nobodyInScope"
    UNDER_WAY = "underWay"
    FAILED = "failed"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    WAITING = "waiting"
    AHEAD = "ahead"


class Cause(StrEnum):
    """Why a review is missing, late, or was taken back."""

    NONE = ""
    WAITED_FOR_DATA = "waitedForData"
    FORMER_STILL_OPEN = "formerStillOpen"
    NOT_RUNNING = "notRunning"
    SWITCHED_OFF = "switchedOff"
    POLICY_CHANGED = "policyChanged"
    NOT_RECORDED = "notRecorded"


DONE = frozenset({Fate.HELD, Fate.HELD_LATE, Fate.NOBODY})


@dataclass(frozen=True, slots=True)
class InForce:
    """A schedule that held from `since` on, or None: reviews were off. `by`: who decided that."""

    since: datetime
    schedule: Schedule | None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A review that opened: on which `day`, planned for `opens` to `closes`, `started` and `ended` in truth (None: not
    yet), for how many people. `closed`: its results stand."""

    id: str
    day: date
    opens: datetime
    closes: datetime
    started: datetime | None
    ended: datetime
    people: int
    closed: bool
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """What was recorded of an occurrence that did not open, or waited: `reason` as a sentence, and whether it waited
    for data."""

    reason: str = ""
    waited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promised review. `held` is None when it did not open; `by`: who took the promise back."""

    day: date
    opens: datetime
    closes: datetime
    fate: Fate
    cause: Cause = Cause.NONE
    reason: str = ""
    by: str = ""
    held: Held | None = None

    @property
    def late(self) -> timedelta:
        """How much later than planned it opened."""
        started = self.held.started or self.held.opens if self.held else self.opens
        return max(started - self.opens, timedelta(0))


def promises(
    history: Sequence[InForce], held: Sequence[Held], missed: Mapping[date, Missed], year: int, now: datetime
) -> tuple[Promise, ...]:
    """Every occurrence that was promised in this year (by its local date), in order, with what became of it. A review
    that took place without a recorded promise is among them: its promise is what is not recorded.

    `history` and `held` are in order of time.
    """
    by_day = {one.day: one for one in held}
    found: dict[date, Promise] = {}
    for place, version in enumerate(history):
        until = history[place + 1].since if place + 1 < len(history) else None
        for due in _of_version(history, place, held, year):
            if until is not None and due.opens >= until:
                if due.date not in found and due.date not in by_day:
                    taken = _taken_back(history, place, held, due)
                    found |= {due.date: taken} if taken else {}
                break
            found[due.date] = _kept(due, by_day.get(due.date), missed.get(due.date), held, now)
        if version.schedule is None:
            found = {**_while_off(history, place, year, now), **found}
    for one in held:
        if one.day.year == year and one.day not in found:
            due = Occurrence(0, one.day, one.opens, one.closes)
            found[one.day] = _with(due, one, Cause.NOT_RECORDED)
    return tuple(found[day] for day in sorted(found))


def _of_version(history: Sequence[InForce], place: int, held: Sequence[Held], year: int) -> Iterator[Occurrence]:
    """The occurrences in the year of one version of the schedule, from when it was in force on, without end."""
    version = history[place]
    if version.schedule is None:
        return
    floor = version.since
    before = next((one.schedule for one in reversed(history[:place]) if one.schedule), None)
    if before is not None and _dates(before) != _dates(version.schedule):
        open_then = [one.closes for one in held if one.opens <= version.since < one.closes]
        floor = max([version.since, *(one - _TICK for one in open_then)])  # what runs is never cut short (G3, G30)
    yield from _in_year(version.schedule, floor, year)


def _in_year(schedule: Schedule, floor: datetime, year: int) -> Iterator[Occurrence]:
    begin = max(floor, datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=2))
    following = next_after(schedule, begin)
    for due in occurrences(schedule, following.number) if following else ():
        if due.date.year > year:
            return
        if due.date.year == year:
            yield due


def _dates(schedule: Schedule) -> tuple[object, ...]:
    """What decides about the dates of a schedule: all but its duration."""
    return schedule.start, schedule.zone, schedule.frequency, schedule.end, schedule.count


def _taken_back(history: Sequence[InForce], place: int, held: Sequence[Held], due: Occurrence) -> Promise | None:
    """The first occurrence of a version that the next one does not keep: another came instead, earlier or later."""
    following = history[place + 1]
    if following.schedule is None:
        return None  # told with the time in which reviews were off
    same = {one.date for one in _in_year(following.schedule, following.since, due.date.year)}
    if due.date in same:
        return None
    return Promise(
        day=due.date,
        opens=due.opens,
        closes=due.closes,
        fate=Fate.WITHDRAWN,
        cause=Cause.POLICY_CHANGED,
        by=following.by,
    )


def _while_off(history: Sequence[InForce], place: int, year: int, now: datetime) -> dict[date, Promise]:
    """What the last schedule would have promised while reviews were off; nothing of what lies ahead."""
    off = history[place]
    until = min(history[place + 1].since, now) if place + 1 < len(history) else now
    before = next((one.schedule for one in reversed(history[:place]) if one.schedule), None)
    found = {}
    for due in _in_year(before, off.since, year) if before else ():
        if due.opens >= until:
            break
        found[due.date] = Promise(
            day=due.date,
            opens=due.opens,
            closes=due.closes,
            fate=Fate.WITHDRAWN,
            cause=Cause.SWITCHED_OFF,
            by=off.by,
        )
    return found


def _kept(due: Occurrence, held: Held | None, missed: Missed | None, every: Sequence[Held], now: datetime) -> Promise:
    if held is not None:
        cause = Cause.NONE
        if (held.started or held.opens) - due.opens > PUNCTUAL:
            cause = _why(due, missed, every)
        return _with(due, held, cause)
    fate = Fate.AHEAD if due.opens > now else Fate.MISSED
    cause, reason = Cause.NONE, ""
    if fate is Fate.MISSED:
        if missed is None or not missed.reason:
            fate = Fate.WAITING if now - due.opens <= PUNCTUAL or missed is not None else Fate.MISSED
        cause = Cause.NOT_RECORDED if missed is None and fate is Fate.MISSED else _why(due, missed, every)
        cause = Cause.NONE if fate is Fate.WAITING and missed is None else cause
        reason = missed.reason if missed else ""
    return Promise(day=due.date, opens=due.opens, closes=due.closes, fate=fate, cause=cause, reason=reason)


def _why(due: Occurrence, missed: Missed | None, every: Sequence[Held]) -> Cause:
    """Why an occurrence did not open in time: it waited for data, the one before was open still, or nothing ran."""
    if missed is not None and missed.waited:
        return Cause.WAITED_FOR_DATA
    if any(one.opens < due.opens < one.ended for one in every):
        return Cause.FORMER_STILL_OPEN
    return Cause.NOT_RUNNING


def _with(due: Occurrence, held: Held, cause: Cause) -> Promise:
    late = (held.started or held.opens) - due.opens > PUNCTUAL
    if held.failed:
        fate = Fate.FAILED
    elif not held.closed:
        fate = Fate.UNDER_WAY
    elif held.people == 0:
        fate = Fate.NOBODY
    else:
        fate = Fate.HELD_LATE if late else Fate.HELD
    return Promise(day=due.date, opens=due.opens, closes=due.closes, fate=fate, cause=cause, held=held)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A year in numbers: how many reviews were promised by now, took place, took place late, are missing, were taken
    back, and are under way or still to come; and the longest time between two that took place (None: fewer than
    two)."""

    promised: int
    held: int
    late: int
    missed: int
    withdrawn: int
    open: int
    longest_gap: timedelta | None

    @property
    def kept(self) -> bool:
        """Was every promise kept so far?"""
        return self.missed == 0


def verdict(found: Sequence[Promise]) -> Verdict:
    """The numbers of these promises; a failed review is a missing one."""
    done = [one for one in found if one.fate in DONE]
    missed = [one for one in found if one.fate in (Fate.MISSED, Fate.FAILED)]
    ahead = [one for one in found if one.fate in (Fate.UNDER_WAY, Fate.WAITING, Fate.AHEAD)]
    ends = sorted(one.held.ended for one in done if one.held)
    gaps = [later - earlier for earlier, later in pairwise(ends)]
    return Verdict(
        promised=len(done) + len(missed),
        held=len(done),
        late=sum(one.fate is Fate.HELD_LATE for one in done),
        missed=len(missed),
        withdrawn=sum(one.fate is Fate.WITHDRAWN for one in found),
        open=len(ahead),
        longest_gap=max(gaps, default=None),
    )


def sentence(numbers: Verdict, name: str, year: int) -> str:
    """The year's verdict in one sentence."""
    if not numbers.promised:
        ahead = " The first is still to come." if numbers.open else ""
        off = (
            f" {_count(numbers.withdrawn, 'promised review was', 'promised reviews were')} taken back."
            if (numbers.withdrawn)
            else ""
        )
        return f"{name}: no review was due in {year}{' so far' if numbers.open else ''}.{off}{ahead}"
    if numbers.kept:
        text = (
            f"{name}: the one review that was due in {year} took place"
            if numbers.promised == 1
            else f"{name}: all {numbers.promised} reviews that were due in {year} took place"
        )
    else:
        text = f"{name}: {numbers.held} of {numbers.promised} reviews that were due in {year} took place"
    late = f", {numbers.late} of them late" if numbers.late else ""
    taken = f"; {numbers.withdrawn} more taken back before their time" if numbers.withdrawn else ""
    return f"{text}{late}{taken}."


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
