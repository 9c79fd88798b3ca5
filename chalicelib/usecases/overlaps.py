"""Who holds a package together with something on its list of incompatibles (R14): the overlaps there are.

Nothing is scanned: the smaller side is worked through and the other looked up, a hundred people a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from chalicelib.domain.assignments import Assignment
from chalicelib.domain.errors import FilterTooBroad
from chalicelib.domain.lifetimes import is_over
from chalicelib.usecases.directory import expand
from chalicelib.usecases.incompatible import GROUP, Listed
from chalicelib.usecases.list_entitlements import every
from chalicelib.usecases.ports import Services

MOST_EXAMINED = 10_000  # brief, decision 14
_BATCH = 100


def holders_of_both(services: Services, package_id: str, listed: Listed) -> list[Assignment]:
    """The live assignments to a package of people who also hold, or are in, what is listed; by person.

    Works through the smaller side. Raises FilterTooBroad when both are larger than 10,000.
    """
    if listed.kind == GROUP:
        members = [person.id for person in expand(services, listed.id)]
        if len(members) > MOST_EXAMINED:
            raise _too_broad()
        found = [one for some in _batches(members) for one in _held(services, some, package_id)]
    else:
        found = _of_both_packages(services, package_id, listed.id)
    return sorted(found, key=lambda one: one.target_id)


def _of_both_packages(services: Services, package_id: str, other_id: str) -> list[Assignment]:
    sizes = {one: _size(services, one) for one in (package_id, other_id)}
    smaller = package_id if sizes[package_id] <= sizes[other_id] else other_id
    larger = other_id if smaller == package_id else package_id
    if sizes[smaller] > MOST_EXAMINED:
        raise _too_broad()
    mine = {one.target_id: one for one in _live_of(services, smaller)}
    found: list[Assignment] = []
    for some in _batches(list(mine)):
        for theirs in _held(services, some, larger):
            found.append(mine[theirs.target_id] if smaller == package_id else theirs)
    return found


def _policies(services: Services, package_id: str) -> list[str]:
    return services.entitlements.bearers_of_names(f"policy:{package_id}", MOST_EXAMINED)


def _size(services: Services, package_id: str) -> int:
    """How many assignments to a package there ever were: what working through them reads."""
    policies = _policies(services, package_id)
    return sum(services.entitlements.count_assignments_of_policy(policy_id) for policy_id in policies)


def _live_of(services: Services, package_id: str) -> Iterator[Assignment]:
    now = services.clock.now()
    for policy_id in _policies(services, package_id):
        source = partial(services.entitlements.assignments_of_policy, policy_id)
        yield from (one for one in every(source) if not is_over(one, now))


def _held(services: Services, people: Sequence[str], package_id: str) -> list[Assignment]:
    """The live assignments of these people to a package."""
    now = services.clock.now()
    holdings = services.entitlements.holdings((person, package_id) for person in people)
    found = services.entitlements.assignments(one.assignment_id for one in holdings)
    return [one for one in found.values() if not is_over(one, now)]


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _too_broad() -> FilterTooBroad:
    return FilterTooBroad(
        f"Both sides have more than {MOST_EXAMINED:,} assignments or members. Filter EM/assignments by "
        "accessPackage/id instead and compare the pages."
    )
