"""The OData `$filter` language this API understands: reading it and testing our answers with it.

Accepted: eq, ne, ge, gt, le, lt, in, contains, startswith, and, or, not, parentheses; paths with '/'
whose type-cast segments are skipped. Text and property names compare without case, timestamps as
instants. Anything else is refused, never silently ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.domain.errors import InvalidInput
from chalicelib.routes.graph.instants import STAMP, as_instant
from chalicelib.routes.graph.odata_match import (
    Filter,
    Junction,
    Kind,
    Negation,
    Node,
    Scalar,
    Term,
)

MAX_TEXT = 4_000
MAX_DEPTH = 30
MAX_TERMS = 100

# Order matters: a timestamp begins like a number, and its '+' is no blank.
_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n+]+)"
    r"|(?P<string>'(?:[^']|'')*')"
    rf"|(?P<datetime>{STAMP})"
    r"|(?P<number>-?[0-9]{1,18}(?:\.[0-9]{1,18})?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_.]*(?:/[A-Za-z_][A-Za-z0-9_.]*)*)"
    r"|(?P<mark>[(),])"
)
_EQUALITY = frozenset({"eq", "ne"})
_ORDER = frozenset({"ge", "gt", "le", "lt"})
_FUNCTIONS = frozenset({"contains", "startswith"})
_OPERATORS: Mapping[Kind, frozenset[str]] = {
    "string": _EQUALITY | _ORDER | _FUNCTIONS | {"in"},
    "bool": _EQUALITY,
    "datetime": _EQUALITY | _ORDER | {"in"},
    "number": _EQUALITY | _ORDER | {"in"},
}
_EXAMPLES: Mapping[Kind, str] = {
    "string": "text in single quotes",
    "bool": "true or false",
    "datetime": "a timestamp such as 2026-01-31T00:00:00Z, not quoted",
    "number": "a number",
}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class _Source:
    tokens: tuple[_Token, ...]
    known: Mapping[str, Kind]

    def symbol(self, at: int) -> str:
        """The keyword or mark at a position in lower case; empty for a literal or the end."""
        token = self.tokens[at]
        return token.text.lower() if token.kind in ("word", "mark") else ""

    def after(self, at: int, mark: str) -> int:
        """The position after an expected mark. Raises InvalidInput when another token stands there."""
        if self.symbol(at) != mark:
            raise _fault(self.tokens[at], f"expected '{mark}'")
        return at + 1


def parse_filter(text: str, known: Mapping[str, Kind]) -> Filter:
    """Read a `$filter`; `known` maps each filterable lower-case path to its kind.

    Raises InvalidInput, naming the place, for anything outside the language or its bounds.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"$filter is longer than {MAX_TEXT} characters.", "$filter")
    source = _Source(_tokens(text), known)
    root, at = _any_of(source, 0, 0)
    if source.tokens[at].kind != "end":
        raise _fault(source.tokens[at], "expected 'and', 'or' or the end")
    if _count(root) > MAX_TERMS:
        raise InvalidInput(f"$filter has more than {MAX_TERMS} comparisons.", "$filter")
    return Filter(root)


def plain_path(text: str) -> str:
    """A property path in lower case without its type-cast segments (those that hold a '.')."""
    return "/".join(part for part in text.lower().split("/") if "." not in part)


def _fault(token: _Token, expected: str) -> InvalidInput:
    found = f"found {token.text[:40]!r}" if token.text else "found the end"
    return InvalidInput(f"$filter, character {token.at + 1}: {expected}, {found}.", "$filter")


def _tokens(text: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _fault(_Token("", text[at], at), "expected a name, a value or a closed quote")
        if match.lastgroup != "blank":
            found.append(_Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return (*found, _Token("end", "", at))


def _any_of(source: _Source, at: int, depth: int) -> tuple[Node, int]:
    return _joined(source, at, depth, "or", _all_of)


def _all_of(source: _Source, at: int, depth: int) -> tuple[Node, int]:
    return _joined(source, at, depth, "and", _single)


def _joined(
    source: _Source,
    at: int,
    depth: int,
    word: Literal["and", "or"],
    part: Callable[[_Source, int, int], tuple[Node, int]],
) -> tuple[Node, int]:
    node, at = part(source, at, depth)
    parts = [node]
    while source.symbol(at) == word:
        node, at = part(source, at + 1, depth)
        parts.append(node)
    return (Junction(word, tuple(parts)) if len(parts) > 1 else node), at


def _single(source: _Source, at: int, depth: int) -> tuple[Node, int]:
    symbol = source.symbol(at)
    if depth > MAX_DEPTH:
        raise _fault(source.tokens[at], f"expected at most {MAX_DEPTH} levels of nesting")
    if symbol == "not":
        node, at = _single(source, at + 1, depth + 1)
        return Negation(node), at
    if symbol == "(":
        node, at = _any_of(source, at + 1, depth + 1)
        return node, source.after(at, ")")
    return _function(source, at) if symbol in _FUNCTIONS else _comparison(source, at)


def _function(source: _Source, at: int) -> tuple[Term, int]:
    name = source.symbol(at)
    place = source.after(at + 1, "(")
    path, kind = _property(source, place)
    _allow(source.tokens[at], name, kind)
    value = _literal(source, source.after(place + 1, ","), kind)
    return Term(path, kind, name, (value,)), source.after(place + 3, ")")


def _comparison(source: _Source, at: int) -> tuple[Term, int]:
    path, kind = _property(source, at)
    name = source.symbol(at + 1)
    _allow(source.tokens[at + 1], name, kind)
    if name == "in":
        values, end = _list(source, at + 2, kind)
        return Term(path, kind, name, values), end
    if source.symbol(at + 2) == "null" and name in _EQUALITY:
        return Term(path, kind, name, (None,)), at + 3
    return Term(path, kind, name, (_literal(source, at + 2, kind),)), at + 3


def _property(source: _Source, at: int) -> tuple[str, Kind]:
    token = source.tokens[at]
    path = plain_path(token.text)
    if token.kind != "word" or path not in source.known:
        names = ", ".join(sorted(source.known)) or "none here"
        raise _fault(token, f"expected a property that can be filtered ({names})")
    return path, source.known[path]


def _allow(token: _Token, name: str, kind: Kind) -> None:
    if name not in _OPERATORS[kind]:
        raise _fault(token, f"expected a comparison for a {kind} ({', '.join(sorted(_OPERATORS[kind]))})")


def _list(source: _Source, at: int, kind: Kind) -> tuple[tuple[Scalar, ...], int]:
    at = source.after(at, "(")
    values = [_literal(source, at, kind)]
    while source.symbol(at + 1) == ",":
        at += 2
        values.append(_literal(source, at, kind))
    return tuple(values), source.after(at + 1, ")")


def _literal(source: _Source, at: int, kind: Kind) -> Scalar:
    token = source.tokens[at]
    fits = token.kind == ("word" if kind == "bool" else kind)
    value = _READERS[kind](token.text) if fits else None
    if value is None:
        raise _fault(token, f"expected {_EXAMPLES[kind]}")
    return value


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _text(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


_READERS: Mapping[Kind, Callable[[str], Scalar]] = {
    "string": _text,
    "bool": _boolean,
    "datetime": as_instant,
    "number": _number,
}


def _count(node: Node) -> int:
    if isinstance(node, Junction):
        return sum(_count(part) for part in node.parts)
    return _count(node.part) if isinstance(node, Negation) else 1
