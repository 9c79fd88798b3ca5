"""Adopting what exists: which systems and groups there are, asking for a preview or an adoption, and looking at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.adoptions import LISTED, MOST_GROUPS, AdoptionBegun, Outcome, Wanted
from chalicelib.domain.agenda import Due, Job
from chalicelib.domain.attempts import Repeat
from chalicelib.domain.connections import Connection
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound
from chalicelib.domain.people import Actor
from chalicelib.usecases.adopt_groups import recorded_as
from chalicelib.usecases.adopt_steps import KIND, PREVIEW, place_of
from chalicelib.usecases.adopted_packages import catalog_name, home_catalog, packages_by_right
from chalicelib.usecases.adoption_files import (
    GroupResult,
    MemberRow,
    groups_of,
    put_wanted,
    result_of,
    rows_of,
    wanted_of,
)
from chalicelib.usecases.attempts import NO_REPEAT, begun_before, remember
from chalicelib.usecases.manage_policies import check_review
from chalicelib.usecases.ports import Create, ListsMembers, ListsResources, Outer, Page, Services, able

GROUPS_SHOWN = 100
_THREADS = 8


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group of an adoption and what became of it so far, None while it waits."""

    place: int
    group: Outer
    result: GroupResult | None


@dataclass(frozen=True, slots=True)
class AdoptionShown:
    """How far an adoption is, with a page of its groups. `catalog_name` is where new packages go, `catalog_id` "" for
    a catalog that is not there yet; `total` counts by outcome, the group that is being worked on included."""

    job: Job
    wanted: Wanted
    connection_name: str
    catalog_id: str
    catalog_name: str
    total: dict[str, int]
    groups: tuple[GroupShown, ...]
    next: str | None


def require_adopter(actor: Actor) -> None:
    """Raises Forbidden for everybody but administrators."""
    if not actor.is_administrator:
        raise Forbidden("Only administrators adopt what exists.")


def adoptable(services: Services, actor: Actor) -> list[tuple[str, Connection | None]]:
    """The connections whose groups can be adopted, by name. Raises Forbidden."""
    require_adopter(actor)
    known = {one.name: one for one in services.connections.list_connections()}
    return [(name, known.get(name)) for name in services.connectors.names() if _lists(services, name)]


def _lists(services: Services, name: str) -> bool:
    connector = services.connectors.get(name)
    return able(connector, ListsResources) is not None and able(connector, ListsMembers) is not None


def adoptable_groups(
    services: Services, actor: Actor, connection: str, limit: int, after: str | None
) -> Page[tuple[Outer, str]]:
    """A page of the groups of a connection, each with the id of a package that grants it already ("": none).

    Raises Forbidden, NotFound, and what the system outside raises.
    """
    require_adopter(actor)
    lister = able(services.connectors.get(connection), ListsResources)
    if lister is None:
        raise NotFound("There is no connection of this name that lists what one could adopt.")
    page = lister.resources(limit, after)
    granting = {(one.connector, one.resource): found[0].id for one, found in packages_by_right(services).items()}
    return Page(tuple((one, granting.get((connection, one.origin_id), "")) for one in page.items), page.next)


def start_adoption(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    wanted: Wanted,
    preview: bool,
    repeat: Repeat = NO_REPEAT,
) -> Job:
    """Begin an adoption, or its preview, which reads and tells the same and changes nothing. A repeated request gives
    the one it began. Raises Forbidden, InvalidInput (naming the field)."""
    require_adopter(actor)
    known = begun_before(services, actor, now, repeat)
    if known is not None:
        return known
    _check(services, wanted)
    kind = PREVIEW if preview else KIND
    job = Job(
        id=ids.guid("adoption", operation),
        kind=kind,
        subject_id=wanted.connection,
        actor_id=actor.id,
        created=now,
        due=now.isoformat(),
    )
    put_wanted(services, job.id, wanted)
    begun = (
        [] if preview else [Create(AdoptionBegun(created=now, job_id=job.id)), Create(recorded_as(job, now, "started"))]
    )
    row = Create(Due(when=now, kind="job", id=job.id))
    services.writer.commit(operation, Create(job), row, *begun, *remember(job, repeat))
    services.queue.send("job", job.id)
    return job


def _check(services: Services, wanted: Wanted) -> None:
    """Raises InvalidInput for what can never end well."""
    if not _lists(services, wanted.connection):
        names = ", ".join(name for name in services.connectors.names() if _lists(services, name))
        raise InvalidInput(f"Must be one of: {names or 'none is configured yet'}.", "connection")
    if len(wanted.groups) > MOST_GROUPS:
        raise InvalidInput(f"At most {MOST_GROUPS} groups at once.", "groups")
    if wanted.catalog_id and services.entitlements.catalog(wanted.catalog_id) is None:
        raise InvalidInput("There is no such catalog.", "catalogId")
    if (wanted.policy_id or wanted.members) and len(wanted.groups) != 1:
        name = "assignmentPolicyId" if wanted.policy_id else "members"
        raise InvalidInput("Can be given for a single group only.", name)
    if wanted.policy_id and services.entitlements.policy(wanted.policy_id) is None:
        raise InvalidInput("There is no such assignment policy.", "assignmentPolicyId")
    check_review(services, wanted.review, None)


def find_adoption(services: Services, actor: Actor, job_id: str) -> Job:
    """An adoption or a preview. Raises Forbidden, NotFound."""
    require_adopter(actor)
    job = services.reviews.job(job_id) if ids.is_guid(job_id) else None
    if job is None or job.kind not in (KIND, PREVIEW):
        raise NotFound("There is no such adoption.")
    return job


def show_adoption(services: Services, job: Job, after: str | None) -> AdoptionShown:
    """How far it is, with a page of its groups, in the order of their names."""
    first = int(after or 0)
    groups, place = groups_of(services, job.id) or (), place_of(job)
    shown = list(enumerate(groups[first : first + GROUPS_SHOWN], first))
    done = [number for number, _ in shown if number < place.group]
    with ThreadPoolExecutor(_THREADS) as pool:
        results = dict(zip(done, pool.map(lambda number: result_of(services, job.id, number), done), strict=True))
    results[place.group] = place.result if place.step else None
    wanted, total = wanted_of(services, job.id), dict(job.result)
    for name, number in place.result.counts.items():
        total[name] = total.get(name, 0) + number
    catalog, found = home_catalog(services, wanted), services.connections.connection(wanted.connection)
    last = first + GROUPS_SHOWN
    return AdoptionShown(
        job=job,
        wanted=wanted,
        connection_name=found.display_name if found else wanted.connection,
        catalog_id=catalog.id if catalog else "",
        catalog_name=catalog.display_name if catalog else catalog_name(services, wanted.connection),
        total=total,
        groups=tuple(GroupShown(number, group, results.get(number)) for number, group in shown),
        next=str(last) if last < len(groups) else None,
    )


def list_adoptions(services: Services, actor: Actor, limit: int, after: str | None) -> Page[Job]:
    """A page of the adoptions, newest first, without previews. Raises Forbidden."""
    require_adopter(actor)
    page = services.adoptions.adoptions(limit, after)
    jobs = services.reports.jobs(one.job_id for one in page.items)
    return Page(tuple(jobs[one.job_id] for one in page.items if one.job_id in jobs), page.next)


def members_told(
    services: Services, job: Job, group: int, outcome: Outcome | None, after: str | None
) -> Page[tuple[Outcome, MemberRow]]:
    """A page of the members of a group with one outcome, or with each that is listed: what needs somebody comes
    first. Raises NotFound."""
    place, groups = place_of(job), groups_of(services, job.id) or ()
    if not 0 <= group < len(groups):
        raise NotFound("There is no such group in this adoption.")
    result = place.result if group == place.group else result_of(services, job.id, group)
    told = result.pages if result else {}
    wanted = [outcome] if outcome else list(LISTED)
    pages = [(one, page) for one in wanted for page in range(told.get(one, 0))]
    position = int(after or 0)
    if position >= len(pages):
        return Page(())
    found, page = pages[position]
    rows = tuple((found, row) for row in rows_of(services, job.id, group, found, page))
    return Page(rows, str(position + 1) if position + 1 < len(pages) else None)
