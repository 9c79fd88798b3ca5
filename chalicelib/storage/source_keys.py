"""The key patterns of the sources of data. Beside `keys`, same rules."""

from __future__ import annotations


def source(source_id: str) -> tuple[str, str]:
    return "SOURCES", source_id
