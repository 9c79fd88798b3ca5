"""The exceptions of a closed review: everything an auditor would ask about, found in what is stored, none left out.

An exception is a group of like cases with a stable key (`notAnswered.notAsked`, `removal.held`): a review of a million
people has as few of them as a review of ten. Somebody gives each a disposition; one that has grown since is open again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.balance import balance, is_final
from chalicelib.domain.guards import How
from chalicelib.domain.recurrence import occurrence
from chalicelib.domain.removals import Standing
from chalicelib.domain.reviews import InstanceState, Outcome, ReviewInstance, Status

PUNCTUAL = timedelta(hours=24)  # an opening or close up to so much later than planned is no exception (G6)


class ExceptionKind(StrEnum):
    """What was out of the ordinary.

    `NOT_ANSWERED`: kept without an answer, in detail why. `OWN_DECISION`: decided by the person it is about, which the
    policy allowed. `REMOVAL`: denied, and not simply removed; in detail where it stands. `REGRANTED`: removed, and
    there again. `OLD_DATA`: opened although data was old or missing. `COMPARISON`: rights outside that were not read,
    or members that differ. `EQUATION`: two counts that do not agree. `UNDELIVERED`: mails that did not arrive.
    """

    NOT_ANSWERED = "notAnswered"
    DONT_KNOW = "dontKnow"
    OWN_DECISION = "ownDecision"
    REMOVAL = "removal"
    REGRANTED = "regranted"
    OLD_DATA = "oldData"
    COMPARISON = "comparison"
    OPENED_LATE = "openedLate"
    CLOSED_LATE = "closedLate"
    STOPPED = "stopped"
    UNDELIVERED = "undelivered"
    EQUATION = "equation"


NOT_CONFIRMED, TO_REMOVE = "notConfirmed", "toRemove"  # details of REMOVAL that are no standing
UNREAD, MISSING, EXTRA = "unread", "missing", "extra"  # details of COMPARISON


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewException:
    """One group of cases (no error of ours). `by` and `reason`: of the person who brought it about. `planned`: when
    what came late was to come. `unfinished`: removals that will still end in one way or another."""

    kind: ExceptionKind
    detail: str = ""
    count: int = 1
    since: datetime
    by: str = ""
    reason: str = ""
    planned: datetime | None = None
    unfinished: bool = False

    @property
    def key(self) -> str:
        """What it is called for ever."""
        return f"{self.kind.value}.{self.detail}" if self.detail else self.kind.value


@dataclass(frozen=True, slots=True)
class Around:
    """What lies beside a review's own rows: how many mails did not arrive and accesses came back, since when."""

    undelivered: int = 0
    undelivered_since: datetime | None = None
    regranted: int = 0
    regranted_since: datetime | None = None


def exceptions_of(
    instance: ReviewInstance, state: InstanceState, around: Around | None = None
) -> tuple[ReviewException, ...]:
    """Every exception of a review whose decisions stand, in the order in which an auditor reads; none before that."""
    if not is_final(state):
        return ()
    outcome, beside = state.outcome or Outcome(), around or Around()
    found = [
        *_equations(state),
        *_times(instance, state),
        *_data(instance, state),
        *_decisions(state, outcome),
        *_removals(state, outcome),
    ]
    if beside.regranted:
        since = beside.regranted_since or state.ends
        found.append(ReviewException(kind=ExceptionKind.REGRANTED, count=beside.regranted, since=since))
    if beside.undelivered:
        since = beside.undelivered_since or instance.opens
        found.append(ReviewException(kind=ExceptionKind.UNDELIVERED, count=beside.undelivered, since=since))
    return tuple(found)


def still_open(found: ReviewException, judged: Mapping[str, int]) -> bool:
    """Does it want a disposition? `judged` has how many cases each key had when somebody gave it one."""
    return found.unfinished or judged.get(found.key, -1) < found.count


def _equations(state: InstanceState) -> Iterator[ReviewException]:
    for one in balance(state):
        if not one.balanced:
            count = abs(one.difference) or 1
            yield ReviewException(kind=ExceptionKind.EQUATION, detail=one.name, count=count, since=state.ends)


def _times(instance: ReviewInstance, state: InstanceState) -> Iterator[ReviewException]:
    planned = occurrence(instance.settings.schedule, instance.number)
    opened = max(state.started or instance.opens, instance.opens)
    if planned is not None and opened - planned.opens > PUNCTUAL:
        yield ReviewException(kind=ExceptionKind.OPENED_LATE, since=opened, planned=planned.opens)
    if state.closed is not None and state.closed - state.ends > PUNCTUAL:
        yield ReviewException(kind=ExceptionKind.CLOSED_LATE, since=state.closed, planned=state.ends)
    if state.stopped_by:
        yield ReviewException(
            kind=ExceptionKind.STOPPED, since=state.ends, by=state.stopped_by, planned=instance.closes
        )


def _data(instance: ReviewInstance, state: InstanceState) -> Iterator[ReviewException]:
    anyway, compared = instance.anyway, state.compared
    if anyway is not None:
        yield ReviewException(kind=ExceptionKind.OLD_DATA, since=anyway.at, by=anyway.by, reason=anyway.reason)
    if compared is not None:
        sides = ((UNREAD, compared.unread), (MISSING, compared.missing), (EXTRA, compared.extra))
        for detail, count in sides:
            if count:
                yield ReviewException(kind=ExceptionKind.COMPARISON, detail=detail, count=count, since=compared.at)


def _decisions(state: InstanceState, outcome: Outcome) -> Iterator[ReviewException]:
    for why, count in sorted(outcome.kept_because.items()):
        yield ReviewException(kind=ExceptionKind.NOT_ANSWERED, detail=why, count=count, since=state.ends)
    if outcome.dont_know:
        yield ReviewException(kind=ExceptionKind.DONT_KNOW, count=outcome.dont_know, since=state.ends)
    if outcome.own_decisions:
        yield ReviewException(kind=ExceptionKind.OWN_DECISION, count=outcome.own_decisions, since=state.ends)


def _removals(state: InstanceState, outcome: Outcome) -> Iterator[ReviewException]:
    """What the equation of the removals tells beside those that are simply gone; a shortfall stands in it as well."""
    end = state.confirmation
    since = end.at if end else state.ends
    counts = (
        (TO_REMOVE, _left(state, outcome), True),
        (Standing.PENDING.value, state.removals_pending, True),
        (Standing.FAILING.value, state.removal_failures, True),
        (Standing.NEEDS_PERSON.value, state.needs_person, False),
        (Standing.HELD.value, state.removals_held, False),
        (Standing.RESTORED.value, state.removals_restored, False),
    )
    for detail, count, unfinished in counts:
        if count > 0:
            yield ReviewException(
                kind=ExceptionKind.REMOVAL, detail=detail, count=count, since=since, unfinished=unfinished
            )
    if end is not None and end.how is not How.CONFIRMED and outcome.outstanding:
        yield ReviewException(
            kind=ExceptionKind.REMOVAL,
            detail=NOT_CONFIRMED,
            count=outcome.outstanding,
            since=end.at,
            by=end.by,
            reason=end.reason,
        )


def _left(state: InstanceState, outcome: Outcome) -> int:
    """Removals that nobody has tried yet, in a review that has not been applied."""
    if state.status is Status.APPLIED or (state.confirmation and state.confirmation.how is not How.CONFIRMED):
        return 0
    tried = state.removed + state.gone + state.removal_failures + state.removals_pending + state.needs_person
    ended = tried + state.removals_held + state.removals_restored
    return max(outcome.outstanding - max(ended - outcome.removed_at_once, 0), 0)
