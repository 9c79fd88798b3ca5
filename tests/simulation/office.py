"""A small office in a simulated world: one review, from its opening to what became of its removals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import app as front
from chalicelib import events
from chalicelib.domain import ids
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, ReviewSettings
from chalicelib.domain.people import User
from chalicelib.domain.removals import Removal
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases import decide as deciding
from chalicelib.usecases.list_items import items_of_review
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.factories import ADMIN
from tests.outside import Outside, plug_in
from tests.simulation.point import Point
from tests.simulation.worlds import Simulated, simulated
from tests.world import TIMER_EVENT

AR = "/v1.0/identityGovernance/accessReviews/definitions"
EM = "/v1.0/identityGovernance/entitlementManagement"


class Office:
    """A manager `boss`, a deputy, and people who report to the boss and hold one package."""

    def __init__(self, one: Simulated, names: tuple[str, ...], outside: bool, settings: dict[str, Any]) -> None:
        self.world, self.org, self.point, self.services = one.world, one.org, one.point, one.world.services
        self.clock = self.world.clock
        self.boss, self.deputy = self.org.person("boss"), self.org.person("deputy")
        self.people = {name: self.org.person(name, manager="boss") for name in names}
        self.catalog = self.org.catalog()
        self.outside: Outside = plug_in(self.services)
        self.resource = self._resource() if outside else ""
        self.package = self.new_package("Reporting")
        self.policy = self.org.policy(self.package, review=self.review(**settings))
        self.held = dict(zip(names, self.org.assign(self.policy, *self.people.values()), strict=True))
        if outside:
            self.world.tick()

    def review(self, **settings: Any) -> ReviewSettings:
        """By managers, from today on."""
        chosen = {"justification_required": False, "brake_count": 99, **settings}
        return factories.by_manager(self.clock.now().date(), self.deputy, **chosen)

    def _resource(self) -> str:
        draft = ResourceDraft(
            catalog_id=self.catalog.id, origin_system="AadApplication", origin_id="payroll", connector="outside"
        )
        return add_resource(self.services, ADMIN, self.clock.now(), self.org.operation(), draft).resource_id

    def new_package(self, name: str) -> AccessPackage:
        """A package of the catalog; where there is a system outside, it gives the role `user` there."""
        package = self.org.package(name, self.catalog)
        if self.resource:
            add_role(self.services, ADMIN, self.clock.now(), self.org.operation(), package.id, self.resource, "user")
        return package

    # a review -----------------------------------------------------------------------------------------------
    def instances(self, policy: AssignmentPolicy | None = None) -> tuple[ReviewInstance, ...]:
        series = ids.definition_id((policy or self.policy).id)
        return self.services.reviews.instances_of(series, 20, None).items

    @property
    def instance(self) -> ReviewInstance:
        """The newest."""
        return self.instances()[0]

    @property
    def state(self) -> InstanceState:
        found = self.services.reviews.state(self.instance.id)
        assert found is not None
        return found

    def evening(self) -> None:
        """The moment at which reviews of today open."""
        self.clock.set(self.clock.now().replace(hour=23, minute=59, second=30))

    def open(self) -> ReviewInstance:
        self.evening()
        self.world.tick()
        return self.instance

    def end(self) -> None:
        """The moment after the end; nobody has noticed yet."""
        self.clock.set(self.state.ends + timedelta(seconds=1))

    def settle(self, minutes: int = 3) -> None:
        """Fire the timer every minute."""
        for _ in range(minutes):
            self.world.tick()
            self.clock.advance(minutes=1)

    def minutes(self, number: int) -> None:
        """Fire the timer every minute and do what it asks for once, also where work never ends."""
        for _ in range(number):
            front.tick(TIMER_EVENT, None)
            self.world.drain()
            self.clock.advance(minutes=1)

    def close(self) -> InstanceState:
        """To the end, and until everything is removed."""
        self.end()
        self.settle()
        return self.state

    def items(self) -> dict[str, DecisionItem]:
        """By name; nobody has two."""
        page = items_of_review(self.services, self.instance, self.state, 500, None)
        found = {item.display_name.lower(): item for item in page.items}
        assert len(found) == len(page.items), "somebody has two items"
        return found

    def decide(self, name: str, decision: Decision, by: User | None = None, reason: str = "") -> None:
        """As the door does it."""
        item, now = self.items()[name], self.clock.now()
        instance = deciding.open_instance(self.services, self.instance.id, now)
        submission = deciding.Submission(item_id=item.id, decision=decision, justification=reason)
        deciding.record_decision(self.services, by or self.boss, instance, submission, now, self.clock.new_id())

    def url(self, tail: str = "") -> str:
        return f"{AR}/{self.instance.definition_id}/instances/{self.instance.id}{tail}"

    # what became of it ----------------------------------------------------------------------------------------
    def has_access(self) -> set[str]:
        """Whose assignment lives."""
        found = {name: self.services.entitlements.assignment(number) for name, number in self.held.items()}
        return {name for name, assignment in found.items() if assignment.state == "delivered"}

    def in_the_system(self) -> set[str]:
        """Who has the role in the system outside."""
        return {name for name, person in self.people.items() if self.outside.roles_of(person)}

    def removals(self) -> dict[str, Removal]:
        names = {person.id: name for name, person in self.people.items()}
        page = self.services.removals.removals_of_review(self.instance.id, 100, None)
        return {names[one.person_id]: one for one in page.items}

    def removal_requests(self) -> Counter[str]:
        """How often each assignment was ended by a review."""
        found = self.services.entitlements.list_requests(500, None).items
        return Counter(one.assignment_id for one in found if one.type is RequestType.SYSTEM_REMOVE)

    def mails(self, word: str = "") -> Counter[str]:
        """How many mails each person got, those with this word in the subject."""
        found = (mail for mail in self.world.mails() if word.lower() in mail["subject"].lower())
        return Counter(mail["to"].partition("@")[0] for mail in found)

    def events(self) -> list[AuditEvent]:
        """Every audit event of today."""
        return list(self.services.audit.events(f"{self.clock.now():%Y-%m-%d}", 500, None).items)

    def agenda(self) -> list[str]:
        later = self.clock.now() + timedelta(days=1_000)
        return sorted(row.kind for row in self.services.reviews.due_until(later, 100))


@contextmanager
def office(
    *names: str,
    outside: bool = False,
    engine: str = "memory",
    settings: dict[str, Any] | None = None,
    **review: Any,
) -> Iterator[Office]:
    """An office with these people. `review` are settings of the review, `settings` those of the deployment."""
    with simulated(engine, **(settings or {})) as one:
        yield Office(one, names, outside, review)


def calls(point: Point, act: Any, reads: bool = True) -> list[str]:
    """The AWS calls an act makes, as `service.operation`."""
    found: list[str] = []

    def note(call: Any, proceed: Any) -> Any:
        if reads or not call.reads:
            found.append(f"{call.service}.{call.operation}")
        return proceed()

    with point.hooked(note):
        act()
    return found


def message(kind: str, number: str) -> dict[str, Any]:
    """A record of the work queue."""
    return {"body": f'{{"version": 1, "kind": "{kind}", "id": "{number}"}}', "messageId": number}


def deliver(*records: dict[str, Any]) -> list[str]:
    """Hand records to the worker in one batch; the messages that failed."""
    return [one["itemIdentifier"] for one in events.work({"Records": list(records)})["batchItemFailures"]]
