"""Who would lose access if removals that wait were confirmed: numbers by cause, reviewer and department, and the people
page by page, with what each keeps through other packages (G24). Nothing is changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from chalicelib.domain.assignments import Holding
from chalicelib.domain.items import BY_RULE, DecisionItem
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.reviews import InstanceState, Outcome, ReviewInstance
from chalicelib.domain.series import Needs, needs_of
from chalicelib.usecases.confirm_removals import outstanding
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.package_contents import grants_of
from chalicelib.usecases.ports import Page, Services

SUMMED = 5_000  # people the numbers are made of
EXAMINED = 2_000  # people one page looks through for those that match a search
SHOWN = 20  # reviewers and departments with the most
_BATCH, _THREADS = 100, 8
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Losing:
    """Somebody who would lose access. `keeps_through`: names of other packages of theirs that grant some of the
    same."""

    item: DecisionItem
    keeps_through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The removals that wait, in numbers. `by_reviewer` and `by_department` have the largest first and are complete
    when `counted` is all; the rule that decides at the close is the reviewer "rule"."""

    removals: int
    people: int
    by_person: int
    by_rule: int
    loses: tuple[str, ...]
    counted: int
    by_reviewer: tuple[tuple[str, int], ...]
    by_department: tuple[tuple[str, int], ...]


def waiting_in_numbers(services: Services, instance: ReviewInstance, state: InstanceState) -> Waiting:
    """The removals of a closed review in numbers. Reads at most 5,000 items; the sums by cause are exact anyway."""
    outcome = state.outcome or Outcome()
    by_reviewer: Counter[str] = Counter()
    by_department: Counter[str] = Counter()
    counted = 0
    for _, item in _walk(services, instance, state, (0, 0)):
        by_reviewer[item.last.by if item.last else BY_RULE] += 1
        by_department[item.department] += 1
        counted += 1
        if counted >= SUMMED:
            break
    return Waiting(
        removals=outcome.outstanding,
        people=outcome.total,
        by_person=outcome.denied_by_person - outcome.removed_at_once,
        by_rule=outcome.denied_by_rule,
        loses=_loses(services, instance),
        counted=counted,
        by_reviewer=tuple(by_reviewer.most_common(SHOWN)),
        by_department=tuple(by_department.most_common(SHOWN)),
    )


def _loses(services: Services, instance: ReviewInstance) -> tuple[str, ...]:
    """What the package grants, as "role of resource"."""
    package = services.entitlements.package(instance.package_id)
    if package is None:
        return ()
    grants = grants_of(services, [package])[package.id]
    return tuple(f"{resource.display_name}: {role.display_name}" for resource, role in grants)


def losing(
    services: Services, instance: ReviewInstance, state: InstanceState, search: str, limit: int, after: str | None
) -> Page[Losing]:
    """A page of those who would lose access; with `search` those whose name, principal name or department contains
    it. It may be short, or empty, before the last one."""
    if needs_of(state) is not Needs.CONFIRMATION:
        return Page(())
    number, index = (int(part) for part in (after or "0,0").split(","))
    wanted = search.strip().casefold()
    found: list[DecisionItem] = []
    for examined, (place, item) in enumerate(_walk(services, instance, state, (number, index))):
        if len(found) >= limit or examined >= EXAMINED:
            return Page(_with_others(services, instance, found), f"{place[0]},{place[1]}")
        if not wanted or any(wanted in text.casefold() for text in _searched(item)):
            found.append(item)
    return Page(_with_others(services, instance, found))


def _searched(item: DecisionItem) -> Sequence[str]:
    return item.display_name, item.principal_name, item.department


def _walk(
    services: Services, instance: ReviewInstance, state: InstanceState, place: Place
) -> Iterator[tuple[Place, DecisionItem]]:
    """The items that wait to be removed, from a place in the files of the closing sweep on, each with its place."""
    number, index = place
    while number < state.page:
        wanted = json.loads(services.files.get(f"{folder(instance.id)}/removals/{number}.json") or b"[]")
        while index < len(wanted):
            batch = wanted[index : index + _BATCH]
            known = {one.id: one for one in services.items.get_many(instance.id, batch)}
            for offset, item_id in enumerate(batch):
                item = known.get(item_id)
                if item is not None and outstanding(item):
                    yield (number, index + offset), item
            index += len(batch)
        number, index = number + 1, 0


def _with_others(services: Services, instance: ReviewInstance, items: Sequence[DecisionItem]) -> tuple[Losing, ...]:
    """Items with the names of the other packages that leave their person some of what this one grants (R9)."""
    package = services.entitlements.package(instance.package_id)
    rights = {one.right for one in package.role_scopes} if package else set()
    if not rights:
        return tuple(Losing(item) for item in items)
    with ThreadPoolExecutor(_THREADS) as pool:
        read = list(pool.map(services.entitlements.holdings_of_person, (item.principal_id for item in items)))
    others = [[one for one in held if one.package_id != instance.package_id] for held in read]
    live = _live_packages(services, [one for held in others for one in held])
    packages = services.entitlements.packages({one.package_id for held in others for one in held})
    granting = {
        key: one.display_name for key, one in packages.items() if rights & {each.right for each in one.role_scopes}
    }
    return tuple(
        Losing(item, tuple(sorted(granting[one.package_id] for one in held if _grants(one, granting, live))))
        for item, held in zip(items, others, strict=True)
    )


def _grants(held: Holding, granting: dict[str, str], live: set[str]) -> bool:
    return held.package_id in granting and held.assignment_id in live


def _live_packages(services: Services, held: Iterable[Holding]) -> set[str]:
    """The ids of the assignments behind holdings that are not over."""
    now = services.clock.now()
    found = services.entitlements.assignments({one.assignment_id for one in held})
    return {one.id for one in found.values() if not is_over(one, now)}
