"""Where the rows of each report come from: read in stretches behind a cursor, so that a killed worker can go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from chalicelib.domain import report_rows
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.csv_text import Column, Row
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.history import HistoryDefinition, HistoryInstance, in_scope, in_window, result_of
from chalicelib.domain.items import DecisionItem, reads_note
from chalicelib.domain.lifetimes import state_at
from chalicelib.domain.people import Actor, User
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.coverage import coverage, coverage_row
from chalicelib.usecases.list_entitlements import through
from chalicelib.usecases.list_items import items_of_review, sees_all
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import named

PAGE = 1_000
_REMEMBERED = 5_000


class Source(Protocol):
    """The rows of one report."""

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns, in order."""

    def read(self, cursor: str) -> tuple[Sequence[Row], str | None]:
        """Some rows behind `cursor` ("" at the beginning), perhaps none, and the cursor that goes on; None at
        the end."""


@dataclass
class Names:
    """People by id, read by the hundred and remembered for a while."""

    services: Services
    known: dict[str, User] = field(default_factory=dict)

    def of(self, user_ids: Iterable[str]) -> dict[str, User]:
        """At least these people, those that exist."""
        wanted = set(user_ids)
        if len(self.known) > _REMEMBERED:
            self.known.clear()
        self.known |= named(self.services, wanted - self.known.keys())
        return self.known


class Results:
    """The results of one review, while it runs and afterwards (R151), for somebody who sees all of it."""

    columns = report_rows.RESULTS

    def __init__(self, services: Services, actor: Actor, instance: ReviewInstance) -> None:
        if not sees_all(actor, instance):
            raise InvalidInput("Whoever asked for these results may not see them any more.")
        self._services, self._actor, self._instance = services, actor, instance
        self._names = Names(services)

    def read(self, cursor: str) -> tuple[Sequence[Row], str | None]:
        """See Source."""
        state = self._services.reviews.state(self._instance.id)
        if state is None:
            return (), None
        page = items_of_review(self._services, self._instance, state, PAGE, cursor or None)
        people = self._names.of({one for item in page.items for one in report_rows.people_of(item)})
        return [self._row(item, people) for item in page.items], page.next

    def _row(self, item: DecisionItem, people: Mapping[str, User]) -> Row:
        noted = item.last is not None and reads_note(self._actor.id, True, item, item.last)
        return report_rows.results_row(item, self._instance, people, noted)


class Assignments:
    """The assignments of a package in one state, `active`, or `all` (R156)."""

    columns = report_rows.ASSIGNMENTS

    def __init__(self, services: Services, package_id: str, state: str, now: datetime) -> None:
        self._services, self._state, self._now = services, state, now
        self._names = Names(services)
        self._source = through(
            services, lambda limit, after: services.entitlements.policies_of_package(package_id, limit, after)
        )

    def read(self, cursor: str) -> tuple[Sequence[Row], str | None]:
        """See Source."""
        page = self._source(PAGE, cursor or None)
        wanted = [one for one in page.items if self._wants(one)]
        people = self._names.of(one.target_id for one in wanted)
        policies = self._services.entitlements.policies({one.policy_id for one in wanted})
        named = {one.id: one.display_name for one in policies.values()}
        rows = [report_rows.assignment_row(one, named.get(one.policy_id, ""), people, self._now) for one in wanted]
        return rows, page.next

    def _wants(self, found: Assignment) -> bool:
        if self._state in ("all", "active"):
            return self._state == "all" or found.active_at(self._now)
        return state_at(found, self._now).value == self._state


class CoverageRows:
    """The coverage of every policy the asker may see."""

    columns = report_rows.COVERAGE

    def __init__(self, services: Services, actor: Actor, counts: bool, uncovered: bool, now: datetime) -> None:
        self._services, self._actor, self._now = services, actor, now
        self._counts, self._uncovered = counts, uncovered

    def read(self, cursor: str) -> tuple[Sequence[Row], str | None]:
        """See Source."""
        page = coverage(
            self._services, self._actor, PAGE, cursor or None, counts=self._counts, uncovered=self._uncovered
        )
        return [coverage_row(one, self._now) for one in page.items], page.next


class History:
    """Everybody reviewed in the ended reviews of a window that the asker may see (R153-R155, R170, G38).

    The cursor is "reviews before|items before": the reviews behind which the present one comes, and the place
    inside it.
    """

    columns = report_rows.HISTORY

    def __init__(self, services: Services, actor: Actor, wanted: HistoryDefinition, run: HistoryInstance) -> None:
        self._services, self._actor, self._wanted, self._run = services, actor, wanted, run
        self._names = Names(services)

    def read(self, cursor: str) -> tuple[Sequence[Row], str | None]:
        """See Source."""
        before, _, inside = cursor.partition("/")
        until = min(self._run.until, self._services.clock.now())  # nothing has ended in the months to come
        page = self._services.reports.ended_between(self._run.since, until, 1, before or None)
        if not page.items:
            return (), None
        (ended,) = page.items
        following = f"{page.next}/" if page.next else None
        instance = self._services.reviews.instance(ended.instance_id)
        state = self._services.reviews.state(ended.instance_id)
        if instance is None or state is None or not self._covers(instance, state):
            return (), following
        rows, inner = self._rows(instance, state, inside)
        return rows, f"{before}/{inner}" if inner else following

    def _covers(self, instance: ReviewInstance, state: InstanceState) -> bool:
        return (
            in_window(instance.opens, state.ends, self._run.since, self._run.until)
            and in_scope(self._wanted, instance.package_id, instance.policy_id)
            and sees_all(self._actor, instance)
        )

    def _rows(self, instance: ReviewInstance, state: InstanceState, inside: str) -> tuple[list[Row], str | None]:
        page = items_of_review(self._services, instance, state, PAGE, inside or None)
        items = [item for item in page.items if result_of(item) in self._wanted.results]
        definition = self._services.reviews.definition(instance.definition_id)
        deciders = {one for item in items for one in report_rows.people_of(item)}
        owner = definition.created_by if definition else instance.saved_by
        people = self._names.of({*deciders, owner})
        return [report_rows.history_row(item, instance, state, definition, people) for item in items], page.next


def state_filter(text: str) -> str:
    """The filter on assignments' states (R156). Raises InvalidInput."""
    words = ("active", "delivering", "delivered", "partiallyDelivered", "deliveryFailed", "expired", "all")
    found = next((word for word in words if word.lower() == text.lower()), None)
    if found is None:
        raise InvalidInput(f"state must be one of: {', '.join(words)}.", "state")
    return found
