"""One small review that concurrent invocations meet on: its people, what they do, and how it is put back as it was.

Rita and Rob review Ann, Bob and Cy together (`together`), or Mia does as their manager; Fay is the fallback, Hal may
help, Oli owns the catalog. The review has opened; everything is as small as can be, with several pages and chunks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import Role, RoleGrant
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from chalicelib.usecases.list_items import items_of_review
from tests import factories
from tests.factories import Organisation
from tests.simulation.checks import Accepted, Seen, Told, broken
from tests.simulation.scheduler import History, Scheduler
from tests.simulation.store import Store
from tests.simulation.worlds import Simulated, simulated
from tests.world import World

MAIL = "sesv2.SendEmail"
STAFF = ("ann", "bob", "cy")


@dataclass
class Team:
    """The review, and what one can do in it with the services of any process."""

    one: Simulated
    policy: AssignmentPolicy
    held: dict[str, str]  # assignment ids by name
    was: dict[str, Any] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)  # item ids by name, as the opening made them
    review: Any = None  # the instance, without asking the account
    told: Told = field(default_factory=Told)

    @property
    def world(self) -> World:
        return self.one.world

    @property
    def org(self) -> Organisation:
        return self.one.org

    @property
    def services(self) -> Any:
        return bootstrap.services()

    @property
    def series(self) -> str:
        return ids.definition_id(self.policy.id)

    @property
    def instance(self) -> ReviewInstance:
        (found,) = self.services.reviews.instances_of(self.series, 5, None).items
        return found

    @property
    def state(self) -> InstanceState:
        found = self.services.reviews.state(self.instance.id)
        assert found is not None
        return found

    def item(self, name: str) -> DecisionItem:
        found = self.services.items.get(self.instance.id, self.items[name])
        assert found is not None
        return found

    def scheduler(self, **more: Mapping[str, float]) -> Scheduler:
        """For one history from the state that is kept."""
        self.one.cloud.restore(self.was["account"])
        vars(self.world.clock).update(self.was["clock"])
        self.world.streamed, self.world.told = self.was["streamed"], self.was["told"]
        self.told.accepted, self.told.mails = [], list(self.was["mails"])
        bootstrap.use_clock(self.world.clock)
        return Scheduler(self.one.point, self.world.clock, **more)

    def keep(self) -> Team:
        """From now on histories begin here."""
        self.was = {"clock": dict(vars(self.world.clock)), "account": self.one.cloud.snapshot()}
        self.review = next(iter(self.services.reviews.instances_of(self.series, 1, None).items), None)
        self.was |= {"streamed": self.world.streamed, "told": self.world.told, "mails": list(self.told.mails)}
        return self

    def open(self) -> Team:
        """Let the review open, and begin there."""
        clock = self.world.clock
        clock.set(clock.now().replace(hour=23, minute=59, second=30))
        self.world.tick()
        page = items_of_review(self.services, self.instance, self.state, 100, None)
        self.items = {one.principal_name.partition("@")[0]: one.id for one in page.items}
        return self.keep()

    def at_the_end(self, before: timedelta = timedelta(seconds=2)) -> Team:
        """Shortly before the review ends; histories begin there."""
        self.world.clock.set(self.instance.closes - before)
        self.world.tick()
        return self.keep()

    def closed(self, *denied: str) -> Team:
        """Some are denied, the others approved; the review is over and its removals have begun or wait."""
        for name in STAFF:
            self.decide(self.services, "rita", name, Decision.DENY if name in denied else Decision.APPROVE)
        self.world.clock.set(self.instance.closes + timedelta(seconds=1))
        self.world.tick()
        return self.keep()

    def decide(
        self,
        services: Any,
        who: str,
        name: str,
        decision: Decision,
        reason: str = "",
        mark: str = "",
        version: int | None = None,
    ) -> tuple[str, str]:
        """A reviewer decides on somebody; by whom and what, for the record."""
        now, person = services.clock.now(), self.org.people[who]
        instance = open_instance(services, self.review.id, now)
        submission = Submission(item_id=self.items[name], decision=decision, justification=reason, version=version)
        record_decision(services, person, instance, submission, now, mark or services.clock.new_id())
        self.told.accepted.append(Accepted(self.items[name], person.id, decision))
        return who, decision.value

    def settle(self) -> None:
        """Everything that is left to do is done: leases run out, timers fire, queues drain."""
        for _ in range(4):
            self.world.clock.advance(seconds=self.services.settings.lease_seconds + 1)
            self.world.tick()

    def doubt(self, history: History) -> None:
        """Whoever died right after a mail was taken could not record it: that one may go out twice."""
        sent, last = len(self.was["mails"]), {}
        self.told.doubtful = set()
        for step in history.steps:
            if step.call.startswith("DIES") and step.who in last:
                self.told.doubtful.add(self.told.mails[last[step.who]][0])
            last.pop(step.who, None)
            if step.call == MAIL:
                last[step.who], sent = sent, sent + 1

    def check_promises(self) -> None:
        """Every promise that can be seen in the tables and in what was told, once the work is done."""
        tables = self.one.cloud.dynamodb.tables.items()
        rows = {name: {place: dict(found.item) for place, found in table.all()} for name, table in tables}
        found = broken(Seen(Store(rows), self.told, self.world.clock.now(), self.world.clock.real()))
        assert not found, "\n".join(found)

    def agenda(self) -> list[str]:
        """The kinds of work left, leases and all."""
        later = self.world.clock.now() + timedelta(days=1_000)
        rows = self.services.reviews.due_until(later, 50)
        assert all(row.taken <= self.world.clock.real() for row in rows), rows
        return sorted(row.kind for row in rows)


@contextmanager
def team(together: bool = True, opened: bool = True, **review: Any) -> Iterator[Team]:
    """The review of an organisation of nine, in an account of its own."""
    with simulated("memory") as one:
        org = one.org
        for name in ("rita", "rob", "fay", "hal", "oli", "mia"):
            org.person(name)
        staff = [org.person(name, manager="mia") for name in STAFF]
        chosen = {"justification_required": False, "brake_count": 100, **review}
        start = one.world.clock.now().date()
        if together:
            settings = factories.by_people(start, org.people["rita"], org.people["rob"], **chosen)
        else:
            settings = factories.by_manager(start, org.people["fay"], **chosen)
        catalog = org.catalog()
        owner = RoleGrant(role=Role.CATALOG_OWNER, scope=f"catalog:{catalog.id}", principal_id=org.people["oli"].id)
        one.world.services.writer.put_all([owner])
        policy = org.policy(org.package(catalog=catalog), review=replace(settings))
        made = Team(one, policy, dict(zip(STAFF, org.assign(policy, *staff), strict=True)))
        with one.point.hooked(made.told.listening(one.world.clock.now)):
            yield made.open() if opened else made.keep()
