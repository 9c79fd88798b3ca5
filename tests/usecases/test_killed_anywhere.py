"""A worker that dies at any AWS call of a review and is followed by another (P1, P15): nothing is lost or doubled.

A small review, spread over several pages, chunks and buckets, is played once while a picture of the whole account is
taken before each call of its workers (a call that only reads makes no new one). A worker killed there leaves exactly
that account behind. Each picture is then put back and left to other workers, who know nothing of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import dynamodb_backends
from moto.s3.models import s3_backends
from moto.ses import ses_backends
from moto.sqs import sqs_backends

from chalicelib import bootstrap, events
from chalicelib.domain import ids
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.items import ApplyResult, Decision, DecisionItem
from chalicelib.domain.packages import NoResponse, SubjectSet
from chalicelib.domain.people import Role, RoleGrant
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.domain.seals import SEAL, Kind
from chalicelib.settings import settings
from chalicelib.usecases import freeze_population
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from chalicelib.usecases.list_items import items_of_review
from chalicelib.usecases.ports import Services
from chalicelib.usecases.seal_review import seal_review
from tests import factories
from tests.conftest import account
from tests.factories import Organisation
from tests.world import MovableClock, World

READS = {"GetItem", "BatchGetItem", "Query", "GetObject"}
BACKENDS = ((dynamodb_backends, "us-east-1"), (s3_backends, "aws"), (ses_backends, "us-east-1"))


@dataclass(frozen=True)
class Death:
    """The account and the time right before a call that was never made; the calls around that moment."""

    account: list[dict[str, Any]]
    now: datetime
    real: float
    missed: str
    last: str

    def leave(self, clock: MovableClock) -> None:
        """Put everything back. Messages are lost, and the ids of the dead are not given again."""
        for (backends, region), kept in zip(BACKENDS, self.account, strict=True):
            vars(backends[DEFAULT_ACCOUNT_ID][region]).update(deepcopy(kept))
        for queue in sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues.values():
            queue._messages = []
            queue._pending_messages = set()
        clock.product, clock.seconds, clock.counter = self.now, self.real, clock.counter + 1_000
        bootstrap.use_clock(clock)


@dataclass
class Recorder:
    """Takes the picture before each call of the handlers while `on`."""

    clock: MovableClock
    on: bool = False
    inside: bool = False
    last: str = ""
    deaths: list[Death] = field(default_factory=list)

    def watch(self, patch: pytest.MonkeyPatch, front: Any) -> None:
        real = BaseClient._make_api_call

        def call(client: BaseClient, name: str, arguments: Any) -> Any:
            if self.on and self.inside:
                if self.last not in READS:
                    self.deaths.append(self._picture(name))
                self.last = name
            return real(client, name, arguments)

        patch.setattr(BaseClient, "_make_api_call", call)
        for name in ("tick", "work"):
            patch.setattr(front, name, self._watched(getattr(front, name), True))
        patch.setitem(events.WORK, SEAL, self._watched(seal_review, False))  # dies in test_seal_killed

    def _picture(self, missed: str) -> Death:
        kept = [deepcopy(vars(backends[DEFAULT_ACCOUNT_ID][region])) for backends, region in BACKENDS]
        return Death(kept, self.clock.now(), self.clock.real(), missed, self.last)

    def _watched(self, handler: Any, inside: bool) -> Any:
        def run(*arguments: Any) -> Any:
            before, self.inside = self.inside, inside
            try:
                return handler(*arguments)
            finally:
                self.inside = before

        return run


@dataclass
class Case:
    """One review of one small organisation, in an account of its own."""

    world: World
    org: Organisation
    recorder: Recorder
    policy_id: str = ""
    active: frozenset[str] = frozenset()
    told: int = 0

    def work(self) -> None:
        """Tick until all is done."""
        for _ in range(2):
            self.world.tick()

    def after_every_death(self, check: Callable[[Case, Death | None], None]) -> int:
        """Work and check; then the same again after each death, when the lease of the dead has run out."""
        self.recorder.on = True
        self.work()
        self.recorder.on = False
        check(self, None)
        for number, death in enumerate(self.recorder.deaths):
            death.leave(self.world.clock)
            self.world.streamed = 0
            self.world.clock.advance(seconds=self.services.settings.lease_seconds + 1)
            try:
                self.work()
                check(self, death)
            except AssertionError as problem:
                raise AssertionError(f"death {number}, between {death.last} and {death.missed}: {problem}") from problem
        return len(self.recorder.deaths)

    @property
    def services(self) -> Services:
        return self.world.services

    @property
    def instance(self) -> ReviewInstance:
        (found,) = self.services.reviews.instances_of(ids.definition_id(self.policy_id), 5, None).items
        return found

    @property
    def state(self) -> InstanceState:
        found = self.services.reviews.state(self.instance.id)
        assert found is not None
        return found

    def items(self) -> dict[str, DecisionItem]:
        """By principal name, after making sure that nobody has two."""
        page = items_of_review(self.services, self.instance, self.state, 100, None)
        found = {item.principal_name.partition("@")[0]: item for item in page.items}
        assert len(found) == len(page.items)
        return found

    def mails(self) -> Counter[str]:
        """How many mails each person got since `told`."""
        return Counter(mail["to"].partition("@")[0] for mail in self.world.mails()[self.told :])

    def agenda(self) -> list[tuple[str, str]]:
        later = self.world.clock.now() + timedelta(days=1_000)
        return [(row.kind, row.id) for row in self.services.reviews.due_until(later, 50)]


SMALL = {"freeze_page": 3, "bucket_items": 4}


@contextmanager
def case(**review: Any) -> Iterator[Case]:
    """Seven people with access, two managers and a fallback of two; the review opens tonight."""
    with account(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(freeze_population, "CHUNK_PAGES", 1)
        patch.setattr(bootstrap, "settings", lambda: replace(settings(), **SMALL))
        clock = MovableClock()
        bootstrap.use_clock(clock)
        import app as front

        recorder = Recorder(clock)
        recorder.watch(patch, front)
        world = World(clock, None, settings().work_queue_url)
        one = Case(world, Organisation(world.services), recorder)
        populate(one, review)
        clock.set(clock.now().replace(hour=23, minute=59, second=30))
        yield one


def populate(one: Case, review: dict[str, Any]) -> None:
    org = one.org
    fallback = [org.person(name) for name in ("fay", "flo")]
    bosses = [org.person("mia"), org.person("max")]
    staff = [org.person(name, manager="mia") for name in ("ann", "bob", "cy")]
    staff += [org.person(name, manager="max") for name in ("dan", "eve")]
    gone = org.person("gus", manager="max")
    chosen = factories.by_manager(one.world.clock.now().date(), fallback[0], justification_required=False, **review)
    both = tuple(SubjectSet("singleUser", person.id) for person in fallback)
    catalog = org.catalog()
    owner = org.person("oli").id
    org.services.writer.put_all([RoleGrant(role=Role.CATALOG_OWNER, scope=f"catalog:{catalog.id}", principal_id=owner)])
    policy = org.policy(org.package(catalog=catalog), review=replace(chosen, fallback=both))
    one.policy_id = policy.id
    one.active = frozenset(org.assign(policy, *staff, *bosses))
    (ended,) = org.assign(policy, gone)
    assignment = org.services.entitlements.assignment(ended)
    end_assignment(org.services, factories.ADMIN, org.now, org.operation(), assignment, RequestType.ADMIN_REMOVE)


def decide(one: Case, item: DecisionItem, reviewer: str, decision: Decision) -> None:
    services, person = one.services, one.org.people[reviewer]
    instance = open_instance(services, one.instance.id, services.clock.now())
    submission = Submission(item_id=item.id, decision=decision, justification="")
    record_decision(services, person, instance, submission, services.clock.now(), services.clock.new_id())


def decided(one: Case) -> None:
    """Ann and Dan are denied, Bob is approved; Cy, Eve and the two managers are left to the rule. The end comes."""
    one.work()
    items = one.items()
    decide(one, items["ann"], "mia", Decision.DENY)
    decide(one, items["bob"], "mia", Decision.APPROVE)
    decide(one, items["dan"], "max", Decision.DENY)
    one.told = len(one.world.mails())
    one.world.clock.set(one.instance.closes + timedelta(seconds=1))


def check_opened(one: Case, death: Death | None) -> None:
    state = one.state
    assert {item.assignment_id for item in one.items().values()} == one.active
    assert (state.status, state.items, state.population, state.reviewers) == (Status.IN_PROGRESS, 7, 8, 4)
    rows = one.services.reviews.reviewer_rows(one.instance.id, 100, None).items
    tallies = sorted((row.display_name, row.tally.total) for row in rows)
    assert tallies == [("Fay", 2), ("Flo", 2), ("Max", 2), ("Mia", 3)]
    told = one.mails()
    assert set(told) == {"fay", "flo", "max", "mia"}
    # Rather a second mail than somebody who was never asked: only for the one just being sent.
    assert told.total() <= 4 + (death is not None and death.last == "SendEmail"), told
    assert sorted(kind for kind, _ in one.agenda()) == ["instance", "series"]


def check_removed(one: Case, death: Death | None) -> None:
    state, items = one.state, one.items()
    assert state.status is Status.APPLIED
    assert (state.outcome.total, state.outcome.approved, state.outcome.denied_by_person) == (7, 1, 2)
    assert (state.outcome.denied_by_rule, state.removed, state.removal_failures) == (4, 6, 0)
    for name, item in items.items():
        kept = name == "bob"
        assert item.apply_result is (ApplyResult.NEW if kept else ApplyResult.DONE)
        found = one.services.entitlements.assignment(item.assignment_id)
        assert found.state == ("delivered" if kept else "expired")
    requests = one.services.entitlements.list_requests(100, None).items
    removals = Counter(request.assignment_id for request in requests if request.type is RequestType.SYSTEM_REMOVE)
    assert removals == Counter(one.active - {items["bob"].assignment_id})
    check_told_once(one, death, {"oli", "ann", "dan", "cy", "eve", "mia", "max"})
    assert [seal.kind for seal in one.services.seals.of_review(one.instance.id)] == [Kind.DECISIONS, Kind.REMOVALS]
    assert sorted(kind for kind, _ in one.agenda()) == ["series", "watch"]


def check_waits(one: Case, death: Death | None) -> None:
    state = one.state
    assert (state.status, state.brake, state.removed) == (Status.COMPLETED, True, 0)
    for assignment_id in one.active:
        assert one.services.entitlements.assignment(assignment_id).state == "delivered"
    check_told_once(one, death, {"oli"})
    assert [seal.kind for seal in one.services.seals.of_review(one.instance.id)] == [Kind.DECISIONS]
    assert [kind for kind, _ in one.agenda()] == ["confirmation", "series"]


def check_told_once(one: Case, death: Death | None, people: set[str]) -> None:
    """Never twice; missing only when the worker died over that very mail."""
    told, expected = one.mails(), Counter(people)
    assert told <= expected, told
    assert (expected - told).total() <= (death is not None and death.missed == "SendEmail"), told


def test_opening() -> None:
    """R64, R67, R76: one item for each active assignment, exact counts, everybody asked."""
    with case() as one:
        assert one.after_every_death(check_opened) >= 40


def test_closing_and_removing() -> None:
    """R112, R115, R117: each removal once, each person told at most once."""
    with case(no_response=NoResponse.REMOVE, brake_count=100) as one:
        decided(one)
        assert one.after_every_death(check_removed) >= 40


def test_removals_that_wait_are_never_applied_unconfirmed() -> None:
    """G24."""
    with case(no_response=NoResponse.REMOVE, brake_count=2) as one:
        decided(one)
        assert one.after_every_death(check_waits) >= 15
