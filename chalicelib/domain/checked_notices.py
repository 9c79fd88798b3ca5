"""What every notice is checked for: values no mail could be written from are refused."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Final

WHYS: Final = frozenset({"manager", "named", "owner", "fallback", "handedOver", "self"})
"""Why a person is asked. "self" makes the review a self-review, with wording of its own."""

LINES: Final = MappingProxyType({"text": "lines"})
"""Marks a text of several lines; all other text is a single line."""
LINK: Final = MappingProxyType({"text": "link"})
"""Marks an address, which is checked here and never shortened."""

_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]{1,2000}")


class Checked:
    """Refuses values that no mail could be written from."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for part in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, part.name)
            if part.metadata.get("text") == "link" and value is not None:
                plain_address(part.name, value)
            elif isinstance(value, datetime) and value.tzinfo is None:
                raise ValueError(f"{part.name} needs an offset")
            elif isinstance(value, int) and value < 0:
                raise ValueError(f"{part.name} cannot be negative")
            elif part.name in ("reviews", "tasks") and not value:
                raise ValueError(f"a mail about {part.name} needs at least one")
            elif part.name == "why" and value not in WHYS:
                raise ValueError(f"why is one of {', '.join(sorted(WHYS))}")


def plain_address(name: str, value: str) -> str:
    """`value` if it is an http(s) address of ASCII characters without quotes, else ValueError with `name`."""
    if not _PLAIN_ADDRESS.fullmatch(value):
        raise ValueError(f"{name} must be a complete http(s) address")
    return value
