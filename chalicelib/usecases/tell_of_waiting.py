"""Telling those who run reviews that some wait for data: one mail a day about all of them."""

from __future__ import annotations

from chalicelib.domain import ids
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewDefinition
from chalicelib.domain.sources import WAITS, WaitingOpening
from chalicelib.domain.waiting_notices import ReviewsWait, WaitingReview
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.directory import expand
from chalicelib.usecases.notify_others import owners
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import holders
from chalicelib.usecases.tell import tell_once

Waits = list[tuple[WaitingOpening, ReviewDefinition]]


def reviews_wait(services: Services, everybody: str) -> None:
    """Tell administrators of all reviews that wait, and managers and owners of theirs: a mail a day, and another when
    some begin to wait for another source."""
    rows = due_now(services, WAITS, everybody)
    for user, mine in _told(services).values():
        sources = {source for one, _ in mine for source in one.sources}
        subject = f"{services.clock.now():%Y-%m-%d}:{ids.digest(*sorted(sources))[:12]}"
        tell_once(services, user, WAITS, subject, _notice(services, mine, sources))
    done(services, rows)


def _told(services: Services) -> dict[str, tuple[User, Waits]]:
    """Who is told of what; nobody when nothing waits."""
    waiting = [one for one in services.sources.waiting_openings() if one.anyway is None]
    known = services.reviews.definitions(one.definition_id for one in waiting)
    series = [(one, known[one.definition_id]) for one in waiting if one.definition_id in known]
    if not series:
        return {}
    told = {user.id: (user, series) for user in _administrators(services)}
    for pair in series:
        for user in owners(services, pair[1], Role.PACKAGE_MANAGER, Role.CATALOG_OWNER):
            mine = told.setdefault(user.id, (user, []))[1]
            if mine is not series:
                mine.append(pair)
    return told


def _administrators(services: Services) -> list[User]:
    """Everybody who administers everything, the one of the settings included, groups expanded, once each."""
    first = services.people.user_by_principal_name(services.settings.first_administrator)
    found = {first.id: first} if first else {}
    for grant in holders(services, Role.ADMINISTRATOR, ""):
        if grant.principal_kind == "group":
            found |= {user.id: user for user in expand(services, grant.principal_id)}
        else:
            found |= services.people.users([grant.principal_id])
    return list(found.values())


def _notice(services: Services, mine: Waits, sources: set[str]) -> ReviewsWait:
    ordered = sorted(mine, key=lambda pair: (pair[0].opens, pair[1].package_name, pair[1].id))
    return ReviewsWait(
        now=services.clock.now(),
        zone=ordered[0][1].settings.schedule.zone,
        reviews=tuple(
            WaitingReview(package=series.package_name, planned=one.opens, zone=series.settings.schedule.zone)
            for one, series in ordered
        ),
        sources=tuple((one.display_name, one.known_until) for one in services.sources.sources() if one.id in sources),
        link=f"{services.settings.portal_url.rstrip('/')}/admin/sources",
    )
