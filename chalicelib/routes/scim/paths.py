"""Attribute paths and filters of RFC 7644 (sections 3.4.2.2 and 3.5.2) as trees; names are told without case."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.routes.scim.faults import InvalidFilter, InvalidPath
from chalicelib.routes.scim.schemas import EXTENSIONS, IGNORED_PARTS, SCHEMAS, Attribute, part_of

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([()\[\]])|([^\s()\[\]"]+))')
_NAME = re.compile(r"[A-Za-z$][\w$-]*")
COMPARISONS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")
LONGEST, DEEPEST = 4_000, 20


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute: `extension` is the URN of its extension or "", `attribute` None for the extension itself,
    `part` a sub-attribute or "", `only` narrows several values. `ignored`: RFC 7643 has it, we do not."""

    extension: str
    attribute: Attribute | None
    part: str = ""
    only: Expression | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """`operator` is one of COMPARISONS or `pr`."""

    path: Path
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Several:
    """`word` is `and`, `or` or `not` (with one part)."""

    word: str
    parts: tuple[Expression, ...]


Expression = Compare | Several


def parse_filter(text: str, resource: str) -> Expression:
    """A filter over objects of the schema `resource`. Raises InvalidFilter."""
    parser = _Parser(text, resource)
    try:
        return parser.whole()
    except InvalidPath as problem:
        raise InvalidFilter(problem.message, "filter") from problem


def parse_path(text: str, resource: str) -> Path:
    """The path of a PATCH operation, such as `emails[type eq "work"].value`. Raises InvalidPath, InvalidFilter."""
    return _Parser(text, resource).path_alone()


def conjuncts(expression: Expression) -> Iterator[Compare]:
    """The comparisons that every match fulfils."""
    if isinstance(expression, Compare):
        yield expression
    elif expression.word == "and":
        for part in expression.parts:
            yield from conjuncts(part)


def named_path(text: str, resource: str, within: Attribute | None = None) -> Path:
    """A path without a filter: a name, `name.part`, either behind the URN of a schema, or a URN alone.

    `within`: names are those of this attribute's parts. Raises InvalidPath.
    """
    if within is not None:
        part = part_of(within, text)
        if part is None and text.lower() not in IGNORED_PARTS:
            raise InvalidPath(f"{within.name} has no sub-attribute {text[:64]!r}.", "path")
        return Path("", part or Attribute(name=text, told=""), ignored=part is None)
    schema, extension, rest = SCHEMAS[resource], "", text
    if text.lower().startswith("urn:"):
        known = [SCHEMAS[resource], *EXTENSIONS[resource]]
        found = next((one for one in known if (text.lower() + ":").startswith(one.urn.lower() + ":")), None)
        if found is None:
            raise InvalidPath(f"There is no schema for {text[:120]!r} here.", "path")
        schema, rest = found, text[len(found.urn) + 1 :]
        extension = "" if found.urn == resource else found.urn
        if not rest:
            return Path(extension, None)
    name, _, part_name = rest.partition(".")
    attribute = schema.find(name)
    if attribute is None:
        if schema.ignores(name):
            return Path(extension, None, ignored=True)
        raise InvalidPath(f"There is no attribute {rest[:64]!r}.", "path")
    return _with_part(extension, attribute, part_name)


def _with_part(extension: str, attribute: Attribute, name: str) -> Path:
    if not name:
        return Path(extension, attribute)
    part = part_of(attribute, name)
    if part is None and name.lower() not in IGNORED_PARTS:
        raise InvalidPath(f"{attribute.name} has no sub-attribute {name[:64]!r}.", "path")
    return Path(extension, attribute, part.name if part else "", ignored=part is None)


class _Parser:
    """Reads one text from left to right."""

    def __init__(self, text: str, resource: str) -> None:
        if len(text) > LONGEST:
            raise InvalidFilter(f"May have {LONGEST:,} characters at most.", "filter")
        self._resource = resource
        self._tokens = self._split(text)
        self._at = 0
        self._depth = 0

    @staticmethod
    def _split(text: str) -> list[str]:
        found, position = [], 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise InvalidFilter(f"Cannot be read from {text[position : position + 20]!r} on.", "filter")
            found.append(next(filter(None, match.groups())))
            position = match.end()
        return found

    def whole(self) -> Expression:
        """The filter. Raises InvalidFilter."""
        found = self._any(None)
        if self._peek():
            raise InvalidFilter(f"Ends before {self._peek()[:20]!r}.", "filter")
        return found

    def path_alone(self) -> Path:
        """The path. Raises InvalidPath, InvalidFilter."""
        if not self._tokens:
            raise InvalidPath("An empty path.", "path")
        found = self._path(None)
        if self._peek():
            raise InvalidPath(f"Ends before {self._peek()[:20]!r}.", "path")
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self, *wanted: str) -> str:
        found = self._peek()
        if not found or (wanted and found.lower() not in wanted):
            raise InvalidFilter(f"Expected {' or '.join(wanted) or 'more'}, not {found[:20] or 'the end'!r}.", "filter")
        self._at += 1
        return found

    def _any(self, within: Attribute | None) -> Expression:
        return self._joined("or", within)

    def _joined(self, word: str, within: Attribute | None) -> Expression:
        parts = [self._one(word, within)]
        while self._peek().lower() == word:
            self._next()
            parts.append(self._one(word, within))
        return parts[0] if len(parts) == 1 else Several(word, tuple(parts))

    def _one(self, word: str, within: Attribute | None) -> Expression:
        return self._joined("and", within) if word == "or" else self._term(within)

    def _term(self, within: Attribute | None) -> Expression:
        negated = self._peek().lower() == "not"
        if negated:
            self._next()
        if negated or self._peek() == "(":
            self._next("(")
            found = self._inner(within)
            self._next(")")
            return Several("not", (found,)) if negated else found
        path = self._path(within)
        operator = self._peek().lower()
        if path.only is not None and not path.part and operator not in ("pr", *COMPARISONS):
            return Compare(path, "pr")  # emails[type eq "work"] alone asks whether there is one
        self._next("pr", *COMPARISONS)
        return Compare(path, "pr") if operator == "pr" else Compare(path, operator, self._value())

    def _inner(self, within: Attribute | None) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InvalidFilter("Too deeply nested.", "filter")
        found = self._any(within)
        self._depth -= 1
        return found

    def _path(self, within: Attribute | None) -> Path:
        name = self._next()
        if name.startswith('"') or not _NAME.match(name):
            raise InvalidPath(f"{name[:64]!r} is no name of an attribute.", "path")
        found = named_path(name, self._resource, within)
        if self._peek() != "[":
            return found
        self._next()
        if found.attribute is None or not found.attribute.many or found.part:
            if not found.ignored:
                raise InvalidPath(f"{name[:64]!r} has no several values to choose from.", "path")
            return self._skipped(found)
        only = self._inner(found.attribute)
        self._next("]")
        return self._narrowed(found.extension, found.attribute, only)

    def _narrowed(self, extension: str, attribute: Attribute, only: Expression) -> Path:
        rest = self._peek()
        if not rest.startswith(".") or len(rest) == 1:
            return Path(extension, attribute, only=only)
        self._next()
        path = _with_part(extension, attribute, rest[1:])
        return Path(extension, attribute, path.part, only, path.ignored)

    def _skipped(self, found: Path) -> Path:
        """Past the brackets, and what follows, of an attribute that is ignored."""
        while self._next() != "]":
            pass
        if self._peek().startswith("."):
            self._next()
        return found

    def _value(self) -> Any:
        text = self._next()
        try:
            return json.loads(text if text.startswith('"') else text.lower())
        except ValueError as problem:
            raise InvalidFilter(f"{text[:40]!r} is no value: texts stand in double quotes.", "filter") from problem
