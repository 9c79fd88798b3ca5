"""What a seal says besides its tables: facts of the review, and equations whose two sides were counted apart.

The decisions seal counts every item once more. Its numbers must agree with those of the closing sweep, which the
removals were taken from, and with how many items the opening made; none of them can be wrong alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from chalicelib.domain.balance import REMOVALS, Equation, balance, is_final
from chalicelib.domain.guards import How
from chalicelib.domain.removals import OPEN, Standing
from chalicelib.domain.reviews import InstanceState, Outcome, ReviewInstance, Status
from chalicelib.domain.seal_rows import DAYS, NOT_CONFIRMED
from chalicelib.domain.seals import Seal, Statement, instant

SEALED, UNCHANGED, INDEPENDENT, DENIALS = "sealed", "unchanged", "independent", "denials"
MOST_NAMED = 1_000  # exceptions that are named one by one; the table has them all
_KINDS = ("approved", "approvedByRule", "denied", "deniedByRule", "dontKnow", "kept", "cancelled")
_OUTCOMES = (*Standing, NOT_CONFIRMED)
_OPEN = (*OPEN, "")


def plain(value: Any) -> Any:
    """A value of the domain as JSON without floats: members in lowerCamelCase, instants to the second."""
    if is_dataclass(value) and not isinstance(value, type):
        return {_camel(one.name): plain(getattr(value, one.name)) for one in fields(value) if one.name != "version"}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, float) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def equations_of_decisions(state: InstanceState, counts: Mapping[str, int], own_allowed: bool) -> tuple[Equation, ...]:
    """What must balance when the decisions are sealed. `own_allowed`: may people decide about themselves?

    `sealed`: items made = items the seal counted, by what was decided; and each kind = what the closing sweep found.
    `unchanged`: all of them have the facts they were frozen with. `independent`: every decision was made by somebody
    else than the person, or by the rule.
    """
    outcome = state.outcome or Outcome()
    found = [one for one in balance(state) if one.name != REMOVALS]
    kinds = tuple((kind, counts.get(kind, 0)) for kind in _KINDS)
    swept = sum(number for _, number in kinds)
    found.append(Equation(SEALED, state.items, kinds))
    found += [
        Equation(f"{SEALED}.{kind}", swept_then, ((kind, number),))
        for (kind, number), swept_then in zip(kinds, _swept(outcome), strict=True)
        if number or swept_then
    ]
    found.append(Equation(UNCHANGED, swept, ((UNCHANGED, counts.get("unchanged", 0)),)))
    by = {name: counts.get(name, 0) for name in ("byOthers", "byRule", "byThemselves")}
    allowed = tuple((name, number) for name, number in by.items() if own_allowed or name != "byThemselves")
    found.append(Equation(INDEPENDENT, sum(by.values()), allowed))
    return tuple(found)


def _swept(outcome: Outcome) -> tuple[int, ...]:
    """What the closing sweep found, in the order of _KINDS."""
    denied = (outcome.denied_by_person, outcome.denied_by_rule)
    return outcome.approved, outcome.approved_by_rule, *denied, outcome.dont_know, outcome.kept, outcome.cancelled


def equations_of_removals(state: InstanceState, counts: Mapping[str, int], denied: int | None) -> tuple[Equation, ...]:
    """What must balance when the removals are sealed: `removals`: the denials of the closing sweep = what became of
    them, one by one; `denials`: they are those that the decisions seal counted (`denied`, None: there is none)."""
    outcome = state.outcome or Outcome()
    terms = tuple((str(one), counts.get(str(one), 0)) for one in _OUTCOMES if one not in OPEN)
    found = [Equation(REMOVALS, outcome.removals, terms)]
    if denied is not None:
        found.append(Equation(DENIALS, denied, (("denied", outcome.removals),)))
    return tuple(found)


def equation_facts(equations: Iterable[Equation]) -> list[dict[str, Any]]:
    """Equations as a statement tells them, both sides and whether they agree."""
    return [
        {"name": one.name, "total": one.total, "terms": dict(one.terms), "balanced": one.balanced} for one in equations
    ]


def denied_in(statement: Statement) -> int:
    """How many denials a decisions seal counted."""
    found = {one["name"]: one for one in statement.facts.get("equations", [])}
    terms: dict[str, int] = found.get(SEALED, {}).get("terms", {})
    return terms.get("denied", 0) + terms.get("deniedByRule", 0)


def facts_of_decisions(
    instance: ReviewInstance, state: InstanceState, equations: Iterable[Equation], own_allowed: bool
) -> dict[str, Any]:
    """The facts of a decisions seal that lie in the review itself."""
    told = list(equations)
    return {
        "population": _population(instance, state),
        "settings": plain(instance.settings),
        "sources": plain(instance.sources),
        "openedAnyway": plain(instance.anyway),
        "grounds": plain(instance.grounds),
        "comparison": plain(state.compared),
        "outcome": plain(state.outcome or Outcome()),
        "equations": equation_facts(told),
        "balanced": all(one.balanced for one in told),
        "ownDecisionsAllowed": own_allowed,
        "opened": plain(state.started or instance.opens),
        "closed": plain(state.ends),
        "plannedClose": plain(instance.closes),
        "stopped": {"by": state.stopped_by, "unanswered": plain(state.unanswered)} if state.stopped_by else None,
        "extended": _extended(state),
    }


def _population(instance: ReviewInstance, state: InstanceState) -> dict[str, Any]:
    """Where the population came from, when, by which query, and how many were counted by which route."""
    query = {"assignmentsOfPolicy": instance.policy_id, "inForceAt": plain(instance.opens)}
    query |= {"undecidedIn": instance.follows} if instance.follows else {}
    query |= {"onlyAssignment": instance.only} if instance.only else {}
    counts = {"counted": state.counted, "read": state.population, "reviewed": state.items}
    return {"source": "assignments", "time": plain(state.started or instance.opens), "query": query, "counts": counts}


def _extended(state: InstanceState) -> dict[str, Any] | None:
    if state.extended is None:
        return None
    return {"last": plain(state.extended), "times": state.extensions, "because": state.extended_because}


def facts_of_removals(
    state: InstanceState, counts: Mapping[str, int], equations: Iterable[Equation], decisions: Seal | None
) -> dict[str, Any]:
    """The facts of a removals seal."""
    told = list(equations)
    return {
        "decisions": {"sequence": decisions.sequence, "statement": decisions.statement_hash} if decisions else None,
        "outcomes": {str(one): number for one in _OUTCOMES if (number := counts.get(str(one), 0))},
        "days": days_until_removed(counts),
        "confirmation": plain(state.confirmation),
        "equations": equation_facts(told),
        "balanced": all(one.balanced for one in told),
    }


def days_until_removed(counts: Mapping[str, int]) -> dict[str, Any]:
    """How many days lay between a denial and its removal: median, longest, and how often each number of days."""
    found = {int(name.removeprefix(DAYS)): number for name, number in counts.items() if name.startswith(DAYS)}
    histogram = {str(day): found[day] for day in sorted(found)}
    return {"median": _median(found), "max": max(found, default=None), "histogram": histogram}


def _median(found: Mapping[int, int]) -> int | None:
    """The lower median."""
    passed, half = 0, (sum(found.values()) + 1) // 2
    for day in sorted(found):
        passed += found[day]
        if passed >= half:
            return day
    return None


def removals_ended(state: InstanceState) -> bool:
    """Has every removal ended, or will none be made: also those whose confirmation was declined or has lapsed?"""
    if state.confirmation is not None and state.confirmation.how is not How.CONFIRMED:
        return is_final(state)
    return state.status is Status.APPLIED and not open_removals(state)


def open_removals(state: InstanceState) -> int:
    """How many removals of a review have not come to an end."""
    return state.removals_pending + state.removal_failures
