"""The key patterns of connections. Beside `keys`, same rules."""

from __future__ import annotations


def connection(name: str) -> tuple[str, str]:
    return "CONNECTIONS", name


def resource_index(connector: str, resource_id: str) -> tuple[str, str]:
    """The resources that a connection reaches."""
    return f"L#{connector}", resource_id
