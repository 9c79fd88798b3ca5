"""docs/promises.md: which tests name which promise in their docstrings, where it says it is enforced, and the figures
of the last long run. `python3 -m tests.docs.promises [FIGURES.json]` rewrites the lists and tables in place."""

from __future__ import annotations

import ast
import json
import re
import sys
from functools import cache
from pathlib import Path

from tests.docs.traceability import ROOT
from tests.simulation.figures import Area, Figures

DOCUMENT = ROOT / "docs" / "promises.md"
PROMISES = [f"P{number}" for number in range(1, 23)]
MOST = 6  # tests listed for a promise
_HEADING = re.compile(r"### (P\d+) ")
_NUMBER = re.compile(r"\bP([1-9]\d?)\b")
_CODE = re.compile(r"`(chalicelib/[\w/]+\.py)(?:::([\w.]+))?`")
_TEST = re.compile(r"`(tests/[\w/]+\.py::\w+)`")
_FAILURE = re.compile(r"test_failure_(\d\d)_\w+")
_FIRST = ("simulation", "security", "usecases")  # these folders' tests are listed first


@cache
def named() -> dict[str, list[str]]:
    """By promise the tests that name it in their docstring, those of the simulation first."""
    found: dict[str, list[str]] = {promise: [] for promise in PROMISES}
    for node_id, text in _docstrings():
        for number in dict.fromkeys(_NUMBER.findall(text)):
            if f"P{number}" in found:
                found[f"P{number}"].append(node_id)
    return found


@cache
def _docstrings() -> list[tuple[str, str]]:
    """Every test function and its docstring."""
    found = []
    files = sorted((ROOT / "tests").rglob("test_*.py"), key=lambda file: (_rank(file), file))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.append((f"{file.relative_to(ROOT)}::{node.name}", ast.get_docstring(node) or ""))
    return found


def _rank(file: Path) -> int:
    folder = file.relative_to(ROOT / "tests").parts[0]
    return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)


def sections() -> dict[str, str]:
    """The text of the document by promise."""
    parts = _HEADING.split(DOCUMENT.read_text(encoding="utf-8"))[1:]
    return dict(zip(parts[::2], (part.partition("\n## ")[0] for part in parts[1::2]), strict=True))


def enforcers(section: str) -> list[tuple[str, str]]:
    """The files and functions that a section names as those that keep the promise."""
    return _CODE.findall(section)


def listed_tests(section: str) -> list[str]:
    """The tests that a section lists."""
    return _TEST.findall(section)


def failures() -> dict[int, list[str]]:
    """The tests of the casebook by failure."""
    found: dict[int, list[str]] = {}
    for node_id, _ in _docstrings():
        if match := _FAILURE.search(node_id):
            found.setdefault(int(match[1]), []).append(node_id)
    return found


def _listed(promise: str, before: str, known: list[str]) -> str:
    """The list of a promise's tests: those it has that still name it, then others, and how many more there are."""
    chosen = [one for one in listed_tests(before) if one in known]
    chosen = (chosen + [one for one in known if one not in chosen])[:MOST]
    more = len(known) - len(chosen)
    lines = [f"- `{one}`" for one in chosen] + ([f"- and {more} more that name {promise}"] if more else [])
    return "\n".join(lines)


def _between(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}" if rest else text


def main(figures: Path | None = None) -> None:
    """Rewrite lists and tables in place."""
    text, known = DOCUMENT.read_text(encoding="utf-8"), named()
    for promise, section in sections().items():
        text = _between(text, f"tests of {promise}", _listed(promise, section, known[promise]))
    lines = [f"| {number} | {', '.join(f'`{one}`' for one in tests)} |" for number, tests in sorted(failures().items())]
    text = _between(text, "casebook", "\n".join(["| failure | tests |", "| --: | --- |", *lines]))
    if figures is not None:
        told = json.loads(figures.read_text(encoding="utf-8"))
        kept = Figures({name: Area(**area) for name, area in told["areas"].items()}, told["planted"])
        text = _between(text, "figures", "\n".join(kept.lines()))
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
