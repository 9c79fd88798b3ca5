"""A large opening on the fast engine, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not (ROOT / ".venv-emulator").exists(), reason="the emulator is not installed: python3 dev.py test")
def test_more_assignments_than_a_bucket_holds_get_one_item_each() -> None:
    """P1: every active assignment has exactly one item. How much memory that takes is for the benchmark to say."""
    command = [sys.executable, "-m", "bench", "scale", "500", "2500"]
    small_buckets = {**os.environ, "ACCESS_REVIEWS_BUCKET_ITEMS": "1000"}
    done = subprocess.run(command, cwd=ROOT, env=small_buckets, capture_output=True, text=True, check=False)
    assert done.stdout.count("{") >= 3, done.stdout + done.stderr
    small, large, verdict = [json.loads(line) for line in done.stdout.splitlines()[-3:]]
    assert (small["distinctItems"], large["distinctItems"], large["reviewers"]) == (500, 2_500, 250)
    assert verdict["everyItemOnce"]
