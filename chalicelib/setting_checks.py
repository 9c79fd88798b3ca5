"""What a setting's value has to be. A check gives what is wrong, as "must be ..."; it never quotes the value, which may
be a secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

Check = Callable[[object], str]


def wants(pattern: str, words: str) -> Check:
    """Text of a pattern."""
    return lambda value: "" if re.fullmatch(pattern, str(value)) else f"must be {words}"


def between(least: float, most: float) -> Check:
    """A number, both ends included."""
    return lambda value: "" if least <= cast(float, value) <= most else f"must be from {least:,} to {most:,}"


def up_to(characters: int) -> Check:
    """Text that is not too long."""
    return lambda value: "" if len(str(value)) <= characters else f"must have at most {characters} characters"


def address(*also: str) -> Check:
    """An https address (of this machine http, too), or what begins with one of these."""

    def check(value: object) -> str:
        text = str(value)
        if not text or (also and text.startswith(also)):
            return ""
        try:
            parts = urlsplit(text)
            fine = bool(parts.hostname) and not re.search(r"\s", text)
        except ValueError:
            return "must be an https address"
        schemes = ("http", "https") if parts.hostname in ("127.0.0.1", "localhost", "::1") else ("https",)
        return "" if fine and parts.scheme in schemes else "must be an https address"

    return check


def origin(value: object) -> str:
    """An address paths are put behind."""
    bare = not re.search(r"[?#]|/$", str(value))
    if not value:
        return "must be an https address"
    return address()(value) or ("" if bare else "must not end with / and have neither ? nor #")


def time_zone(value: object) -> str:
    """A time zone's name."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        return "must be a time zone of the IANA database, for example Europe/Berlin"
    return ""


def rising(value: object) -> str:
    """Up to three numbers in order."""
    numbers = cast(tuple[int, ...], value)
    fine = len(numbers) <= 3 and list(numbers) == sorted(set(numbers)) and min(numbers) > 0
    return "" if fine else "must be up to three whole numbers above 0, each more than the one before it"
