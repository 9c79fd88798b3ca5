"""Systems that only people change: a task for each change, and whose word counts."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.connectors.manual import KIND
from chalicelib.domain.errors import NeedsPerson, Unavailable
from chalicelib.domain.people import Group, Membership
from chalicelib.usecases.ports import Answer, Found
from tests.connectors.byhand import ADMINISTRATOR, DESK, ByHand
from tests.connectors.contract import ConnectorContract, Rig
from tests.world import World


class ManualRig(Rig):
    """The contract's rig: somebody does each task at once and truly, and another connection sees the system."""

    kind = KIND

    def __init__(self, by_hand: ByHand) -> None:
        self.by_hand, self.right, self.connector = by_hand, by_hand.right, by_hand.connector

    def holds(self) -> bool:
        return ("operator", self.ann.id) in self.by_hand.outside.held

    def delete_resource(self) -> None:
        self.by_hand.outside.held.clear()

    def settle(self) -> None:
        task = self.by_hand.task()
        change = self.by_hand.outside.held.add if task["operation"] == "grant" else self.by_hand.outside.held.discard
        change(("operator", self.ann.id))
        assert self.by_hand.say(task, "done").status == 200


class TestManual(ConnectorContract):
    """The contract."""

    @pytest.fixture
    def rig(self, world: World) -> ManualRig:
        by_hand = ByHand(world, seen=True)
        by_hand.services.writer.put_all([Rig.ann])
        return ManualRig(by_hand)


def test_a_grant_becomes_a_task_that_says_what_who_where_and_how(world: World) -> None:
    by_hand = ByHand(world)
    assert by_hand.connector.grant(by_hand.right, by_hand.ann) is Answer.PENDING
    task = by_hand.task()
    assert (task["operation"], task["state"], task["overdue"]) == ("grant", "open", False)
    assert task["person"]["displayName"] == "Ann"
    assert task["resource"] == {
        "id": by_hand.resource,
        "displayName": "Warehouse scanners",
        "originId": "scanners",
        "role": "Operator",
    }
    assert task["connector"] == {"id": "site", "displayName": "Site systems"}
    assert task["instructions"] == "Sign in to the site console."
    assert (task["assignedTo"]["kind"], task["assignedTo"]["displayName"]) == ("user", "Desk")
    assert task["dueDateTime"] == "2026-03-09T17:00:00Z"


def test_asking_again_makes_no_other_task(world: World) -> None:
    by_hand = ByHand(world)
    for _ in range(3):
        assert by_hand.connector.revoke(by_hand.right, by_hand.ann) is Answer.PENDING
    assert len(by_hand.tasks()) == 1
    count = "/api/v1/tasks/count"
    assert world.get(count, DESK).json == {"open": 1, "anybody": False, "overdue": False}
    assert world.get(count).json == {"open": 0, "anybody": True, "overdue": False}
    world.clock.advance(days=10)
    assert world.get(count).json == {"open": 0, "anybody": True, "overdue": True}


def test_workers_at_the_same_time_make_one_task(world: World) -> None:
    by_hand = ByHand(world)
    connector = by_hand.connector
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: connector.revoke(by_hand.right, by_hand.ann), range(4)))
    assert set(answers) == {Answer.PENDING}
    assert len(by_hand.tasks()) == 1


def test_what_somebody_says_is_what_is_known(world: World) -> None:
    by_hand = ByHand(world)
    connector, ann = by_hand.connector, by_hand.ann
    with pytest.raises(Unavailable, match="Nobody was ever asked"):
        connector.verify(by_hand.right, ann)
    connector.grant(by_hand.right, ann)
    assert not connector.verify(by_hand.right, ann) and connector.word(by_hand.right, ann) is None
    by_hand.say(by_hand.task(), "done", note="Ticket 7")
    assert connector.verify(by_hand.right, ann) and connector.grant(by_hand.right, ann) is Answer.DONE
    word = connector.word(by_hand.right, ann)
    assert (word.source, word.by, word.note) == ("person", by_hand.desk.id, "Ticket 7")
    assert connector.revoke(by_hand.right, ann) is Answer.PENDING
    assert connector.verify(by_hand.right, ann)  # until somebody did it
    by_hand.say(by_hand.task(), "done")
    assert not connector.verify(by_hand.right, ann) and connector.revoke(by_hand.right, ann) is Answer.DONE
    assert [one["operation"] for one in by_hand.tasks(query="?ended=true")] == ["revoke", "grant"]


def test_who_cannot_do_it_says_why_and_it_needs_a_person(world: World) -> None:
    by_hand = ByHand(world)
    by_hand.connector.revoke(by_hand.right, by_hand.ann)
    by_hand.say(by_hand.task(), "not-done", reason="The group is dynamic.")
    for _ in range(2):
        with pytest.raises(NeedsPerson, match="The group is dynamic"):
            by_hand.connector.revoke(by_hand.right, by_hand.ann)
    (task,) = by_hand.tasks(query="?ended=true")
    by_hand.say(task, "reassign", ADMINISTRATOR, personId=by_hand.bob.id)
    assert by_hand.connector.revoke(by_hand.right, by_hand.ann) is Answer.PENDING
    assert by_hand.task("bob@example.com")["state"] == "open"


def test_a_removal_that_is_taken_back_before_anybody_did_it_cancels_its_task(world: World) -> None:
    by_hand = ByHand(world)
    connector, ann = by_hand.connector, by_hand.ann
    connector.grant(by_hand.right, ann)
    by_hand.say(by_hand.task(), "done")
    connector.revoke(by_hand.right, ann)
    assert connector.grant(by_hand.right, ann) is Answer.DONE
    assert connector.verify(by_hand.right, ann) and by_hand.tasks() == []
    assert [one["state"] for one in by_hand.tasks(query="?ended=true")] == ["cancelled", "done"]


def test_a_grant_that_is_taken_back_leaves_a_task_to_make_sure(world: World) -> None:
    by_hand = ByHand(world)
    by_hand.connector.grant(by_hand.right, by_hand.ann)
    assert by_hand.connector.revoke(by_hand.right, by_hand.ann) is Answer.PENDING
    assert by_hand.task()["operation"] == "revoke"


def test_where_another_connection_sees_the_system_done_is_looked_at(world: World) -> None:
    by_hand = ByHand(world, seen=True)
    connector, ann = by_hand.connector, by_hand.ann
    by_hand.outside.held.add(("operator", ann.id))
    assert connector.revoke(by_hand.right, ann) is Answer.PENDING
    reply = by_hand.say(by_hand.task(), "done")
    assert reply.status == 409 and "still has it" in reply.error["message"]
    assert by_hand.task()["state"] == "open"
    by_hand.outside.held.clear()
    assert by_hand.say(by_hand.task(), "done").json["state"] == "verified"
    assert not connector.verify(by_hand.right, ann) and connector.word(by_hand.right, ann) is None


def test_what_is_seen_to_be_so_needs_no_task_and_ends_one_there_is(world: World) -> None:
    by_hand = ByHand(world, seen=True)
    connector, ann = by_hand.connector, by_hand.ann
    assert connector.revoke(by_hand.right, ann) is Answer.DONE and by_hand.tasks() == []
    connector.grant(by_hand.right, ann)
    by_hand.outside.held.add(("operator", ann.id))
    assert connector.grant(by_hand.right, ann) is Answer.DONE
    (task,) = by_hand.tasks(query="?ended=true")
    assert (task["state"], task["endedBy"]) == ("verified", None)


def test_what_was_said_to_be_done_and_is_not_so_is_asked_for_again(world: World) -> None:
    by_hand = ByHand(world, seen=True)
    by_hand.connector.grant(by_hand.right, by_hand.ann)
    task = by_hand.task()
    by_hand.outside.held.add(("operator", by_hand.ann.id))
    assert by_hand.say(task, "done").json["state"] == "verified"
    by_hand.outside.held.clear()
    assert by_hand.connector.grant(by_hand.right, by_hand.ann) is Answer.PENDING
    assert by_hand.task()["id"] != task["id"]


def test_while_the_system_cannot_be_seen_the_task_is_given_and_nothing_is_claimed(world: World) -> None:
    by_hand = ByHand(world, seen=True)
    by_hand.services.connectors.fixed.pop("outside")
    assert by_hand.connector.revoke(by_hand.right, by_hand.ann) is Answer.PENDING
    assert by_hand.say(by_hand.task(), "done").json["state"] == "done"
    with pytest.raises(Unavailable):
        by_hand.connector.verify(by_hand.right, by_hand.ann)


def test_tasks_may_go_to_a_group_or_to_the_owners_of_the_catalog(world: World) -> None:
    by_hand = ByHand(world, assignedTo="catalogOwners")
    by_hand.own_catalog(by_hand.bob)
    by_hand.connector.revoke(by_hand.right, by_hand.ann)
    task = by_hand.task("bob@example.com")
    assert (task["assignedTo"]["kind"], task["assignedTo"]["displayName"]) == ("catalogOwners", "Finance")
    assert by_hand.tasks(DESK) == []


def test_the_members_of_a_group_share_its_tasks(world: World) -> None:
    group = Group(id="0a1b2c3d-0000-4000-8000-000000000001", display_name="Site team")
    by_hand = ByHand(world, assignedTo=group.id)
    member = Membership(group_id=group.id, member_id=by_hand.bob.id)
    by_hand.services.writer.put_all([group, member])
    by_hand.connector.revoke(by_hand.right, by_hand.ann)
    task = by_hand.task("bob@example.com")
    assert (task["assignedTo"]["displayName"], task["canAct"]) == ("Site team", True)
    by_hand.later(minutes=7)
    assert by_hand.mailed() == [("bob@example.com", "End Ann's access to Warehouse scanners by Mon 9 March")]


def test_nobody_to_give_it_to_is_said_and_not_forgotten(world: World) -> None:
    by_hand = ByHand(world, assignedTo="left@example.com")
    with pytest.raises(NeedsPerson, match=r"left@example\.com"):
        by_hand.connector.revoke(by_hand.right, by_hand.ann)


def test_a_check_names_who_and_what_is_not_there(world: World) -> None:
    by_hand = ByHand(world)
    assert list(by_hand.connector.check()) == []
    settings = {"assignedTo": "left@example.com", "verifyWith": "site"}
    wrong = dataclasses.replace(
        by_hand.connector, connection=dataclasses.replace(by_hand.connector.connection, settings=settings)
    )
    assert list(wrong.check()) == [
        "Nobody has the sign-in name left@example.com.",
        "site is no connection that can read a system.",
    ]
    assert by_hand.connector.look_up("AadApplication", "x") == Found("")


def test_tasks_given_together_are_told_in_one_mail_and_reminded_of_once(world: World) -> None:
    by_hand = ByHand(world)
    for person in (by_hand.ann, by_hand.bob):
        by_hand.connector.revoke(by_hand.right, person)
    world.tick()
    assert by_hand.mailed() == []
    by_hand.later(minutes=7)
    by_hand.later(minutes=7)
    assert by_hand.mailed() == [(DESK, "2 changes of access to make by hand, the first by Mon 9 March")]
    by_hand.say(by_hand.tasks()[0], "done")
    by_hand.later(days=8)
    by_hand.later(days=8)
    assert [subject for _, subject in by_hand.mailed()][1:] in (
        [f"Overdue: end {name}'s access to Warehouse scanners"] for name in ("Ann", "Bob")
    )
    assert by_hand.agenda() == []
    assert len(by_hand.tasks(ADMINISTRATOR, "?scope=all&overdue=true")) == 1
