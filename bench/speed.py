"""How much the product adds to the requests it makes: every hot operation against its floor, on one emulator.

    python3 dev.py bench speed [--quick] [--rounds N] [--items N] [--only NAME ...] [--keep]

Ratios, not seconds: in every round the product does the operation, the rows it wrote are put back, and bare botocore
clients make the same requests again (bench/floor.py). Wall time, but for one decision, whose CPU time is counted:
the emulator has another process. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
from typing import Any

from bench import report, speed_cases
from bench.ratios import Measured
from bench.stage import staged

PROMISED_OUTSIDE = 0.5  # ms of CPU that one decision may spend outside its DynamoDB call


def main(arguments: list[str]) -> int:
    """Measure, print the table, and say by the exit code whether every target is met."""
    parser = argparse.ArgumentParser(prog="dev.py bench speed")
    parser.add_argument("--quick", action="store_true", help="small and few: shows that it runs")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of each operation (11; 2 with --quick)")
    parser.add_argument("--items", type=int, default=0, help="items of a review (1,000; 60 with --quick)")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(speed_cases.CASES),
        default=list(speed_cases.CASES),
        help="some operations only",
    )
    parser.add_argument("--keep", action="store_true", help="keep the figures for docs/benchmarks.md")
    asked = parser.parse_args(arguments)
    rounds = asked.rounds or (2 if asked.quick else 11)
    items = asked.items or (60 if asked.quick else 1_000)
    measured, outside = _measure(asked.only, rounds, items)
    rows = [one.row() for one in measured]
    print(report.table(rows))
    missed = [one.name for one in measured if one.ratio > one.target]
    for line in outside:
        print(f"{line['what']}: {line['median']} ms (95th percentile {line['95th percentile']}), {line['met']}")
        missed += [line["what"]] if line["met"] != "ok" else []
    if asked.keep:
        report.keep("speed", {"ratios": rows, "outside": outside, "rounds": rounds, "items": items})
    print(f"missed: {', '.join(missed)}" if missed else "every target is met")
    return 1 if missed else 0


def _measure(names: list[str], rounds: int, items: int) -> tuple[list[Measured], list[dict[str, Any]]]:
    with staged() as stage:
        outside = speed_cases.outside(stage, rounds) if "decision" in names else []
        measured = [one for name in names for one in speed_cases.CASES[name](stage, rounds, items)]
    return measured, [_outside(outside)] if outside else []


def _outside(spent: list[float]) -> dict[str, Any]:
    found = [one * 1e3 for one in sorted(spent)]
    median = statistics.median(found)
    return {
        "what": "one decision, CPU outside its DynamoDB call",
        "median": round(median, 3),
        "95th percentile": round(found[int(len(found) * 0.95)], 3),
        "target": PROMISED_OUTSIDE,
        "met": "ok" if median <= PROMISED_OUTSIDE else "miss",
    }
