"""Reading the JSON a Graph client sends: by name, with the type each member must have.

Unknown, read-only and `@odata.*` members are never looked at, and null means "not given". A member that is
given but has the wrong type or an unknown value is refused with its path; nothing is silently replaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.errors import InvalidInput
from chalicelib.routes.graph.instants import as_instant
from chalicelib.routes.http import Call

LONGEST_NAME = 256
LONGEST_DESCRIPTION = 4_000
LONGEST_JUSTIFICATION = 1_000
_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,128}")
_NEVER = "0001-01-01"  # how .NET clients write a date that was not set
_KINDS: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    dict: "an object",
    list: "a list",
    float: "a number",
}


@dataclass(frozen=True)
class Reader:
    """A JSON object and the path at which it stood in the body."""

    members: Mapping[str, Any]
    path: str = ""

    def target(self, name: str) -> str:
        """The path of a member, as errors name it."""
        return f"{self.path}/{name}" if self.path else name

    def gives(self, name: str) -> bool:
        """Is the member there and not null?"""
        return self.members.get(name) is not None

    def mentions(self, name: str) -> bool:
        """Is the member there, if only as null?"""
        return name in self.members

    def refused(self, name: str, message: str) -> InvalidInput:
        """The refusal of a member."""
        return InvalidInput(message, self.target(name))

    def _typed(self, name: str, wanted: type) -> Any:
        value = self.members[name]
        if type(value) is not wanted:
            given = _KINDS.get(type(value), "something else")
            raise self.refused(name, f"Must be {_KINDS[wanted]}, not {given}.")
        return value

    def text(self, name: str, default: str = "", longest: int = LONGEST_DESCRIPTION) -> str:
        """A text of at most `longest` characters, without control characters but tab and line breaks."""
        if not self.gives(name):
            return default
        found: str = self._typed(name, str)
        if len(found) > longest:
            raise self.refused(name, f"Has {len(found)} characters; at most {longest} are allowed.")
        if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in found):
            raise self.refused(name, "Must not contain control characters.")
        return found

    def name(self, name: str = "displayName") -> str:
        """A display name: one line of 1 to 256 characters that is not blank."""
        found = self.text(name, longest=LONGEST_NAME).strip()
        if not found or any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in found):
            raise self.refused(name, f"Must be one line of text with 1 to {LONGEST_NAME} characters.")
        return found

    def flag(self, name: str, default: bool) -> bool:
        """A truth value."""
        return bool(self._typed(name, bool)) if self.gives(name) else default

    def whole(self, name: str) -> int:
        """A whole number; 0 when it is not given (Graph's examples send 0 for "not given")."""
        if not self.gives(name):
            return 0
        if type(self.members[name]) is float and self.members[name].is_integer():
            return int(self.members[name])
        return int(self._typed(name, int))

    def choice(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of the allowed words, compared without case, as it is spelt there. Required without `default`."""
        words = list(allowed)
        given = self._typed(name, str) if self.gives(name) else default
        found = next((word for word in words if given is not None and word.lower() == given.lower()), None)
        if found is None:
            raise self.refused(name, f"Must be one of: {', '.join(words)}.")
        return found

    def identifier(self, name: str) -> str:
        """An id in lower case, "" when it is not given."""
        found = str(self._typed(name, str)) if self.gives(name) else ""
        if found and not _IDENTIFIER.fullmatch(found):
            raise self.refused(name, "Must be an id.")
        return found.lower()

    def moment(self, name: str) -> datetime | None:
        """An instant, UTC; without a zone it is UTC already. None when it is not given."""
        if not self.gives(name) or str(self.members[name]).startswith(_NEVER):
            return None
        found = as_instant(self._typed(name, str))
        try:
            return found.astimezone(UTC) if found else self._no_moment(name)
        except OverflowError:
            return self._no_moment(name)

    def _no_moment(self, name: str) -> datetime:
        raise self.refused(name, "Must be a timestamp such as 2026-01-31T00:00:00Z (RFC 3339).")

    def inner(self, name: str) -> Reader | None:
        """An object inside this one, None when it is not given."""
        return Reader(self._typed(name, dict), self.target(name)) if self.gives(name) else None

    def many(self, name: str) -> list[Reader]:
        """The objects of a list, none when it is not given."""
        if not self.gives(name):
            return []
        found = self._typed(name, list)
        for place, value in enumerate(found):
            if type(value) is not dict:
                raise InvalidInput("Must be an object.", f"{self.target(name)}/{place}")
        return [Reader(value, f"{self.target(name)}/{place}") for place, value in enumerate(found)]


def body_of(call: Call) -> Reader:
    """The body of a write. Raises InvalidInput, also for query options, so that none can fail after the write."""
    if call.query:
        from chalicelib.routes.graph.odata import parse_query  # only a wrong request needs the whole language

        parse_query(call.query, ())
    return Reader(call.json())
