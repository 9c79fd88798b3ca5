"""What the printed summary of a pack shows, computed for its template: figures, tables, pictures as SVG geometry.

Everything comes out of the seals but two things that are counted in the rows while they are packed: the decisions of
each day, and of each person. Names are those of the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.domain.csv_text import Row
from chalicelib.domain.items import BY_RULE
from chalicelib.domain.pack_numbers import OTHERS
from chalicelib.domain.seal_rows import NOTICES, RESULT_NOTICES
from chalicelib.domain.seals import Kind, Statement
from chalicelib.usecases.ports import Overview

WIDTH = 680  # of every picture, in its own units
MOST_DECIDERS, MOST_BARS = 25, 92
_KINDS = (
    ("approved", "Approved"),
    ("approvedByRule", "Approved by rule"),
    ("deniedByPerson", "Denied by a person"),
    ("deniedByRule", "Denied by rule"),
    ("dontKnow", "Don't know"),
    ("kept", "Unanswered, kept"),
    ("cancelled", "Ended by itself"),
)
EQUATIONS = {
    "population": "Assignments counted = reviewed + not in force at the opening",
    "decisions": "Items made = what the closing found",
    "kept": "Unanswered and kept = by reason",
    "sealed": "Items made = what the seal found, counted once more",
    "unchanged": "Items sealed = items whose facts are as they were frozen",
    "independent": "Decisions = made by others + made by the rule",
    "removals": "Denied = what became of each denial",
    "denials": "Denials sealed = denials that were carried out or held",
}
OUTCOMES = {
    "removed": "Removed, seen absent",
    "alreadyGone": "Already gone",
    "held": "Held back",
    "restored": "Restored",
    "needsPerson": "Needs a person",
    "notConfirmed": "Not confirmed",
}


def page(told: Overview, organisation: str) -> dict[str, Any]:
    """Everything the template shows."""
    statements = [one.statement for one in told.seals]
    decisions = next(one for one in statements if one.kind is Kind.DECISIONS)
    removals = next((one for one in statements if one.kind is Kind.REMOVALS), None)
    equations = [equation(one) for each in statements for one in each.facts.get("equations", [])]
    names = {person: both[0] for person, both in told.names.items()}
    return {
        "organisation": organisation,
        "told": told,
        "facts": decisions.facts,
        "population": decisions.facts["population"],
        "outcome": outcome_bar(decisions.facts["outcome"]),
        "equations": equations,
        "unbalanced": [one for one in equations if not one["balanced"]],
        "timeline": timeline(statements, told.numbers.get("days", {}), told.numbers.get("reminded", {})),
        "mails": mails(told.numbers.get("mails", {})),
        "removals": removals_of(removals) if removals else None,
        "deciders": deciders(told.numbers.get("deciders", {}), names),
        "changed": told.numbers.get("changed", 0),
        "settings": settings(decisions.facts["settings"], names),
        "administrators": [administrator(one, names) for one in decisions.facts.get("administrators", [])],
        "additions": [addition(one, names) for one in statements if one.kind in (Kind.ADDENDUM, Kind.SIGN_OFF)],
        "sign_off": next((one for one in statements if one.kind is Kind.SIGN_OFF), None),
        "tables": [(one.kind.value, name, table.count) for one in statements for name, table in one.tables.items()],
        "sampled": sampled_rows(told) if told.sampled is not None else None,
        "seals": told.seals,
        "width": WIDTH,
    }


def equation(one: Mapping[str, Any]) -> dict[str, Any]:
    """An equation in words; a part of `sealed` is about one kind of decisions."""
    name, _, part = one["name"].partition(".")
    words = EQUATIONS.get(name, name)
    kind = dict(_KINDS).get("deniedByPerson" if part == "denied" else part, part)
    return {
        "words": f"{kind}: closing = seal" if part else words,
        "total": one["total"],
        "terms": [(_words(term), number) for term, number in one["terms"].items() if number or len(one["terms"]) < 3],
        "sum": sum(one["terms"].values()),
        "balanced": one["balanced"],
    }


def administrator(one: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str, str, str, str]:
    """Who held a role: the person or group, the role, of what (everything, or a part), since when and until when."""
    who = names.get(one["principal"], one["principal"])
    if one["kind"] == "group":
        who += f" (group of {one.get('memberCount', 0)})"
    since = "named by the deployment's settings" if one["kind"] == "settings" else (one["since"] or "not recorded")[:10]
    return who, _words(one["role"]), one["scope"].partition(":")[0] or "everything", since, (one["until"] or "")[:10]


def outcome_bar(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome as parts of one bar, those that are there."""
    found = [(name, words, outcome.get(name, 0)) for name, words in _KINDS if outcome.get(name, 0)]
    total, at, parts = max(sum(number for *_, number in found), 1), 0.0, []
    for name, words, number in found:
        wide = WIDTH * number / total
        percent = round(100 * number / total)
        parts.append({"kind": name, "words": words, "n": number, "x": at, "wide": wide, "percent": percent})
        at += wide
    return {"parts": parts, "total": outcome.get("total", 0)}


def timeline(statements: Sequence[Statement], days: Mapping[str, int], reminded: Mapping[str, int]) -> dict[str, Any]:
    """From the opening to the last seal: bars for the decisions of each day, dots for reminders, marks for what
    happened."""
    facts = statements[0].facts
    marks = [("opened", _moment(facts["opened"])), ("closed", _moment(facts["closed"]))]
    marks += [(_MARKS[one.kind], one.made) for one in statements if one.kind is not Kind.ADDENDUM]
    first, last = min(at for _, at in marks).date(), max(at for _, at in marks).date()
    span = max((last - first).days, 1)
    most = max(days.values(), default=1)
    wide = max(min(WIDTH / (span + 1) - 2, 24), 1)
    bars = [
        {"x": _x(date.fromisoformat(day), first, span), "high": 60 * number / most, "n": number, "day": day}
        for day, number in sorted(days.items())
    ]
    placed = [{"x": _x(at.date(), first, span), "words": words, "day": f"{at:%Y-%m-%d}"} for words, at in marks]
    dots = [_x(date.fromisoformat(day), first, span) for day in sorted(reminded)]
    return {"bars": bars, "wide": wide, "dots": dots, "marks": _apart(placed), "numbered": len(bars) <= 31}


_MARKS = {Kind.DECISIONS: "decisions sealed", Kind.REMOVALS: "removals sealed", Kind.SIGN_OFF: "signed off"}


def _x(day: date, first: date, span: int) -> float:
    return 20 + (WIDTH - 40) * (day - first).days / span


def _apart(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marks in order, those of one day as one, each on a line of its own where words would touch."""
    found: list[dict[str, Any]] = []
    for one in sorted(marks, key=lambda mark: mark["x"]):
        if found and found[-1]["day"] == one["day"]:
            found[-1]["words"] += f", {one['words']}"
            continue
        near = [other["line"] for other in found if one["x"] - other["x"] < 150]
        line = next(line for line in range(len(found) + 1) if line not in near)
        end = "start" if one["x"] < 120 else "end" if one["x"] > WIDTH - 120 else "middle"
        found.append({**one, "line": line, "end": end})
    return found


def removals_of(statement: Statement) -> dict[str, Any]:
    """What became of the denials, and how long that took."""
    facts = statement.facts
    days = {int(day): number for day, number in facts["days"]["histogram"].items()}
    most, last = max(days.values(), default=1), max(days, default=0)
    step = (WIDTH - 40) / (min(last, MOST_BARS) + 1)
    bars = [
        {"x": 20 + step * min(day, MOST_BARS), "high": 70 * number / most, "n": number, "day": day}
        for day, number in sorted(days.items())
    ]
    outcomes = [(OUTCOMES.get(name, name), number) for name, number in facts["outcomes"].items()]
    open_ones = [(words, number) for words, number in outcomes if words not in ("Removed, seen absent", "Already gone")]
    days_told = {"median": facts["days"]["median"], "max": facts["days"]["max"]}
    wide = max(min(step - 3, 36), 2)
    return {"outcomes": outcomes, "exceptions": open_ones, "bars": bars, "wide": wide, "last": last, **days_told}


def deciders(found: Mapping[str, Sequence[int]], names: Mapping[str, str]) -> dict[str, Any]:
    """Who decided how much, those with most first."""
    known = {BY_RULE: "The no-response rule", OTHERS: "Others"}
    ordered = sorted(found.items(), key=lambda one: (-sum(one[1]), one[0]))
    most = sum(ordered[0][1]) if ordered else 1
    shown = [
        {"name": known.get(person) or names.get(person, person), "n": [*counts], "wide": 150 * sum(counts) / most}
        for person, counts in ordered[:MOST_DECIDERS]
    ]
    return {"shown": shown, "more": max(len(ordered) - MOST_DECIDERS, 0)}


def mails(found: Mapping[str, Any]) -> list[tuple[str, Sequence[int]]]:
    """How many mails of each kind: those of the later seal are all there were, where it has the kind too."""
    both = {**found.get(NOTICES, {}), **found.get(RESULT_NOTICES, {})}
    return [(_words(kind), counts) for kind, counts in sorted(both.items())]


def settings(found: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The settings in force, those that say something."""
    return [(_words(name), readable(value, names)) for name, value in found.items() if value not in (None, "", [])]


def addition(one: Statement, names: Mapping[str, str]) -> dict[str, Any]:
    """An addendum or a sign-off."""
    hidden = {"covers", "id", "of"}
    told = [(_words(name), readable(value, names)) for name, value in one.facts.items() if name not in hidden]
    return {"kind": "Sign-off" if one.kind is Kind.SIGN_OFF else "Addendum", "made": one.made, "told": told}


def readable(value: Any, names: Mapping[str, str]) -> str:
    """A value of a statement in words, people by their names."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{_words(name)} {readable(one, names)}" for name, one in value.items() if one not in (None, "")
        )
    if isinstance(value, list):
        return "; ".join(readable(one, names) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return names.get(value, value) if isinstance(value, str) else str(value)


def sampled_rows(told: Overview) -> dict[str, Any]:
    """The rows of a sample, by the columns that matter on paper."""
    wanted = ("Person", "Decision", "Reason", "Decided by", "On behalf of", "Decided at", "Why this reviewer")
    places = [place for place, column in enumerate(told.columns) if column.name in wanted]
    rows: Sequence[Row] = told.sampled or ()
    headings = [told.columns[place].name for place in places]
    return {"headings": headings, "rows": [[_cell(row[place]) for place in places] for row in rows]}


def _cell(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value if value is not None else "")


def _words(name: str) -> str:
    """`justificationRequired` as `justification required`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).replace("dont", "don't")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
