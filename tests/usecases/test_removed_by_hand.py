"""Removals that somebody makes by hand, or a system makes later: a review waits for them, and says on whose word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.items import ApplyResult
from chalicelib.domain.removals import Standing
from chalicelib.usecases import do_tasks
from tests import factories
from tests.connectors.byhand import ADMINISTRATOR, ByHand
from tests.factories import ADMIN
from tests.world import World


class Reviewed:
    """Ann holds a role that people give and take by hand; a review denied it and is closed."""

    def __init__(self, by_hand: ByHand) -> None:
        self.by_hand, self.world = by_hand, by_hand.world
        package, _ = by_hand.package()
        boss = by_hand.org.person("boss")
        review = factories.by_people(by_hand.org.now.date(), boss, justification_required=False)
        self.policy = by_hand.org.policy(package, "Reviewed", review)
        self.assignment = by_hand.assign(self.policy, by_hand.ann)
        if by_hand.outside.held or "verifyWith" in by_hand.connector.connection.settings:
            by_hand.outside.held.add(("operator", by_hand.ann.id))
        by_hand.say(by_hand.task(), "done")
        self.world.clock.set(by_hand.org.now.replace(hour=23, minute=59, second=30))
        self.world.tick()
        (self.instance,) = by_hand.services.reviews.instances_of(ids.definition_id(self.policy.id), 5, None).items
        (item,) = by_hand.services.items.page(self.instance.id, ids.set_of_one(boss.id), 0, 100, None).items
        self.item = item.id
        body = {"decisions": [{"id": item.id, "decision": "Deny"}]}
        assert self.world.post(f"/api/v1/reviews/{self.instance.id}/decisions", body, boss.principal_name).status == 200
        self.world.clock.set(self.instance.closes + timedelta(minutes=1))
        self.later()

    def later(self, **span: float) -> None:
        """The timer, now and a minute later."""
        self.by_hand.later(**span)
        self.by_hand.later(minutes=1)

    def removal(self) -> dict[str, Any]:
        (found,) = self.world.get(f"/api/v1/reviews/{self.instance.id}/removals").json["value"]
        return dict(found)

    @property
    def result(self) -> ApplyResult:
        return self.by_hand.services.items.get(self.instance.id, self.item).apply_result


def test_a_review_waits_for_the_hand_and_names_whose_word_it_was(world: World) -> None:
    reviewed = Reviewed(ByHand(world))
    assert reviewed.removal()["standing"] == Standing.PENDING and reviewed.result is ApplyResult.NEW
    reviewed.later(days=3)  # far beyond the six hours of delivery
    assert reviewed.removal()["standing"] == Standing.PENDING
    assert reviewed.by_hand.say(reviewed.by_hand.task(), "done", note="Ticket 8").status == 200
    reviewed.later(minutes=1)
    removal = reviewed.removal()
    assert (removal["outcome"], removal["witnessed"]) == ("removed", False)
    word = removal["word"]
    assert (word["source"], word["by"]["displayName"], word["note"]) == ("person", "Desk", "Ticket 8")
    assert reviewed.result is ApplyResult.DONE
    events = world.services.audit.events_of_target(reviewed.assignment, 20, None).items
    (verified,) = [one for one in events if one.activity == "Removal verified"]
    assert (verified.details["restsOn"], verified.details["wordOf"]) == ("person", reviewed.by_hand.desk.id)


def test_where_the_system_is_seen_it_is_no_word_but_a_look(world: World) -> None:
    reviewed = Reviewed(ByHand(world, seen=True))
    assert reviewed.removal()["standing"] == Standing.PENDING
    assert reviewed.by_hand.say(reviewed.by_hand.task(), "done").status == 409
    reviewed.by_hand.outside.held.clear()
    assert reviewed.by_hand.say(reviewed.by_hand.task(), "done").status == 200
    reviewed.later(minutes=1)
    removal = reviewed.removal()
    assert (removal["outcome"], removal["witnessed"], removal["word"]) == ("removed", True, None)


def test_what_cannot_be_done_needs_a_person_with_the_reason(world: World) -> None:
    reviewed = Reviewed(ByHand(world))
    reviewed.by_hand.say(reviewed.by_hand.task(), "not-done", reason="The lock is mechanical.")
    reviewed.later(minutes=1)
    removal = reviewed.removal()
    assert removal["outcome"] == "needsPerson" and "The lock is mechanical." in removal["reason"]


@pytest.mark.parametrize("minutes", [0, 5, 600])
def test_the_hint_comes_at_once_whenever_the_word_does(world: World, minutes: int) -> None:
    reviewed = Reviewed(ByHand(world))
    by_hand = reviewed.by_hand
    by_hand.clock.advance(minutes=minutes)
    task = by_hand.task()
    world.post(f"/api/v1/tasks/{task['id']}/done", {}, ADMINISTRATOR)
    world.drain()
    assert reviewed.removal()["absentDateTimes"]


def test_a_word_whose_request_died_is_heard_when_it_is_said_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed = Reviewed(ByHand(world))
    by_hand, task = reviewed.by_hand, reviewed.by_hand.task()

    def dies(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(do_tasks, "hurry_delivery", dies)
        with pytest.raises(SystemExit):
            do_tasks.complete(by_hand.services, ADMIN, by_hand.clock.now(), "operation", task["id"], "")
    world.drain()
    assert not reviewed.removal()["absentDateTimes"]
    assert world.post(f"/api/v1/tasks/{task['id']}/done", {}, ADMINISTRATOR).json["state"] == "done"
    world.drain()
    assert reviewed.removal()["absentDateTimes"]
