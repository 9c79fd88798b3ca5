"""Reads the portal's modules just well enough to judge them: comments, strings, templates, what is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "chalicelib" / "web"
VALUE = "\x00"  # stands in a template's text where a value is put in
_BEFORE_REGEX = re.compile(r"(?:[=(,\[!&|?:;{}>+~]|\b(?:return|typeof|case|of|in))\s*$")
_TAG = re.compile(r"([\w$]+)\s*$")


@dataclass(frozen=True)
class Template:
    """A template literal: the word before it (`html`, or what calls it) and its text with VALUE for each `${}`."""

    tag: str
    text: str
    line: int


@dataclass
class Module:
    """What a module says. `code` is its text without comments, with `"#3"` for the fourth string, and for a template
    the code of the values put into it."""

    name: str
    source: str
    strings: list[tuple[str, int]] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    code: str = ""

    @property
    def folder(self) -> str:
        return self.name.partition("/")[0]


def ours(suffix: str = ".js") -> list[str]:
    """Every file of the portal that we wrote, by folder/name."""
    files = (path.relative_to(WEB).as_posix() for path in sorted(WEB.glob(f"*/*{suffix}")))
    return [name for name in files if not name.startswith("vendor/")]


@cache
def module(name: str) -> Module:
    """A module, read."""
    found = Module(name, (WEB / name).read_text(encoding="utf-8"))
    found.code = _Reader(found).read()
    return found


def page_table() -> list[tuple[str, bool]]:
    """The paths of `app/routes.js`, and whether each stands before signing in."""
    source = (WEB / "app/routes.js").read_text(encoding="utf-8")
    rows = re.findall(r"""\{\s*path:\s*"([^"\n]+)"(.*?)(?=\{\s*path:|\];)""", source, re.DOTALL)
    return [(path, bool(re.search(r"\bbare:\s*true", rest))) for path, rest in rows]


class _Reader:
    """Walks through a source once; templates nest, so values inside them are read by calling itself."""

    def __init__(self, module: Module) -> None:
        self.module, self.source, self.place = module, module.source, 0

    def read(self) -> str:
        return self._code(until="")

    def _code(self, until: str) -> str:
        kept: list[str] = []
        depth = 0
        while self.place < len(self.source):
            here = self.source[self.place]
            pair = self.source[self.place : self.place + 2]
            if pair in ("//", "/*"):
                self._comment(pair)
            elif here in "\"'":
                kept.append(self._string(here))
            elif here == "`":
                kept.append(self._template("".join(kept[-60:])))
            elif here == "/" and _BEFORE_REGEX.search("".join(kept[-40:])):
                self._regex()
                kept.append("/./")
            elif here == until and depth == 0:
                self.place += 1
                break
            else:
                depth += (here == "{") - (here == "}")
                kept.append(here)
                self.place += 1
        return "".join(kept)

    def _line(self) -> int:
        return self.source.count("\n", 0, self.place) + 1

    def _comment(self, opening: str) -> None:
        closing = "\n" if opening == "//" else "*/"
        end = self.source.find(closing, self.place + 2)
        self.place = len(self.source) if end < 0 else end + (0 if opening == "//" else 2)

    def _string(self, quote: str) -> str:
        line, start = self._line(), self.place + 1
        self.place = start
        while self.source[self.place] != quote:
            self.place += 2 if self.source[self.place] == "\\" else 1
        self.module.strings.append((self.source[start : self.place], line))
        self.place += 1
        return f'"#{len(self.module.strings) - 1}"'

    def _regex(self) -> None:
        self.place += 1
        inside = False
        while (here := self.source[self.place]) != "/" or inside:
            inside = {"[": True, "]": False}.get(here, inside)
            self.place += 2 if here == "\\" else 1
        self.place += 1

    def _template(self, before: str) -> str:
        line, text, values = self._line(), [], []
        self.place += 1
        while (here := self.source[self.place]) != "`":
            if here == "$" and self.source[self.place + 1] == "{":
                self.place += 2
                values.append(self._code(until="}"))
                text.append(VALUE)
            else:
                width = 2 if here == "\\" else 1
                text.append(self.source[self.place : self.place + width])
                self.place += width
        self.place += 1
        named = _TAG.search(before)
        called = re.search(r"([\w$]+)\($", before)
        tag = named.group(1) if named else called.group(1) + "(" if called else ""
        self.module.templates.append(Template(tag, "".join(text), line))
        return f'"" + ({"), (".join(values)})'
