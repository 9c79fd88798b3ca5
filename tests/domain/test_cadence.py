"""Did every promised review of a year happen? (domain/cadence)"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.cadence import Held, InForce, Missed, Promise, promises, sentence, verdict
from chalicelib.domain.recurrence import Frequency, Schedule, occurrence, occurrences

MADE = datetime(2025, 12, 20, tzinfo=UTC)
QUARTERLY = Schedule(date(2026, 1, 1), "UTC", Frequency.QUARTERLY, 14)
MONTHLY = replace(QUARTERLY, frequency=Frequency.MONTHLY)
END = datetime(2027, 1, 31, tzinfo=UTC)


def held(day: date, schedule: Schedule = QUARTERLY, late: timedelta = timedelta(), **more: Any) -> Held:
    """A review of this date that took place."""
    due = next(one for one in occurrences(schedule) if one.date >= day)
    known: dict[str, Any] = {"started": due.opens + late, "ended": due.closes + late, "people": 5, "closed": True}
    return Held(id=f"{day}", day=day, opens=due.opens, closes=due.closes, **{**known, **more})


def told(found: tuple[Promise, ...]) -> list[str]:
    return [f"{one.day:%m-%d} {one.fate} {one.cause}".strip() for one in found]


def year(
    held_: list[Held], missed: dict[date, Missed] | None = None, *changes: InForce, now: datetime = END
) -> tuple[Promise, ...]:
    return promises((InForce(MADE, QUARTERLY), *changes), held_, missed or {}, 2026, now)


QUARTERS = [date(2026, month, 1) for month in (1, 4, 7, 10)]


def test_every_promise_kept() -> None:
    found = year([held(day) for day in QUARTERS])
    assert told(found) == ["01-01 held", "04-01 held", "07-01 held", "10-01 held"]
    numbers = verdict(found)
    assert (numbers.promised, numbers.held, numbers.kept) == (4, 4, True)
    assert numbers.longest_gap == timedelta(days=92)
    assert sentence(numbers, "Payroll", 2026) == "Payroll: all 4 reviews that were due in 2026 took place."


def test_one_that_did_not_open_is_missed_and_its_cause_told_as_far_as_it_was_recorded() -> None:
    others = [held(day) for day in QUARTERS[:1] + QUARTERS[2:]]
    assert told(year(others))[1] == "04-01 missed notRecorded"
    skipped = Missed("Skipped: less than half of its duration was left.")
    assert told(year(others, {QUARTERS[1]: skipped}))[1] == "04-01 missed notRunning"
    assert told(year(others, {QUARTERS[1]: replace(skipped, waited=True)}))[1] == "04-01 missed waitedForData"
    long = replace(others[0], ended=datetime(2026, 6, 1, tzinfo=UTC))
    assert told(year([long, *others[1:]], {QUARTERS[1]: skipped}))[1] == "04-01 missed formerStillOpen"
    numbers = verdict(year(others))
    assert sentence(numbers, "Payroll", 2026) == "Payroll: 3 of 4 reviews that were due in 2026 took place."
    assert numbers.longest_gap == timedelta(days=181)


def test_late_is_more_than_a_day() -> None:
    """G6."""
    day, more = timedelta(days=1), timedelta(days=3)
    found = year([held(QUARTERS[0], late=day), held(QUARTERS[1], late=more), *map(held, QUARTERS[2:])])
    assert told(found)[:2] == ["01-01 held", "04-01 heldLate notRunning"]
    assert found[1].late == more and verdict(found).late == 1


@pytest.mark.parametrize(
    ("facts", "fate"),
    [({"people": 0}, "nobodyInScope"), ({"closed": False}, "underWay"), ({"failed": True, "closed": False}, "failed")],
)
def test_a_review_that_opened_and_is_not_simply_over(facts: dict[str, Any], fate: str) -> None:
    assert told(year([held(QUARTERS[0], **facts), *map(held, QUARTERS[1:])]))[0] == f"01-01 {fate}"


def test_what_lies_ahead_is_no_missed_review() -> None:
    now = datetime(2026, 4, 1, 23, 59, 30, tzinfo=UTC)
    found = year([held(QUARTERS[0])], now=now)
    assert told(found) == ["01-01 held", "04-01 waiting", "07-01 ahead", "10-01 ahead"]
    later = year([held(QUARTERS[0])], {QUARTERS[1]: Missed(waited=True)}, now=now + timedelta(days=9))
    assert told(later)[1] == "04-01 waiting waitedForData"
    assert verdict(found).promised == 1 and verdict(found).kept


def test_reviews_that_were_switched_off_are_told_with_who_did_it() -> None:
    off = InForce(datetime(2026, 3, 1, tzinfo=UTC), None, "boss")
    on = InForce(datetime(2026, 8, 1, tzinfo=UTC), QUARTERLY, "boss")
    found = year([held(QUARTERS[0]), held(QUARTERS[3])], None, off, on)
    assert told(found) == ["01-01 held", "04-01 withdrawn switchedOff", "07-01 withdrawn switchedOff", "10-01 held"]
    assert {one.by for one in found[1:3]} == {"boss"}
    assert told(year([held(QUARTERS[0])], None, off, now=datetime(2026, 5, 1, tzinfo=UTC))) == [
        "01-01 held",
        "04-01 withdrawn switchedOff",
    ]
    numbers = verdict(found)
    assert (numbers.promised, numbers.withdrawn, numbers.kept) == (2, 2, True)
    assert sentence(numbers, "Payroll", 2026).endswith("took place; 2 more taken back before their time.")


def test_a_change_of_the_schedule_takes_one_date_back_and_promises_another() -> None:
    moved = replace(QUARTERLY, start=date(2026, 5, 15))
    change = InForce(datetime(2026, 3, 20, tzinfo=UTC), moved, "boss")
    days = [date(2026, 5, 15), date(2026, 8, 15), date(2026, 11, 15)]
    found = year([held(QUARTERS[0]), *(held(day, moved) for day in days)], None, change)
    assert told(found) == [
        "01-01 held",
        "04-01 withdrawn policyChanged",
        "05-15 held",
        "08-15 held",
        "11-15 held",
    ]


def test_a_change_during_a_review_promises_nothing_before_its_close() -> None:
    """G3, G30: what runs is never cut short."""
    change = InForce(datetime(2026, 1, 5, tzinfo=UTC), replace(MONTHLY, start=date(2026, 1, 10)))
    found = year([held(QUARTERS[0])], None, change, now=datetime(2026, 1, 20, tzinfo=UTC))
    assert told(found)[:2] == ["01-01 held", "02-10 ahead"]


def test_the_duration_alone_changes_no_date() -> None:
    change = InForce(datetime(2026, 1, 5, tzinfo=UTC), replace(QUARTERLY, duration_days=7))
    assert told(year([held(day) for day in QUARTERS], None, change)) == [f"{day:%m-%d} held" for day in QUARTERS]


def test_a_review_without_a_recorded_promise_is_told_as_that() -> None:
    due = occurrence(QUARTERLY, 0)
    assert due is not None
    stray = replace(held(QUARTERS[1]), id="stray", day=date(2026, 2, 2))
    found = year([held(QUARTERS[0]), stray, *map(held, QUARTERS[1:])])
    assert told(found)[1] == "02-02 held notRecorded"


def test_nothing_promised() -> None:
    found = promises((InForce(MADE, replace(QUARTERLY, start=date(2027, 1, 1))),), [], {}, 2026, END)
    assert found == () and sentence(verdict(found), "Payroll", 2026) == "Payroll: no review was due in 2026."
