"""Does a closed review add up? Three equations whose two sides were counted by different routes (brief section 5).

A count that came from one place proves nothing. The population is counted by the table and read one by one; items are
counted when they are made and again by the closing sweep over every row; denials are counted by that sweep, and what
became of them by the worker that removes. Whoever shows a closed review shows whether the sides agree.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.guards import How
from chalicelib.domain.reviews import CLOSED, InstanceState, Outcome, Status

POPULATION, DECISIONS, KEPT, REMOVALS = "population", "decisions", "kept", "removals"


@dataclass(frozen=True, slots=True)
class Equation:
    """`total` of the things on one side, and by name how many of each kind were found on the other."""

    name: str
    total: int
    terms: tuple[tuple[str, int], ...]

    @property
    def difference(self) -> int:
        """How many are missing on the side of the terms; negative when it has too many."""
        return self.total - sum(number for _, number in self.terms)

    @property
    def balanced(self) -> bool:
        """Do both sides agree, with nothing negative among the terms?"""
        return self.difference == 0 and all(number >= 0 for _, number in self.terms)


def balance(state: InstanceState) -> tuple[Equation, ...]:
    """The equations of a review whose decisions stand; none while they can still change.

    `population`: assignments counted = those reviewed + those read that were not in force at the opening.
    `decisions`: items made = items found at the close by what was decided. `kept`: items nobody answered that keep
    their access = the same by reason. `removals`: denied = what became of them; a removal that has not been tried is
    `toRemove` until the review is applied, and missing from then on; `notConfirmed` are those whose confirmation was
    declined or lapsed.
    """
    if not is_final(state):
        return ()
    outcome = state.outcome or Outcome()
    found = [_population(state), _decisions(state, outcome)]
    if outcome.kept or outcome.kept_because:
        found.append(Equation(KEPT, outcome.kept, tuple(sorted(outcome.kept_because.items()))))
    if outcome.removals or _removed_or_not(state):
        found.append(_removals(state, outcome))
    return tuple(found)


def is_final(state: InstanceState) -> bool:
    """Does the outcome stand? A review that failed before its completion has none."""
    during = state.failed_at if state.status is Status.FAILED else state.status
    return during is not None and during in CLOSED


def _population(state: InstanceState) -> Equation:
    return Equation(
        POPULATION, state.counted, (("reviewed", state.items), ("notInForce", state.population - state.items))
    )


def _decisions(state: InstanceState, outcome: Outcome) -> Equation:
    terms = (
        ("approved", outcome.approved),
        ("approvedByRule", outcome.approved_by_rule),
        ("denied", outcome.denied_by_person),
        ("deniedByRule", outcome.denied_by_rule),
        ("dontKnow", outcome.dont_know),
        ("kept", outcome.kept),
        ("cancelled", outcome.cancelled),
    )
    return Equation(DECISIONS, state.items, terms)


def _removed_or_not(state: InstanceState) -> int:
    """How many removals have been tried, or held back."""
    open_ones = state.removal_failures + state.removals_pending
    ended = state.removed + state.gone + state.needs_person + state.removals_held + state.removals_restored
    return ended + open_ones


def _removals(state: InstanceState, outcome: Outcome) -> Equation:
    """What a policy has removed at once is done before the worker counts it in its turn."""
    done = state.removed + state.gone + state.removals_restored
    ahead = max(outcome.removed_at_once - done, 0)
    left = outcome.removals - ahead - _removed_or_not(state)
    rarer = (
        ("pending", state.removals_pending),
        ("needsPerson", state.needs_person),
        ("held", state.removals_held),
        ("restored", state.removals_restored),
        ("notConfirmed", left if _given_up(state) else 0),
    )
    terms = (
        ("removed", state.removed + ahead),
        ("alreadyGone", state.gone),
        ("failed", state.removal_failures),
        *((name, number) for name, number in rarer if number),
        ("toRemove", 0 if state.status is Status.APPLIED or _given_up(state) else left),
    )
    return Equation(REMOVALS, outcome.removals, terms)


def _given_up(state: InstanceState) -> bool:
    """Were the removals that waited for a confirmation declined, or have they lapsed?"""
    return state.confirmation is not None and state.confirmation.how is not How.CONFIRMED
