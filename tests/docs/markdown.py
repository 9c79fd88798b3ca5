"""The documents as the tests of them read them: headings, links, samples in code blocks, code in lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.docs.traceability import ROOT

_FENCE = re.compile(r"^( *)```(.*)$")
_HEADING = re.compile(r"^#{1,6} (.+)$")
_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r'<img src="([^"]+)"')
_NOT_RUN = re.compile(r"<!-- not run: (.+?) -->")


@dataclass(frozen=True)
class Sample:
    """A code block: `excuse` is why it is not run, "" when it is to be."""

    page: str
    line: int
    language: str
    text: str
    excuse: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Every document of the repository."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def prose(page: Path) -> str:
    """A page without its code blocks and code in lines."""
    kept, inside = [], False
    for line in text(page).splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(re.sub(r"(`+).*?\1", "", line))
    return "\n".join(kept)


def links(page: Path) -> list[str]:
    """Where a page leads, pictures included."""
    return [where for _, where in _LINK.findall(prose(page))] + _PICTURE.findall(prose(page))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The names of a page's headings as GitHub makes them."""
    found: list[str] = []
    inside = False
    for line in text(page).splitlines():
        inside = not inside if _FENCE.match(line) else inside
        if not inside and (heading := _HEADING.match(line)):
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            plain = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            again = found.count(plain)
            found.append(f"{plain}-{again}" if again else plain)
    return frozenset(found)


def samples(page: Path) -> list[Sample]:
    """The code blocks of a page. A comment `<!-- not run: why -->` right above one excuses it."""
    found: list[Sample] = []
    lines = text(page).splitlines()
    begin: int | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence and begin is None:
            begin = number
        elif fence and begin is not None:
            opened = _FENCE.match(lines[begin])
            assert opened is not None
            cut = len(opened[1])
            before = next((one for one in reversed(lines[:begin]) if one.strip()), "")
            excuse = _NOT_RUN.search(before)
            held = "\n".join(one[cut:] for one in lines[begin + 1 : number])
            found.append(Sample(name(page), begin + 1, opened[2].strip(), held, excuse[1] if excuse else ""))
            begin = None
    assert begin is None, f"{name(page)}:{(begin or 0) + 1}: a code block without an end"
    return found


def every_sample(language: str) -> list[Sample]:
    return [one for page in pages() for one in samples(page) if one.language == language]


def indented(page: Path) -> Iterator[int]:
    """The lines of blocks that are code by their indentation alone, which nothing checks."""
    inside, before = False, ""
    for number, line in enumerate(text(page).splitlines(), 1):
        inside = not inside if _FENCE.match(line) else inside
        if not inside and re.match(r" {4,}\S", line) and not before.strip():
            yield number
        before = line


def commands() -> dict[str, list[str]]:
    """Every call of dev.py that a document shows, with the pages that show it."""
    found: dict[str, list[str]] = {}
    for page in pages():
        for call in re.findall(r"(?:python3 )?dev\.py ([a-z][^`\n|]*)", text(page)):
            found.setdefault(call.partition("  #")[0].strip(), []).append(name(page))
    return found
