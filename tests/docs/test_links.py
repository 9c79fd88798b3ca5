"""Every link of every document leads somewhere, every picture is there and shown, and every page can be found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.markdown import anchors, links, name, pages, text
from tests.docs.traceability import ROOT

PICTURES = ROOT / "docs" / "pictures"
LARGEST = 150_000  # bytes of a picture


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_link_and_anchor_resolves(page: Path) -> None:
    broken = []
    for where in links(page):
        if re.match(r"[a-z]+:", where):
            continue
        path, _, anchor = where.partition("#")
        target = page.parent.joinpath(path).resolve() if path else page
        if not target.exists() or ROOT not in (target, *target.parents):
            broken.append(where)
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            broken.append(f"{where}: there is no such heading")
    assert not broken


def test_every_picture_is_shown_somewhere_and_small() -> None:
    shown = {page.parent.joinpath(where).resolve() for page in pages() for where in links(page) if "pictures/" in where}
    there = {one for one in PICTURES.iterdir() if one.is_file()}
    assert there == {one for one in shown if one.parent == PICTURES}
    assert not [one.name for one in there if one.stat().st_size > LARGEST]


def test_pictures_have_a_text_for_those_who_do_not_see_them() -> None:
    for page in pages():
        assert not re.findall(r'<img (?![^>]*alt="\w)[^>]*>|!\[\]', text(page)), name(page)


def test_the_index_names_every_page() -> None:
    """Of a folder with an index page of its own, that page does."""
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        found = {page.parent.joinpath(where.partition("#")[0]).resolve() for where in links(page) if ".md" in where}
        waiting += [one for one in found if one.suffix == ".md" and one.is_file() and one not in reached]
    assert not [name(page) for page in pages() if page not in reached]
    index = {(ROOT / "docs" / where).resolve() for where in links(ROOT / "docs" / "README.md")}
    missing = [name(page) for page in (ROOT / "docs").glob("*.md") if page not in index and page.name != "README.md"]
    assert not missing, "docs/README.md does not name them"
