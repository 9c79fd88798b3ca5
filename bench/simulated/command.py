"""A review of any size, simulated: what it costs, how long it takes, how warm its partitions become.

    python3 dev.py bench simulate                      1,000, 10,000 and 100,000 items
    python3 dev.py bench simulate 1000000              one size; a million takes a quarter of an hour
    python3 dev.py bench simulate 50000 --panel 5      five people together review everything
    python3 dev.py bench simulate 5000 --rate 1        in SES's sandbox: one mail a second

Options: --span (items a reviewer), --panel, --rate and --daily (SES's quota), --keep. What is assumed about AWS stands
in bench/simulated/model.py. The exit code is not zero when a partition, an invocation or SES would get more than it
takes, or a size costs more than 1.02 times what 10,000 items cost.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from typing import Any

from bench.report import keep, table
from bench.simulated.model import Plan
from bench.simulated.report import assumption_rows, function_rows, heat_rows, phase_rows, size_row, wrong
from bench.simulated.review import play

SIZES = (1_000, 10_000, 100_000)
FLAT, FROM = 1.02, 10_000


def main(arguments: list[str]) -> int:
    """Play a review of each size and print what it came to; 0 when all is as it has to be."""
    asked = _asked(arguments)
    sizes, problems = [], []
    for items in asked.sizes:
        plan = Plan(items=items, span=asked.span, panel=asked.panel, rate=asked.rate, daily=asked.daily)
        began = time.monotonic()
        played = play(plan)
        row = size_row(played) | {"played in s": round(time.monotonic() - began)}
        problems += [f"{items:,} items: {one}" for one in wrong(played)]
        sizes.append(row)
        print(json.dumps(row), flush=True)
    problems += list(_not_flat(sizes))
    figures: dict[str, Any] = {
        "sizes": sizes,
        "parts": phase_rows(played),
        "heat": heat_rows(played),
        "functions": function_rows(played),
        "assumptions": assumption_rows(played),
        "memory": [{"peak MiB of this process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}],
        "mails": [{"accepted": played.cloud.ses.accepted, "refused": played.cloud.ses.refused}],
    }
    for name, rows in figures.items():
        print(f"\n{name}\n{table(rows)}")
    print("\n".join(["", *problems]) or "", file=sys.stderr)
    if asked.keep:
        keep("simulated", figures)
    return 1 if problems else 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench simulate")
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--span", type=int, default=10)
    parser.add_argument("--panel", type=int, default=0)
    parser.add_argument("--rate", type=float, default=14.0)
    parser.add_argument("--daily", type=int, default=50_000)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args(arguments)


def _not_flat(sizes: list[dict[str, Any]]) -> list[str]:
    base = next((row for row in sizes if row["items"] == FROM), None)
    return [
        f"{row['items']:,} items cost {row[unit] / base[unit]:.3f} times the {unit} of {FROM:,}"
        for row in sizes
        for unit in ("WU an item", "RU an item")
        if base and row["items"] > FROM and row[unit] > FLAT * base[unit]
    ]
