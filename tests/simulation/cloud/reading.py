"""The tokens of an expression, and what conditions and updates have in common in their grammar."""

from __future__ import annotations

import re
from functools import cache

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.simulation.cloud.expressions import Given, Operand, Path, Size
from tests.simulation.cloud.values import invalid

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),.+\-\[\]]|[#:]?\w+)")


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


@cache
def mentioned(text: str) -> frozenset[str]:
    """The placeholders an expression uses."""
    return frozenset(re.findall(r"[#:]\w+", text))
