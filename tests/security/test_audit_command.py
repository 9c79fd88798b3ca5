"""`python3 dev.py audit`: asks where weaknesses are known, and says so where nobody can be asked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request

import pytest

from local import audit
from local.venvs import ROOT, Venv, included

KNOWN = {"pypi.org": {"vulnerabilities": [{"id": "PYSEC-2014-8"}]}, "api.osv.dev": {"vulns": [{"id": "PYSEC-2014-8"}]}}


def answering(**answers: object):
    """A network in which these hosts answer (a word for what is no JSON), and no other."""

    def read(request: Request) -> bytes:
        answer = answers.get(request.host.replace(".", "_"))
        if answer is None:
            raise URLError("no such host")
        return answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()

    return read


@pytest.mark.parametrize(
    ("answers", "service"),
    [
        ({"pypi_org": KNOWN["pypi.org"], "api_osv_dev": KNOWN["api.osv.dev"]}, "pypi"),
        ({"api_osv_dev": KNOWN["api.osv.dev"]}, "osv"),
        ({"pypi_org": {"info": {}, "vulnerabilities": []}}, ""),  # a mirror that knows packages and no weaknesses
        ({"pypi_org": {"info": {}}, "api_osv_dev": {}}, ""),
        ({"pypi_org": "<html>sign in</html>", "api_osv_dev": []}, ""),
        ({}, ""),
    ],
)
def test_a_source_is_believed_when_it_knows_what_everybody_knows(answers: dict[str, object], service: str) -> None:
    assert audit.reachable(answering(**answers)) == service


def test_where_nobody_can_be_asked_it_says_so_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(audit.ENVIRONMENTS, lambda: "", lambda arguments: 1) == 0
    assert "nothing was audited" in capsys.readouterr().out


@pytest.mark.parametrize("status", [0, 1])
def test_where_somebody_can_the_answer_is_theirs(status: int, tmp_path: Path) -> None:
    asked: list[list[str]] = []
    venvs = [Venv(tmp_path / "one"), Venv(tmp_path / "two"), Venv(tmp_path / "never made")]
    for one in venvs[:2]:
        one.folder.mkdir()
    assert audit.main(venvs, lambda: "osv", lambda arguments: asked.append(arguments) or status) == status
    (arguments,) = asked
    assert arguments[:2] == ["--vulnerability-service", "osv"] and arguments.count("--path") == 2


def test_every_requirement_is_pinned_and_installed_where_it_is_looked_for() -> None:
    """What is audited is what is installed: every file of requirements belongs to an environment that is looked at."""
    files = {one.name for one in ROOT.glob("requirements*.txt")}
    looked = set(included("requirements-dev.txt")) | {"requirements-emulator.txt", "requirements-hostile.txt"}
    assert files == looked | {audit.REQUIREMENTS}
    for name in files:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert all(re.fullmatch(r"-r \S+|[\w.\[\]-]+==[\w.]+", line) for line in lines if line), name
