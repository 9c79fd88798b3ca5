"""The one place where text from people becomes harmless before it meets a mail.

It works on a whole notice instead of single fields, so that none can be forgotten.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from chalicelib.domain.wording import many_lines, one_line

LINE_LENGTH = 160
TEXT_LENGTH = 1_000

NAMELESS = "(no name)"  # a name of nothing but invisible characters still has to be talked about

Thing = TypeVar("Thing")


def clean(thing: Thing) -> Thing:
    """A copy of a notice (a dataclass) in which every text, at any depth, is harmless and of bounded length.

    Texts are single lines of at most LINE_LENGTH characters unless their field is marked LINES. Addresses
    were checked when the notice was made and stay as they are, for a shortened link leads nowhere.
    """
    changes = {part.name: _value(getattr(thing, part.name), part.metadata.get("text")) for part in _parts(thing)}
    return replace(thing, **changes)  # type: ignore[type-var]  # only dataclasses have parts


def _parts(thing: Any) -> Any:
    return fields(thing)


def _value(value: Any, mark: str | None) -> Any:
    if isinstance(value, tuple):
        return tuple(_value(each, mark) for each in value)
    if is_dataclass(value):
        return clean(value)
    if not isinstance(value, str) or isinstance(value, Enum) or mark == "link":
        return value
    if mark == "lines":
        return many_lines(value, TEXT_LENGTH)
    return one_line(value, LINE_LENGTH) or (NAMELESS if value else "")
