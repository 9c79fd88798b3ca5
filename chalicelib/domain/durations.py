"""Durations in whole days, as text: what Graph clients send, and the one form we answer with."""

from __future__ import annotations

import re

from chalicelib.domain.errors import InvalidInput

DURATION_TARGET = "reviewSettings/schedule/expiration/duration"

# At most six digits: enough for any duration, and no work on numbers of unbounded length.
_ISO_8601 = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?"
)
_ISO_SECONDS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)

# Graph's Python SDK turns P14D into a timedelta when it reads, and writes that back as `str(timedelta)`.
_TIMEDELTA = re.compile(r"(?:([0-9]{1,6}) days?, )?0:00:00")


def parse_duration_days(text: str, target: str = DURATION_TARGET) -> int:
    """Whole days in `text`: ISO 8601 such as "P14D", "P2W", "PT336H", or "14 days, 0:00:00".

    "P1M" is 30 days and "P1Y" 365, the lengths Graph's own SDKs give them. Zero is a number of days; whether
    it is allowed is the schedule's business. Raises InvalidInput (naming `target`) for anything else, parts
    of a day included.
    """
    if found := _TIMEDELTA.fullmatch(text):
        return int(found[1] or 0)
    if found := _ISO_8601.fullmatch(text):
        seconds = sum(int(part or 0) * size for part, size in zip(found.groups(), _ISO_SECONDS, strict=True))
        if seconds % 86_400 == 0:
            return seconds // 86_400
    shown = text if len(text) <= 64 else f"{text[:64]}..."
    raise InvalidInput(f"{shown!r} is not a duration in whole days such as 'P14D' (ISO 8601).", target)


def format_days(days: int) -> str:
    """ISO 8601 text of a number of days, zero or more: 14 gives "P14D"."""
    return f"P{days}D"
