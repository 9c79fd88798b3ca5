"""What our own addresses tell about guarded removals, and take."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET

from chalicelib.domain.guards import Confirmation, How
from chalicelib.domain.people import User
from chalicelib.routes.api.people_shapes import Named
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.shapes import Answer, Count, Instant, Text


class ConfirmationEnd(Answer, kw_only=True):
    """How the wait for a confirmation ended: by whom (null when it lapsed), and how many were left out, why."""

    how: How
    by: Named | None
    at: Instant
    reason: str
    excluded: Count


class Tallied(Answer, kw_only=True):
    """So many removals: of a reviewer (without id: the rule that decides at the close) or of a department ("": none
    is known)."""

    id: Text = UNSET
    display_name: str | None
    removals: Count


class RemovalSum(Answer, kw_only=True):
    """Removals that wait, in numbers. `loses`: what the access package grants; the two lists have the largest first
    and were made of `counted` removals."""

    removals: Count
    people: Count
    by_person: Count
    by_rule: Count
    because: Literal["manual", "many", "withdrawn"]
    loses: list[str]
    counted: Count
    by_reviewer: list[Tallied]
    by_department: list[Tallied]
    lapses_date_time: Instant | None


class DenialMade(Answer, kw_only=True):
    """Who denied, when and why; nobody when it was the rule for unanswered items."""

    by_rule: bool
    reviewed_by: Named | None
    on_behalf_of: Named | None
    reviewed_date_time: Instant | None
    justification: str


class WaitingRemoval(Answer, kw_only=True):
    """Somebody who would lose access. `keepsThrough`: other access packages that grant them some of the same."""

    id: str
    principal: Named
    user_principal_name: str
    job_title: str
    department: str
    manager_name: str
    assigned_since: Instant
    last_sign_in_date_time: Instant | None
    recommendation: str
    denied: DenialMade
    keeps_through: list[str]


class WaitingRemovals(Answer, kw_only=True):
    """A page of the removals that wait; `summary` on the first page of a list without a search."""

    waiting: bool
    confirmation: ConfirmationEnd | None
    summary: RemovalSum | msgspec.UnsetType = UNSET
    value: list[WaitingRemoval]
    next_link: Text = UNSET


class Confirm(msgspec.Struct, forbid_unknown_fields=True):
    """Whom the confirmation leaves out, by the ids of their items, and why."""

    except_: list[str] = msgspec.field(default=[], name="except")
    reason: str = ""


class Decline(msgspec.Struct, forbid_unknown_fields=True):
    """Why nobody is to lose access."""

    reason: str


def confirmation_end(end: Confirmation | None, people: dict[str, User]) -> dict[str, Any] | None:
    """The members of ConfirmationEnd."""
    if end is None:
        return None
    return {
        "how": end.how.value,
        "by": person(end.by, people),
        "at": stamp(end.at),
        "reason": end.reason,
        "excluded": end.excluded,
    }


def person(person_id: str, people: dict[str, User]) -> dict[str, Any] | None:
    """A person by id and name; null for nobody."""
    if not person_id:
        return None
    known = people.get(person_id)
    return {"id": person_id, "displayName": known.display_name if known else None}
