"""The key patterns of what guards removals. Beside `keys`, same rules."""

from __future__ import annotations

from chalicelib.storage import keys


def exclusions(instance_id: str) -> tuple[str, str]:
    return keys.review(instance_id), "K"


def restored(instance_id: str, item_id: str) -> tuple[str, str]:
    return keys.review(instance_id), f"V#{item_id}"


def denials(person_id: str) -> str:
    """The partition of the denials that stand against a person."""
    return f"Z#{person_id}"


def denial(person_id: str, package_id: str) -> tuple[str, str]:
    return denials(person_id), package_id


def last_ones(key: str) -> tuple[str, str]:
    return f"Y#{key}", "Y"
