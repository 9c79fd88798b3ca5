"""A large opening on the fast engine, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not (ROOT / ".venv-emulator").exists(), reason="the emulator is not installed: python3 dev.py test")
def test_more_assignments_than_a_bucket_holds_get_one_item_each() -> None:
    """P1: every active assignment has exactly one item. How much memory that takes is for the benchmark to say."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "scale", "1000", "12000"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.count("{") >= 3, done.stdout + done.stderr
    small, large, verdict = [json.loads(line) for line in done.stdout.splitlines()[-3:]]
    assert (small["distinctItems"], large["distinctItems"], large["reviewers"]) == (1_000, 12_000, 1_200)
    assert verdict["everyItemOnce"]
