"""What people do to one policy of the product, by their first names: True when it was accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, RequestType
from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.errors import ReviewError
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.packages import AssignmentPolicy, SubjectSet
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.confirm_removals import apply_decisions, decline_removals
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from chalicelib.usecases.delegates import name_delegate
from chalicelib.usecases.edit_reviewers import Reviewers, edit_reviewers
from chalicelib.usecases.extend_review import extend_review
from chalicelib.usecases.hand_over import Wish as Handing
from chalicelib.usecases.hand_over import hand_over
from chalicelib.usecases.list_items import items_of_review
from chalicelib.usecases.regrants import live_assignment
from chalicelib.usecases.restore_access import restore_access
from chalicelib.usecases.take_back import take_back
from tests.factories import ADMIN
from tests.simulation.checks import Accepted, Told
from tests.simulation.worlds import Simulated

REVIEWERS = ("rita", "rob")


@dataclass
class Doing:
    """The newest review of a policy, and what one can do."""

    one: Simulated
    policy: AssignmentPolicy
    told: Told = field(default_factory=Told)

    @property
    def services(self) -> Any:
        return self.one.world.services

    @property
    def now(self) -> datetime:
        return self.one.world.clock.now()

    @property
    def instance(self) -> ReviewInstance | None:
        found = self.services.reviews.instances_of(ids.definition_id(self.policy.id), 1, None).items
        return found[0] if found else None

    def done(self, name: str, operation: str, arguments: dict[str, Any]) -> bool:
        """Do it; whether the product took it."""
        try:
            return bool(getattr(self, f"do_{name}")(self.services, self.instance, operation, **arguments))
        except ReviewError:
            return False

    def do_assign(self, services: Any, instance: Any, operation: str, who: str, until: datetime | None) -> bool:
        ends = {"expiration": {"type": "afterDateTime", "endDateTime": until.isoformat()}} if until else {}
        wish = Wish(target_id=self.one.org.people[who].id, policy_id=self.policy.id, **ends)
        return assign(services, ADMIN, self.now, operation, wish) is not None

    def do_end(self, services: Any, instance: Any, operation: str, who: str) -> bool:
        held = self.held(who)
        ended = held and end_assignment(services, ADMIN, self.now, operation, held, RequestType.ADMIN_REMOVE)
        return ended is not None

    def do_decide(
        self, services: Any, instance: Any, operation: str, by: str, who: str, what: str, reason: bool
    ) -> bool:
        item = self.items().get(who)
        if instance is None or item is None:
            return False
        person, because = self.one.org.people[by], "because" if reason else ""
        found = open_instance(services, instance.id, self.now)
        submission = Submission(item_id=item.id, decision=Decision(what), justification=because)
        record_decision(services, person, found, submission, self.now, f"decide{operation}")
        self.told.accepted.append(Accepted(item.id, person.id, Decision(what)))
        return True

    def do_hand_over(self, services: Any, instance: Any, operation: str, by: str, to: str) -> bool:
        if instance is None:
            return False
        wish = Handing(to=self.one.org.people[to].id, reason="away")
        open_instance(services, instance.id, self.now)
        hand_over(services, self.one.org.people[by], instance, wish, self.now, operation)
        return True

    def do_be_absent(self, services: Any, instance: Any, operation: str, by: str, until: datetime) -> bool:
        person, hal = self.one.org.people[by], self.one.org.people["hal"].id
        wish = StandingDelegate(user_id=person.id, delegate_id=hal, starts=self.now, ends=until, reason="away")
        return name_delegate(services, person, wish, self.now, operation) is not None

    def do_join(self, services: Any, instance: Any, operation: str, who: str) -> bool:
        if instance is not None:
            people = tuple(SubjectSet("singleUser", self.one.org.people[name].id) for name in (*REVIEWERS, who))
            edit_reviewers(services, ADMIN, instance, Reviewers(primary=people), self.now, operation)
        return instance is not None

    def do_take_back(self, services: Any, instance: Any, operation: str, to: str) -> bool:
        if instance is None:
            return False
        open_instance(services, instance.id, self.now)
        for by in REVIEWERS:
            person, taker = self.one.org.people[by], self.one.org.people[to].id
            take_back(services, person, instance, taker, (), self.now, f"{operation} {by}")
        return True

    def do_stop(self, services: Any, instance: Any, operation: str) -> bool:
        if instance is not None:
            stop_review(services, ADMIN, self.now, operation, instance)
        return instance is not None

    def do_extend(self, services: Any, instance: Any, operation: str, days: int) -> bool:
        if instance is not None:
            until = services.reviews.state(instance.id).ends + timedelta(days=days)
            extend_review(services, ADMIN, self.now, operation, instance, until, "holidays")
        return instance is not None

    def do_confirm(self, services: Any, instance: Any, operation: str) -> bool:
        if instance is not None:
            apply_decisions(services, ADMIN, self.now, operation, instance)
        return instance is not None

    def do_decline(self, services: Any, instance: Any, operation: str) -> bool:
        if instance is not None:
            decline_removals(services, ADMIN, self.now, operation, instance, "a mistake")
        return instance is not None

    def do_restore(self, services: Any, instance: Any, operation: str, who: str) -> bool:
        item = self.items().get(who)
        if item is not None:
            restore_access(services, ADMIN, self.now, operation, instance, item.id, "a mistake")
        return item is not None

    def held(self, who: str) -> Assignment | None:
        """The assignment by which a person has the package now."""
        return live_assignment(self.services, self.one.org.people[who].id, self.policy.package_id, self.now)

    def items(self) -> dict[str, DecisionItem]:
        """The newest review's items by first name."""
        if self.instance is None:
            return {}
        state = self.services.reviews.state(self.instance.id)
        page = items_of_review(self.services, self.instance, state, 100, None)
        return {item.principal_name.partition("@")[0]: item for item in page.items}
