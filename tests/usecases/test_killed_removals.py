"""A worker that dies at any call of the two passes over removals outside: others finish them, each once (P1, P13).

As test_killed_anywhere, with a system outside whose memory is part of the picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.items import ApplyResult
from chalicelib.domain.people import User
from chalicelib.domain.removals import Standing
from chalicelib.domain.resources import Right
from chalicelib.domain.reviews import Status
from chalicelib.settings import settings
from chalicelib.usecases import apply_removals
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.ports import Answer
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.conftest import account
from tests.factories import ADMIN, Organisation
from tests.outside import Outside, plug_in
from tests.usecases.test_killed_anywhere import Case, Death, Recorder
from tests.world import MovableClock, World


@dataclass(frozen=True)
class Outlived(Death):
    """A death that the system outside outlives."""

    outside: Outside
    held: frozenset[tuple[str, str]] = frozenset()

    def leave(self, clock: MovableClock) -> None:
        super().leave(clock)
        self.outside.held = set(self.held)
        bootstrap.services().connectors.fixed["outside"] = self.outside


@dataclass
class Watcher(Recorder):
    """Takes the outside along, and a picture after each of its changes."""

    outside: Outside = field(default_factory=Outside)

    def _picture(self, missed: str) -> Death:
        one = super()._picture(missed)
        return Outlived(**vars(one), outside=self.outside, held=frozenset(self.outside.held))


class Passes(Case):
    """A closed review whose removals are made in two passes."""

    def work(self) -> None:
        for _ in range(4):
            self.world.tick()
            self.world.clock.advance(minutes=1)


@contextmanager
def removing() -> Iterator[Passes]:
    """Four people with a role outside; all are denied, and the end has come. Two items a checkpoint."""
    with account(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(apply_removals, "CHECKPOINT_ITEMS", 2)
        clock = MovableClock()
        bootstrap.use_clock(clock)
        import app as front

        world = World(clock, None, settings().work_queue_url)
        recorder = Watcher(clock, outside=plug_in(world.services))
        recorder.watch(patch, front)
        _mark(recorder)
        one = Passes(world, Organisation(world.services), recorder)
        _populate(one)
        yield one


def _mark(recorder: Watcher) -> None:
    revoke = recorder.outside.revoke

    def marked(right: Right, person: User) -> Answer:
        recorder.last = "revoke"
        return revoke(right, person)

    recorder.outside.revoke = marked  # type: ignore[method-assign]


def _populate(one: Passes) -> None:
    org, now = one.org, one.world.clock.now()
    boss, catalog = org.person("boss"), org.catalog()
    package = org.package(catalog=catalog)
    draft = ResourceDraft(catalog_id=catalog.id, origin_system="AadApplication", origin_id="x", connector="outside")
    made = add_resource(one.services, ADMIN, now, org.operation(), draft)
    add_role(one.services, ADMIN, now, org.operation(), package.id, made.resource_id, "user")
    review = factories.by_people(now.date(), boss, justification_required=False, brake_count=100)
    policy = org.policy(package, review=review)
    one.policy_id = policy.id
    one.active = frozenset(org.assign(policy, *(org.person(name) for name in ("ann", "bob", "cy", "dan"))))
    one.world.clock.set(now.replace(hour=23, minute=59, second=30))
    one.world.tick()
    instance = one.instance
    url = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    one.world.app = __import__("app").app
    reply = one.world.post(f"{url}/batchRecordDecisions", {"decision": "Deny"}, "boss@example.com")
    assert reply.status == 204, reply.text
    one.world.drain()
    one.told = len(one.world.mails())
    one.world.clock.set(instance.closes + timedelta(seconds=1))


def check(one: Case, death: Death | None) -> None:
    state, items = one.state, one.items()
    assert isinstance(one.recorder, Watcher) and one.recorder.outside.held == set()
    assert (state.status, state.removed, state.removal_failures, state.gone) == (Status.APPLIED, 4, 0, 0)
    assert {item.apply_result for item in items.values()} == {ApplyResult.DONE}
    for removal in one.services.removals.removals_of_review(one.instance.id, 10, None).items:
        assert removal.standing is Standing.REMOVED
        assert removal.absent[1] - removal.absent[0] >= timedelta(minutes=1)
    requests = one.services.entitlements.list_requests(100, None).items
    removals = Counter(request.assignment_id for request in requests if request.type is RequestType.SYSTEM_REMOVE)
    assert removals == Counter(one.active)
    assert {request.state for request in requests if request.type is RequestType.SYSTEM_REMOVE} == {"delivered"}
    assert sorted(kind for kind, _ in one.agenda()) == ["series", "watch"]
    told: Any = one.mails()
    assert max(told.values()) == 1, told


def test_removals_outside_survive_a_death_anywhere() -> None:
    with removing() as one:
        assert one.after_every_death(check) >= 40
