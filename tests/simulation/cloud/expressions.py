"""What conditions are made of, once they are parsed: each part is asked about items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tests.simulation.cloud.values import Item, Value, invalid, only, ordered, same


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
        if found is None or only(found)[0] not in ("S", "B", "L", "M"):
            return None
        return {"N": str(len(only(found)[1]))}


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
        if isinstance(self.prefix, Given) and prefix and only(prefix)[0] not in ("S", "B"):
            raise invalid("Invalid expression: Incorrect operand type for operator or function; begins_with")
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
