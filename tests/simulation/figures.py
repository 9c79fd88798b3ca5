"""What a run has played, by area, as a table and as JSON: docs/promises.md is filled from it.

A part of the tests' plugin (tests/conftest.py): reports of the workers come here with the histories they counted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HISTORIES, PLANTED = "histories", "planted"  # properties of a test's report


@dataclass
class Area:
    """Tests that belong together: how many passed and failed, what they played, how long that took."""

    tests: int = 0
    failed: int = 0
    histories: int = 0
    seconds: float = 0.0


@dataclass
class Figures:
    """What was played so far. `planted`: name, histories until found and seconds of each planted fault."""

    areas: dict[str, Area] = field(default_factory=lambda: defaultdict(Area))
    planted: list[tuple[str, int, float]] = field(default_factory=list)

    def add(self, nodeid: str, failed: bool, seconds: float) -> None:
        """One test that ran."""
        area = self.areas[area_of(nodeid)]
        area.tests += 1
        area.failed += failed
        area.seconds += seconds

    def played(self, nodeid: str, properties: dict[str, Any]) -> None:
        """What it has played."""
        self.areas[area_of(nodeid)].histories += int(properties.get(HISTORIES, 0))
        if PLANTED in properties:
            name, number, took = properties[PLANTED]
            self.planted.append((str(name), int(number), float(took)))

    def lines(self) -> list[str]:
        """The tables, in Markdown."""
        found = ["| area | tests | failed | histories | seconds |", "| --- | --: | --: | --: | --: |"]
        for name, area in sorted(self.areas.items()):
            found.append(f"| {name} | {area.tests} | {area.failed} | {area.histories:,} | {area.seconds:,.0f} |")
        if self.planted:
            found += ["", "| planted fault | histories until found | seconds |", "| --- | --: | --: |"]
            found += [f"| {name} | {number:,} | {took:.1f} |" for name, number, took in sorted(self.planted)]
        return found

    def keep(self, file: Path) -> None:
        """As JSON, for whoever compares runs."""
        areas = {name: vars(area) for name, area in sorted(self.areas.items())}
        file.write_text(json.dumps({"areas": areas, "planted": sorted(self.planted)}, indent=1) + "\n")


def area_of(nodeid: str) -> str:
    """`tests/simulation/test_races_deciding.py::…` is `simulation/races_deciding`; elsewhere the folder says it."""
    parts = nodeid.partition("::")[0].split("/")[1:]
    if parts[:1] != ["simulation"]:
        return parts[0] if len(parts) > 1 else "tests"
    return "/".join(parts).removesuffix(".py").replace("test_", "")
