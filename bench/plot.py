"""Cost and time against size, as a picture made from the kept results: docs/pictures/scale.svg.

    python3 -m bench.plot

Two panels with logarithmic axes: dollars of a whole review (docs/benchmarks/cost.json), and how long its parts last by
the simulation (docs/benchmarks/simulated.json). A line that climbs a decade for each decade of items is one that grows
with the review and no faster; the dashed lines in the background do exactly that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any
from xml.sax.saxutils import escape

from bench.report import RESULTS, ROOT

PICTURE = ROOT / "docs" / "pictures" / "scale.svg"
WIDE, HIGH, GAP = 330, 280, 130
LEFT, TOP = 62, 58
COLOURS = ("#2f7de1", "#d9622b", "#1a9c6c", "#b8860b", "#a05cd6")
PARTS = {
    "tell min": "tell reviewers",
    "remove min": "remove",
    "seal min": "seal",
    "close min": "close",
    "open min": "open",
}
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #33383f; }
  .title { font-size: 14px; font-weight: 600; }
  .small { font-size: 11px; fill: #5a616b; }
  .grid { stroke: #d5d9df; stroke-width: 1; }
  .slope { stroke: #c3c8d0; stroke-width: 1; stroke-dasharray: 3 4; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .ground { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #dfe3e8; } .small { fill: #a3abb5; } .grid { stroke: #363c45; } .slope { stroke: #4a515c; }
    .ground { fill: #14171b; }
  }
"""
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line: its name at the end, its points, and its colour."""

    name: str
    points: Sequence[Point]
    colour: str


@dataclass(frozen=True)
class Panel:
    """A panel with two logarithmic axes, `left` px from the edge of the picture."""

    title: str
    lines: Sequence[Line]
    left: float
    unit: str

    def __post_init__(self) -> None:
        every = [point for line in self.lines for point in line.points]
        object.__setattr__(self, "x_range", _decades([x for x, _ in every]))
        object.__setattr__(self, "y_range", _decades([y for _, y in every]))

    def place(self, x: float, y: float) -> Point:
        """Where a point lies in the picture."""
        (x0, x1), (y0, y1) = self.x_range, self.y_range  # type: ignore[attr-defined]
        across = self.left + WIDE * (log10(x) - x0) / (x1 - x0)
        return across, TOP + HIGH * (1 - (log10(y) - y0) / (y1 - y0))

    def drawn(self) -> str:
        """The panel as SVG."""
        parts = [f'<text class="title" x="{self.left}" y="{TOP - 30}">{escape(self.title)}</text>']
        parts += [*self._grid(), *self._slopes()]
        for line in self.lines:
            places = [self.place(x, y) for x, y in line.points]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            parts.append(f'<polyline class="line" stroke="{line.colour}" points="{path}"/>')
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{line.colour}"/>' for x, y in places]
        return "\n".join([*parts, *self._names()])

    def _grid(self) -> list[str]:
        (x0, x1), (y0, y1) = self.x_range, self.y_range  # type: ignore[attr-defined]
        parts = []
        for power in range(x0, x1 + 1):
            x, _ = self.place(10**power, 10**y0)
            parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{TOP + HIGH}"/>')
            parts.append(
                f'<text class="small" x="{x:.1f}" y="{TOP + HIGH + 18}" text-anchor="middle">{10**power:,}</text>'
            )
        for power in range(y0, y1 + 1):
            _, y = self.place(10**x0, 10**power)
            parts.append(f'<line class="grid" x1="{self.left}" x2="{self.left + WIDE}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(
                f'<text class="small" x="{self.left - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(power)}</text>'
            )
        middle = self.left + WIDE / 2
        parts.append(
            f'<text class="small" x="{middle}" y="{TOP + HIGH + 38}" text-anchor="middle">items of the review</text>'
        )
        parts.append(f'<text class="small" x="{self.left}" y="{TOP - 12}">{escape(self.unit)}</text>')
        return parts

    def _slopes(self) -> list[str]:
        """Lines that grow exactly with the review."""
        (x0, x1), (y0, y1) = self.x_range, self.y_range  # type: ignore[attr-defined]
        parts = []
        for start in range(y0 - (x1 - x0) + 1, y1):
            low, high = max(x0, x0 + y0 - start), min(x1, x0 + y1 - start)
            ends = [self.place(10**x, 10.0 ** (start + x - x0)) for x in (low, high)]
            where = " ".join(f'x{n}="{x:.1f}" y{n}="{y:.1f}"' for n, (x, y) in enumerate(ends, 1))
            parts.append(f'<line class="slope" {where}/>')
        return parts

    def _names(self) -> list[str]:
        """The lines' names at their ends, none over another."""
        parts, free = [], float("inf")
        for line in sorted(self.lines, key=lambda one: one.points[-1][1]):
            x, y = self.place(*line.points[-1])
            free = min(y + 4, free - 15)
            parts.append(f'<text x="{x + 9:.1f}" y="{free:.1f}" style="fill:{line.colour}">{escape(line.name)}</text>')
        return parts


def _decades(values: Sequence[float]) -> tuple[int, int]:
    return floor(log10(min(values)) + 1e-9), ceil(log10(max(values)) - 1e-9)


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"


def picture(dollars: Sequence[dict[str, Any]], sizes: Sequence[dict[str, Any]]) -> str:
    """The picture of these rows: `dollars` of bench cost, `sizes` of bench simulate."""
    spans = sorted({row["items a reviewer"] for row in dollars})
    cost = [
        Line(
            f"{span} a reviewer",
            [(row["items"], row["total $"]) for row in dollars if row["items a reviewer"] == span],
            colour,
        )
        for span, colour in zip(spans, COLOURS, strict=False)
    ]
    times = [
        Line(name, [(row["items"], row[column]) for row in sizes if row[column] > 0], colour)
        for (column, name), colour in zip(PARTS.items(), COLOURS, strict=True)
    ]
    times = [line for line in times if line.points]
    right = LEFT + WIDE + GAP + 40
    panels = [
        Panel("What a review costs", cost, LEFT, "dollars at list prices"),
        Panel("How long its parts last", times, right, "minutes, simulated"),
    ]
    width, height = right + WIDE + GAP, TOP + HIGH + 56
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>Cost and time of a review against its size</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width}" height="{height}" rx="6"/>',
            *(panel.drawn() for panel in panels),
            "</svg>\n",
        ]
    )


def main() -> None:
    """Make the picture again."""
    kept = {
        name: json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["figures"]
        for name in ("cost", "simulated")
    }
    PICTURE.write_text(picture(kept["cost"]["dollars"], kept["simulated"]["sizes"]), encoding="utf-8")


if __name__ == "__main__":
    main()
