"""Walking the audit trail: every event once, newest first, whatever the page size and however rows overlap."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, Decided, fold, unfold
from chalicelib.domain.errors import FilterTooBroad, Forbidden
from chalicelib.domain.items import Decision
from chalicelib.usecases import read_audit
from chalicelib.usecases.read_audit import AuditQuery, list_events, walk_events
from tests.factories import ADMIN
from tests.usecases.desk import AUDITOR, STRANGER, Desk, manager_of, office, owner_of
from tests.usecases.managing import catalog, package, policy
from tests.world import START

__all__ = ["office"]
PEOPLE = [ids.guid("person", number) for number in range(4)]
OBJECTS = [ids.guid("object", number) for number in range(3)]
MS = timedelta(milliseconds=1)


def trail(seed: int) -> tuple[list[AuditEvent], list[AuditEvent]]:
    """Stored rows and the events they tell of: three days, bursts of decisions, the stream delivered twice."""
    chance = random.Random(seed)
    plain = [_plain(START - MS * chance.randrange(2 * 86_400_000), chance) for _ in range(60)]
    decided = []
    for burst in range(6):
        begin = START - MS * chance.randrange(2 * 86_400_000)
        plain += [_plain(begin + MS * chance.randrange(60_000), chance) for _ in range(5)]
        decided += [_decided(begin + MS * chance.randrange(60_000), burst * 100 + n, chance) for n in range(40)]
    cut = chance.randrange(1, len(decided))
    rows = [*plain, *fold(decided[:cut]), *fold(decided[cut // 2 :])]
    events = {one.id: one for row in rows for one in unfold(row)}
    return rows, sorted(events.values(), key=lambda one: one.id, reverse=True)


def _plain(moment: datetime, chance: random.Random) -> AuditEvent:
    return AuditEvent(
        id=ids.request_id(moment, chance.random()),
        time=moment,
        category="Policy",
        activity=chance.choice(["Update access review", "Create access review"]),
        actor_id=chance.choice([*PEOPLE, "system"]),
        target_kind="reviewInstance",
        target_id=chance.choice(OBJECTS),
    )


def _decided(moment: datetime, number: int, chance: random.Random) -> Decided:
    return Decided(
        instance_id=chance.choice(OBJECTS),
        item_id=ids.guid("item", number),
        person_id=PEOPLE[0],
        by=chance.choice(PEOPLE),
        at=round(moment.timestamp() * 1000),
        number=1,
        before=Decision.NOT_REVIEWED,
        after=chance.choice([Decision.APPROVE, Decision.DENY]),
    )


def asked(**more) -> AuditQuery:
    return AuditQuery(**{"since": START - timedelta(days=4), "until": START + timedelta(days=1), **more})


def walked(office: Desk, query: AuditQuery, limit: int) -> list[AuditEvent]:
    found: list[AuditEvent] = []
    position = None
    while True:
        part = walk_events(office.services, query, position, limit)
        assert len(part.events) <= limit
        found += part.events
        position = part.next
        if position is None:
            return found


@pytest.mark.parametrize("seed", range(2))
def test_every_page_size_gives_every_event_once_and_newest_first(office: Desk, seed: int) -> None:
    rows, events = trail(seed)
    office.services.writer.put_all(rows)
    for limit in (13, 100, 1_000):
        assert walked(office, asked(), limit) == events


@pytest.mark.parametrize(
    "wanted",
    [
        {"actor_id": PEOPLE[1]},
        {"target_id": OBJECTS[2]},
        {"target_id": OBJECTS[2], "actor_id": PEOPLE[1]},
        {"activity": "approve decision"},
        {"category": "Policy", "activity": "Update access review"},
        {"since": START - timedelta(hours=30), "until": START - timedelta(hours=7, seconds=31)},
    ],
)
def test_filters_give_what_a_look_at_every_event_gives(office: Desk, wanted: dict) -> None:
    """R162: category, activity, date range; and actor and target."""
    rows, events = trail(11)
    office.services.writer.put_all(rows)
    query = asked(**wanted)
    expected = [one for one in events if query.wants(one)]
    assert expected
    for limit in (7, 1_000):
        assert walked(office, query, limit) == expected


def test_a_bound_inside_a_minute_of_decisions_cuts_exactly_there(office: Desk) -> None:
    chance = random.Random(3)
    minute = START - timedelta(hours=1)
    office.services.writer.put_all(fold([_decided(minute + MS * n * 500, n, chance) for n in range(100)]))
    until = minute + timedelta(seconds=20)
    found = walked(office, asked(since=minute, until=until), 10)
    assert len(found) == 40 and max(one.time for one in found) == until - 500 * MS


def test_many_empty_days_end_a_page_early_and_lose_nothing(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_audit, "MOST_DAYS", 3)
    chance = random.Random(5)
    days = (0, 1, 9, 22)
    events = [_plain(START - timedelta(days=day), chance) for day in days]
    office.services.writer.put_all(events)
    query = asked(since=START - timedelta(days=40))
    first = walk_events(office.services, query, None, 100)
    assert first.events == events[:2] and first.next is not None and not first.exhausted
    assert walked(office, query, 100) == events


def test_a_filter_without_an_index_examines_so_many_and_says_what_works(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brief, decision 14."""
    monkeypatch.setattr(read_audit, "MOST_EXAMINED", 50)
    rows, _ = trail(2)
    office.services.writer.put_all(rows)
    with pytest.raises(FilterTooBroad) as refusal:
        list_events(office.services, ADMIN, asked(activity="Nothing like it"), None)
    assert "target" in refusal.value.message


def test_who_reads_the_trail(office: Desk) -> None:
    """Administrators and auditors all of it; who manages an object what concerns it; nobody else anything."""
    home = catalog(office, "Home")
    crm = package(office, home=home.id)
    staff = policy(office, home=crm.id)
    objects = (home.id, crm.id, staff.id)
    for actor in (ADMIN, AUDITOR):
        assert list_events(office.services, actor, asked(), None)[0]
    for target in objects:
        (found, _) = list_events(office.services, owner_of(home.id), asked(target_id=target), None)
        assert {one.target_id for one in found} == {target}
    for target in objects[1:]:
        assert list_events(office.services, manager_of(crm.id), asked(target_id=target), None)[0]
    for actor, target in (
        (owner_of(home.id), ""),
        (owner_of(ids.guid("other")), crm.id),
        (manager_of(crm.id), home.id),
        (STRANGER, crm.id),
        (STRANGER, ids.guid("nothing")),
        (STRANGER, "nothing"),
    ):
        with pytest.raises(Forbidden):
            list_events(office.services, actor, asked(target_id=target), None)
