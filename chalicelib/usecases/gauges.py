"""Figures for whoever runs the product, taken by the timer from rows that exist: never by a scan, each one bounded, and
each in a minute of its own, so that no idle tick reads more than two units.

A figure of nothing is not told: CloudWatch charges for the hours in which a metric is, and an idle deployment is to
cost nothing. Alarms take a missing figure as "all is well".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from chalicelib.domain.agenda import Due
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.removals import Needs as Wants
from chalicelib.domain.seals import SEAL
from chalicelib.domain.series import LiveReview, Needs
from chalicelib.domain.sources import fell_silent
from chalicelib.usecases.mails_sent import undeliverable
from chalicelib.usecases.overview import LATE, LOOKED, is_open, shown_of
from chalicelib.usecases.ports import Services

Figures = dict[str, float]
EVERY = 5  # minutes between two looks at the agenda and the live reviews; at the others it is an hour
NEAR = timedelta(days=2)  # of the close
PATIENCE = timedelta(minutes=10)  # before a row that is due is looked at: is somebody at work on it?
SEALS_TAKE = timedelta(hours=1)  # and a seal that is not made by then has a fault
_EVERYTHING = Actor("system", "", "Access Reviews", frozenset({(Role.AUDITOR, "")}))
ASKED, PAGE, MOST, REMOVALS = 25, 1_000, 5_000, 100


def take_gauges(services: Services, due: Sequence[Due]) -> Figures:
    """The figures of this minute of the hour, without those that are 0; `due` are the agenda's rows that are due."""
    now = services.clock.now()
    found: Figures = {}
    if now.minute % EVERY == 3:
        found = _agenda(services, due, now) | _reviews(services)
    elif now.minute in _HOURLY:
        found = _HOURLY[now.minute](services, now)
    return {name: number for name, number in found.items() if number}


def _agenda(services: Services, due: Sequence[Due], now: datetime) -> Figures:
    seals = sum(1 for row in due if row.kind == SEAL and now - row.when > SEALS_TAKE)
    return {"AgendaSecondsBehind": seconds_behind(services, due, now), "SealsOverdue": seals}


def seconds_behind(services: Services, due: Sequence[Due], now: datetime) -> float:
    """For how long the oldest of these rows waits that nobody is at; what waits for its lease or a pause is being
    done."""
    old = [row for row in due if now - row.when > PATIENCE and row.taken <= services.clock.real()]
    held = _held(services, old) if old else set()
    return (now - next((row.when for row in old if row.id not in held), now)).total_seconds()


def _held(services: Services, rows: Sequence[Due]) -> set[str]:
    """Ids of the reviews and jobs among the oldest of these rows that somebody has a lease on."""
    real = services.clock.real()
    reviews = [row.id for row in rows if row.kind == "instance"][:ASKED]
    jobs = [row.id for row in rows if row.kind == "job"][:ASKED]
    states = services.reviews.states(reviews) if reviews else {}
    found = services.reports.jobs(jobs) if jobs else {}
    leases = {key: one.lease for key, one in states.items()} | {key: one.lease for key, one in found.items()}
    return {key for key, lease in leases.items() if lease.until > real}


def _reviews(services: Services) -> Figures:
    """The reviews that are not over, by what they need: a fortieth of a read unit each, the first 5,000."""
    rows, after = _live(services, None)
    while after is not None and len(rows) < MOST:
        more, after = _live(services, after)
        rows += more
    return {
        "ReviewsOpen": len(rows),
        "ReviewsFailed": sum(1 for row in rows if row.needs is Needs.RETRY),
        "ReviewsAwaitingConfirmation": sum(1 for row in rows if row.needs is Needs.CONFIRMATION),
    }


def _live(services: Services, after: str | None) -> tuple[list[LiveReview], str | None]:
    page = services.reviews.live_reviews(PAGE, after)
    return list(page.items), page.next


def _deadlines(services: Services, now: datetime) -> Figures:
    """Of the next 60 reviews to close, how many are late, and what is undecided two days before: two units each."""
    rows, _ = _live(services, None)
    running = shown_of(services, [row for row in rows if row.needs is Needs.NOTHING][:LOOKED], now)
    near = [one for one in running if is_open(one.state) and one.state.ends - now <= NEAR]
    return {
        "ReviewsLate": sum(1 for one in running if one.needs == LATE),
        "ItemsUndecidedNearDeadline": sum(one.counts.undecided for one in near),
    }


def _mails(services: Services, now: datetime) -> Figures:
    """Mails about running reviews that reached nobody, among the newest 1,000."""
    return {"MailsUndelivered": undeliverable(services, _EVERYTHING).mails}


def _removals(services: Services, now: datetime) -> Figures:
    """Removals that no connector can bring to their end: a unit each, the latest 100."""
    return {"RemovalsNeedingPerson": len(services.removals.needing(Wants.PERSON, REMOVALS, None).items)}


def _sources(services: Services, now: datetime) -> Figures:
    """Sources of data that have fallen silent, or could not be read when they were last asked."""
    known = [one for one in services.sources.sources() if one.retired is None]
    return {"SourcesStale": sum(1 for one in known if fell_silent(one, now) or one.error)}


_HOURLY: Mapping[int, Callable[[Services, datetime], Figures]] = {
    7: _deadlines,
    17: _mails,
    27: _removals,
    37: _sources,
}
