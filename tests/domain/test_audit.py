"""Rows that record many decisions, and the events they are opened up into."""

from __future__ import annotations

import random
from datetime import timedelta

from chalicelib.domain import ids
from chalicelib.domain.audit import MOST_IN_A_ROW, ROW_SPAN, Decided, fold, unfold
from chalicelib.domain.items import Decision
from tests.world import START

REVIEWS = [ids.guid("review", number) for number in range(2)]
PEOPLE = [ids.guid("person", number) for number in range(3)]
MIDNIGHT = START.replace(hour=0, minute=0)


def decided(item: int, at_ms: int = 0, **more) -> Decided:
    known = {
        "instance_id": REVIEWS[0],
        "item_id": ids.guid("item", item),
        "person_id": PEOPLE[0],
        "by": PEOPLE[1],
        "at": int(START.timestamp() * 1000) + at_ms,
        "number": 1,
        "before": Decision.NOT_REVIEWED,
        "after": Decision.DENY,
    }
    return Decided(**{**known, **more})


def events(found: list[Decided]) -> dict[str, object]:
    return {one.id: one for row in fold(found) for one in unfold(row)}


def test_every_choice_has_its_activity_and_says_who_about_whom_and_for_whom() -> None:
    """R159, R163: don't-know choices are in the log like the others."""
    known = {
        Decision.APPROVE: "Approve decision",
        Decision.DENY: "Deny decision",
        Decision.DONT_KNOW: "Don't know decision",
        Decision.NOT_REVIEWED: "Reset decision",
    }
    for after, activity in known.items():
        (row,) = fold([decided(1, 250, after=after, before=Decision.DENY, on_behalf_of=PEOPLE[2])])
        (event,) = unfold(row)
        assert (event.category, event.activity, event.actor_id) == ("Policy", activity, PEOPLE[1])
        assert (event.target_kind, event.target_id, event.on_behalf_of) == ("reviewInstance", REVIEWS[0], PEOPLE[2])
        assert event.time == START + timedelta(milliseconds=250)
        assert event.changes == {"decision": ["Deny", after]}
        assert event.details == {"decisionItem": ids.guid("item", 1), "person": PEOPLE[0]}


def test_a_row_holds_one_reviewers_minute_of_one_review_and_a_hundred_decisions() -> None:
    streak = [decided(number, number * 100) for number in range(250)]
    others = [decided(901, by=PEOPLE[2]), decided(902, instance_id=REVIEWS[1]), decided(903, 60_000)]
    rows = fold([*streak, *others])
    assert len(rows) == 3 + len(others)
    assert sum(len(unfold(row)) for row in rows) == 250 + len(others)
    for row in rows:
        inside = unfold(row)
        assert len(inside) <= MOST_IN_A_ROW
        assert max(one.time for one in inside) == row.time
        assert row.time - min(one.time for one in inside) < ROW_SPAN


def test_a_row_never_reaches_over_midnight() -> None:
    around = [decided(number, after) for number, after in enumerate((-1, 0, 1))]
    shift = int((MIDNIGHT - START).total_seconds() * 1000)
    rows = fold([decided(number, one.at - int(START.timestamp() * 1000) + shift) for number, one in enumerate(around)])
    assert sorted(len(unfold(row)) for row in rows) == [1, 2]


def test_a_stream_delivered_again_and_cut_differently_tells_the_same_events() -> None:
    """P-rule of the brief, decision 7: at least once everywhere, exactly once in the trail."""
    chance = random.Random(7)
    stream = [
        decided(chance.randrange(40), number * 700, by=chance.choice(PEOPLE), number=number) for number in range(300)
    ]
    whole = events(stream)
    assert len(whole) == 300
    for _ in range(20):
        told: dict[str, object] = {}
        start = 0
        while start < len(stream):
            end = start + chance.randrange(1, 90)
            told |= events(stream[max(start - chance.randrange(5), 0) : end])
            start = end
        assert told == whole
