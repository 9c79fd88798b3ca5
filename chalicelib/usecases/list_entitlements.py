"""What a caller may list: for each kind of entitlement the narrowest walk that holds all they may see (R165).

Those who read everything walk everything; everybody else walks what their roles and their own assignments
reach, which is little, and so is gathered and put in order first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from chalicelib.domain.assignments import Assignment, AssignmentRequest
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Actor, Right
from chalicelib.domain.resources import Resource
from chalicelib.usecases.ports import Page, Services

T = TypeVar("T")
Source = Callable[[int, str | None], Page[T]]
_PAGE = 1_000
_POLICIES = 100  # walked at once; one that nobody has an assignment through costs a query


def every(source: Source[T]) -> Iterator[T]:
    """Everything a source has."""
    page = source(_PAGE, None)
    yield from page.items
    while page.next is not None:
        page = source(_PAGE, page.next)
        yield from page.items


def gathered(found: Iterable[T], key: Callable[[T], str]) -> Source[T]:
    """A source of objects at hand, in the order of `key`, each once."""
    ordered = sorted({key(one): one for one in found}.items())

    def source(limit: int, after: str | None) -> Page[T]:
        rest = [pair for pair in ordered if after is None or pair[0] > after]
        page = rest[:limit]
        return Page(tuple(one for _, one in page), page[-1][0] if len(rest) > limit else None)

    return source


def catalogs(services: Services, actor: Actor) -> Source[Catalog]:
    """Every catalog, or those the caller has a role in; by id."""
    if actor.reads_everything:
        return services.entitlements.list_catalogs
    found = (services.entitlements.catalog(catalog_id) for catalog_id in actor.scopes(Right.SEE_PACKAGES, "catalog"))
    return gathered([catalog for catalog in found if catalog], lambda catalog: catalog.id)


def packages(services: Services, actor: Actor) -> Source[AccessPackage]:
    """Every package, or those the caller's roles reach and those they hold; by id."""
    if actor.reads_everything:
        return services.entitlements.list_packages
    held = services.entitlements.packages(_held(services, actor)).values()
    return gathered([*_reached(services, actor, Right.SEE_PACKAGES), *held], lambda package: package.id)


def packages_by_role(services: Services, actor: Actor) -> Source[AccessPackage]:
    """Every package, or those the caller's roles reach; by id. What they merely hold is not among them."""
    if actor.reads_everything:
        return services.entitlements.list_packages
    return gathered(_reached(services, actor, Right.SEE_PACKAGES), lambda package: package.id)


def policies(services: Services, actor: Actor) -> Source[AssignmentPolicy]:
    """Every policy, or those of the packages the caller's roles reach; by id."""
    if actor.reads_everything:
        return services.entitlements.list_policies
    return _policies_with(services, actor, Right.SEE_PACKAGES)


def _policies_with(services: Services, actor: Actor, right: Right) -> Source[AssignmentPolicy]:
    found = [
        policy
        for package in _reached(services, actor, right)
        for policy in every(_bound(services.entitlements.policies_of_package, package.id))
    ]
    return gathered(found, lambda policy: policy.id)


def assignments(services: Services, actor: Actor) -> Source[Assignment]:
    """The assignments through every policy the caller may list, policy by policy; for those whose
    roles show none their own."""
    if actor.reads_everything:
        return through(services, services.entitlements.list_policies)
    managed = list(every(_policies_with(services, actor, Right.SEE_ASSIGNMENTS)))
    own = _bound(services.entitlements.assignments_of_person, actor.id)
    if not managed:
        return own
    known = {policy.id for policy in managed}
    mine = [assignment for assignment in every(own) if assignment.policy_id not in known]
    first = gathered(mine, lambda assignment: assignment.id)
    return _one_after_the_other(first, through(services, gathered(managed, lambda policy: policy.id)))


def resources(services: Services, catalogs_by_id: Source[Catalog]) -> Source[Resource]:
    """The resources of each of the catalogs, in their order. The cursor is `catalog|resource`."""

    def source(limit: int, after: str | None) -> Page[Resource]:
        catalog_id, _, inner = (after or "").partition("|")
        found: list[Resource] = []
        if inner:
            page = services.entitlements.resources_of_catalog(catalog_id, limit, inner)
            found, inner = list(page.items), page.next or ""
        while len(found) < limit and not inner:
            following = catalogs_by_id(1, catalog_id or None)
            for catalog in following.items:
                catalog_id = catalog.id
                page = services.entitlements.resources_of_catalog(catalog_id, limit - len(found), None)
                found, inner = [*found, *page.items], page.next or ""
            if not following.items or (following.next is None and not inner):
                return Page(tuple(found))
        return Page(tuple(found), f"{catalog_id}|{inner}")

    return source


def requests(services: Services, actor: Actor) -> Source[AssignmentRequest]:
    """The requests among which those the caller may see are: for those who manage nothing their own, by index."""
    if sees_own_requests_only(actor):
        return _bound(services.entitlements.requests_of_person, actor.id)
    return services.entitlements.list_requests


def sees_own_requests_only(actor: Actor) -> bool:
    """Has the caller no role that shows them other people's requests?"""
    right = Right.SEE_ASSIGNMENTS
    return not (actor.reads_everything or actor.scopes(right, "catalog") or actor.scopes(right, "package"))


def through(services: Services, policies_by_id: Source[AssignmentPolicy]) -> Source[Assignment]:
    """The assignments through each of the policies, in their order. The cursor is `policy|assignment`: behind
    that assignment of that policy, or behind the whole policy when the second part is empty."""

    def source(limit: int, after: str | None) -> Page[Assignment]:
        policy_id, _, inner = (after or "").partition("|")
        found: list[Assignment] = []
        if inner:
            page = services.entitlements.assignments_of_policy(policy_id, limit, inner)
            found, inner = list(page.items), page.next or ""
        while len(found) < limit and not inner:
            following = policies_by_id(_POLICIES, policy_id or None)
            for policy in following.items:
                policy_id = policy.id
                page = services.entitlements.assignments_of_policy(policy_id, limit - len(found), None)
                found, inner = [*found, *page.items], page.next or ""
                if inner or len(found) == limit:
                    return Page(tuple(found), f"{policy_id}|{inner}")
            if following.next is None:
                return Page(tuple(found))
        return Page(tuple(found), f"{policy_id}|{inner}")

    return source


def _one_after_the_other(first: Source[T], second: Source[T]) -> Source[T]:
    """Two sources as one; the cursor begins with the number of the source it continues."""

    def source(limit: int, after: str | None) -> Page[T]:
        part, inner = (after or "1")[0], (after or "1")[1:] or None
        if part == "2":
            page = second(limit, inner)
            return Page(page.items, f"2{page.next}" if page.next else None)
        page = first(limit, inner)
        return Page(page.items, f"1{page.next}" if page.next else "2")

    return source


def _reached(services: Services, actor: Actor, right: Right) -> Sequence[AccessPackage]:
    """The packages the caller has a right to, through their catalog or one by one."""
    found = list(services.entitlements.packages(actor.scopes(right, "package")).values())
    for catalog_id in actor.scopes(right, "catalog"):
        found += every(_bound(services.entitlements.packages_of_catalog, catalog_id))
    return found


def _held(services: Services, actor: Actor) -> set[str]:
    """The packages the caller has a live assignment to."""
    own = every(_bound(services.entitlements.assignments_of_person, actor.id))
    return {one.package_id for one in own if not is_over(one, services.clock.now())}


def _bound(method: Callable[[str, int, str | None], Page[T]], subject_id: str) -> Source[T]:
    return lambda limit, after: method(subject_id, limit, after)
