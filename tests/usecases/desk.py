"""What the tests of the entitlement use cases share: an organisation on the real table, and looks behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, RequestType
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.packages import AssignmentPolicy, ReviewSettings
from chalicelib.domain.people import Actor, Role, User
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance, Status
from chalicelib.domain.schedules import occurrence
from chalicelib.domain.series import NewestReview
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.manage_policies import draft_of, update_policy
from chalicelib.usecases.ports import Change, Create, Services, Writer
from tests.factories import ADMIN, Organisation
from tests.world import MovableClock

FAR = timedelta(days=36_500)
AUDITOR = Actor(ids.guid("auditor"), "", "Auditor", frozenset({(Role.AUDITOR, "")}))
STRANGER = Actor(ids.guid("stranger"), "", "Stranger")


def owner_of(catalog_id: str) -> Actor:
    """Somebody who owns this catalog and nothing else."""
    return Actor(ids.guid("owner"), "", "Owner", frozenset({(Role.CATALOG_OWNER, f"catalog:{catalog_id}")}))


def manager_of(package_id: str) -> Actor:
    """Somebody who manages this package and nothing else."""
    roles = frozenset({(Role.PACKAGE_MANAGER, f"package:{package_id}")})
    return Actor(ids.guid("manager"), "", "Manager", roles)


@dataclass
class CountingWriter:
    """The real writer; remembers what each commit changed."""

    writer: Writer
    commits: list[tuple[Change, ...]] = field(default_factory=list)

    def commit(self, operation: str, *changes: Change) -> None:
        self.commits.append(changes)
        self.writer.commit(operation, *changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.writer, name)


@dataclass
class Desk:
    """Services on an empty account, with a clock to move."""

    clock: MovableClock
    services: Services
    writer: CountingWriter
    organisation: Organisation

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def operation(self) -> str:
        return self.clock.new_id()

    def recorded(self) -> list[AuditEvent]:
        """The audit events of the last commit, as they stand in the log."""
        written = [change.entity for change in self.writer.commits[-1] if isinstance(change, Create)]
        wanted = {one.id for one in written if isinstance(one, AuditEvent)}
        page = self.services.audit.events(f"{self.now:%Y-%m-%d}", 1_000, None)
        return [one for one in page.items if one.id in wanted]

    def agenda(self) -> list[tuple[datetime, str]]:
        """When which series is due."""
        rows = self.services.reviews.due_until(self.now + FAR, 1_000)
        return [(row.when, row.id) for row in rows if row.kind == "series"]

    def definition(self, policy: AssignmentPolicy) -> ReviewDefinition | None:
        return self.services.reviews.definition(ids.definition_id(policy.id))

    def save(self, policy: AssignmentPolicy, actor: Actor = ADMIN, **changes: Any) -> AssignmentPolicy:
        """Update a policy as it stands now."""
        stored = self.services.entitlements.policy(policy.id)
        assert stored is not None
        draft = replace(draft_of(stored), **changes)
        return update_policy(self.services, actor, self.now, self.operation(), stored, draft)

    def opened(
        self, policy: AssignmentPolicy, settings: ReviewSettings, status: Status = Status.IN_PROGRESS
    ) -> ReviewInstance:
        """The first occurrence of a policy's series as if the scheduler had opened it."""
        due = occurrence(settings.schedule, 0)
        assert due is not None
        definition_id = ids.definition_id(policy.id)
        instance = ReviewInstance(
            id=ids.instance_id(definition_id, due.date),
            definition_id=definition_id,
            policy_id=policy.id,
            package_id=policy.package_id,
            catalog_id=policy.catalog_id,
            name="Review",
            package_name="Package",
            policy_name=policy.display_name,
            number=0,
            day=due.date,
            opens=due.opens,
            closes=due.closes,
            settings=settings,
        )
        state = InstanceState(instance_id=instance.id, definition_id=definition_id, status=status, ends=due.closes)
        newest = NewestReview(policy_id=policy.id, instance_id=instance.id)
        self.services.writer.put_all([instance, state, newest])
        return instance


def desk() -> Desk:
    """A desk in an empty account."""
    clock = MovableClock()
    bootstrap.use_clock(clock)
    writer = CountingWriter(bootstrap.services().writer)
    services = replace(bootstrap.services(), writer=writer)
    return Desk(clock, services, writer, Organisation(services))


@pytest.fixture
def office(aws: None) -> Desk:
    """A desk in an empty account, for tests that import it."""
    return desk()


def give(
    office: Desk,
    policy: AssignmentPolicy,
    person: User,
    *,
    actor: Actor = ADMIN,
    retried: bool = False,
    operation: str = "",
    **wish: Any,
) -> AssignmentRequest:
    """Assign a person; `wish` are further members of the Wish."""
    asked = Wish(target_id=person.id, policy_id=policy.id, **wish)
    return assign(office.services, actor, office.now, operation or office.operation(), asked, retried)


def held(office: Desk, request: AssignmentRequest) -> Assignment:
    """The assignment of a request as it stands now."""
    found = office.services.entitlements.assignment(request.assignment_id)
    assert found is not None
    return found


def end(office: Desk, assignment: Assignment, **more: Any) -> AssignmentRequest | None:
    """End an assignment; `more` are `operation`, `kind`, `now` and the use case's own keywords."""
    chosen: dict[str, Any] = {"operation": office.operation(), "kind": RequestType.ADMIN_REMOVE, **more}
    operation, kind = chosen.pop("operation"), chosen.pop("kind")
    now = chosen.pop("now", office.now)
    return end_assignment(office.services, ADMIN, now, operation, assignment, kind, **chosen)
