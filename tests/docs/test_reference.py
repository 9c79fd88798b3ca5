"""docs/reference.md tells the truth: a line for every rule, and a proof that exists for everything that is done."""

from __future__ import annotations

import re

from tests.docs.traceability import ROOT, RULES, filled, lines, named

STATUS = re.compile(r"done|open|later: .+|not applicable: .+")
HINT = "run python3 -m tests.docs.traceability"


def test_every_rule_choice_and_surprise_has_one_line() -> None:
    assert [line.rule for line in lines()] == RULES


def test_every_status_is_one_there_is_and_gives_its_reason() -> None:
    assert [line for line in lines() if not STATUS.fullmatch(line.status)] == []


def test_what_is_done_has_proofs_that_name_it() -> None:
    known = named()
    for line in lines():
        assert bool(line.proofs) == (line.status == "done"), f"{line}: {HINT}"
        for proof in line.proofs:
            assert proof in known.get(line.rule, ()), f"{line.rule}: {proof} is no test that names it; {HINT}"


def test_what_a_test_proves_is_not_called_open() -> None:
    known = named()
    assert [line.rule for line in lines() if line.status == "open" and line != filled(line, known)] == [], HINT


def test_each_surprise_has_a_test_of_its_own_name() -> None:
    text = (ROOT / "tests" / "surprises" / "test_surprises.py").read_text(encoding="utf-8")
    assert re.findall(r"def test_surprise_(\d\d)_", text) == [f"{number:02}" for number in range(1, 13)]
