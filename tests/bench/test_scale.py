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
def test_more_assignments_than_a_bucket_holds_get_one_item_each_and_cost_no_more() -> None:
    """P1: every active assignment has exactly one item. Opened, decided, closed, removed and sealed, in processes of
    their own; how long that takes is for the benchmark to say."""
    command = [sys.executable, "-m", "bench", "scale", "100", "400"]
    small_buckets = {**os.environ, "ACCESS_REVIEWS_BUCKET_ITEMS": "150"}
    done = subprocess.run(command, cwd=ROOT, env=small_buckets, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(done.stdout.splitlines()[-1])
    assert verdict["everyItemOnce"] and verdict["sizes"] == [100, 400]
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"items"')]
    assert [row["part"] for row in rows if "part" in row] == ["open", "decide", "close", "remove", "seal"] * 2
