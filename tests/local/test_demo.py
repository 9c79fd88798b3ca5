"""The story `dev.py demo` tells still happens that way."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local.venvs import EMULATOR, ROOT


@pytest.mark.skipif(
    not EMULATOR.python.exists(), reason="the emulator's environment is missing: `python3 dev.py test` makes it"
)
def test_every_step_goes_as_the_story_says() -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert told.stdout.endswith("Every step went as expected.\n")
