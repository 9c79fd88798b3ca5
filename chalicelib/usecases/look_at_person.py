"""One person as those who run reviews see them: the reviews they answer for or were in, and the roles they hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from chalicelib.domain.assignments import Assignment
from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.errors import NotFound
from chalicelib.domain.people import Actor, Role, RoleGrant, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.sign_ins import short
from chalicelib.usecases.item_history import MOST, PastReview, reviews_of
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.roles import groups_around, may_grant
from chalicelib.usecases.seeing import administers
from chalicelib.usecases.watch_review import ToDo, to_do

REVIEWS = 25  # a page of the reviews somebody answers for
ASSIGNMENTS = 10  # whose reviews make a page of those somebody was in
THREADS = 8


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person: given to them (`through` "") or to a group they are in, or by the deployment's settings."""

    grant: RoleGrant
    through: str = ""
    by_settings: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A review somebody answers for, with what they have left in it."""

    instance: ReviewInstance
    to_do: ToDo


@dataclass(frozen=True, slots=True)
class Activity:
    """The source that told of a person's newest sign-in ("": none), up to when it knows, and what they used when."""

    source: str
    known_until: datetime | None
    used: tuple[tuple[str, datetime], ...]


def find_person(services: Services, actor: Actor, person_id: str) -> User:
    """The person, for themself and whoever holds a role, whichever it is. Raises NotFound."""
    found = services.people.user(person_id) if actor.looks_at_people or actor.id == person_id else None
    if found is None:
        raise NotFound("There is no such person.")
    return found


def activity_of(services: Services, person: User) -> Activity:
    """Where the knowledge of a person's sign-ins comes from, and which resources they used."""
    seen = person.seen
    sources = services.sources.sources() if seen.source else ()
    told = next((one for one in sources if short(one.id) == seen.source), None)
    named = services.sign_ins.used(seen.resources) if seen.resources else {}
    used = [(named[key].origin_id, at) for key, at in seen.resources.items() if key in named]
    known = (person.sign_in_as_of, told.known_until if told else None)
    return Activity(
        source=told.display_name if told else "",
        known_until=max((one for one in known if one), default=None),
        used=tuple(sorted(used, key=lambda one: (one[1], one[0]), reverse=True)),
    )


def delegate_of_person(services: Services, actor: Actor, person_id: str, now: datetime) -> StandingDelegate | None:
    """Who stands in for somebody now or later, for administrators, auditors and the person."""
    if not (actor.reads_everything or actor.id == person_id):
        return None
    found = services.reviews.standing_delegates([person_id]).get(person_id)
    return found if found and found.ends > now else None


def reviews_as_reviewer(services: Services, actor: Actor, person_id: str, after: str | None) -> Page[Asked]:
    """A page of the reviews somebody is a reviewer of, newest first; all for administrators, auditors and themself,
    for others those whose reviewers they may see. A page may be short. Raises NotFound."""
    find_person(services, actor, person_id)
    page = services.reviews.my_reviews(person_id, REVIEWS, after)
    instances = services.reviews.instances({part.instance_id for part in page.items})
    whole = actor.reads_everything or actor.id == person_id
    seen = {key for key, one in instances.items() if whole or sees_all(actor, one)}
    found = to_do(services, [part for part in page.items if part.instance_id in seen])
    shown = [one for one in found if not (one.state and one.state.hidden)]
    return Page(tuple(Asked(instances[one.parts[0].instance_id], one) for one in shown), page.next)


def reviews_about(services: Services, actor: Actor, person_id: str, after: str | None) -> Page[PastReview]:
    """The reviews a person's access was or is in, newest assignment first, up to five of each assignment: all for
    administrators and auditors, for others those of packages whose assignments they may see. Raises NotFound."""
    find_person(services, actor, person_id)
    page = services.entitlements.assignments_of_person(person_id, ASSIGNMENTS, after)
    shown = _seen(services, actor, page.items)

    def look(assignment: Assignment) -> list[PastReview]:
        return list(islice(reviews_of(services, assignment), MOST))

    with ThreadPoolExecutor(THREADS) as pool:
        found = [past for several in pool.map(look, shown) for past in several if not past.state.hidden]
    return Page(tuple(sorted(found, key=lambda one: one.instance.opens, reverse=True)), page.next)


def _seen(services: Services, actor: Actor, held: tuple[Assignment, ...]) -> list[Assignment]:
    if actor.reads_everything:
        return list(held)
    packages = services.entitlements.packages(one.package_id for one in held)
    return [
        one
        for one in held
        if (package := packages.get(one.package_id)) and administers(actor, package.catalog_id, package.id)
    ]


def roles_of_person(services: Services, actor: Actor, person_id: str) -> list[HeldRole]:
    """The roles somebody holds, directly and through groups: all for administrators, auditors and themself, for
    others those they may give. Raises NotFound."""
    person = find_person(services, actor, person_id)
    around = groups_around(services, person_id)
    held = [
        HeldRole(grant, "" if grant.principal_id == person_id else grant.principal_id)
        for grant in services.people.role_grants()
        if grant.principal_id == person_id or grant.principal_id in around
    ]
    if person.principal_name.lower() == services.settings.first_administrator.lower():
        first = RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=person_id)
        held.insert(0, HeldRole(first, by_settings=True))
    if actor.reads_everything or actor.id == person_id:
        return held
    return [one for one in held if may_grant(services, actor, one.grant.role, one.grant.scope)]
