"""What the replies of a webhook's receiver mean: done, pending, gone, a person's matter, later, or a failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.connectors.outgoing import Reply
from chalicelib.domain.errors import Gone, NeedsPerson, NotFound, Throttled, Unavailable
from chalicelib.domain.people import User
from chalicelib.domain.wording import one_line
from chalicelib.usecases.ports import Answer

MOST_REASON = 500  # characters kept of what a system says
_LONGEST_WAIT = 3_600  # seconds a system may ask us to stay away


def answer_of(reply: Reply, host: str, person: User) -> Answer:
    """What an answer to a change means. Raises what ports.Connector says."""
    told = told_by(reply)
    if is_gone(reply):
        raise Gone(f"{host} has no such resource any more.")
    if reply.status in (409, 422) and told.get("status") == "needsPerson":
        raise NeedsPerson(_reason(told))
    if reply.status in (409, 422) and told.get("status") == "unknownPerson":
        raise NotFound(f"{host} knows nobody called {person.principal_name}.")
    good(reply, host)
    status = told.get("status", "pending" if reply.status == 202 else "done")
    if status not in ("done", "pending"):
        raise Unavailable(f"{host} answers with a status that is neither done nor pending.")
    return Answer(status)


def is_gone(reply: Reply) -> bool:
    """Does the system say that there is no such resource? A 404 alone may be a wrong address, or a proxy's."""
    return reply.status == 410 or (reply.status == 404 and told_by(reply).get("status") == "gone")


def _reason(told: Mapping[str, Any]) -> str:
    """Why a system cannot do something, in its own words, made harmless."""
    return one_line(str(told.get("reason") or "The system gave no reason."), MOST_REASON)


def good(reply: Reply, host: str) -> Reply:
    """The answer, if it is a success. Raises Throttled (with the seconds to stay away), Unavailable."""
    if reply.status in (429, 503):
        problem = Throttled(f"{host} asks us to slow down.")
        problem.retry_after = _seconds(reply.headers.get("retry-after", ""))
        raise problem
    if 300 <= reply.status < 400:
        raise Unavailable(f"{host} answers with a redirect, which is not followed.")
    if not 200 <= reply.status < 300:
        raise Unavailable(f"{host} answers with status {reply.status}.")
    return reply


def _seconds(text: str) -> int:
    """Retry-After in seconds; a date, or nonsense, is a minute."""
    return min(int(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() and len(text) < 10 else 60


def told_by(reply: Reply) -> dict[str, Any]:
    """The answer's object; an empty one for an empty body. Raises Unavailable for what is no object."""
    if not reply.body.strip():
        return {}
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    if reply.status >= 300:
        return {}  # an error page; its status says enough
    raise Unavailable("The answer is no JSON object.")
