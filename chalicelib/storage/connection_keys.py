"""The key patterns of connections. Beside `keys`, same rules."""

from __future__ import annotations


def connection(name: str) -> tuple[str, str]:
    return "CONNECTIONS", name
