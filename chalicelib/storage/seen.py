"""When a person was last seen, as a column of their row that sign-ins alone move.

One map: `i` and `n` the last interactive and non-interactive sign-in, `s` the source of the newer one, and under the
key of each resource its last use; all instants in milliseconds. 60 bytes, and 20 more a resource, so that a row with
twenty of them stays one write unit, and whoever reads the person has it without another read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.people import User
from chalicelib.domain.sign_ins import Seen

INTERACTIVE, NON_INTERACTIVE, SOURCE = "i", "n", "s"
_START = datetime(1970, 1, 1, tzinfo=UTC)


def wire(seen: Seen) -> dict[str, Any]:
    """The members of the map."""
    times = {INTERACTIVE: seen.interactive, NON_INTERACTIVE: seen.non_interactive, **seen.resources}
    found: dict[str, Any] = {name: milliseconds(at) for name, at in times.items() if at}
    return found | ({SOURCE: seen.source} if seen.source else {})


def milliseconds(at: datetime) -> int:
    """Since 1970."""
    return (at - _START) // timedelta(milliseconds=1)


def seen_columns(seen: Seen) -> dict[str, Any]:
    """The column of a fresh row."""
    members = wire(seen)
    return {"seen": members} if members else {}


def with_seen(user: User, column: Any) -> User:
    """The person with what their column tells; the newer of it and what a file told is their last sign-in."""
    if column is None:
        return user
    members: dict[str, Any] = column.as_dict()
    source = members.pop(SOURCE, "")
    times = {name: _START + timedelta(milliseconds=int(at)) for name, at in members.items()}
    interactive, silent = times.pop(INTERACTIVE, None), times.pop(NON_INTERACTIVE, None)
    seen = Seen(interactive=interactive, non_interactive=silent, source=source, resources=times)
    last = max((one for one in (user.last_sign_in, interactive) if one), default=None)
    return replace(user, seen=seen, last_sign_in=last, never_signed_in=user.never_signed_in and seen.newest is None)
