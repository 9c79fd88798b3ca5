"""Coverage: which policies nobody reviews, who switched their reviews off, when one was last completed; and which
packages have no policy at all.

A policy has few reviews and a package few policies, but there may be 5,000 policies: they are walked page by
page, with one batch of reads for each kind of thing that is told about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from chalicelib.domain import ids
from chalicelib.domain.csv_text import Row
from chalicelib.domain.errors import Forbidden
from chalicelib.domain.history import LastReview
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Actor, User
from chalicelib.domain.reviews import ReviewDefinition
from chalicelib.usecases import list_entitlements
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.roles import named
from chalicelib.usecases.seeing import sees_package

REVIEWED, NEVER, SWITCHED_OFF, ENDED = "reviewed", "neverReviewed", "switchedOff", "ended"
NO_POLICY = "noPolicy"
_SECONDS = 10.0  # of one page; counting a million assignments takes longer than a request may
_EXAMINED = 2_000  # policies or packages a page may look at to find uncovered ones
_LOOKED_UP, _THREADS = 100, 8  # packages whose policies are asked for at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How a policy is reviewed. `switched_off_by` is known by its id only when that person is gone.

    `status`: `reviewed` (another review will come, or one is open), `neverReviewed`, `switchedOff`, `ended`
    (the series has had its last review), or `noPolicy`: the package has none, so that nobody can hold it.
    """

    policy: AssignmentPolicy | None
    package: AccessPackage | None
    catalog_id: str
    catalog_name: str = ""
    package_id: str
    status: str
    definition: ReviewDefinition | None = None
    switched_off_by: User | None = None
    last: LastReview | None = None
    assignments: int | None = None

    def days_since(self, now: datetime) -> int | None:
        """Whole days since the last completed review."""
        return (now - self.last.ends).days if self.last else None

    @property
    def switched_off(self) -> tuple[str, datetime] | None:
        """Who switched the reviews off, and when."""
        known = self.definition
        return (known.saved_by, known.modified) if known and self.status == SWITCHED_OFF else None


def require_report_reader(actor: Actor) -> None:
    """Raises Forbidden for people without any role: reports are for those who administer or audit (R167, R170)."""
    if not actor.looks_at_people:
        raise Forbidden("Reports are for administrators, auditors, and those who manage catalogs or packages.")


def coverage(
    services: Services, actor: Actor, limit: int, after: str | None, *, counts: bool = False, uncovered: bool = False
) -> Page[Coverage]:
    """A page of the policies the caller may see, by id; behind them the packages without any policy. With
    `uncovered` those whose coverage is not `reviewed`.

    A page that took long, or examined many policies, ends early. Raises Forbidden.
    """
    require_report_reader(actor)
    budget = Budget(services.clock, _SECONDS)
    part, after = (after or "1")[0], (after or "1")[1:] or None
    found: list[Coverage] = []
    if part == "1":
        page = _of_policies(services, actor, limit, after, counts, uncovered, budget)
        if page.next is not None:
            return Page(page.items, f"1{page.next}")
        found, after = list(page.items), None
        if len(found) >= limit or not budget.left():
            return Page(tuple(found), "2")
    rest = _without_policy(services, actor, limit - len(found), after, counts, budget)
    return Page((*found, *rest.items), f"2{rest.next}" if rest.next else None)


def coverage_of(services: Services, actor: Actor, package_ids: Sequence[str], *, counts: bool) -> list[Coverage]:
    """The same for these packages, those of them whose policies the caller may see. Counts that took too long are left
    out."""
    budget = Budget(services.clock, _SECONDS)
    known = services.entitlements.packages(package_ids)
    seen = [one for one in known.values() if sees_package(actor, one.catalog_id, one.id)]

    def policies(package: AccessPackage) -> list[AssignmentPolicy]:
        return list(list_entitlements.every(partial(services.entitlements.policies_of_package, package.id)))

    def counted(one: Coverage) -> Coverage:
        if one.policy is None or not budget.left():
            return one
        return replace(one, assignments=services.entitlements.count_live_assignments_of_policy(one.policy.id))

    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(policies, seen))
        told = [one for _, one in _told(services, [policy for some in found for policy in some], counts=False)]
        told += _bare(services, [package for package, some in zip(seen, found, strict=True) if not some], counts)
        return list(pool.map(counted, told)) if counts else told


def _of_policies(
    services: Services,
    actor: Actor,
    limit: int,
    after: str | None,
    counts: bool,
    uncovered: bool,
    budget: Budget,
) -> Page[Coverage]:
    source = list_entitlements.policies(services, actor)
    found: list[Coverage] = []
    examined = 0
    while True:
        page = source(limit - len(found), after)
        examined += len(page.items)
        for policy, one in _told(services, page.items, counts):
            after = policy.id
            if not (uncovered and one.status == REVIEWED):
                found.append(one)
            if counts and not budget.left():
                return Page(tuple(found), after)
        if page.next is None or len(found) >= limit or examined >= _EXAMINED or not budget.left():
            return Page(tuple(found), page.next)
        after = page.next


def _without_policy(
    services: Services, actor: Actor, limit: int, after: str | None, counts: bool, budget: Budget
) -> Page[Coverage]:
    """Packages that have no policy, by id: one small query each."""
    source = list_entitlements.packages_by_role(services, actor)
    found: list[Coverage] = []
    examined = 0

    def bare(package: AccessPackage) -> bool:
        return not services.entitlements.policies_of_package(package.id, 1, None).items

    while True:
        page = source(min(limit - len(found), _LOOKED_UP), after)
        with ThreadPoolExecutor(_THREADS) as pool:
            missing = list(pool.map(bare, page.items))
        found += _bare(services, [one for one, none in zip(page.items, missing, strict=True) if none], counts)
        examined += len(page.items)
        after = page.next
        if after is None or len(found) >= limit or examined >= _EXAMINED or not budget.left():
            return Page(tuple(found), after)


def _bare(services: Services, packages: list[AccessPackage], counts: bool) -> Iterator[Coverage]:
    catalogs = services.entitlements.catalogs({package.catalog_id for package in packages})
    for package in packages:
        yield Coverage(
            policy=None,
            package=package,
            catalog_id=package.catalog_id,
            catalog_name=_name(catalogs, package.catalog_id),
            package_id=package.id,
            status=NO_POLICY,
            assignments=0 if counts else None,
        )


def _name(catalogs: Mapping[str, Catalog], catalog_id: str) -> str:
    return catalogs[catalog_id].display_name if catalog_id in catalogs else ""


def coverage_row(one: Coverage, now: datetime) -> Row:
    """The row of report_rows.COVERAGE."""
    by, when = one.switched_off or ("", None)
    return (
        one.catalog_name,
        one.catalog_id,
        one.package.display_name if one.package else "",
        one.package_id,
        one.policy.display_name if one.policy else "",
        one.policy.id if one.policy else "",
        one.status,
        one.switched_off_by.display_name if one.switched_off_by else by,
        when,
        one.last.instance_id if one.last else "",
        one.last.ends if one.last else None,
        one.days_since(now),
        one.assignments,
    )


def _told(
    services: Services, policies: Sequence[AssignmentPolicy], counts: bool
) -> Iterator[tuple[AssignmentPolicy, Coverage]]:
    packages = services.entitlements.packages({policy.package_id for policy in policies})
    catalogs = services.entitlements.catalogs({policy.catalog_id for policy in policies})
    definitions = services.reviews.definitions(ids.definition_id(policy.id) for policy in policies)
    last = services.reports.last_reviews(policy.id for policy in policies)
    people = named(services, (one.saved_by for one in definitions.values() if not one.settings.enabled))
    for policy in policies:
        definition = definitions.get(ids.definition_id(policy.id))
        status = _status(policy, definition)
        yield (
            policy,
            Coverage(
                policy=policy,
                package=packages.get(policy.package_id),
                catalog_id=policy.catalog_id,
                catalog_name=_name(catalogs, policy.catalog_id),
                package_id=policy.package_id,
                status=status,
                definition=definition,
                switched_off_by=people.get(definition.saved_by) if definition and status == SWITCHED_OFF else None,
                last=last.get(policy.id),
                assignments=services.entitlements.count_live_assignments_of_policy(policy.id) if counts else None,
            ),
        )


def _status(policy: AssignmentPolicy, definition: ReviewDefinition | None) -> str:
    if policy.review is not None and policy.review.enabled:
        return ENDED if definition and definition.ended else REVIEWED
    return SWITCHED_OFF if definition else NEVER
