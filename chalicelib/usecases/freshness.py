"""Whether the data a review would open on is young enough, and what its opening freezes of where it came from.

Only sources count that brought something once and are not retired: those of people that bring it regularly, those of
sign-ins where the policy recommends, and the systems outside that the package grants rights in. Without any, nothing
is old. A source that cannot be read makes data old; it never means that somebody has no access.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.errors import ReviewError
from chalicelib.domain.packages import NoResponse, ReviewSettings
from chalicelib.domain.resources import Right, RoleScope, outside
from chalicelib.domain.sign_ins import Ground, resource_key, short
from chalicelib.domain.sources import PEOPLE, SIGN_INS, AsOf, Source, SourceKind, source_id, too_old
from chalicelib.usecases.ports import Services
from chalicelib.usecases.sources import failed, succeeded

LOG = logging.getLogger("access_reviews")


@dataclass(frozen=True, slots=True)
class Freshness:
    """The sources a review depends on, those of them that are too old, and the resources whose use is known."""

    sources: tuple[AsOf, ...] = ()
    old: tuple[Source, ...] = ()
    grounds: tuple[Ground, ...] = ()


def data_of_today(
    services: Services, package_id: str, settings: ReviewSettings
) -> tuple[tuple[AsOf, ...], tuple[Ground, ...]]:
    """The same without trying anything again or judging it: for a look ahead, which changes nothing."""
    known = services.sources.sources()
    if not known:
        return (), ()
    package = services.entitlements.package(package_id)
    scopes = package.role_scopes if package else ()
    targets = {right.connector: right for right in outside(scopes)}
    counting = [one for one in known if _counts(one, settings, targets)]
    return _as_of(counting), _grounds(services, known, scopes)


def freshness(services: Services, package_id: str, settings: ReviewSettings, now: datetime) -> Freshness:
    """How young the data is for a review of this package. One query without any source, three reads
    more with some."""
    known = services.sources.sources()
    if not known:
        return Freshness()
    package = services.entitlements.package(package_id)
    scopes = package.role_scopes if package else ()
    max_age = timedelta(days=settings.max_data_age_days)
    targets = {right.connector: right for right in outside(scopes)}
    if _tried_again(services, known, targets, max_age, now):
        known = services.sources.sources()
    counting = [one for one in known if _counts(one, settings, targets)]
    return Freshness(
        sources=_as_of(counting),
        old=tuple(one for one in counting if too_old(one, max_age, now)),
        grounds=_grounds(services, known, scopes),
    )


def _as_of(sources: Sequence[Source]) -> tuple[AsOf, ...]:
    return tuple(
        AsOf(source_id=one.id, kind=one.kind, display_name=one.display_name, known_until=one.known_until)
        for one in sources
    )


def _counts(source: Source, settings: ReviewSettings, targets: dict[str, Right]) -> bool:
    if source.retired is not None or source.last_success is None:
        return False
    if source.kind in SIGN_INS:
        return settings.recommendations or settings.no_response is NoResponse.RECOMMENDATION
    if source.kind is SourceKind.TARGET:
        return source.subject_id in targets
    return source.kind in PEOPLE and (source.kind is SourceKind.SCIM or bool(source.every_hours))


def _tried_again(
    services: Services, known: Sequence[Source], targets: dict[str, Right], max_age: timedelta, now: datetime
) -> bool:
    """Try to read the systems outside that were not read for long: nobody else does before the review opens."""
    by_id = {one.id: one for one in known}
    tried = False
    for name, right in targets.items():
        source = by_id.get(source_id(SourceKind.TARGET, name))
        if source is not None and source.known_until is not None and now - source.known_until > max_age:
            _try(services, source, right)
            tried = True
    return tried


def _try(services: Services, source: Source, right: Right) -> None:
    kind, name = source.kind, source.subject_id
    try:
        connector = services.connectors.get(name)
        if connector is None:
            return failed(services, kind, name, source.display_name, "There is no such connection.")
        connector.look_up(right.origin_system, right.resource)
    except ReviewError as problem:
        return failed(services, kind, name, source.display_name, problem.message)
    except Exception as problem:  # whatever a connector raises means that its system cannot be read
        LOG.exception("%s cannot be read", name)
        return failed(services, kind, name, source.display_name, type(problem).__name__)
    succeeded(services, kind, name, source.display_name)


def _grounds(services: Services, known: Sequence[Source], scopes: Sequence[RoleScope]) -> tuple[Ground, ...]:
    """The resources of the package whose use is told of, by a source that is not retired."""
    keys = {resource_key(one.right.resource): one.resource_id for one in scopes}
    used = services.sign_ins.used(keys) if keys else {}
    sources = {short(one.id): one for one in known if one.retired is None}
    named = services.entitlements.resources(keys[key] for key in used)
    return tuple(
        Ground(
            key=one.key,
            display_name=named[keys[one.key]].display_name[:80] if keys[one.key] in named else one.origin_id[:80],
            source=one.source,
            since=one.since,
            known_until=sources[one.source].known_until,
        )
        for one in sorted(used.values(), key=lambda each: each.key)
        if one.source in sources
    )
