"""The key patterns of what guards removals. Beside `keys`, same rules."""

from __future__ import annotations

from chalicelib.storage import keys


def exclusions(instance_id: str) -> tuple[str, str]:
    return keys.review(instance_id), "K"


def restored(instance_id: str, item_id: str) -> tuple[str, str]:
    return keys.review(instance_id), f"V#{item_id}"


def last_ones(key: str) -> tuple[str, str]:
    return f"Y#{key}", "Y"
