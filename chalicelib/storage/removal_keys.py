"""The key patterns of removals and their watch. Beside `keys`, same rules."""

from __future__ import annotations

from datetime import datetime

from chalicelib.storage import keys


def removals_of(instance_id: str) -> str:
    return f"Z#{instance_id}"


def removal(instance_id: str, item_id: str) -> tuple[str, str]:
    return removals_of(instance_id), item_id


def needing(needs: str) -> str:
    """The partition of the removals that want this of a person."""
    return f"NEEDS#{needs}"


def needing_since(needs: str, since: datetime, item_id: str) -> tuple[str, str]:
    return needing(needs), f"{keys.instant(since)}#{item_id}"


def watch(instance_id: str) -> tuple[str, str]:
    return f"W#{instance_id}", "W"
