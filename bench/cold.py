"""A cold start of the packaged API function: importing it and its first request, against the floor.

    python3 dev.py bench cold [--quick] [--rounds N] [--keep]

The artefact is made for this machine, unpacked, and loaded by fresh processes that have nothing else on their path.
The floor is a folder of the same packages, precompiled: it imports Chalice, PynamoDB, msgspec and PyJWT, makes
PynamoDB's client and one call. It is also measured in the artefact itself, whose botocore has less to read. All kinds
of processes take turns; the emulator is the same. Exit code 1 when a target is missed. What Lambda adds itself
(fetching the code, starting Python) cannot be seen here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import report
from bench.stage import Stage, environment, staged

TARGET = 1.25
CHILD = Path(__file__).with_name("cold_child.py")
FLOOR = "floor"
PACKAGES, ARTEFACT, PLAIN = "packages", "artefact", "artefact, no bytecode"
ITEM = (
    "/v1.0/identityGovernance/accessReviews/definitions/{definition_id}/instances/{instance_id}/decisions/{decision_id}"
)
Start = dict[str, float]


def main(arguments: list[str]) -> int:
    """Measure, print the table, and say by the exit code whether every target is met."""
    parser = argparse.ArgumentParser(prog="dev.py bench cold")
    parser.add_argument("--quick", action="store_true", help="few rounds: shows that it runs")
    parser.add_argument("--rounds", type=int, default=0, help="processes of each kind (15; 2 with --quick)")
    parser.add_argument("--keep", action="store_true", help="keep the figures for docs/benchmarks.md")
    asked = parser.parse_args(arguments)
    rounds = asked.rounds or (2 if asked.quick else 15)
    with tempfile.TemporaryDirectory() as name, staged() as stage:
        folders = _folders(Path(name))
        found = _take_turns(stage, folders, rounds)
    rows = [_row(what, starts, found, kind) for kind, kinds in found.items() for what, starts in kinds.items()]
    print(report.table(rows))
    missed = [row["first request"] for row in rows if row["met"] == "miss"]
    if asked.keep:
        report.keep("cold", {"starts": rows, "rounds": rounds})
    print(f"missed: {', '.join(missed)}" if missed else "every target is met")
    return 1 if missed else 0


def _folders(into: Path) -> dict[str, Path]:
    """The artefact unpacked, with its bytecode and without, and the packages alone."""
    from infrastructure import artefact, wheels

    compiled, plain, packages = into / "compiled", into / "plain", into / "packages"
    architecture = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    for folder in (compiled, packages):
        folder.mkdir()
    artefact.lay_out(architecture, compiled)
    wheels.install(architecture, packages)
    shutil.copytree(compiled / "chalice", packages / "chalice")  # which Chalice adds itself
    artefact.precompile(packages)
    # What is prepared for the product has no place in what shows how it would be without.
    shutil.copytree(compiled, plain, ignore=shutil.ignore_patterns("__pycache__", "*.methods"))
    return {PACKAGES: packages, ARTEFACT: compiled, PLAIN: plain}


def _take_turns(stage: Stage, folders: dict[str, Path], rounds: int) -> dict[str, dict[str, list[Start]]]:
    """Every kind of process in turn, so often."""
    found: dict[str, dict[str, list[Start]]] = {kind: {} for kind in folders}
    decisions = _decisions(stage)
    kinds: dict[str, Any] = {
        FLOOR: {"url": stage.url, "table": stage.tables[3]},
        "GET /api/v1/health": stage.event("GET", "/api/v1/health", {}),
        "GET / (the portal's shell)": stage.event("GET", "/", {}),
        "PATCH of a decision": None,
    }
    for _ in range(rounds):
        for kind, folder in folders.items():
            for what, event in kinds.items():
                if kind == PACKAGES and what != FLOOR:
                    continue
                start = _start(stage, folder, "floor" if what == FLOOR else "app", event or next(decisions))
                found[kind].setdefault(what, []).append(start)
    return found


def _start(stage: Stage, folder: Path, what: str, event: Any) -> Start:
    """One fresh process of the interpreter itself: the virtual environment's packages are not on its path."""
    interpreter = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run(
        [interpreter, "-I", "-S", "-B", str(CHILD), str(folder), what],
        input=json.dumps(event),
        env={"PATH": os.environ["PATH"], **environment(stage.url, stage.sign_in.keys_url())},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: Start = json.loads(done.stdout.splitlines()[-1])
    return told


def _decisions(stage: Stage) -> Iterator[Any]:
    """A decision about an item of an open review, each time another one. It opened last night: the processes that
    start have the machine's time."""
    from bench.speed_life import Life
    from bench.stage import BOSS
    from chalicelib.domain import ids

    stage.clock.set(datetime.now(UTC) - timedelta(days=2))
    review = Life(stage, "cold", 200, alone=True)
    review.planned()
    review.open()
    instance, mine = review.instance, ids.set_of_one(ids.guid("user", BOSS))
    body = {"decision": "Approve", "justification": "Still works on the monthly closing of the books."}
    path = {"definition_id": instance.definition_id, "instance_id": instance.id}
    for item in stage.services.items.sweep(instance.id, mine, 0, 200, None).items:
        yield stage.event("PATCH", ITEM, {**path, "decision_id": item.id}, body)


def _row(what: str, starts: list[Start], found: dict[str, dict[str, list[Start]]], kind: str) -> dict[str, Any]:
    """As the table has it."""
    floor, strict = _medians(found[PACKAGES][FLOOR]), _medians(found[ARTEFACT][FLOOR])
    median, walls = _medians(starts), [one["wall"] * 1e3 for one in starts]
    ratio = median["wall"] / floor["wall"]
    aimed = what != FLOOR and kind == ARTEFACT
    return {
        "first request": what,
        "folder": kind,
        "import": f"{median['import'] * 1e3:.0f} ms",
        "request": f"{median['request'] * 1e3:.0f} ms",
        "together": f"{median['wall'] * 1e3:.0f} ms",
        "spread": f"{min(walls):.0f} to {max(walls):.0f} ms",
        "ratio": round(ratio, 3),
        "target": TARGET if aimed else None,
        "met": ("ok" if ratio <= TARGET else "miss") if aimed else "",
        "to the floor in the artefact": round(median["wall"] / strict["wall"], 3),
        "CPU ratio": round(median["cpu"] / floor["cpu"], 3),
        "peak memory": f"{median['peakMiB']:.0f} MiB",
    }


def _medians(starts: list[Start]) -> Start:
    return {name: statistics.median(one[name] for one in starts) for name in starts[0]}
