"""The cadence statement of an access package and year: for every policy that promised reviews, each promised one and
what became of it. From what was recorded: the audit events of the series, its reviews, and what it missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import msgspec

from chalicelib.domain import cadence, errors
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.balance import is_final
from chalicelib.domain.cadence import Held, InForce, Missed, Promise, Verdict
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance, Status
from chalicelib.domain.schedules import Schedule
from chalicelib.domain.seals import Kind, Seal
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.seeing import administers, find_package
from chalicelib.usecases.series_outlook import planned_opening
from chalicelib.usecases.series_steps import CREATED, DELETED, UPDATED
from chalicelib.usecases.wait_for_data import WAITING

_PAGE = 100
_MOST_EVENTS = 2_000  # of one series; each save of its settings is one
_MOST_MISSED = 1_000


@dataclass(frozen=True, slots=True)
class PolicyCadence:
    """One series in one year. `schedule`: as it is now (None: reviews are off). `recorded`: its whole history is;
    otherwise what came before the first record is not known. `seals` by review."""

    definition: ReviewDefinition
    schedule: Schedule | None
    recorded: bool
    promises: tuple[Promise, ...]
    numbers: Verdict
    seals: Mapping[str, list[Seal]]

    def sealed(self, promise: Promise) -> int | None:
        """The number of the decisions seal of a promised review; None without one."""
        made = self.seals.get(promise.held.id, []) if promise.held else []
        return next((one.sequence for one in made if one.kind is Kind.DECISIONS), None)


@dataclass(frozen=True, slots=True)
class Cadence:
    """A package in one year: its policies' series, the policies that never had one, and reviews that somebody had
    beside them."""

    package: AccessPackage
    year: int
    policies: tuple[PolicyCadence, ...]
    unreviewed: tuple[AssignmentPolicy, ...]
    extra: tuple[PolicyCadence, ...]

    @property
    def numbers(self) -> Verdict:
        """The promises of all policies together. Gaps are told policy by policy."""
        every = [promise for one in self.policies for promise in one.promises]
        return replace(cadence.verdict(every), longest_gap=max(self._gaps, default=None))

    @property
    def _gaps(self) -> list[timedelta]:
        return [one.numbers.longest_gap for one in self.policies if one.numbers.longest_gap]

    @property
    def sentence(self) -> str:
        """The year's verdict in one sentence."""
        return cadence.sentence(self.numbers, self.package.display_name, self.year)


def cadence_of(services: Services, actor: Actor, package_id: str, year: int) -> Cadence:
    """The statement. Raises NotFound, and Forbidden for those who do not see the package's reviews."""
    package = find_package(services, actor, package_id)
    if not administers(actor, package.catalog_id, package.id):
        raise errors.Forbidden("Only those who administer or audit the access package see when it was reviewed.")
    found = [_of_series(services, one, year) for one in _series(services, package.id)]
    told = [one for one in found if one.promises or not one.definition.ad_hoc]
    regular = tuple(one for one in told if not one.definition.ad_hoc)
    extra = tuple(one for one in told if one.definition.ad_hoc)
    reviewed = {one.definition.policy_id for one in regular}
    policies = services.entitlements.policies_of_package(package.id, _PAGE, None).items
    return Cadence(package, year, regular, tuple(one for one in policies if one.id not in reviewed), extra)


def _series(services: Services, package_id: str) -> list[ReviewDefinition]:
    """Every series the package ever had, also of what was deleted."""
    page = services.reviews.series_of_package(package_id, _PAGE, None)
    wanted = [one.definition_id for one in page.items]
    while page.next is not None:
        page = services.reviews.series_of_package(package_id, _PAGE, page.next)
        wanted += [one.definition_id for one in page.items]
    found = services.reviews.definitions(wanted)
    return sorted((found[one] for one in wanted if one in found), key=lambda one: (one.policy_name, one.created))


def _of_series(services: Services, definition: ReviewDefinition, year: int) -> PolicyCadence:
    now = services.clock.now()
    events = _events(services, definition)
    instances = _instances(services, definition, year)
    states = services.reviews.states(one.id for one in instances)
    held = [_held(one, states[one.id]) for one in instances if one.id in states]
    history, recorded = _history(definition, events, instances)
    found = cadence.promises(history, held, _missed(services, definition, events), year, now)
    numbers = cadence.verdict(found)
    closed = [one.held.id for one in found if one.held and one.held.closed]
    seals = {one: services.seals.of_review(one) for one in closed}
    off = definition.ended is not None or not definition.settings.enabled
    schedule = None if off else definition.settings.schedule
    return PolicyCadence(definition, schedule, recorded, found, numbers, seals)


def _events(services: Services, definition: ReviewDefinition) -> list[AuditEvent]:
    """What was recorded about a series, oldest first."""
    found: list[AuditEvent] = []
    page: Page[AuditEvent] = services.audit.events_of_target(definition.id, _PAGE, None)
    found += page.items
    while page.next is not None and len(found) < _MOST_EVENTS:
        page = services.audit.events_of_target(definition.id, _PAGE, page.next)
        found += page.items
    return found[::-1]


def _instances(services: Services, definition: ReviewDefinition, year: int) -> list[ReviewInstance]:
    """The reviews of a series of this year and the one before, whose last may have reached into it; oldest first."""
    found: list[ReviewInstance] = []
    page: Page[ReviewInstance] = services.reviews.instances_of(definition.id, _PAGE, None)
    while True:
        found += [one for one in page.items if year - 1 <= one.day.year <= year]
        if page.next is None or page.items[-1].day.year < year - 1:
            return found[::-1]
        page = services.reviews.instances_of(definition.id, _PAGE, page.next)


def _held(instance: ReviewInstance, state: InstanceState) -> Held:
    return Held(
        id=instance.id,
        day=instance.day,
        opens=planned_opening(instance),
        closes=instance.closes,
        started=max(state.started, instance.opens) if state.started else instance.opens,
        ended=state.ends,
        people=state.items,
        closed=is_final(state),
        failed=state.status is Status.FAILED,
    )


def _history(
    definition: ReviewDefinition, events: list[AuditEvent], instances: list[ReviewInstance]
) -> tuple[list[InForce], bool]:
    """The schedules in force, one after the other; False beside them when the beginning was not recorded: then the
    oldest review known, or else the settings of today, tell what was in force from the creation on."""
    found: list[InForce] = []
    schedule: Schedule | None = None
    recorded = any(one.activity == CREATED for one in events)
    if not recorded:
        schedule = instances[0].settings.schedule if instances else definition.settings.schedule
        found.append(InForce(definition.created, schedule, definition.created_by))
    for one in events:
        if one.activity == DELETED:
            found.append(InForce(one.time, None, one.actor_id))
        elif one.activity in (CREATED, UPDATED):
            changed = one.changes.get("schedule")
            schedule = msgspec.convert(changed[1], Schedule) if changed else schedule
            if changed or one.details.get("switchedOn"):
                found.append(InForce(one.time, schedule, one.actor_id))
    return found, recorded


def _missed(services: Services, definition: ReviewDefinition, events: list[AuditEvent]) -> dict[date, Missed]:
    """What was recorded of occurrences that did not open, or waited for data, by their date."""
    waited = {date.fromisoformat(one.details["date"]) for one in events if one.activity == WAITING}
    missed = {one.day: one.reason for one in services.reviews.missed_of(definition.id, _MOST_MISSED)}
    return {day: Missed(missed.get(day, ""), day in waited) for day in waited | missed.keys()}
