"""What a pack's summary counts in the decision items as they are packed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.items import BY_RULE

MOST_DECIDERS = 500  # that are counted one by one; the others together
OTHERS = "others"
REMINDERS = ("midpoint", "lastCall", "manual")  # what their kinds begin with
_DECIDED = ("Approve", "Deny", "DontKnow")


def count_mail(numbers: dict[str, Any], table: str, row: Mapping[str, Any]) -> None:
    """Add a mail of a table. `mails`: by table and kind, how many there are and how many failed; `reminded`: reminders
    by the day they were sent."""
    record = row["record"]
    kind = record["kind"].partition(":")[0]
    counts = numbers.setdefault("mails", {}).setdefault(table, {}).setdefault(kind, [0, 0])
    counts[0] += 1
    counts[1] += record["failed"] is not None
    if kind.startswith(REMINDERS) and record["sent"]:
        days = numbers.setdefault("reminded", {})
        days[record["sent"][:10]] = days.get(record["sent"][:10], 0) + 1


def count(numbers: dict[str, Any], row: Mapping[str, Any]) -> None:
    """Add a decision item to `numbers`. `days`: decisions in force by the day they were made (UTC); `deciders`: by
    person or rule, how many they approved, denied, and did not know; `changed`: items decided more than once."""
    history = row["history"]
    numbers["changed"] = numbers.get("changed", 0) + (len([one for one in history if one["by"] != BY_RULE]) > 1)
    last = history[-1] if history else None
    if last is None or last["decision"] not in _DECIDED:
        return
    days, deciders = numbers.setdefault("days", {}), numbers.setdefault("deciders", {})
    day = f"{datetime.fromtimestamp(last['at'] / 1000, UTC):%Y-%m-%d}"
    days[day] = days.get(day, 0) + 1
    known = last["by"] in deciders or len(deciders) < MOST_DECIDERS
    deciders.setdefault(last["by"] if known else OTHERS, [0, 0, 0])[_DECIDED.index(last["decision"])] += 1
