"""Which test names which rule of the reference in its docstring, and docs/reference.md filled from that."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "reference.md"
MOST = 3  # proofs a line
RULES = [f"R{n}" for n in range(1, 201)] + [f"G{n}" for n in range(1, 48)] + [f"S{n}" for n in range(1, 13)]
_NUMBER = re.compile(r"\b[RGS]\d{1,3}\b")
_LINE = re.compile(r"\| ([RGS]\d+) \| (.*?) \| (.*?) \| ?(.*?) ?\|")


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    rule: str
    what: str
    status: str
    proofs: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(f"`{proof}`" for proof in self.proofs)
        return f"| {self.rule} | {self.what} | {self.status} | {f'{shown} ' if shown else ''}|"


def read(text: str) -> Line | None:
    """The line of the table that `text` is, if it is one."""
    found = _LINE.fullmatch(text)
    return Line(found[1], found[2], found[3], tuple(re.findall(r"`([^`]+)`", found[4]))) if found else None


def lines() -> list[Line]:
    """The table as it stands."""
    found = map(read, DOCUMENT.read_text(encoding="utf-8").splitlines())
    return [line for line in found if line is not None]


def named() -> dict[str, list[str]]:
    """By rule the tests that name it, the through-the-whole-product ones first."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py"), key=lambda file: ("surprises" not in file.parts, file)):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for rule in dict.fromkeys(_NUMBER.findall(ast.get_docstring(node) or "")):
                    if rule[0] == "S" and "surprises" not in file.parts:
                        continue  # other lists have such numbers too
                    found.setdefault(rule, []).append(f"{file.relative_to(ROOT)}::{node.name}")
    return found


def node_ids() -> set[str]:
    """Every test function and class of the suite, as pytest names it without parameters."""
    found = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(f"{file.relative_to(ROOT)}::{node.name}")
    return found


def filled(line: Line, known: Mapping[str, list[str]]) -> Line:
    """The line with its proofs: those it has that are still true, then others, at most three."""
    if line.status not in ("open", "done"):
        return line
    proofs = [proof for proof in line.proofs if proof in known.get(line.rule, ())]
    proofs += [proof for proof in known.get(line.rule, ()) if proof not in proofs]
    return Line(line.rule, line.what, "done" if proofs else "open", tuple(proofs[:MOST]))


def main() -> None:
    """Rewrite the table in place."""
    known = named()
    text = [(one, read(one)) for one in DOCUMENT.read_text(encoding="utf-8").splitlines()]
    DOCUMENT.write_text("\n".join(str(filled(line, known)) if line else one for one, line in text) + "\n")


if __name__ == "__main__":
    main()
