"""The key patterns of what people said of closed reviews, and of accesses that came back. Beside `keys`, same rules."""

from __future__ import annotations

from datetime import datetime

from chalicelib.storage import keys


def dossier(instance_id: str) -> tuple[str, str]:
    return f"Q#{instance_id}", "D"


def disposition(instance_id: str, number: int) -> tuple[str, str]:
    """In the order in which they were made."""
    return f"Q#{instance_id}", f"{disposition_prefix()}{number:06d}"


def disposition_prefix() -> str:
    return "J#"


def regranted_of(opens: datetime, instance_id: str) -> str:
    """The beginning of the sort keys of one review."""
    return f"{keys.instant(opens)}#{instance_id}#"


def regranted(opens: datetime, instance_id: str, noticed: datetime, item_id: str) -> tuple[str, str]:
    return "REGRANTED", f"{regranted_of(opens, instance_id)}{keys.instant(noticed)}#{item_id}"
