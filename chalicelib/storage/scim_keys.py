"""The key patterns of provisioning, all in the directory. Beside `keys`, same rules."""

from __future__ import annotations

from chalicelib.domain import ids
from chalicelib.storage import keys


def provisioning_client(client_id: str) -> tuple[str, str]:
    return "SCIM", client_id


def client_use(client_id: str) -> tuple[str, str]:
    return "SCIMUSE", client_id


def external_id(client_id: str, kind: str, value: str) -> tuple[str, str]:
    """By hash: a client's ids may be longer than a key and spread over 16 partitions."""
    hashed = ids.digest(value)
    return f"E#{client_id}#{kind}#{hashed[0]}", hashed


def awaited_managers(reference: str) -> str:
    return f"W#{ids.digest(reference.lower())}"


def awaited_manager(reference: str, user_id: str) -> tuple[str, str]:
    return awaited_managers(reference), user_id


def list_positions(client_id: str, asked: str) -> str:
    return f"L#{client_id}#{asked}"


def list_position(client_id: str, asked: str, start: int) -> tuple[str, str]:
    return list_positions(client_id, asked), f"{start:08d}"


def group_name_index(name: str) -> tuple[str, str]:
    return f"Q#{keys.first_letter(name)}", name.lower()[:500] or "_"
