"""The stories `dev.py demo` tells still happen that way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.venvs import EMULATOR, ROOT


@pytest.mark.skipif(
    not EMULATOR.python.exists(), reason="the emulator's environment is missing: `python3 dev.py test` makes it"
)
@pytest.mark.parametrize("story", [("--evidence", "pack.zip"), ("--real",)])
def test_every_step_goes_as_the_story_says(story: tuple[str, ...], tmp_path: Path) -> None:
    """The first ends with the evidence pack, which its auditor has verified and which is kept."""
    told = subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), "demo", *story],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert told.stdout.endswith("Every step went as expected.\n")
    assert not (tmp_path / "pack.zip").exists() or "VERIFIED" in told.stdout
    assert (tmp_path / "pack.zip").exists() == ("--evidence" in story)
