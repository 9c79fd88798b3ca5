"""The key patterns of the sources of data. Beside `keys`, same rules."""

from __future__ import annotations


def used(key: str) -> tuple[str, str]:
    return "USED", key


def waiting_opening(definition_id: str) -> tuple[str, str]:
    return "WAITING", definition_id


def source(source_id: str) -> tuple[str, str]:
    return "SOURCES", source_id
