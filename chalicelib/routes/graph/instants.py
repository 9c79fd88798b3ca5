"""Instants as Graph's clients write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# A blank before the zone is a '+' that the transport already decoded.
STAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[-+ ][0-9]{2}:[0-9]{2})?)?"
)
_STAMP_ONLY = re.compile(STAMP)


def as_instant(text: str) -> datetime | None:
    """The moment an ISO 8601 date or timestamp names (without a zone: UTC), None if it names none."""
    if not _STAMP_ONLY.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper().replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
