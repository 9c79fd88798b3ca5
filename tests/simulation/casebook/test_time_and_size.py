"""Failures 35 to 39 of other systems: dates that do not exist, years that end, and what grows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.audit import event
from chalicelib.domain.items import Decision
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.reviews import Status
from chalicelib.domain.schedules import Frequency, occurrences
from chalicelib.domain.seals import BEFORE_ALL, Sealed, chained, statement_key
from chalicelib.storage.tables import ItemRow
from chalicelib.usecases.ports import Create
from chalicelib.usecases.seal_review import seal_review
from tests.factories import schedule
from tests.simulation.casebook.test_missing_or_extra_work import MINE
from tests.simulation.office import calls, office
from tests.simulation.point import Call, Proceed


def test_failure_35_monthly_from_the_31st_skips_no_month() -> None:
    """dateutil, as the standard says, leaves out months that have no 31st (#149, #1079, #1136). P2: the last day of the
    month, counted from the first start, so that March has its 31st again."""
    monthly = schedule(date(2027, 12, 31), frequency=Frequency.MONTHLY, duration_days=5, zone="Europe/Berlin")
    days = [one.date for _, one in zip(range(15), occurrences(monthly), strict=False)]
    assert days[:5] == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]
    assert len({(day.year, day.month) for day in days}) == 15
    yearly = schedule(date(2028, 2, 29), frequency=Frequency.ANNUAL, duration_days=5)
    assert [one.date.day for _, one in zip(range(5), occurrences(yearly), strict=False)] == [29, 28, 28, 28, 29]


def test_failure_36_a_review_over_the_end_of_a_year_and_a_clock_that_runs_back() -> None:
    """Granted had ten "time fixes" in three days; a test of midPoint fails at every year's end. P2, P5: opened on the
    last evening of a year, by clocks that go back five minutes between looks, it opens once and closes once."""
    with office("ann") as one:
        eve = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)
        one.clock.set(eve)
        late = one.org.policy(one.new_package("Late"), "Staff", one.review(duration_days=3))
        one.policy, one.held = late, dict(zip(["ann"], one.org.assign(late, one.people["ann"]), strict=True))
        for minutes in (720, -5, 5, -5, 6):
            one.clock.advance(minutes=minutes)
            one.world.tick()
        (instance,) = one.instances()
        assert instance.day == eve.date() and one.state.status is Status.IN_PROGRESS
        one.decide("ann", Decision.DENY)
        one.end()
        for minutes in (0, -5, 5, 1, 1):
            one.clock.advance(minutes=minutes)
            one.world.tick()
        assert one.state.status is Status.APPLIED and one.removal_requests()[one.held["ann"]] == 1


def test_failure_37_somebody_in_very_many_reviews_sees_their_list_at_once() -> None:
    """midPoint locked up in 2018, and a user in many campaigns could not sign in (MID-4479, #10753). P22: a page of
    the list costs the same whatever the number of reviews, and the pages show each once."""
    with office("ann") as one:
        one.open()
        (part,) = one.services.reviews.my_reviews(one.boss.id, 9, None).items
        few = len(calls(one.point, lambda: one.world.get("/api/v1/reviews", "boss@example.com")))
        many, instance, state = [], one.instance, one.state
        for number in range(150):
            other = ids.instance_id(instance.definition_id, instance.day + timedelta(days=number + 1))
            opens = instance.opens - timedelta(days=number + 1)
            many += [replace(part, instance_id=other, opens=opens), replace(instance, id=other, opens=opens)]
            many.append(replace(state, instance_id=other))
        one.services.writer.put_all(many)
        seen: list[str] = []
        where: str | None = "/api/v1/reviews"
        while where:
            page = one.world.get(where, "boss@example.com").json
            found = calls(one.point, lambda where=where: one.world.get(where, "boss@example.com"))
            assert len(found) <= few + 6, found
            seen += [row["id"] for row in page["value"]]
            where = page.get("nextLink", page.get("@odata.nextLink", "")).partition("/api/api")[2] or None
            where = f"/api{where}" if where else None
        assert len(seen) == len(set(seen)) == 151


def test_failure_38_two_events_of_one_instant_both_stay() -> None:
    """VIGIL's chain reads the latest and puts under a timestamp: two writers fork it, the same millisecond overwrites,
    and nothing anchors its end. P18, P19: an event's key carries what it is about."""
    with office() as one:
        now = one.clock.now()
        made = [event(now, SYSTEM, "Policy", "Note", ("thing", ids.guid("t", str(n))), f"op{n}") for n in range(30)]
        for number, recorded in enumerate(made):
            one.services.writer.commit(f"op{number}", Create(recorded))
        kept = [found for found in one.events() if found.activity == "Note"]
        assert {found.id for found in kept} == {recorded.id for recorded in made} and len(kept) == 30


def test_failure_38_two_that_seal_at_once_do_not_fork_the_chain() -> None:
    """The same of seals. P19: the vault gives each number to one statement, and whoever comes second takes the next;
    what was written is never written over."""
    with office("ann") as one:
        other = one.org.policy(one.new_package("Other"), review=one.review())
        one.org.assign(other, one.people["ann"])
        one.open()
        one.end()
        numbers = [one.instances(policy)[0].id for policy in (one.policy, other)]
        met: list[str] = []

        def another(call: Call, proceed: Proceed) -> Any:
            key = str(call.parameters.get("Key", ""))
            if call.operation == "PutObject" and key == statement_key(1) and not met:
                met.append(key)
                one.clock.seconds += one.services.settings.lease_seconds + 1
                for number in numbers:
                    seal_review(one.services, number)
            return proceed()

        with one.point.hooked(another):
            one.settle(6)
        assert met, "nobody sealed"
        before, sequence, told = BEFORE_ALL, 0, Counter[str]()
        while found := one.services.vault.get(statement_key(sequence + 1)):
            sealed = Sealed.of_data(found)
            sequence += 1
            assert (sealed.previous, sealed.statement.sequence) == (before, sequence)
            before = chained(before, sealed.statement.hash)
            told[f"{sealed.statement.review} {sealed.statement.kind}"] += 1
        assert len(told) == sequence >= 2 and set(told.values()) == {1}


def test_failure_39_items_are_spread_and_no_review_sees_a_neighbours() -> None:
    """VIGIL keeps all items of all cycles in one index partition, matches cycles by the beginning of their id, and
    freezes the status in the index's key. P1, P22: the items table has no index; its partitions are those of a review
    and its reviewers; ids are of one length, so that none begins like another."""
    with office() as one:
        for number in range(12):
            one.org.person(f"boss{number}")
            people = [one.org.person(f"p{number}-{each}", manager=f"boss{number}") for each in range(2)]
            one.org.assign(one.policy, *people)
        one.open()
        rows = list(ItemRow.scan())
        assert len({row.pk for row in rows}) >= 12 and {len(row.pk) for row in rows} == {46}
        assert not hasattr(ItemRow, "other_order") and {len(row.sk) for row in rows} == {18}
        shown = one.world.get(one.url(MINE), "boss3@example.com").json["value"]
        assert {item["principal"]["displayName"] for item in shown} == {"P3-0", "P3-1"}
