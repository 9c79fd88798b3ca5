"""The review that the cost contract is measured on: a thousand items, whose reviewers are their managers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bench.meter import Meter

ITEMS = 1_000
MANAGERS = 100  # with ten items each


@dataclass
class Thousand:
    """A review of 1,000 items that was opened and told by mail, under the meter."""

    world: Any
    bosses: list[Any]
    instance: Any
    opening: Meter

    @property
    def services(self) -> Any:
        return self.world.services

    def items(self, boss: int) -> Any:
        """The items of one manager."""
        from chalicelib.domain import ids

        return self.services.items.page(self.instance.id, ids.set_of_one(self.bosses[boss].id), 0, ITEMS, None).items

    def decide(self, person: Any, item: Any, decision: Any, reason: str) -> None:
        """One decision."""
        from chalicelib.usecases.decide import Submission, open_instance, record_decision

        services, now = self.services, self.world.clock.now()
        submission = Submission(item_id=item.id, decision=decision, justification=reason)
        found = open_instance(services, self.instance.id, now)
        record_decision(services, person, found, submission, now, services.clock.new_id())


@contextmanager
def thousand(managers: int = MANAGERS) -> Iterator[Thousand]:
    """A world of its own with such a review of so many managers."""
    from tests.conftest import account  # noqa: I001 - the environment, before the product is imported

    from chalicelib import bootstrap
    from chalicelib.settings import settings
    from tests.factories import Organisation
    from tests.world import MovableClock, World

    with account():
        clock = MovableClock()
        bootstrap.use_clock(clock)
        world = World(clock, None, settings().work_queue_url)
        yield _opened(world, Organisation(bootstrap.services()), managers)


def _opened(world: Any, org: Any, managers: int) -> Thousand:
    from chalicelib.domain import ids
    from chalicelib.domain.packages import NoResponse
    from chalicelib.usecases.advance_review import advance_review
    from chalicelib.usecases.open_review import open_due_review
    from tests import factories

    bosses = [org.person(f"boss{number}") for number in range(managers)]
    chosen = {"justification_required": False, "no_response": NoResponse.KEEP}
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), bosses[0], **chosen))
    world.services.writer.put_all([row for number in range(ITEMS) for row in _employee(world, policy, bosses, number)])
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=5))
    with Meter() as meter:
        instance_id = open_due_review(world.services, ids.definition_id(policy.id)) or ""
        advance_review(world.services, instance_id)
    return Thousand(world, bosses, world.services.reviews.instance(instance_id), meter)


def _employee(world: Any, policy: Any, bosses: list[Any], number: int) -> list[object]:
    """A person with one assignment, as the directory and the entitlements hold them."""
    from chalicelib.domain import ids
    from chalicelib.domain.assignments import Assignment, Holding
    from chalicelib.domain.people import PrincipalName

    name = f"person.number{number}@example.com"
    user = replace(
        bosses[0],
        id=ids.guid("staff", number),
        display_name=f"Person Number{number}",
        principal_name=name,
        mail=name,
        job_title="Analyst",
        department="Finance",
        manager_id=bosses[number * 7 % len(bosses)].id,
    )
    since, key = world.clock.now() - timedelta(days=90), ids.assignment_id(policy.id, user.id, "x")
    of = {"policy_id": policy.id, "package_id": policy.package_id, "target_id": user.id}
    held = Holding(target_id=user.id, package_id=policy.package_id, assignment_id=key)
    return [
        user,
        PrincipalName(name=name, user_id=user.id),
        Assignment(id=key, created=since, starts=since, **of),
        held,
    ]
