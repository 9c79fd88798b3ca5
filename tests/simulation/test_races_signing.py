"""A sign-off against what is seen late: nothing about a review changes once its control owner has signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.errors import Conflict
from chalicelib.domain.people import Actor, Role
from chalicelib.usecases.control_owners import name_control_owner
from chalicelib.usecases.restore_access import restore_access
from chalicelib.usecases.sign_off import sign_off
from tests.factories import ADMIN
from tests.simulation.depth import Depth
from tests.simulation.races import Race
from tests.simulation.scheduler import Action, History
from tests.simulation.team import Team, team

HERE = "tests/simulation/test_races_signing.py"


@pytest.fixture
def sealed() -> Iterator[Team]:
    """Ann's access was removed, and both seals are there; Mia owns the control of the package."""
    with team() as found:
        scope = f"package:{found.review.package_id}"
        mia = found.org.people["mia"].id
        name_control_owner(found.services, ADMIN, found.world.clock.now(), "name", scope, mia)
        found.closed("ann")
        found.settle()
        yield found.keep()


def signing(one: Team, name: str = "sign") -> Action:
    mia = one.org.people["mia"]
    actor = Actor(
        mia.id, mia.principal_name, "Mia", frozenset({(Role.CONTROL_OWNER, f"package:{one.review.package_id}")})
    )
    return lambda services: sign_off(services, actor, services.clock.now(), name, one.review, "I have looked at it.")


def undoing(one: Team) -> Action:
    def undo(services: Any) -> object:
        return restore_access(services, ADMIN, services.clock.now(), "undo", one.review, one.items["ann"], "mistake")

    return undo


def test_a_sign_off_against_an_undoing(sealed: Team, depth: Depth):
    """P18, P19: the undoing is signed for, or refused; never made after the signature."""

    def judge(history: History) -> None:
        sealed.settle()
        signed = sealed.services.dossiers.dossier(sealed.review.id)
        undone = sealed.state.removals_restored == 1
        assert undone == history.of["undo"].accepted
        assert (signed is not None and signed.sign_off is not None) == history.of["sign"].accepted
        if undone and history.of["sign"].accepted:
            writes = [step.who for step in history.steps if step.call == "dynamodb.TransactWriteItems"]
            assert writes.index("undo") < len(writes) - 1 - writes[::-1].index("sign"), history
        with pytest.raises(Conflict):
            undoing(sealed)(sealed.services)
        assert any(one.accepted for one in history.of.values())

    actions = {"sign": signing(sealed), "undo": undoing(sealed)}
    assert Race(sealed, lambda _: actions, judge, HERE).exhaust(depth, interrupted=2) >= 4 or depth.seed


def test_two_signatures_at_once(sealed: Team, depth: Depth):
    """P18: there is one, and one statement of it."""

    def judge(history: History) -> None:
        sealed.settle()
        assert sealed.services.dossiers.dossier(sealed.review.id).sign_off is not None
        kinds = [one.kind.value for one in sealed.services.seals.of_review(sealed.review.id)]
        assert kinds.count("signOff") == 1, kinds

    actions = {"one": signing(sealed, "one"), "two": signing(sealed, "two")}
    assert Race(sealed, lambda _: actions, judge, HERE).exhaust(depth) >= 2 or depth.seed
