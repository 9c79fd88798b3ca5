"""Lists: complete, in order, page by page, however large (P22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.assignments import Assignment, Holding
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.people import Group, Membership
from chalicelib.domain.series import SeriesOfPackage
from chalicelib.storage.base import fetch_many, query, query_all
from chalicelib.storage.tables import EntitlementRow
from chalicelib.usecases.ports import Page, Services
from tests.world import START

Fresh = Callable[[str], str]
E = TypeVar("E")


def _to_the_end(read: Callable[[str | None], Page[E]], most: int) -> list[E]:
    """Every entity of a list, page by page; no page may be larger than asked."""
    found: list[E] = []
    after: str | None = None
    for _ in range(10_000):
        page = read(after)
        assert len(page.items) <= most
        found += page.items
        after = page.next
        if after is None:
            return found
    raise AssertionError("the list never ends")


def _held(fresh: Fresh, number: int, text: str = "") -> list[Holding]:
    target = fresh("ann")
    return [Holding(target_id=target, package_id=f"{one:04d}", assignment_id=f"{one}{text}") for one in range(number)]


@pytest.mark.parametrize("limit", [1, 5, 23, 24])
@pytest.mark.parametrize("forward", [True, False])
def test_a_list_ends_and_names_each_entity_once_in_order(services: Services, fresh: Fresh, limit: int, forward: bool):
    """P22: the last page may be as long as the limit, or empty."""
    services.writer.put_all(_held(fresh, 23))

    def read(after: str | None) -> Page[Holding]:
        return query(Holding, f"H#{fresh('ann')}", limit, after, forward=forward)

    names = [one.package_id for one in _to_the_end(read, limit)]
    assert names == sorted((f"{one:04d}" for one in range(23)), reverse=not forward)


def test_a_partition_of_more_than_a_megabyte_is_read_to_its_end(services: Services, fresh: Fresh):
    held = _held(fresh, 300, "x" * 5_000)
    services.writer.put_all(held)
    partition = f"H#{fresh('ann')}"
    pages = EntitlementRow.query(partition, limit=500, page_size=500).page_iter
    sizes = [page["Count"] for page in pages]
    assert len(sizes) > 1 and sum(sizes) == 300, "DynamoDB ends a page at a megabyte"
    assert query_all(Holding, partition) == _versions(held)
    assert EntitlementRow.count(partition) == 300
    many = EntitlementRow.count(partition, filter_condition=EntitlementRow.data.contains('"assignment_id":"1'))
    assert many == sum(1 for one in range(300) if str(one).startswith("1"))


def _versions(entities: list[Any]) -> list[Any]:
    return [replace(one, version=1) for one in entities]


def test_sort_keys_are_ordered_by_their_bytes(services: Services, fresh: Fresh):
    names = ["", "A", "Z", "a", "z", "z ", "é", "ż", "€", "\uffee", "😀", "😀a"]
    members = [Membership(group_id=fresh("group"), member_id=f"m{name}") for name in reversed(names)]
    services.writer.put_all(members)
    found = _to_the_end(lambda after: services.people.members(fresh("group"), 3, after), 3)
    assert [one.member_id for one in found] == [f"m{name}" for name in names]


def test_a_prefix_matches_no_neighbour(services: Services, fresh: Fresh):
    policies = ["", "a", "ab", "b", "a\uffff"]
    services.writer.put_all(
        [SeriesOfPackage(package_id=fresh("package"), policy_id=one, definition_id="d") for one in policies]
    )
    found = services.reviews.series_of_package(fresh("package"), 10, None, "a").items
    assert [one.policy_id for one in found] == ["a", "ab", "a\uffff"]


def _assignment(fresh: Fresh, number: int, created: datetime, target: str = "ann") -> Assignment:
    policy = fresh("policy")
    return Assignment(
        id=ids.guid_of(ids.place(policy) + f"{number:020x}"),
        policy_id=policy,
        package_id="package",
        target_id=fresh(target),
        created=created,
        starts=created,
    )


@pytest.mark.parametrize("limit", [1, 4, 30])
def test_the_other_order_lists_each_entity_once_those_of_one_instant_too(services: Services, fresh: Fresh, limit: int):
    """Three of each instant: an index tells entities with one sort key apart by their own key, in no order."""
    made = [_assignment(fresh, one, START + timedelta(days=-(one // 3))) for one in range(12)]
    services.writer.put_all(made)
    read = services.entitlements.assignments_of_person
    found = _to_the_end(lambda after: read(fresh("ann"), limit, after), limit)
    assert [one.created for one in found] == sorted(one.created for one in made)
    assert sorted(found, key=lambda one: one.id) == _versions(made)


def test_what_moved_or_went_is_not_in_its_former_place_of_the_other_order(services: Services, fresh: Fresh):
    one, two, three = (_assignment(fresh, number, START) for number in range(3))
    services.writer.put_all([one, two, three])
    services.writer.put_all([replace(one, target_id=fresh("ben")), replace(two, created=START + timedelta(days=1))])
    services.writer.remove(three)
    read = services.entitlements.assignments_of_person
    assert [found.id for found in read(fresh("ann"), 10, None).items] == [two.id]
    assert [found.id for found in read(fresh("ben"), 10, None).items] == [one.id]


def test_many_keys_are_read_a_hundred_at_a_time_each_once_the_absent_left_out(services: Services, fresh: Fresh):
    held = _held(fresh, 230)
    services.writer.put_all(held[:200])
    places = [(f"H#{fresh('ann')}", one.package_id) for one in held]
    found = fetch_many(Holding, [*places, *places], consistent=True)
    assert sorted(found, key=lambda one: one.package_id) == _versions(held[:200])


def test_the_agenda_gives_what_is_due_earliest_first(services: Services, fresh: Fresh):
    long_ago = START - timedelta(days=int(fresh("years")[:4], 16) * 7 + 36_500)
    rows = [Due(when=long_ago + timedelta(minutes=one), kind="import", id=fresh(str(one))) for one in range(6)]
    services.writer.put_all(reversed(rows))
    due = services.reviews.due_until(long_ago + timedelta(minutes=4), 5)
    assert [one.when for one in due if one.id in {row.id for row in rows}] == [row.when for row in rows[:5]]
    assert len(services.reviews.due_until(long_ago + timedelta(minutes=4), 2)) == 2
    for row in rows:
        services.writer.remove(row)


def test_a_days_events_come_newest_first_over_all_their_partitions(services: Services, fresh: Fresh):
    made = [_event(fresh, START + timedelta(seconds=one)) for one in range(37)]
    services.writer.put_all(reversed(made))
    day = f"{START:%Y-%m-%d}"
    found = _to_the_end(lambda before: services.audit.events(day, 5, before), 5)
    mine = [one.id for one in found if one.target_id == fresh("package")]
    assert mine == [one.id for one in reversed(made)]
    for listed in (services.audit.events_of_target, services.audit.events_of_actor):
        who = fresh("package") if listed == services.audit.events_of_target else fresh("ann")
        newest = _to_the_end(lambda before, listed=listed, who=who: listed(who, 8, before), 8)
        assert [one.id for one in newest] == mine


def _event(fresh: Fresh, at: datetime) -> AuditEvent:
    return AuditEvent(
        id=ids.request_id(at, fresh("event")),
        time=at,
        category="EntitlementManagement",
        activity="Update access package",
        actor_id=fresh("ann"),
        target_kind="accessPackage",
        target_id=fresh("package"),
    )


def test_an_index_counts_and_pages_through_what_lies_in_no_other_partition(services: Services, fresh: Fresh):
    groups = [Group(id=fresh(str(one)), display_name=f"{fresh('name')} {one % 2}") for one in range(9)]
    members = [Membership(group_id=one.id, member_id=fresh("ann")) for one in groups]
    services.writer.put_all([*groups, *members])
    assert sorted(services.people.groups_of(fresh("ann"))) == sorted(one.id for one in groups)


def test_many_rows_are_written_in_batches_and_one_is_removed_twice(services: Services, fresh: Fresh):
    held = [Holding(target_id=fresh("ann"), package_id=f"{one:03d}", assignment_id=str(one)) for one in range(60)]
    services.writer.put_all(held)
    services.writer.put_all(held[:1])
    for _ in range(2):
        services.writer.remove(held[0])
    assert [one.package_id for one in services.entitlements.holdings_of_person(fresh("ann"))] == [
        one.package_id for one in held[1:]
    ]
