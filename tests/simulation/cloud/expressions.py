"""Condition, filter and key condition expressions: parsed once each, then asked about items."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.simulation.cloud.values import Item, Value, invalid, only, ordered, same

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),.+\-\[\]]|[#:]?\w+)")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression speaks about: an item ({}: none) and the request's placeholders."""

    item: Item
    names: Mapping[str, str]
    values: Mapping[str, Value]

    def name(self, written: str) -> str:
        """The attribute name behind a written one."""
        if not written.startswith("#"):
            return written
        if written not in self.names:
            raise invalid(f"An expression attribute name used in the document path is not defined; {written}")
        return self.names[written]


class Operand(Protocol):
    """What has a value in a scope, or None where there is none."""

    def value(self, scope: Scope) -> Value | None: ...


class Condition(Protocol):
    """What holds in a scope or does not."""

    def holds(self, scope: Scope) -> bool: ...


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: names, and positions in lists."""

    parts: tuple[str | int, ...]

    def value(self, scope: Scope) -> Value | None:
        found: Value | None = scope.item.get(scope.name(str(self.parts[0])))
        for part in self.parts[1:]:
            if found is None:
                return None
            kind, content = only(found)
            if isinstance(part, int):
                found = content[part] if kind == "L" and part < len(content) else None
            else:
                found = content.get(scope.name(part)) if kind == "M" else None
        return found


@dataclass(frozen=True, slots=True)
class Given:
    """A value of the request."""

    name: str

    def value(self, scope: Scope) -> Value | None:
        if self.name not in scope.values:
            raise invalid(f"An expression attribute value used in expression is not defined; {self.name}")
        return scope.values[self.name]


@dataclass(frozen=True, slots=True)
class Size:
    """How long a text, a binary, a list or a map is."""

    of: Operand

    def value(self, scope: Scope) -> Value | None:
        found = self.of.value(scope)
        return None if found is None else {"N": str(len(only(found)[1]))}


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str
    left: Operand
    right: Operand

    def holds(self, scope: Scope) -> bool:
        left, right = self.left.value(scope), self.right.value(scope)
        if self.operator == "=":
            return same(left, right)
        if self.operator == "<>":
            return not same(left, right)  # so also of what is absent
        return ordered(self.operator, left, right)


@dataclass(frozen=True, slots=True)
class Between:
    of: Operand
    low: Operand
    high: Operand

    def holds(self, scope: Scope) -> bool:
        found = self.of.value(scope)
        return ordered(">=", found, self.low.value(scope)) and ordered("<=", found, self.high.value(scope))


@dataclass(frozen=True, slots=True)
class In:
    of: Operand
    among: tuple[Operand, ...]

    def holds(self, scope: Scope) -> bool:
        found = self.of.value(scope)
        return any(same(found, one.value(scope)) for one in self.among)


@dataclass(frozen=True, slots=True)
class Exists:
    of: Path
    wanted: bool

    def holds(self, scope: Scope) -> bool:
        return (self.of.value(scope) is not None) is self.wanted


@dataclass(frozen=True, slots=True)
class Begins:
    of: Operand
    prefix: Operand

    def holds(self, scope: Scope) -> bool:
        found, prefix = self.of.value(scope), self.prefix.value(scope)
        if found is None or prefix is None or only(found)[0] != only(prefix)[0]:
            return False
        return bool(only(found)[1].startswith(only(prefix)[1]))


@dataclass(frozen=True, slots=True)
class Contains:
    of: Operand
    part: Operand

    def holds(self, scope: Scope) -> bool:
        found, part = self.of.value(scope), self.part.value(scope)
        if found is None or part is None:
            return False
        kind, content = only(found)
        if kind == "L":
            return any(same(one, part) for one in content)
        return kind == only(part)[0] == "S" and only(part)[1] in content


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool:
        return all([part.holds(scope) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool:
        return any([part.holds(scope) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition

    def holds(self, scope: Scope) -> bool:
        return not self.part.holds(scope)


class Reader:
    """The tokens of an expression, read from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r"\s+", "", text):
            raise invalid(f"Invalid expression: {text}")
        self.at = 0
        self.text = text

    def peek(self, ahead: int = 0) -> str:
        """The next token, "" at the end."""
        return str(self.tokens[self.at + ahead]) if self.at + ahead < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        """Read a token, which must be this one if told."""
        found = self.peek()
        if not found or (wanted and found.upper() != wanted):
            raise invalid(f'Invalid expression: Syntax error; token: "{found or "<EOF>"}" in {self.text}')
        self.at += 1
        return found

    def takes(self, wanted: str) -> bool:
        """Read this word or sign if it comes next."""
        if self.peek().upper() != wanted:
            return False
        self.at += 1
        return True

    def path(self) -> Path:
        """Read a document path."""
        parts: list[str | int] = [self._name()]
        while self.peek() in (".", "["):
            if self.take() == ".":
                parts.append(self._name())
            else:
                parts.append(int(self.take()))
                self.take("]")
        return Path(tuple(parts))

    def _name(self) -> str:
        found = self.take()
        if found.upper() in _reserved():
            raise invalid(f"Invalid expression: Attribute name is a reserved keyword; reserved keyword: {found}")
        if found.startswith(":") or not re.fullmatch(r"#?\w+", found):
            raise invalid(f'Invalid expression: Syntax error; token: "{found}" in {self.text}')
        return found

    def operand(self) -> Operand:
        """Read a path, a value of the request or `size(path)`."""
        if self.peek().startswith(":"):
            return Given(self.take())
        if self.peek().lower() == "size" and self.peek(1) == "(":
            self.take()
            self.take("(")
            found = Size(self.path())
            self.take(")")
            return found
        return self.path()


@cache
def _reserved() -> frozenset[str]:
    return frozenset(ReservedKeywords.get_reserved_keywords())


def mentioned(text: str) -> frozenset[str]:
    """The placeholders an expression uses."""
    return frozenset(re.findall(r"[#:]\w+", text))
