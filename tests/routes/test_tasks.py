"""Tasks through the API: who sees and answers which, lists page by page, and what is refused."""

from __future__ import annotations

import pytest

from chalicelib.domain.people import Role
from tests.connectors.byhand import ADMINISTRATOR, DESK, TASKS, ByHand
from tests.world import World

ANN, BOB = "ann@example.com", "bob@example.com"


@pytest.fixture
def by_hand(world: World) -> ByHand:
    """Somebody's access to Ann is to end by hand."""
    made = ByHand(world)
    made.connector.revoke(made.right, made.ann)
    return made


def test_a_task_is_there_for_those_who_have_it_and_who_see_everything(by_hand: ByHand) -> None:
    world, task = by_hand.world, by_hand.task()
    by_hand.org.grant(by_hand.org.person("audit"), Role.AUDITOR)
    address = f"{TASKS}/{task['id']}"
    for who, can in ((DESK, True), (ADMINISTRATOR, True), ("audit@example.com", False)):
        assert world.get(address, who).json["canAct"] is can
    for who in (ANN, BOB):
        assert world.get(address, who).status == 404
        assert world.post(f"{address}/done", {}, who).status == 404
    for what, body in (("done", {}), ("not-done", {"reason": "x"}), ("reassign", {"personId": by_hand.bob.id})):
        assert world.post(f"{address}/{what}", body, "audit@example.com").status == 403
    assert by_hand.tasks(ADMINISTRATOR) == [] and by_hand.tasks("audit@example.com", "?scope=all") != []


def test_nobody_says_by_their_word_alone_that_their_own_access_is_gone(by_hand: ByHand) -> None:
    by_hand.say(by_hand.task(), "reassign", personId=by_hand.ann.id)
    refused = by_hand.say(by_hand.task(ANN), "done", ANN)
    assert refused.status == 403 and "your own access" in refused.error["message"]
    assert by_hand.say(by_hand.task(ANN), "done", ADMINISTRATOR).status == 200


def test_a_task_that_ended_otherwise_stays_as_it_ended(by_hand: ByHand) -> None:
    task = by_hand.task()
    assert by_hand.say(task, "done", note="Ticket 7").json["note"] == "Ticket 7"
    again = by_hand.say(task, "done", note="Ticket 8")
    assert (again.status, again.json["note"]) == (200, "Ticket 7")
    for what, body in (("not-done", {"reason": "x"}), ("reassign", {"personId": by_hand.bob.id})):
        reply = by_hand.say(task, what, **body)
        assert reply.status == 409 and reply.error["message"] == "The task is done already."


def test_a_task_goes_to_somebody_who_can_sign_in(by_hand: ByHand) -> None:
    by_hand.org.person("left", enabled=False)
    for wrong in ("nobody", by_hand.org.people["left"].id):
        reply = by_hand.say(by_hand.task(), "reassign", personId=wrong)
        assert (reply.status, reply.error["target"]) == (400, "personId")
    by_hand.say(by_hand.task(), "reassign", personId=by_hand.bob.id)
    assert by_hand.tasks() == [] and by_hand.task(BOB)["assignedTo"]["displayName"] == "Bob"
    by_hand.later(minutes=10)
    assert by_hand.mailed() == [(BOB, "End Ann's access to Warehouse scanners by Mon 9 March")]


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("?scope=ours", "scope"),
        ("?ended=maybe", "ended"),
        ("?overdue=true", "scope"),
        ("?connector=site", "scope"),
        ("?scope=all&ended=true&overdue=true", "overdue"),
    ],
)
def test_options_that_do_not_go_together_are_refused(world: World, query: str, target: str) -> None:
    reply = world.get(f"{TASKS}{query}")
    assert (reply.status, reply.error["target"]) == (400, target)


def test_long_lists_come_page_by_page_without_a_gap(world: World) -> None:
    by_hand = ByHand(world)
    by_hand.own_catalog(by_hand.desk)
    people = [by_hand.org.person(f"p{number:03}") for number in range(120)]
    for person in people:
        by_hand.connector.revoke(by_hand.right, person)
    mine, everybodys = by_hand.tasks(), by_hand.tasks(ADMINISTRATOR, "?scope=all&connector=site")
    for found in (mine, everybodys):
        assert sorted(one["person"]["id"] for one in found) == sorted(person.id for person in people)
    assert by_hand.tasks(ADMINISTRATOR, "?scope=all&connector=other") == []
    assert by_hand.tasks(ADMINISTRATOR, "?scope=all&overdue=true") == []
    by_hand.clock.advance(days=10)
    assert len(by_hand.tasks(ADMINISTRATOR, "?scope=all&overdue=true")) == len(people)
    world.tick()
    (told,) = [subject for _, subject in by_hand.mailed() if subject.startswith("Overdue")]
    assert told == "Overdue: 120 changes of access to make by hand"
