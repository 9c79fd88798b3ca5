"""Portal and mails look like one product: the mails' colours are the portal's tokens, light and dark."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from chalicelib.emails.palette import DARK, LIGHT

TOKENS = Path(__file__).resolve().parents[2] / "chalicelib/web/styles/tokens.css"
SAME = {
    "page": "surface",
    "soft": "sunken",
    "text": "text",
    "quiet": "muted",
    "line": "line",
    "accent": "accent",
    "on_accent": "on-accent",
}


def hexadecimal(lightness: float, chroma: float, hue: float) -> str:
    """An OKLCH colour as #rrggbb (Björn Ottosson's definition of Oklab)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    cones = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    rows = (
        (4.0767416621, -3.3077115913, 0.2309699292),
        (-1.2684380046, 2.6097574011, -0.3413193965),
        (-0.0041960863, -0.7034186147, 1.7076147010),
    )
    linear = (sum(factor * cone for factor, cone in zip(row, cones, strict=True)) for row in rows)
    return "#" + "".join(f"{round(255 * min(max(_gamma(part), 0), 1)):02x}" for part in linear)


def _gamma(part: float) -> float:
    return float(12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("name", SAME)
def test_a_colour_of_the_mails_is_the_portal_s(name: str) -> None:
    numbers = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)"
    found = re.search(rf"--{SAME[name]}: light-dark\({numbers}, {numbers}\);", TOKENS.read_text(encoding="utf-8"))
    assert found is not None
    light, dark = ([float(each) for each in found.groups()[start : start + 3]] for start in (0, 3))
    for colours, (lightness, chroma, hue) in ((LIGHT, light), (DARK, dark)):
        assert colours[name] == hexadecimal(lightness / 100, chroma, hue)
