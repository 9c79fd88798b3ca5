"""When reviews open in the time ahead, over every series a caller may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import ReviewDefinition
from chalicelib.domain.schedules import Occurrence, next_after, occurrences
from chalicelib.usecases.coverage import require_report_reader
from chalicelib.usecases.list_entitlements import Source, every, gathered, packages_by_role
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.seeing import sees_package
from chalicelib.usecases.watch_review import definitions_of_package

LONGEST = timedelta(days=400)
SERIES = 200  # read at a time; a page ends behind the series that fills it
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A review that is to open."""

    series: ReviewDefinition
    occurrence: Occurrence


def calendar(
    services: Services, actor: Actor, now: datetime, since: datetime, until: datetime, after: str | None
) -> Page[Planned]:
    """The openings from `since` to `until` that lie ahead, series by series: those of up to 200 series and some
    thousand openings a page. A review that waits or runs is none of them. Raises Forbidden."""
    require_report_reader(actor)
    source = _series(services, actor)
    page = source(SERIES, after)
    found: list[Planned] = []
    for series in page.items:
        found += _ahead(series, max(now, since), until)
        if len(found) >= MOST and series is not page.items[-1]:
            return Page(tuple(found), series.id)
    return Page(tuple(found), page.next)


def _series(services: Services, actor: Actor) -> Source[ReviewDefinition]:
    """Every series, or those of the packages the caller's roles reach; by id."""
    if actor.reads_everything:
        return services.reviews.list_definitions
    reached = every(packages_by_role(services, actor))
    mine = [one for package in reached for one in definitions_of_package(services, package.id)]
    return gathered((one for one in mine if sees_package(actor, one.catalog_id, one.package_id)), lambda one: one.id)


def _ahead(series: ReviewDefinition, since: datetime, until: datetime) -> Iterator[Planned]:
    if series.ended is not None or series.deleted is not None or not series.settings.enabled:
        return
    schedule = series.settings.schedule
    floor = max(since, series.not_before) if series.not_before else since
    first = next_after(schedule, floor - timedelta(seconds=1))
    if first is not None:
        ahead = takewhile(lambda one: one.opens < until, occurrences(schedule, first.number))
        yield from (Planned(series, one) for one in ahead)
