"""Finding a browser for the tests: the one that is named, one of this machine, or none, which is said."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import browser


def test_the_one_that_is_named_is_used_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = tmp_path / "my-chromium"
    monkeypatch.setenv(browser.VARIABLE, str(named))
    assert browser.find() == ""
    named.touch()
    assert browser.find() == str(named)


@pytest.mark.parametrize(("user", "installs"), [(0, True), (1000, False)])
def test_it_is_installed_only_where_that_is_possible(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], user: int, installs: bool
) -> None:
    """A machine with apt-get and without a browser: root gets Debian's, others are told what is left out."""
    (tmp_path / "apt-get").write_text("")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "MAC", tmp_path / "no-such-thing")
    monkeypatch.setattr(os, "geteuid", lambda: user)

    def installed(command: list[str], **_: Any) -> None:
        if "install" in command:
            (tmp_path / "chromium").touch(mode=0o755)

    monkeypatch.setattr(subprocess, "run", installed)
    found = browser.ensure()
    assert found == (str(tmp_path / "chromium") if installs else "")
    assert (browser.MISSING in capsys.readouterr().err) is not installs


def test_ci_may_insist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.REQUIRED, "1")
    assert browser.required()
    monkeypatch.setenv(browser.REQUIRED, "")
    assert not browser.required()
