"""docs/threat-model.md and SECURITY.md name tests that exist, and fit on a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/threat-model.md", "SECURITY.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_test_and_page_it_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|\.chalice)/[\w/*.-]+)`", text))
    assert len(named) >= 8
    assert not [one for one in named if not list(ROOT.glob(one.rstrip("/")))]
    links = re.findall(r"\]\(([\w/.-]+)\)", text)
    assert not [one for one in links if not (ROOT / page).parent.joinpath(one).exists()]


def test_the_threat_model_is_one_page_and_knows_every_kind_of_threat() -> None:
    text = (ROOT / PAGES[0]).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 90
    for kind in ("spoofing", "tampering", "repudiation", "disclosure", "denial", "elevation"):
        assert f"**{kind}**" in text
    assert text.count("\n- *") >= 8
