"""What our own addresses tell about guarded removals, and take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from chalicelib.domain.guards import Confirmation, How
from chalicelib.domain.items import BY_RULE, DecisionItem
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


class KeepsOne(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Whether each role of the resource stays with somebody, whatever a review decides."""

    keeps_one: bool


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


class RestoredAccess(Answer, kw_only=True):
    """Who gave the access back, when, why, and the assignment that took the place of the ended one."""

    by: Named | None
    at: Instant
    reason: str
    assignment_id: str


class Removal(Answer, kw_only=True):
    """What a review took from a person. `restorable`: this caller can give it back until `restorableUntilDateTime`;
    else `because` (a word) and `message` say why not. `endDateTime`: when it would end by itself, null: never."""

    review_id: str
    review_name: str
    item_id: str
    principal: Named
    access_package: Named
    removed_date_time: Instant | None
    restorable_until_date_time: Instant | None
    end_date_time: Instant | None
    denied: DenialMade
    restorable: bool
    because: str
    message: str
    restored: RestoredAccess | None


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Why: it stands in the evidence, and whoever denied reads it."""

    reason: str


class AccessGivenBack(Answer, kw_only=True):
    """The request that gives access back, and its assignment."""

    id: str
    assignment_id: str
    state: str


class StandingDenial(Answer, kw_only=True):
    """A denial that stands: no import or adoption gives the package back. `liftable`: this caller may lift it."""

    access_package: Named
    review_id: str
    review_name: str
    item_id: str
    since: Instant
    denied: DenialMade
    liftable: bool


def denial_made(item: DecisionItem | None, people: dict[str, User]) -> dict[str, Any]:
    """The members of DenialMade."""
    last = item.last if item else None
    by_rule = last is None or last.by == BY_RULE
    return {
        "byRule": by_rule,
        "reviewedBy": person(last.by, people) if last and not by_rule else None,
        "onBehalfOf": person(last.on_behalf_of, people) if last else None,
        "reviewedDateTime": stamp(datetime.fromtimestamp(last.at / 1000, UTC)) if last else None,
        "justification": last.reason if last else "",
    }


def deciders(items: Iterable[DecisionItem | None]) -> set[str]:
    """The ids of the people whom `denial_made` names."""
    last = [one.last for one in items if one and one.last]
    return {who for entry in last for who in (entry.by, entry.on_behalf_of)} - {BY_RULE, ""}
