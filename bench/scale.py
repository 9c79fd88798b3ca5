"""Whole reviews on the local emulator at growing sizes: what an item costs, how long it takes, how much memory is used.

    python3 dev.py bench scale                  1,000, 10,000 and 100,000 assignments
    python3 dev.py bench scale 500 2500         other sizes; --keep keeps the figures for docs/benchmarks.md

Opening, the decisions of some managers, closing, removals and both seals, really made, each part by a process of its
own (bench/scale_parts.py): the one that opens has never held the organisation, so its peak is the opening's own. After
each part a bare client makes a sample of its requests again: the floor, which grows with the emulator's tables. Prints
one JSON line a part, and one for each size with what was compared.

From the second size on (10,000) nothing may grow: units of an item by no more than 2 %, memory by no more than a
quarter, time of an item by no more than a tenth more than the floor's. Times on a busy machine say nothing, so they do
not make the exit code.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.report import keep, table

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000, 100_000)
PARTS = ("open", "decide", "close", "seal")
COST, SLOWER, MEMORY = 1.02, 1.1, 1.25  # the most that may be used, of the size before
Report = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Play a review of each size; 0 when every assignment has one item, and neither cost nor memory grows."""
    sizes = [int(one) for one in arguments if one != "--keep"] or list(SIZES)
    reviews = [measure(number) for number in sizes]
    parts = [row for review in reviews for row in review["parts"]]
    exact = all(one["items"] == one["distinctItems"] == one["assignments"] for one in reviews)
    compared = pairwise(reviews[1:] if len(reviews) > 2 else reviews)
    growth = [row for before, after in compared for row in grown(before, after)]
    verdict = {"sizes": sizes, "everyItemOnce": exact, "flat": all(row["ok"] for row in growth)}
    for rows in (parts, growth):
        print(f"\n{table(rows)}" if rows else "")
    if "--keep" in arguments:
        keep("scale", {"parts": parts, "growth": growth})
    print(json.dumps(verdict))
    costs = all(row["ok"] for row in growth if not row["what"].startswith("time"))
    return 0 if exact and costs else 1


def measure(number: int) -> Report:
    """A review of `number` assignments on an emulator of its own, part by part."""
    from local.emulator import Emulator

    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder) / "state", Path(folder) / "objects", Path(folder) / "emulator.log")
        address = emulator.start()
        try:
            return _played(address, number)
        finally:
            emulator.stop()


def _played(address: str, number: int) -> Report:
    began = time.monotonic()
    found = _child(address, "seed", str(number))
    rows = []
    told: Report = {"assignments": number}
    for part in PARTS:
        answer = _child(address, part, json.dumps(found))
        found |= answer.pop("found", {})
        told |= answer.pop("told", {})
        for row in answer["rows"]:
            rows.append({"items": number, **row})
            print(json.dumps(rows[-1]), flush=True)
    print(json.dumps({"items": number, "seconds in all": round(time.monotonic() - began)}), flush=True)
    return {**told, "parts": rows}


def _child(address: str, part: str, argument: str) -> Report:
    """Run one part in a process of its own: the tables' endpoint is read when they are imported."""
    from bench.stage import environment

    done = subprocess.run(
        [sys.executable, "-m", "bench.scale_parts", address, part, argument],
        cwd=ROOT,
        env={**os.environ, **environment(address, "data:application/json,{}")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: Report = json.loads(done.stdout.splitlines()[-1])
    return found


def grown(before: Report, after: Report) -> list[Report]:
    """How each part of the larger review compares with the smaller, item by item."""
    rows: list[Report] = []
    for small, large in zip(before["parts"], after["parts"], strict=True):
        for unit in ("WU an item", "RU an item", "requests an item"):
            if small[unit]:
                rows.append(_row(small, large, unit, large[unit] / small[unit], COST))
        floor = max(large["floor ms an item"] / small["floor ms an item"], 1.0)
        slower = large["ms an item"] / small["ms an item"]
        rows.append(_row(small, large, "time an item, against the floor's growth", slower / floor, SLOWER))
        rows.append(_row(small, large, "memory", large["peak MiB"] / small["peak MiB"], MEMORY))
    return rows


def _row(small: Report, large: Report, what: str, ratio: float, limit: float) -> Report:
    sizes = f"{small['items']:,} to {large['items']:,}"
    return {"part": small["part"], "what": what, "sizes": sizes, "ratio": round(ratio, 3)} | {
        "limit": limit,
        "ok": ratio <= limit,
    }
