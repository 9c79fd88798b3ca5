"""The picture of cost and time against size is made from the kept results."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from bench.plot import PICTURE, picture
from bench.report import RESULTS

SVG = "{http://www.w3.org/2000/svg}"


def kept(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["figures"]


def test_the_picture_shows_the_kept_results() -> None:
    drawn = picture(kept("cost")["dollars"], kept("simulated")["sizes"])
    assert PICTURE.read_text(encoding="utf-8") == drawn, "python3 -m bench.plot"


def test_a_line_that_grows_with_the_review_runs_beside_the_dashed_ones() -> None:
    rows = [{"items": n, "items a reviewer": 10, "total $": n / 1_000} for n in (1_000, 1_000_000)]
    sizes = [{"items": n, "open min": n / 1_000} for n in (1_000, 1_000_000)]
    sizes = [{"tell min": 0, "remove min": 0, "seal min": 0, "close min": 0} | row for row in sizes]
    drawn = ElementTree.fromstring(picture(rows, sizes))

    def slope(points: list[float]) -> float:
        return (points[3] - points[1]) / (points[2] - points[0])

    line = next(one for one in drawn.iter(f"{SVG}polyline"))
    dashed = next(one for one in drawn.iter(f"{SVG}line") if one.get("class") == "slope")
    mine = slope([float(one) for pair in line.attrib["points"].split() for one in pair.split(",")])
    assert abs(mine - slope([float(dashed.attrib[name]) for name in ("x1", "y1", "x2", "y2")])) < 0.01
