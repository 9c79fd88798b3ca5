"""What runs and what needs a person, over everything a caller administers or audits.

Reviews that are not over are found by their rows (`LiveReview`), a fortieth of a read unit each; state and counters
are read of those that are shown, and of the next to close, in which late ones are looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.pace import is_late
from chalicelib.domain.parts import ReviewerRow
from chalicelib.domain.people import Actor, Right
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status, Tally
from chalicelib.domain.series import LiveReview, Needs
from chalicelib.domain.sources import WaitingOpening
from chalicelib.usecases.closed_reviews import ClosedReview, closed_reviews
from chalicelib.usecases.coverage import require_report_reader
from chalicelib.usecases.manage_sources import waiting_for_data
from chalicelib.usecases.needs_reviewer import needing
from chalicelib.usecases.ports import Page, Progress, Services
from chalicelib.usecases.watch_review import counts, tallies_of

EXAMINED = 5_000  # rows of live reviews one call walks
LOOKED = 60  # of the open ones, the next to close: their progress is read
SHOWN, CLOSED, ASKED = 20, 8, 10
LATELY = timedelta(days=60)
NAMED = 5
_ROWS, _THREADS, _REVIEWERS = 1_000, 8, 100
LATE, REVIEWER, DIFFERENCES = "late", "reviewer", "differences"  # what a live review may need beside `Needs`


@dataclass(frozen=True, slots=True)
class Idle:
    """Reviewers of a review who have decided nothing yet: how many among the `looked` at, and the first of them."""

    number: int
    looked: int
    people: tuple[ReviewerRow, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A review as the overview shows it. `needs`: what it waits for that only a person can do."""

    instance: ReviewInstance
    state: InstanceState
    progress: Progress
    needs: str
    idle: Idle | None = None

    @property
    def counts(self) -> Tally:
        """The decisions so far."""
        return counts(self.progress, self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What needs a person, what runs, and what closed lately; `for_data` waits to open. `running` of `live` are
    shown; `late` and `without_reviewer` (items in `reviews_without`) are exact when `complete`."""

    late: int
    failed: int
    waiting: int
    without_reviewer: int
    reviews_without: int
    differing: int
    live: int
    complete: bool
    running: tuple[Shown, ...]
    closed: tuple[ClosedReview, ...]
    for_data: tuple[tuple[WaitingOpening, str], ...]


def overview(services: Services, actor: Actor, now: datetime) -> Overview:
    """The overview of everything the caller may see. Raises Forbidden for people without any role."""
    require_report_reader(actor)
    rows, ended = _visible(services, actor)
    failed = [row for row in rows if row.needs is Needs.RETRY]
    waiting = [row for row in rows if row.needs is Needs.CONFIRMATION]
    others = [row for row in rows if row.needs is Needs.NOTHING]
    first = [*failed[:SHOWN], *waiting[:SHOWN], *others[:LOOKED]]
    looked = sorted(shown_of(services, first, now), key=_urgency)
    lately = closed_reviews(services, actor, now - LATELY, now, "", None).items
    lacking = [needing(one.state) for one in looked if is_open(one.state)]
    return Overview(
        late=sum(1 for one in looked if one.needs == LATE),
        failed=len(failed),
        waiting=len(waiting),
        without_reviewer=sum(lacking),
        reviews_without=sum(1 for number in lacking if number),
        differing=sum(1 for one in looked if _differs(one.state)),
        live=len(rows),
        complete=ended and len(others) <= LOOKED,
        running=tuple(_with_idle(services, looked[:SHOWN])),
        closed=tuple(one for one in lately if not one.state.hidden)[:CLOSED],
        for_data=tuple(waiting_for_data(services, actor)[:SHOWN]),
    )


def running(services: Services, actor: Actor, now: datetime, needs: str, limit: int, after: str | None) -> Page[Shown]:
    """A page of the reviews that are not over, the first to close first, or those that need this: `failed`,
    `confirmation`, `late`, `reviewer`. It may be short, or somewhat longer than `limit`. Raises Forbidden."""
    require_report_reader(actor)
    found: list[Shown] = []
    examined = 0
    while True:
        page = services.reviews.live_reviews(limit, after)
        mine = [row for row in page.items if _sees(actor, row)]
        if needs in (Needs.RETRY, Needs.CONFIRMATION):
            mine = [row for row in mine if row.needs == needs]
        shown = shown_of(services, mine, now)
        found += [one for one in shown if _needs(one, needs)]
        examined, after = examined + len(page.items), page.next
        if after is None or len(found) >= limit or examined >= EXAMINED or len(shown) >= limit:
            return Page(tuple(found), after)


def _needs(one: Shown, needs: str) -> bool:
    if needs == REVIEWER:
        return is_open(one.state) and needing(one.state) > 0
    if needs == DIFFERENCES:
        return _differs(one.state)
    return not needs or one.needs == needs


def _visible(services: Services, actor: Actor) -> tuple[list[LiveReview], bool]:
    """The live reviews the caller may look into, and whether that is all of them."""
    found: list[LiveReview] = []
    examined, after = 0, None
    while examined < EXAMINED:
        page = services.reviews.live_reviews(_ROWS, after)
        found += [row for row in page.items if _sees(actor, row)]
        examined, after = examined + len(page.items), page.next
        if after is None:
            return found, True
    return found, False


def _sees(actor: Actor, row: LiveReview) -> bool:
    return actor.may(Right.SEE_DECISIONS, row.catalog_id, row.package_id)


def shown_of(services: Services, rows: Sequence[LiveReview], now: datetime) -> list[Shown]:
    """These reviews with their progress: one query each, side by side; those that are over by now left out."""
    instances = services.reviews.instances(row.instance_id for row in rows)
    known = [row for row in rows if row.instance_id in instances]
    with ThreadPoolExecutor(_THREADS) as pool:
        read = list(pool.map(services.reviews.progress, (row.instance_id for row in known)))
    found = []
    for row, progress in zip(known, read, strict=True):
        state, instance = progress.state, instances[row.instance_id]
        if state is not None and not state.hidden and state.status is not Status.APPLIED:
            needs = row.needs or (LATE if _late(instance, state, progress, now) else "")
            found.append(Shown(instance, state, progress, needs))
    return found


def _differs(state: InstanceState) -> bool:
    """Did the opening find that the systems outside say something else, or could they not be read?"""
    found = state.compared
    return is_open(state) and found is not None and found.missing + found.extra + found.unread > 0


def is_open(state: InstanceState) -> bool:
    """Can its reviewers decide?"""
    return state.status is Status.IN_PROGRESS and not state.stopped_by


def _late(instance: ReviewInstance, state: InstanceState, progress: Progress, now: datetime) -> bool:
    return is_open(state) and is_late(counts(progress, state), instance.opens, state.ends, now)


def _urgency(one: Shown) -> tuple[int, datetime]:
    """Failed ones first, then those that wait for a confirmation, late ones, and the first to close."""
    order = (Needs.RETRY, Needs.CONFIRMATION, LATE, "")
    return order.index(one.needs), one.state.ends


def _with_idle(services: Services, shown: Iterable[Shown]) -> list[Shown]:
    """The first open ones with the reviewers who have not begun."""
    found = list(shown)
    places = [place for place, one in enumerate(found) if is_open(one.state)][:ASKED]
    with ThreadPoolExecutor(_THREADS) as pool:
        idle = list(pool.map(lambda place: _idle(services, found[place].instance), places))
    for place, one in zip(places, idle, strict=True):
        found[place] = replace(found[place], idle=one)
    return found


def _idle(services: Services, instance: ReviewInstance) -> Idle:
    page = services.reviews.reviewer_rows(instance.id, _REVIEWERS, None)
    rows = [row for row in page.items if not row.removed]
    tallies = tallies_of(services, instance, rows)
    waiting = [row for row, tally in zip(rows, tallies, strict=True) if not_begun(tally)]
    people = tuple({row.user_id: row for row in waiting}.values())
    return Idle(len(people), len({row.user_id for row in rows}), people[:NAMED])


def not_begun(tally: Tally) -> bool:
    """Has a reviewer something to decide and decided nothing of it?"""
    return tally.undecided > 0 and tally.approved + tally.denied + tally.dont_know == 0
