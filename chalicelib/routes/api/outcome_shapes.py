"""How a review ended, in numbers, and whether they add up: what our own addresses answer of it."""

from __future__ import annotations

from typing import Any, Literal

from chalicelib.domain.balance import balance
from chalicelib.domain.reviews import InstanceState, Outcome
from chalicelib.domain.series import Needs, needs_of
from chalicelib.routes.shapes import Answer, Count


class Population(Answer, kw_only=True):
    """The two counts of who was to be reviewed, and the items made of them."""

    read: int
    counted: int
    items: int


class OutcomeCounts(Answer, kw_only=True):
    """How the review ended, by person and rule, and what became of the removals."""

    approved: int
    approved_by_rule: int
    denied: int
    denied_by_rule: int
    dont_know: int
    kept: int
    kept_because: dict[str, int]
    cancelled: int
    removed: int
    already_gone: int
    removal_failures: int
    held: int
    restored: int
    needs_person: int
    pending: int


class Term(Answer, kw_only=True):
    """One part of an equation; a negative count is an error that is not hidden."""

    name: str
    count: int


class Equation(Answer, kw_only=True):
    """`total` was counted by one route and the terms by another; `difference` is how many the terms lack."""

    name: Literal["population", "decisions", "kept", "removals"]
    total: Count
    terms: list[Term]
    difference: int
    balanced: bool


class Outside(Answer, kw_only=True):
    """What the opening found when it compared the assignments with the members outside: members without an assignment,
    assignments without membership, and rights that could not be read."""

    missing: Count
    extra: Count
    not_compared: Count


class Balance(Answer, kw_only=True):
    """Whether a closed review adds up, in every equation. `outside`: what the numbers alone do not tell, null where
    nothing was compared."""

    balanced: bool
    equations: list[Equation]
    outside: Outside | None


def waits_for_confirmation(state: InstanceState) -> bool:
    """Do the removals wait for somebody's word (G24)? Then the review is on no agenda."""
    return needs_of(state) is Needs.CONFIRMATION


def population(state: InstanceState) -> dict[str, int]:
    """The member `population`."""
    return {"read": state.population, "counted": state.counted, "items": state.items}


def outcome_counts(state: InstanceState, outcome: Outcome) -> dict[str, Any]:
    """The member `outcome`."""
    return {
        "approved": outcome.approved,
        "approvedByRule": outcome.approved_by_rule,
        "denied": outcome.denied_by_person,
        "deniedByRule": outcome.denied_by_rule,
        "dontKnow": outcome.dont_know,
        "kept": outcome.kept,
        "keptBecause": outcome.kept_because,
        "cancelled": outcome.cancelled,
        "removed": state.removed,
        "alreadyGone": state.gone,
        "removalFailures": state.removal_failures,
        "held": state.removals_held,
        "restored": state.removals_restored,
        "needsPerson": state.needs_person,
        "pending": state.removals_pending,
    }


def adds_up(state: InstanceState) -> dict[str, Any]:
    """The member `balance`; nothing while decisions can still change."""
    equations = balance(state)
    if not equations:
        return {}
    shown = [
        {
            "name": one.name,
            "total": one.total,
            "terms": [{"name": name, "count": count} for name, count in one.terms],
            "difference": one.difference,
            "balanced": one.balanced,
        }
        for one in equations
    ]
    found = state.compared
    outside = {"missing": found.missing, "extra": found.extra, "notCompared": found.unread} if found else None
    balanced = all(one.balanced for one in equations)
    return {"balance": {"balanced": balanced, "equations": shown, "outside": outside}}
