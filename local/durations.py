"""Spans of time as one types them: 90s 5m 3h 3d 2w."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(weeks=5200)


def span(text: str) -> timedelta:
    """The span `text` names. Raises ValueError that tells the allowed form."""
    found = re.fullmatch(r"(\d{1,9})([smhdw])", text.strip())
    if not found:
        raise ValueError(f"{text!r} is no duration; write for example 90s, 5m, 3h, 3d or 2w.")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if length > _LONGEST:
        raise ValueError(f"{text!r} is longer than {_LONGEST.days // 7} weeks.")
    return length


def instant(text: str) -> datetime:
    """The aware instant `text` names (ISO 8601 with a zone). Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"{text!r} is no ISO 8601 instant such as 2026-03-02T09:00:00Z.") from problem
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write for example 2026-03-02T09:00:00Z.")
    return moment
