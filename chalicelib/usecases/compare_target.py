"""Completeness against the target: at its opening a review compares its frozen population with who has the access in
the systems outside. Nothing is changed; what could not be read is said to be so and never counts as "no access".

Members are read page by page into sorted files, which are merged with those of the population: memory does not grow
with the review. Who is on one side only is looked into singly, and what is left are the differences. A part may be
killed anywhere and done again: the state's cursor says where to go on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from chalicelib.domain.audit import event
from chalicelib.domain.errors import Gone
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.resources import RECORDED
from chalicelib.domain.reviews import Compared, InstanceState, ReviewInstance
from chalicelib.domain.sources import SourceKind
from chalicelib.usecases import sources
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.compare_sides import join, look_into_extra, look_into_missing
from chalicelib.usecases.comparing import Comparison, Spot
from chalicelib.usecases.comparison_files import (
    EXTRA,
    MISSING,
    Difference,
    Target,
    put_chunk,
    put_target,
    target_of,
)
from chalicelib.usecases.frozen_files import rows_of_chunk
from chalicelib.usecases.ports import Create, ListsMembers, Member, Save, Services, able

LOG = logging.getLogger("access_reviews")
ACTIVITY = "Compare access review with target"
CHUNK = 10_000  # members between two checkpoints
ASKED = 100
TRIES = 3  # of reading a system outside, a minute apart


def compare_some(
    services: Services, instance: ReviewInstance, state: InstanceState, buckets: int, budget: Budget
) -> InstanceState:
    """Compare, or go on comparing; the state after it. A package without rights outside, and a review of a part of a
    policy, are not compared: they cost one read."""
    package = None if instance.follows else services.entitlements.package(instance.package_id)
    scopes = tuple(one for one in package.role_scopes if one.right.connector != RECORDED) if package else ()
    if not scopes:
        return replace(state, step="write", cursor="")
    work = Comparison(services, instance, state, scopes, buckets, budget)
    spot = msgspec.json.decode(state.cursor, type=Spot) if state.cursor else Spot()
    while spot.number < len(scopes):
        kept, spot = spot, _step(work, spot)
        waits = spot.tries > kept.tries
        large = spot.chunks > max(kept.chunks, 1) or spot.held > max(kept.held, 1)
        if waits or large or not budget.left():
            saved = replace(state, cursor=msgspec.json.encode(spot).decode())
            if waits:  # the next tick asks again
                return services.reviews.checkpoint(replace(saved, lease=replace(state.lease, until=0.0)))
            work.state = state = services.reviews.checkpoint(saved)
            if not budget.left():
                return state
    return _finish(services, instance, state, len(scopes))


def _step(work: Comparison, spot: Spot) -> Spot:
    following = {
        "population": _population,
        "begin": _begin,
        "members": _members,
        "join": join,
        MISSING: look_into_missing,
        EXTRA: look_into_extra,
    }
    return following[spot.step](work, msgspec.json.decode(msgspec.json.encode(spot), type=Spot))


def _population(work: Comparison, spot: Spot) -> Spot:
    """Sort the next chunk of the frozen population."""
    services, instance = work.services, work.instance
    frozen = list(rows_of_chunk(services, instance.id, spot.held, work.buckets)) if work.state.page else []
    rows, names, mails = [], [], []
    for row in frozen:
        place = str(spot.looked)
        spot.looked += 1
        rows.append(Difference(person=row.principal, assignment=row.assignment))
        names += [(row.principal_name, place), (row.principal, place)]
        mails += [(one, place) for one in {row.principal_name.lower(), row.mail.lower()} if one]
    put_chunk(services, work.chunk_key(spot, "held", spot.held), rows, names, mails)
    spot.held += 1
    if spot.held >= work.state.page:
        return Spot(step="begin", held=spot.held)
    return spot


def _begin(work: Comparison, spot: Spot) -> Spot:
    """Turn to the next right."""
    scope, services = work.scope(spot), work.services
    resource = services.entitlements.resource(scope.resource_id)
    role = next((one.display_name for one in resource.roles if one.id == scope.role_id), "") if resource else ""
    name = resource.display_name if resource else scope.right.resource
    spot.target = Target(scope.right.connector, scope.right.resource, name, role or scope.right.role)
    if able(services.connectors.get(scope.right.connector), ListsMembers) is None:
        return _unread(work, spot, "This connection cannot list who has the access.")
    spot.step = "members"
    return spot


def _members(work: Comparison, spot: Spot) -> Spot:
    """Read members up to a chunk. A system that does not answer is asked again, and then said not to have been read."""
    services, scope, target = work.services, work.scope(spot), spot.target
    lister = able(services.connectors.get(scope.right.connector), ListsMembers)
    assert target is not None and lister is not None, "the right was begun"
    read: list[Member] = []
    after = spot.after
    try:
        while True:
            page = lister.members(scope.right, ASKED, after)
            read += page.items
            after = page.next
            if after is None or len(read) >= CHUNK or not work.budget.left():
                break
    except Gone:
        return _unread(work, spot, "It is not there any more: nobody has this access there.")
    except Exception as problem:  # whatever a system outside does must not stop the opening
        LOG.exception("members of %s could not be read", scope.right.resource)
        return _again(work, spot, f"It could not be read ({type(problem).__name__}).")
    _keep(work, spot, read)
    target.members += len(read)
    spot.after, spot.tries = after, 0
    if after is None:
        target.at = services.clock.now()
        sources.succeeded(services, SourceKind.TARGET, target.connection, _name(services, target.connection))
        spot.step = "join"
    return spot


def _keep(work: Comparison, spot: Spot, read: Sequence[Member]) -> None:
    """Write one chunk of members, sorted by what they may be recognised by."""
    assert spot.target is not None, "the right was begun"
    names, mails, rows = [], [], []
    for place, one in enumerate(read, spot.target.members):
        rows.append(Difference(one.key, one.display_name, one.principal_name, one.mail, one.external_id))
        names += [(key, str(place)) for key in {one.principal_name, one.external_id, one.key} if key]
        mails += [(key, str(place)) for key in {one.principal_name.lower(), one.mail.lower()} if key]
    put_chunk(work.services, work.chunk_key(spot, "members", spot.chunks), rows, names, mails)
    spot.chunks += 1


def _again(work: Comparison, spot: Spot, problem: str) -> Spot:
    if spot.tries + 1 < TRIES:
        spot.tries += 1
        return spot
    assert spot.target is not None, "the right was begun"
    name = _name(work.services, spot.target.connection)
    sources.failed(work.services, SourceKind.TARGET, spot.target.connection, name, problem)
    return _unread(work, spot, problem)


def _name(services: Services, connection: str) -> str:
    found = services.connections.connection(connection)
    return found.display_name if found else connection


def _unread(work: Comparison, spot: Spot, problem: str) -> Spot:
    """This right is not compared."""
    assert spot.target is not None, "the right was begun"
    unread = Target(spot.target.connection, spot.target.resource, spot.target.resource_name, spot.target.role)
    unread.problem, unread.at = problem, work.services.clock.now()
    put_target(work.services, work.instance.id, spot.number, unread)
    return Spot(number=spot.number + 1, step="begin", held=spot.held)


def _finish(services: Services, instance: ReviewInstance, state: InstanceState, number: int) -> InstanceState:
    """All rights are compared: counts into the state, with their event in one commit."""
    now, targets = services.clock.now(), [target_of(services, instance.id, one) for one in range(number)]
    found = Compared(
        at=now,
        missing=sum(one.missing for one in targets if one),
        extra=sum(one.extra for one in targets if one),
        unread=sum(1 for one in targets if one and one.problem),
    )
    operation, target = f"compare:{instance.id}", ("reviewInstance", instance.id)
    details = {
        "membersWithoutAssignment": found.missing,
        "assignmentsWithoutMembership": found.extra,
        "notCompared": found.unread,
        "connections": sorted({one.connection for one in targets if one}),
    }
    recorded = event(now, SYSTEM, "Policy", ACTIVITY, target, operation, details=details)
    after = replace(state, step="write", cursor="", compared=found)
    services.writer.commit(operation, Save(after), Create(recorded))
    return replace(after, version=after.version + 1)
