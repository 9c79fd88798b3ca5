"""The rule of docs/upgrades.md: two builds side by side, so what is stored or sent only grows."""

from __future__ import annotations

import copy

import pytest

from tests.simulation.releases.shapes import Shape, kept, problems, shapes

WRITE = "write down what was added: python3 -m tests.simulation.releases.shapes"


def test_what_is_stored_has_only_grown() -> None:
    """P1, P21: fails where a row, message, file or code of the build before this one would be read otherwise."""
    assert problems(kept(), shapes()) == []


def test_what_was_added_is_written_down() -> None:
    """So that the next change is held against it."""
    assert kept() == shapes(), WRITE


def _gone(shape: Shape) -> None:
    del shape["Job"]["cursor"]


def _needed(shape: Shape) -> None:
    shape["Job"]["mood"] = "required: str"


def _meant_otherwise(shape: Shape) -> None:
    shape["Job"]["status"] = "'running': str"


def _moved(shape: Shape) -> None:
    shape["Frozen"]["name"] = shape["Frozen"]["name"].replace("#2", "#3")


def _without_work(shape: Shape) -> None:
    del shape["work"]["seal"]


def _value_gone(shape: Shape) -> None:
    del shape["Status"]["InProgress"]


def _new_version(shape: Shape) -> None:
    shape["message"]["version"] = "2"


@pytest.mark.parametrize("change", [_gone, _needed, _meant_otherwise, _moved, _without_work, _value_gone, _new_version])
def test_a_change_that_two_builds_could_not_share_is_told(change: object) -> None:
    """A default counts too: rows are stored without the members that have it."""
    before = shapes()
    after = copy.deepcopy(before)
    change(after)  # type: ignore[operator]
    assert len(problems(before, after)) == 1


def test_what_only_grows_is_no_problem() -> None:
    before = shapes()
    after = copy.deepcopy(before)
    after["Job"]["mood"] = "'calm': str"
    after["Status"]["Contemplating"] = ""
    after["Whim"] = {"id": "required: str"}
    assert problems(before, after) == []
