"""A large opening on the fast engine, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not (ROOT / ".venv-emulator").exists(), reason="the emulator is not installed: python3 dev.py test")
def test_twenty_thousand_assignments_get_one_item_each() -> None:
    """P1: every active assignment has exactly one item; the run is resumed from its checkpoints on the way."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "scale", "20000"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    print(report)
    assert report["items"] == report["distinctItems"] == 20_000
    assert report["reviewers"] == 2_000
