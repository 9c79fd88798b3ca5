"""What the SDK sends again after a lost answer takes effect once (P7, P18)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.exceptions import TransactWriteError

from chalicelib.domain import ids
from chalicelib.domain.items import Decision, HistoryEntry
from chalicelib.domain.packages import Catalog
from chalicelib.usecases.ports import Create
from tests.factories import Organisation
from tests.simulation.point import Call, Proceed, point
from tests.usecases.test_review_rules import managed, opened
from tests.world import World


def entry(by: str, operation: str, decision: Decision = Decision.DENY) -> HistoryEntry:
    return HistoryEntry(decision=decision, by=by, at=1_772_528_400_000, operation=operation)


def test_a_decision_sent_twice_stands_once_in_the_history(world: World) -> None:
    boss, _, _, policy, _ = managed(world, Organisation(world.services), 1)
    instance = opened(world, policy)
    (item,) = world.services.items.page(instance.id, ids.set_of_one(boss.id), 0, 5, None).items

    def twice(call: Call, proceed: Proceed) -> Any:
        proceed()
        return proceed()

    with point() as calls, calls.hooked(twice):
        told = world.services.items.record(instance.id, item.id, entry(boss.id, "a" * 16), world.clock.now())
    assert told.accepted
    assert len(world.services.items.get(instance.id, item.id).history) == 1


def test_it_is_known_again_behind_a_decision_that_came_between(world: World) -> None:
    boss, deputy, _, policy, _ = managed(world, Organisation(world.services), 1)
    instance = opened(world, policy)
    (item,) = world.services.items.page(instance.id, ids.set_of_one(boss.id), 0, 5, None).items
    items, now = world.services.items, world.clock.now()

    def overtaken(call: Call, proceed: Proceed) -> Any:
        proceed()
        calls.hooks.clear()
        items.record(instance.id, item.id, entry(deputy.id, "b" * 16, Decision.APPROVE), now)
        return proceed()

    with point() as calls:
        calls.hooks.append(overtaken)
        assert items.record(instance.id, item.id, entry(boss.id, "a" * 16), now).accepted
    assert [one.by for one in items.get(instance.id, item.id).history] == [boss.id, deputy.id]


def test_a_commit_whose_answer_is_lost_says_so(world: World) -> None:
    made = Catalog(id=ids.guid("c"), display_name="C", created=world.clock.now(), modified=world.clock.now())

    def lost(call: Call, proceed: Proceed) -> Any:
        proceed()
        raise ReadTimeoutError(endpoint_url="https://dynamodb.example.com")

    with point() as calls, calls.hooked(lost), pytest.raises(TransactWriteError):
        world.services.writer.commit("make", Create(made))
    world.services.writer.commit("make", Create(made))  # the same operation finds its own work
