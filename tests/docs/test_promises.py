"""docs/promises.md tells the truth: every promise, what keeps it and what tries to break it are there."""

from __future__ import annotations

import ast

import pytest

from tests.docs.promises import PROMISES, enforcers, failures, listed_tests, named, sections
from tests.docs.traceability import ROOT


def _names(file: str) -> set[str]:
    """Functions, classes and methods (`Class.method`) of a module."""
    found = set()
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def test_every_promise_has_its_section():
    assert list(sections()) == PROMISES


@pytest.mark.parametrize("promise", PROMISES)
def test_what_keeps_a_promise_and_what_tries_to_break_it_is_there(promise: str):
    section, known = sections()[promise], named()[promise]
    kept = enforcers(section)
    assert kept, "nothing is said to keep it"
    for file, name in kept:
        assert (ROOT / file).is_file() and (not name or name in _names(file)), f"{file}::{name}"
    assert listed_tests(section), "no test is said to try to break it"
    wrong = [one for one in listed_tests(section) if one not in known]
    assert not wrong, f"python3 -m tests.docs.promises: {wrong} do not name {promise}"
    assert "**Not promised.**" in section


def test_the_casebook_in_the_document_is_the_casebook():
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    missing = [one for tests in failures().values() for one in tests if f"`{one}`" not in text]
    assert not missing, f"python3 -m tests.docs.promises: {missing}"
