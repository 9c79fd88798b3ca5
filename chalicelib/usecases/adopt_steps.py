"""The steps of an adoption: a group is opened (its package found or made), its members are read and dealt with, then
those who hold its package are compared with them. Each step begins from the checkpoint and may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from chalicelib.domain.adoptions import LISTED, MOST_GROUPS, Outcome, Wanted
from chalicelib.domain.agenda import Job
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.resources import Right
from chalicelib.domain.sources import SourceKind
from chalicelib.usecases import sources
from chalicelib.usecases.adopt_members import Adoption, Outcomes, adopt_members
from chalicelib.usecases.adopted_packages import (
    Granting,
    Home,
    adopted_policy,
    find_home,
    made_by,
    make_home,
    packages_by_right,
    right_of,
)
from chalicelib.usecases.adoption_files import (
    GroupResult,
    MemberRow,
    Place,
    groups_of,
    put_groups,
    put_result,
    put_rows,
    sorted_key,
)
from chalicelib.usecases.assign import check_takes_assignments
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.manage_policies import scope_of as policy_names
from chalicelib.usecases.ports import ListsMembers, ListsResources, Member, Outer, Services, able
from chalicelib.usecases.sorted_files import merged, put_sorted, without

PAGE = 500  # members, or assignments, between two checkpoints
ASKED = 100  # members asked of a system outside at once
LIST = 100
_MOST_POLICIES = 1_000
KIND, PREVIEW = "adoption", "adoptionPreview"  # kinds of the job


@dataclass
class AdoptionWork:
    """What one attempt remembers beside the checkpoint."""

    services: Services
    job: Job
    wanted: Wanted
    budget: Budget
    groups: tuple[Outer, ...] = ()
    _granting: Granting | None = None

    @property
    def write(self) -> bool:
        return self.job.kind == KIND

    @property
    def actor(self) -> Actor:
        """Who may adopt was settled when it was asked for."""
        return Actor(self.job.actor_id, "", "", frozenset({(Role.ADMINISTRATOR, "")}))

    def list_groups(self) -> None:
        """Settle, once, which groups this adoption is about."""
        known = groups_of(self.services, self.job.id)
        if known is None:
            known = put_groups(self.services, self.job.id, _listed(self.services, self.wanted))
        self.groups = known
        self.job = replace(self.job, total=len(known))

    def note(self, problem: str = "") -> None:
        """Tell how reading the system outside went: a failure is never an empty group."""
        connection = self.services.connections.connection(self.wanted.connection)
        name = connection.display_name if connection else self.wanted.connection
        if problem:
            sources.failed(self.services, SourceKind.TARGET, self.wanted.connection, name, problem)
        else:
            sources.succeeded(self.services, SourceKind.TARGET, self.wanted.connection, name)

    @property
    def granting(self) -> Granting:
        """The packages by right, read once an attempt."""
        if self._granting is None:
            self._granting = packages_by_right(self.services)
        return self._granting


def _listed(services: Services, wanted: Wanted) -> list[Outer]:
    """The groups that are wanted, as the system outside lists them. Raises InvalidInput when there are too many."""
    lister = able(services.connectors.get(wanted.connection), ListsResources)
    if lister is None:
        raise InvalidInput("The connection is not there any more, or cannot list its groups.")
    names, found = set(wanted.groups), []
    after: str | None = None
    while True:
        page = lister.resources(LIST, after)
        found += [one for one in page.items if not names or one.origin_id in names]
        if len(found) > MOST_GROUPS:
            raise InvalidInput(f"There are more than {MOST_GROUPS} groups. Choose some of them.")
        after = page.next
        if after is None or (names and len(found) >= len(names)):
            break
    missing = names - {one.origin_id for one in found}
    lost = [Outer(origin_system="", origin_id=one, display_name=one) for one in sorted(missing)]
    return sorted(found, key=lambda one: (one.display_name.lower(), one.origin_id)) + lost


def step(work: AdoptionWork, group: Outer, place: Place) -> Place:
    if place.step == "":
        return _open(work, group, place)
    if place.step == "members":
        return _members(work, group, place)
    if place.step == "held":
        return _held(work, place)
    if place.step == "left":
        return _left(work, place)
    put_result(work.services, work.job.id, place.group, place.result)
    return Place(group=place.group + 1)


def _open(work: AdoptionWork, group: Outer, place: Place) -> Place:
    """Find the group's package, or make it. Raises what concerns this group alone as InvalidInput, Gone."""
    services = work.services
    right = right_of(services, work.wanted.connection, group)
    place.role = right.role
    home = find_home(services, work.wanted, group, right, work.granting)
    place.known = bool(work.granting.get(right))
    made = home.package is None or made_by(work.job.id, home.package)
    place.result = GroupResult(package_name=home.name, made=made)
    if work.write and home.package is None:
        home = _made(work, group, home)
    if home.policy is not None:
        try:
            check_takes_assignments(home.policy)
        except Conflict as problem:
            raise InvalidInput(problem.message) from problem
    place.result.package_id = home.package.id if home.package else ""
    place.result.policy_id = home.policy.id if home.policy else ""
    place.result.package_name = home.name
    place.step = "members"
    return place


def _made(work: AdoptionWork, group: Outer, home: Home) -> Home:
    """The group's home with what was missing made. Raises InvalidInput for what is in the way of this group alone."""
    now = work.services.clock.now()
    try:
        return make_home(work.services, work.actor, now, work.job.id, work.wanted, group, home)
    except Conflict as problem:
        raise InvalidInput(problem.message, problem.target) from problem


def _dealt_with(work: AdoptionWork, group: Outer, place: Place, members: list[Member]) -> Outcomes:
    """What becomes of these members. A package that was there gets its policy with the first who needs it."""
    right = Right(work.wanted.connection, group.origin_system, group.origin_id, place.role)
    home = _home(work.services, place)
    reason = f"Adopted: a member of {group.display_name} in {work.wanted.connection}."
    adoption = Adoption(work.job.id, work.actor, work.wanted, right, home, reason, place.known, work.write)
    if work.write and home.policy is None:
        found = adopt_members(work.services, replace(adoption, write=False), members)
        if not found[Outcome.ASSIGNED]:
            return found
        home = _made(work, group, home)
        adoption = replace(adoption, home=home)
    place.result.policy_id = home.policy.id if home.policy else ""
    return adopt_members(work.services, adoption, members)


def _members(work: AdoptionWork, group: Outer, place: Place) -> Place:
    """Deal with the next members."""
    services, right = work.services, Right(work.wanted.connection, group.origin_system, group.origin_id, place.role)
    read, place.after = _read(work, right, place.after)
    members = [one for one in read if not work.wanted.members or one.key in work.wanted.members]
    found = _dealt_with(work, group, place, members)
    counts = place.result.counts
    counts["members"] = counts.get("members", 0) + len(members)
    for outcome, rows in found.items():
        counts[outcome] = counts.get(outcome, 0) + len(rows)
        if outcome in LISTED:
            put_rows(services, work.job.id, place, outcome, rows)
    counts["created"] = counts.get("created", 0) + sum(
        1 for rows in found.values() for one in rows if one.how == "created"
    )
    people = [(one.person, "") for rows in found.values() for one in rows if one.person]
    put_sorted(services, sorted_key(work.job.id, place.group, "members", place.chunks), people)
    place.chunks += 1
    if place.after is None:
        work.note()
        _after_members(work, place)
    return place


def _read(work: AdoptionWork, right: Right, after: str | None) -> tuple[list[Member], str | None]:
    """The next members, about a page of them, and the cursor behind them. Raises Gone, or whatever the system
    outside does."""
    lister = able(work.services.connectors.get(right.connector), ListsMembers)
    if lister is None:
        raise InvalidInput("The connection is not there any more, or cannot list members.")
    found: list[Member] = []
    while True:
        page = lister.members(right, ASKED, after)
        found += page.items
        after = page.next
        if after is None or len(found) >= PAGE or not work.budget.left():
            return found, after


def _home(services: Services, place: Place) -> Home:
    result = place.result
    package = services.entitlements.package(result.package_id) if result.package_id else None
    policy = services.entitlements.policy(result.policy_id) if result.policy_id else None
    if policy is None and package is not None:
        policy = adopted_policy(services, package)  # an attempt that died may have made it
    return Home(result.package_name, package, policy)


def _after_members(work: AdoptionWork, place: Place) -> None:
    """What follows the last member: the assignments the package had before, if all members were looked at."""
    package_id = place.result.package_id
    if not package_id or place.result.made or work.wanted.members:
        place.step = "end"
        return
    place.step, place.policies = (
        "held",
        sorted(work.services.entitlements.bearers_of_names(policy_names(package_id), _MOST_POLICIES)),
    )


def _held(work: AdoptionWork, place: Place) -> Place:
    """Read who holds the package, policy after policy."""
    services, now = work.services, work.services.clock.now()
    if not place.policies:
        place.step, place.after = "left", ""
        return place
    page = services.entitlements.assignments_of_policy(place.policies[0], PAGE, place.after)
    live = [(one.target_id, one.id) for one in page.items if one.active_at(now)]
    put_sorted(services, sorted_key(work.job.id, place.group, "held", place.held), live)
    place.held, place.after = place.held + 1, page.next
    if page.next is None:
        place.policies = place.policies[1:]
    return place


def _left(work: AdoptionWork, place: Place) -> Place:
    """Show the next assignments whose person is in the group no more; `after` is the last person that was shown."""
    rows: list[MemberRow] = []
    for person, assignment in _not_members(work, place):
        if person > (place.after or ""):
            rows.append(MemberRow("", "", "", "", person, "", assignment))
        if len(rows) == PAGE:
            break
    counts = place.result.counts
    counts[Outcome.NO_MEMBER] = counts.get(Outcome.NO_MEMBER, 0) + len(rows)
    put_rows(work.services, work.job.id, place, Outcome.NO_MEMBER, rows)
    place.after = rows[-1].person if rows else ""
    place.step = "left" if len(rows) == PAGE else "end"
    return place


def _not_members(work: AdoptionWork, place: Place) -> Iterator[tuple[str, str]]:
    def side(name: str, chunks: int) -> list[str]:
        return [sorted_key(work.job.id, place.group, name, number) for number in range(chunks)]

    held = merged(work.services, side("held", place.held))
    return without(held, merged(work.services, side("members", place.chunks)))


def place_of(job: Job) -> Place:
    """Where the worker of an adoption stands."""
    return msgspec.json.decode(job.cursor, type=Place) if job.cursor else Place()
