"""`python3 dev.py audit`: asks where weaknesses are known, and says so where nobody can be asked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from local import audit
from local.venvs import ROOT, Venv, included

WEAK = json.dumps({"dependencies": [{"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-2014-8"}]}]})
MIRROR = json.dumps({"dependencies": [{"name": "jinja2", "version": "2.4.1", "vulns": []}]})


def answering(status: int = 0, **answers: str):
    """pip-audit where these services answer, and no other. What it was asked is kept."""
    asked: list[list[str]] = []

    def run(arguments: list[str]) -> CompletedProcess[str]:
        asked.append(arguments)
        if "-r" not in arguments:
            return CompletedProcess(arguments, status, "what was found", "")
        text = answers.get(arguments[1], "")
        return CompletedProcess(arguments, int(text != MIRROR), text, "" if text else "no such host")

    return run, asked


@pytest.mark.parametrize(
    ("answers", "service"),
    [
        ({"pypi": WEAK, "osv": WEAK}, "pypi"),
        ({"osv": WEAK}, "osv"),
        ({"pypi": MIRROR}, ""),  # it knows packages and no weaknesses
        ({"pypi": "[]", "osv": '{"dependencies": [1]}'}, ""),
        ({"pypi": "<html>sign in</html>"}, ""),
        ({}, ""),
    ],
)
def test_a_source_is_believed_when_it_knows_what_everybody_knows(answers: dict[str, str], service: str) -> None:
    assert audit.reachable(answering(**answers)[0]) == service


def test_where_nobody_can_be_asked_it_says_so_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(audit.ENVIRONMENTS, answering(1)[0]) == 0
    assert "nothing was audited" in capsys.readouterr().out


@pytest.mark.parametrize("status", [0, 1])
def test_where_somebody_can_the_answer_is_theirs(
    status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venvs = [Venv(tmp_path / name) for name in ("one", "two")]
    for one in venvs:
        one.folder.mkdir()
    run, asked = answering(status, osv=WEAK)
    assert audit.main(venvs, run) == status
    assert asked[-1][:2] == ["--vulnerability-service", "osv"] and asked[-1].count("--path") == 2
    assert "what was found" in capsys.readouterr().out


def test_every_requirement_is_pinned_and_installed_where_it_is_looked_for() -> None:
    """What is audited is what is installed: every file of requirements belongs to an environment that is looked at."""
    files = {one.name for one in ROOT.glob("requirements*.txt")}
    looked = set(included("requirements-dev.txt")) | {
        "requirements-emulator.txt",
        "requirements-hostile.txt",
        "requirements-package.txt",
    }
    assert files == looked | {audit.REQUIREMENTS}
    for name in files:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert all(re.fullmatch(r"-r \S+|[\w.\[\]-]+==[\w.]+", line) for line in lines if line), name
