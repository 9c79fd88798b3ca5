"""Graph's expirationPattern: how long an assignment lasts, read and written (R29)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.lifetimes import NO_EXPIRATION, format_lifetime, parse_lifetime
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.reading import Reader

KINDS = ("notSpecified", "noExpiration", "afterDateTime", "afterDuration")


def read_expiration(reader: Reader | None) -> dict[str, Any]:
    """The pattern as it is stored: without one `noExpiration`, without anything in it `notSpecified`.

    Raises InvalidInput naming the member.
    """
    if reader is None:
        return dict(NO_EXPIRATION)
    kind = reader.choice("type", KINDS, _implied(reader))
    if kind == "afterDuration":
        if not reader.gives("duration"):
            raise reader.refused("duration", "Must be given with the type afterDuration, such as P365D.")
        span = parse_lifetime(reader.text("duration", longest=64), reader.target("duration"))
        return {"type": kind, "duration": format_lifetime(span)}
    if kind == "afterDateTime":
        moment = reader.moment("endDateTime")
        if moment is None:
            raise reader.refused("endDateTime", "Must be given with the type afterDateTime.")
        return {"type": kind, "endDateTime": stamp(moment)}
    return {"type": kind}


def _implied(reader: Reader) -> str:
    if reader.gives("duration"):
        return "afterDuration"
    return "afterDateTime" if reader.moment("endDateTime") else "notSpecified"


def expiration_object(expiration: Mapping[str, Any]) -> dict[str, Any]:
    """A stored pattern as Graph writes it."""
    return {"duration": None, "endDateTime": None, **expiration}


def lasting(starts: datetime | None, ends: datetime | None) -> dict[str, Any]:
    """The schedule of an assignment or a request."""
    kind = "afterDateTime" if ends else "noExpiration"
    expiration = {"type": kind, "duration": None, "endDateTime": stamp(ends)}
    return {"startDateTime": stamp(starts), "expiration": expiration, "recurrence": None}
