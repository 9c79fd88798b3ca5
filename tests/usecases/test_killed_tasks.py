"""A worker that dies at any AWS call while tasks are given, told and reminded of, and is followed by another (P1)."""

from __future__ import annotations

import pytest

from tests.conftest import account, empty_world
from tests.connectors.byhand import DESK, ByHand
from tests.usecases.test_killed_anywhere import Death, Recorder
from tests.world import World


def work(by_hand: ByHand) -> None:
    """Tasks are given, told a few minutes later, and overdue in the end."""
    for span in ({"minutes": 0}, {"minutes": 7}, {"days": 8}):
        by_hand.later(**span)


def check(by_hand: ByHand, death: Death | None) -> None:
    """Each task once, told once: in one mail, or in one each where the second was given minutes after the first. A mail
    is missing only where somebody died between its notice and its sending."""
    tasks = by_hand.tasks()
    assert sorted(one["person"]["displayName"] for one in tasks) == ["Ann", "Bob"]
    assert len(by_hand.tasks("admin@example.com", "?scope=all")) == 2
    told = sorted(subject.partition(" by ")[0] for to, subject in by_hand.mailed() if to == DESK)
    overdue = "Overdue: 2 changes of access to make"
    together = ["2 changes of access to make", overdue]
    apart = ["Give Ann access to Warehouse scanners", "Give Bob access to Warehouse scanners", overdue]
    if death is not None and "SendEmail" in (death.missed, death.last):
        assert len(told) == len(set(told)) and set(told) <= {*together, *apart}
    else:
        assert told in ((together,) if death is None else (together, apart))
    assert by_hand.agenda() == []


def test_tasks_are_given_once_and_told_once_wherever_a_worker_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    with account():
        world: World = empty_world()
        import app as front

        by_hand, recorder = ByHand(world), Recorder(world.clock)
        recorder.watch(monkeypatch, front)
        _, policy = by_hand.package()
        by_hand.org.assign(policy, by_hand.ann, by_hand.bob)
        recorder.on = True
        work(by_hand)
        recorder.on = False
        check(by_hand, None)
        for number, death in enumerate(recorder.deaths):
            death.leave(world.clock)
            world.clock.advance(seconds=world.services.settings.lease_seconds + 1)
            try:
                work(by_hand)
                check(by_hand, death)
            except AssertionError as problem:
                raise AssertionError(f"death {number}, between {death.last} and {death.missed}: {problem}") from problem
        assert len(recorder.deaths) >= 15
