"""Never the last one: the ownership of a group, any right of a resource that is marked so, and the administration of
this product stay with somebody.

Who else there is gets counted in the system outside where its connector lists members, else among live assignments.
Two who are let go at the same moment meet in one row: whoever is second counts without the first.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.errors import Conflict, Throttled
from chalicelib.domain.guards import LastOnes, must_keep_one, still_leaving
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.people import Role, User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.directory import expand
from chalicelib.usecases.list_entitlements import every
from chalicelib.usecases.ports import Change, Create, ListsMembers, Save, Services, able
from chalicelib.usecases.recognise import recognise
from chalicelib.usecases.roles import groups_around, holders

LOG = logging.getLogger("access_reviews")
EXAMINED = 10_000  # assignments looked at for another holder
_PAGE, _TRIES = 100, 5
_ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class Kept:
    """A right that somebody must keep, as people call it."""

    key: str
    right: Right
    name: str
    administers: bool = False


def let_go(services: Services, assignment: Assignment) -> str:
    """Ask whether a person may lose what an assignment gives them: "" when they may, else why not, as a sentence.

    Whoever may go is remembered as leaving for a day; asking again for the same person answers the same. Raises
    Throttled.
    """
    package = services.entitlements.package(assignment.package_id)
    kept = _guarded(services, package, assignment) if package else []
    for _ in range(_TRIES if kept else 0):
        changes: list[Change] = []
        now = services.clock.now()
        for one in kept:
            known = services.guards.last_ones(one.key)
            leaving = still_leaving(known, now) if known else {}
            others = frozenset(leaving) - {assignment.target_id}
            refusal = _refusal(services, one, assignment, others)
            if refusal:
                return refusal
            after = replace(known or LastOnes(key=one.key), leaving=leaving | {assignment.target_id: now})
            changes.append(Save(after) if known else Create(after))
        try:
            services.writer.commit(f"let-go:{services.clock.new_id()}", *changes)
        except Conflict:
            continue
        return ""
    if kept:
        raise Throttled("Others are being removed at this moment. Try again.")
    return ""


def _guarded(services: Services, package: AccessPackage, assignment: Assignment) -> list[Kept]:
    """The rights of a package that somebody must keep, and that this person has through this assignment alone."""
    if not package.role_scopes:
        return []
    resources = services.entitlements.resources({one.resource_id for one in package.role_scopes})
    found = []
    for one in package.role_scopes:
        resource, right = resources.get(one.resource_id), one.right
        role = next((each.display_name for each in resource.roles if each.id == one.role_id), "") if resource else ""
        name = f"{role or right.role} of {resource.display_name if resource else right.resource}"
        if must_keep_one(right) or (resource is not None and resource.keeps_one):
            found.append(Kept(ids.digest("last", right.connector, right.resource, right.role)[:32], right, name))
        if right.origin_system == GROUP and _administers(services, right):
            found.append(Kept(_ADMINISTRATORS, right, name, administers=True))
    return found if not found else _only_here(services, found, assignment)


def _administers(services: Services, right: Right) -> bool:
    """Do the members of this group administer the product? While the settings name an administrator nobody is the
    last."""
    if services.settings.first_administrator or right.role.startswith("Owner"):
        return False
    given = {one.principal_id for one in holders(services, Role.ADMINISTRATOR, "") if one.principal_kind == "group"}
    return bool(given) and bool(given & (groups_around(services, right.resource) | {right.resource}))


def _only_here(services: Services, found: list[Kept], assignment: Assignment) -> list[Kept]:
    """Without those that another live assignment of the person contains too (R9)."""
    now = services.clock.now()
    held = services.entitlements.holdings_of_person(assignment.target_id)
    others = services.entitlements.assignments(one.assignment_id for one in held if one.assignment_id != assignment.id)
    live = {one.package_id for one in others.values() if not is_over(one, now) and one.starts <= now}
    stay = {each.right for one in services.entitlements.packages(live).values() for each in one.role_scopes}
    return [one for one in found if one.right not in stay]


def _refusal(services: Services, kept: Kept, assignment: Assignment, leaving: frozenset[str]) -> str:
    gone = leaving | {assignment.target_id}
    if kept.administers:
        alone = not any(one.id not in leaving for one in _administrators(services, assignment.target_id))
        return f"Nobody else would administer this product ({kept.name})." if alone else ""
    connector = able(services.connectors.get(kept.right.connector), ListsMembers)
    try:
        somebody = _listed(services, connector, kept.right, gone) if connector else _assigned(services, kept, gone)
    except Throttled:
        raise
    except Exception:  # not being able to count is never "somebody else is there"
        LOG.exception("the holders of %s could not be counted", kept.name)
        return f"It could not be counted who else holds {kept.name}."
    return "" if somebody else f"Nobody else holds {kept.name}, and somebody must."


def _administrators(services: Services, but: str) -> Iterator[User]:
    """The enabled people who administer the product, without this person's membership of groups."""
    for grant in holders(services, Role.ADMINISTRATOR, ""):
        if grant.principal_kind == "group":
            yield from (one for one in expand(services, grant.principal_id) if one.enabled and one.id != but)
        else:
            person = services.people.user(grant.principal_id)
            if person is not None and person.enabled:
                yield person


def _listed(services: Services, connector: ListsMembers, right: Right, gone: frozenset[str]) -> bool:
    """Does the system outside list somebody else? Whom the directory does not know is somebody."""
    after: str | None = None
    while True:
        page = connector.members(right, _PAGE, after)
        known = recognise(services, page.items)
        if any(one.key not in known or _counts(known[one.key].user, gone) for one in page.items):
            return True
        after = page.next
        if after is None:
            return False


def _counts(person: User, gone: frozenset[str]) -> bool:
    return person.enabled and person.id not in gone


def _assigned(services: Services, kept: Kept, gone: frozenset[str]) -> bool:
    """Has somebody else a live assignment to a package that gives the right?"""
    now, examined = services.clock.now(), 0
    for policy_id in _policies_giving(services, kept.right):
        after: str | None = None
        while examined < EXAMINED:
            page = services.entitlements.assignments_of_policy(policy_id, _PAGE, after)
            wanted = {
                one.target_id
                for one in page.items
                if not is_over(one, now) and one.starts <= now and one.target_id not in gone
            }
            if any(one.enabled for one in services.people.users(wanted).values()):
                return True
            examined, after = examined + len(page.items), page.next
            if after is None:
                break
    return False


def _policies_giving(services: Services, right: Right) -> Iterator[str]:
    for package in every(services.entitlements.list_packages):
        if any(one.right == right for one in package.role_scopes):
            source = partial(services.entitlements.policies_of_package, package.id)
            yield from (policy.id for policy in every(source))
