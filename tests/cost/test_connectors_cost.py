"""What connectors that keep rows of their own cost beside the removal itself, in write units (brief, section 4)."""

from __future__ import annotations

from bench.meter import Meter
from chalicelib.usecases.ports import Answer
from tests.connectors.byhand import ByHand
from tests.connectors.receiver import receiving
from tests.connectors.test_webhook import ANN, RIGHT, Hooks
from tests.world import World

HOOK_BUDGET = 2  # what is asked before the message, what came of it after the answer
TASK_BUDGET = 10  # a transaction of task, list, agenda and event, and their indexes
MANY = 20


def test_a_webhook_that_answers_at_once_costs_two_writes(world: World) -> None:
    with receiving() as receiver:
        connector = Hooks(world, receiver).connector()
        with Meter() as meter:
            assert connector.revoke(RIGHT, ANN) is Answer.DONE
            assert not connector.verify(RIGHT, ANN)
    print(meter.table())
    assert meter.write_units <= HOOK_BUDGET and meter.read_units <= 1


def test_a_task_costs_one_transaction_and_asking_again_none(world: World) -> None:
    by_hand = ByHand(world)
    people = [by_hand.org.person(f"p{number}") for number in range(MANY)]
    connector = by_hand.connector
    with Meter() as meter:
        for person in people:
            assert connector.revoke(by_hand.right, person) is Answer.PENDING
    print(meter.write_units / MANY, meter.table())
    assert meter.write_units <= MANY * TASK_BUDGET
    with Meter() as again:
        for person in people:
            connector.revoke(by_hand.right, person)
    assert again.write_units == 0 and again.read_units <= MANY
