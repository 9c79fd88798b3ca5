"""Closed reviews of a period, newest first, for those who audit them or administer their packages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.dossiers import SignOff
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewInstance
from chalicelib.domain.seals import Kind
from chalicelib.usecases.coverage import require_report_reader
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.review_exceptions import open_exceptions

PAGE = 50
_THREADS = 8  # that ask for seals
_EXAMINED = 1_000  # reviews one page looks at to find those the caller may see, or of one package


@dataclass(frozen=True, slots=True)
class ClosedReview:
    """A review whose decisions stand, with how it ended: how many of its exceptions want a disposition, what of it is
    sealed, and the signature under it."""

    instance: ReviewInstance
    state: InstanceState
    open_exceptions: int = 0
    sealed: frozenset[Kind] = frozenset()
    sign_off: SignOff | None = None


def closed_reviews(
    services: Services, actor: Actor, since: datetime, until: datetime, package_id: str, after: str | None
) -> Page[ClosedReview]:
    """A page of the reviews that ended from `since` to `until`: of one package, or "" for all the caller may see.

    One query a month and one a review, two more and three batch reads, whatever the size of the reviews. Reviews of
    deleted series are among them: nothing of the past is left out (R144). A page that examined many ends early.
    Raises Forbidden.
    """
    require_report_reader(actor)
    found: list[ClosedReview] = []
    examined = 0
    while True:
        page = services.reports.ended_before(since, until, PAGE - len(found), after)
        names = [one.instance_id for one in page.items]
        instances = services.reviews.instances(names)
        wanted = [one for one in instances.values() if package_id in ("", one.package_id) and sees_all(actor, one)]
        states = services.reviews.states(one.id for one in wanted)
        found += [ClosedReview(one, states[one.id]) for one in wanted if one.id in states and _ended(states[one.id])]
        examined += len(names)
        after = page.next
        if after is None or len(found) >= PAGE or examined >= _EXAMINED:
            return Page(tuple(_judged(services, found)), after)


def _judged(services: Services, found: list[ClosedReview]) -> list[ClosedReview]:
    """With what was said and sealed of them: a batch read and two queries for a page, and a small query a review."""
    dossiers = services.dossiers.dossiers(one.instance.id for one in found)
    wanting = open_exceptions(services, [(one.instance, one.state) for one in found], dossiers)
    signed = {key: one.sign_off for key, one in dossiers.items()}
    with ThreadPoolExecutor(_THREADS) as pool:
        seals = list(pool.map(lambda one: services.seals.of_review(one.instance.id), found))
    return [
        replace(
            one,
            open_exceptions=wanting[one.instance.id],
            sealed=frozenset(each.kind for each in made),
            sign_off=signed.get(one.instance.id),
        )
        for one, made in zip(found, seals, strict=True)
    ]


def _ended(state: InstanceState) -> bool:
    """False for the moment in which this process may remember the state before the end."""
    return state.status in CLOSED
