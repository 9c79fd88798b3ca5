"""The members of a group outside as people of the directory with assignments that record what they have.

An assignment that is adopted counts as delivered: the access is there, so that nothing is granted, and nothing is asked
that would keep it from being given (a disabled account, an incompatible package): a review has to see it all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from chalicelib.domain import ids
from chalicelib.domain.adoptions import Outcome, Wanted
from chalicelib.domain.assignments import Assignment, RequestType
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict
from chalicelib.domain.lifetimes import is_over, span
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import Actor
from chalicelib.domain.resources import Right
from chalicelib.usecases.adopted_packages import CATEGORY, Home
from chalicelib.usecases.adoption_files import MemberRow
from chalicelib.usecases.assign import (
    adding_request_id,
    check_takes_assignments,
    end_run_out,
    holding_of,
    request_of,
)
from chalicelib.usecases.denied_before import denied_last
from chalicelib.usecases.ports import Change, Create, Member, Services, Unchanged
from chalicelib.usecases.recognise import Recognised, created, recognise
from chalicelib.usecases.timers import timer_changes

ACTIVITY = "Adopt access package assignment"
THREADS = 8  # people at once: each waits for its reads nearly all the time
Outcomes = dict[Outcome, list[MemberRow]]
_IN_ONE_COMMIT = 98  # changes, beside the policy and the package
_NOBODY = "Nobody in the directory has this user name, mail address or id."


@dataclass(frozen=True, slots=True)
class Adoption:
    """One group's adoption: by whom, into what, and whether it is only a preview (`write` is off). `known`: somebody
    may have had this right through the product before, so that denials and other packages have to be asked about."""

    job_id: str
    actor: Actor
    wanted: Wanted
    right: Right
    home: Home
    reason: str
    known: bool
    write: bool


def adopt_members(services: Services, adoption: Adoption, members: Sequence[Member]) -> Outcomes:
    """What becomes of these members, or would. Repeated after a death it finds its own assignments and tells the
    same. Raises Throttled."""
    people = recognise(services, members)
    if adoption.wanted.create_people:
        strangers = [one for one in members if one.key not in people]
        people |= created(services, adoption.actor, adoption.job_id, strangers, adoption.write)
    rows = {one.key: _row(one, people.get(one.key)) for one in members}
    found: dict[Outcome, list[MemberRow]] = {outcome: [] for outcome in Outcome}
    live = _live(services, adoption, [one.user.id for one in people.values()])
    asked: list[tuple[MemberRow, Assignment | None]] = []
    for row in rows.values():
        held = live.get(row.person)
        if not row.person:
            row.reason = _NOBODY
            found[Outcome.UNMATCHED].append(row)
        elif held is not None and not is_over(held, services.clock.now()):
            row.assignment = held.id
            ours = adoption.home.policy and held.id == _assignment_id(adoption, adoption.home.policy, row.person)
            found[Outcome.ASSIGNED if ours else Outcome.UNCHANGED].append(row)
        else:
            asked.append((row, held))
    for row, outcome in _settled(services, adoption, asked):
        found[outcome].append(row)
    return found


def _row(member: Member, found: Recognised | None) -> MemberRow:
    row = MemberRow(member.key, member.display_name, member.principal_name, member.mail)
    if found is not None:
        row.person, row.how = found.user.id, found.how
    return row


def _live(services: Services, adoption: Adoption, people: Sequence[str]) -> dict[str, Assignment]:
    """The assignments of these people to the package, by person; two batch reads."""
    package = adoption.home.package
    if package is None:
        return {}
    held = services.entitlements.holdings((person, package.id) for person in people)
    found = services.entitlements.assignments(one.assignment_id for one in held)
    return {one.target_id: one for one in found.values()}


def _settled(
    services: Services, adoption: Adoption, asked: Sequence[tuple[MemberRow, Assignment | None]]
) -> Iterator[tuple[MemberRow, Outcome]]:
    """What becomes of members who have no live assignment to the package."""
    with ThreadPoolExecutor(THREADS) as pool:
        hindered = list(pool.map(lambda one: _hindrance(services, adoption, one[0]), asked))
    free = []
    for (row, held), why in zip(asked, hindered, strict=True):
        if why is not None:
            yield row, why
        else:
            free.append((row, held))
    if not adoption.write:
        yield from ((row, Outcome.ASSIGNED) for row, _ in free)
        return
    yield from _written(services, adoption, free)


def _hindrance(services: Services, adoption: Adoption, row: MemberRow) -> Outcome | None:
    """Why a member is not assigned: a review denied them this access (G27), or another package gives it to them."""
    if not adoption.known:
        return None
    if row.person not in adoption.wanted.lifted:
        denied = denied_last(services, row.person, adoption.right)
        if denied is not None:
            row.reason = f"A review denied this access on {denied.created:%Y-%m-%d}; they are a member again."
            return Outcome.DENIED
    other = other_package(services, row.person, adoption.right)
    if other is not None:
        row.reason = f"The access package {other.display_name} gives them this access."
        return Outcome.HELD_OTHERWISE
    return None


def other_package(services: Services, person_id: str, right: Right) -> AccessPackage | None:
    """A package that gives somebody this right by a live assignment."""
    held = services.entitlements.holdings_of_person(person_id)
    packages = services.entitlements.packages({one.package_id for one in held})
    giving = {one.id for one in packages.values() if any(scope.right == right for scope in one.role_scopes)}
    live = services.entitlements.assignments(one.assignment_id for one in held if one.package_id in giving)
    now = services.clock.now()
    return next((packages[one.package_id] for one in live.values() if not is_over(one, now)), None)


def _written(
    services: Services, adoption: Adoption, free: Sequence[tuple[MemberRow, Assignment | None]]
) -> Iterator[tuple[MemberRow, Outcome]]:
    """Assign in few transactions; one that was refused is tried again person by person."""
    planned = [(row, _changes(services, adoption, row)) for row, held in free if held is None]
    yield from (_singly(services, adoption, row) for row, held in free if held is not None)
    for chunk in _chunks(planned):
        try:
            _commit(services, adoption, chunk)
            yield from ((row, Outcome.ASSIGNED) for row, _ in chunk)
        except Conflict:
            yield from (_singly(services, adoption, row) for row, _ in chunk)


def _chunks(
    planned: Sequence[tuple[MemberRow, list[Change]]],
) -> Iterator[list[tuple[MemberRow, list[Change]]]]:
    """As many people as one transaction takes, nobody's changes torn apart."""
    chunk: list[tuple[MemberRow, list[Change]]] = []
    size = 0
    for row, changes in planned:
        if size + len(changes) > _IN_ONE_COMMIT:
            yield chunk
            chunk, size = [], 0
        chunk.append((row, changes))
        size += len(changes)
    if chunk:
        yield chunk


def _commit(services: Services, adoption: Adoption, chunk: Sequence[tuple[MemberRow, list[Change]]]) -> None:
    package, policy = adoption.home.package, adoption.home.policy
    changes = [change for _, some in chunk for change in some]
    operation = ids.digest(adoption.job_id, *(row.person for row, _ in chunk))[:32]
    services.writer.commit(operation, Unchanged(package), Unchanged(policy), *changes)


def _singly(services: Services, adoption: Adoption, row: MemberRow) -> tuple[MemberRow, Outcome]:
    """One person once more, with the policy and the package as they are by now."""
    home = adoption.home
    policy = services.entitlements.policy(home.policy.id) if home.policy else None
    package = services.entitlements.package(home.package.id) if home.package else None
    if policy is None or package is None:
        row.reason = "The access package is being deleted."
        return row, Outcome.FAILED
    again = replace(adoption, home=Home(home.name, package, policy))
    held = _live(services, again, [row.person]).get(row.person)
    if held is not None and not is_over(held, services.clock.now()):
        row.assignment = held.id
        return row, Outcome.ASSIGNED if held.id == _assignment_id(again, policy, row.person) else Outcome.UNCHANGED
    try:
        check_takes_assignments(policy)
        if held is not None:
            end_run_out(services, held)  # its timer is not looked at yet; this makes room
        _commit(services, again, [(row, _changes(services, again, row))])
    except Conflict as problem:
        row.reason = problem.message
        return row, Outcome.FAILED
    return row, Outcome.ASSIGNED


def _assignment_id(adoption: Adoption, policy: AssignmentPolicy, person_id: str) -> str:
    return ids.assignment_id(policy.id, person_id, adoption.job_id)


def _changes(services: Services, adoption: Adoption, row: MemberRow) -> list[Change]:
    """The changes that record one person's access."""
    policy, now = adoption.home.policy, services.clock.now()
    assert policy is not None, "a run has made its policy"
    starts, ends = span(None, policy.expiration, now)
    assignment = Assignment(
        id=_assignment_id(adoption, policy, row.person),
        policy_id=policy.id,
        package_id=policy.package_id,
        target_id=row.person,
        created=now,
        starts=starts,
        ends=ends,
    )
    row.assignment = assignment.id
    request_id, kind = adding_request_id(assignment), RequestType.ADMIN_ADD
    request = request_of(assignment, kind, now, adoption.actor, adoption.reason, id=request_id, state="delivered")
    details = {
        "person": row.person,
        "request": request.id,
        "accessPackage": policy.package_id,
        "assignmentPolicy": policy.id,
        "adoption": adoption.job_id,
    }
    target, operation = ("assignment", assignment.id), adoption.job_id
    recorded = event(now, adoption.actor, CATEGORY, ACTIVITY, target, operation, details=details)
    changes: list[Change] = [Create(assignment), Create(request), Create(holding_of(assignment)), Create(recorded)]
    return changes + timer_changes(services, assignment, now)
