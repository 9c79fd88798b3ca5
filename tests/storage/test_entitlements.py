"""Catalogs, packages, policies, assignments and requests in the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, Holding, RequestType
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog, ReviewSettings, SubjectSet, UniqueName
from chalicelib.domain.recurrence import Frequency, Schedule
from chalicelib.storage.entitlements import EMPTY_MONTHS, EntitlementTable
from chalicelib.storage.writer import TableWriter
from chalicelib.usecases.ports import Page
from tests.world import START, MovableClock

pytestmark = pytest.mark.usefixtures("aws")
TABLE = EntitlementTable(MovableClock())
WRITER = TableWriter()
CATALOG = ids.guid("catalog", "Sales")
PACKAGE = ids.guid("package", "CRM")
POLICY = ids.guid("policy", "Staff")


def catalog(name: str) -> Catalog:
    return Catalog(id=ids.guid("catalog", name), display_name=name, created=START, modified=START)


def package(name: str, catalog_id: str = CATALOG) -> AccessPackage:
    return AccessPackage(
        id=ids.guid("package", name), catalog_id=catalog_id, display_name=name, created=START, modified=START
    )


def policy(name: str, package_id: str = PACKAGE, **more: Any) -> AssignmentPolicy:
    return AssignmentPolicy(
        id=ids.guid("policy", name),
        package_id=package_id,
        catalog_id=CATALOG,
        display_name=name,
        created=START,
        modified=START,
        **more,
    )


def assignment(number: int, policy_id: str = POLICY, target: str = "") -> Assignment:
    person = target or ids.guid("person", number)
    created = START + timedelta(minutes=number)
    return Assignment(
        id=ids.assignment_id(policy_id, person, str(number)),
        policy_id=policy_id,
        package_id=PACKAGE,
        target_id=person,
        created=created,
        starts=created,
    )


def request(moment: datetime, number: int = 0) -> AssignmentRequest:
    return AssignmentRequest(
        id=ids.request_id(moment, number),
        type=RequestType.ADMIN_ADD,
        state="delivered",
        assignment_id=ids.guid("assignment", number),
        policy_id=POLICY,
        package_id=PACKAGE,
        target_id=ids.guid("person", number),
        created=moment,
    )


def everything(source: Callable[[int, str | None], Page[Any]], limit: int) -> list[Any]:
    """Every entity of a source, in its order."""
    found: list[Any] = []
    after = None
    while True:
        page = source(limit, after)
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        after = page.next


def test_finds_each_kind_by_id_with_its_version() -> None:
    settings = ReviewSettings(
        schedule=Schedule(START.date(), "Europe/Paris", Frequency.MONTHLY, 14),
        primary=(SubjectSet("singleUser", ids.guid("person", "Ada")),),
    )
    wanted = (catalog("Sales"), package("CRM"), policy("Staff", review=settings), assignment(1))
    WRITER.put_all(wanted)
    finders = (TABLE.catalog, TABLE.package, TABLE.policy, TABLE.assignment)
    for find, entity in zip(finders, wanted, strict=True):
        assert find(entity.id) == replace(entity, version=1)
        assert find(ids.NOBODY) is None


@pytest.mark.parametrize("text", ["", "x" * 1_025, "é" * 600])
def test_text_that_cannot_be_a_key_finds_nothing(text: str) -> None:
    for find in (TABLE.catalog, TABLE.package, TABLE.policy, TABLE.assignment, TABLE.request):
        assert find(text) is None
    assert TABLE.holding(ids.NOBODY, text) is None
    assert TABLE.owner_of_name("catalog", text) is None
    assert (TABLE.packages([text]), TABLE.policies([text])) == ({}, {})


def test_finds_several_packages_and_policies_at_once() -> None:
    packages = [package(f"P{number}") for number in range(105)]
    policies = [policy(f"P{number}") for number in range(105)]
    WRITER.put_all([*packages, *policies])
    some = TABLE.packages([*(one.id for one in packages), packages[0].id, ids.NOBODY])
    assert some == {one.id: replace(one, version=1) for one in packages}
    assert TABLE.policies(one.id for one in policies).keys() == {one.id for one in policies}
    assert TABLE.packages([]) == {}


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_lists_everything_once(limit: int) -> None:
    names = [f"N{number}" for number in range(7)]
    WRITER.put_all([make(name) for name in names for make in (catalog, package, policy)])
    for source, kind in (
        (TABLE.list_catalogs, "catalog"),
        (TABLE.list_packages, "package"),
        (TABLE.list_policies, "policy"),
    ):
        found = [one.id for one in everything(source, limit)]
        assert found == sorted(ids.guid(kind, name) for name in names)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_lists_what_lies_in_a_container_and_nothing_of_its_neighbour(limit: int) -> None:
    elsewhere = ids.guid("catalog", "Elsewhere")
    WRITER.put_all([package(name) for name in "abc"] + [package("d", elsewhere)])
    WRITER.put_all([policy(name) for name in "abc"] + [policy("d", ids.guid("package", "d"))])
    packages = everything(lambda n, after: TABLE.packages_of_catalog(CATALOG, n, after), limit)
    assert sorted(one.display_name for one in packages) == ["a", "b", "c"]
    policies = everything(lambda n, after: TABLE.policies_of_package(PACKAGE, n, after), limit)
    assert sorted(one.display_name for one in policies) == ["a", "b", "c"]


def test_a_name_is_found_without_case_and_only_in_its_scope() -> None:
    WRITER.put_all([UniqueName(scope="catalog", name="sales emea", owner_id=CATALOG)])
    assert TABLE.owner_of_name("catalog", "Sales EMEA") == CATALOG
    assert TABLE.owner_of_name(f"package:{CATALOG}", "Sales EMEA") is None
    assert TABLE.owner_of_name("catalog", "Sales") is None


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_lists_and_counts_the_assignments_of_a_policy(limit: int) -> None:
    mine = [assignment(number) for number in range(9)]
    WRITER.put_all([*mine, *(assignment(number, ids.guid("policy", "Other")) for number in range(3))])
    found = everything(lambda n, after: TABLE.assignments_of_policy(POLICY, n, after), limit)
    assert [one.id for one in found] == sorted(one.id for one in mine)
    assert TABLE.count_assignments_of_policy(POLICY) == 9
    assert TABLE.count_assignments_of_policy(ids.NOBODY) == 0


def test_lists_a_persons_assignments_by_time_also_when_two_were_made_at_once() -> None:
    ada = ids.guid("person", "Ada")
    both = [replace(assignment(number, ids.guid("policy", number), ada), created=START) for number in (1, 2)]
    later = assignment(3, POLICY, ada)
    WRITER.put_all([*both, later, assignment(4)])
    for limit in (1, 2, 100):
        found = everything(lambda n, after: TABLE.assignments_of_person(ada, n, after), limit)
        assert {one.id for one in found} == {one.id for one in [*both, later]}
        assert found[-1].id == later.id


def test_finds_who_holds_what() -> None:
    held = Holding(target_id=ids.guid("person", 1), package_id=PACKAGE, assignment_id=assignment(1).id)
    WRITER.put_all([held])
    assert TABLE.holding(held.target_id, PACKAGE) == replace(held, version=1)
    assert TABLE.holding(ids.NOBODY, PACKAGE) is None


def test_finds_a_request_by_id_and_nothing_by_a_foreign_id() -> None:
    made = request(START)
    WRITER.put_all([made])
    assert TABLE.request(made.id) == replace(made, version=1)
    for foreign in ("", "x", "z" * 36, ids.NOBODY, "ffffffff-ffff-ffff-ffff-ffffffffffff"):
        assert TABLE.request(foreign) is None


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_lists_requests_newest_first_across_months(limit: int) -> None:
    days = (0, 1, 20, 45, 46, 300, 700)  # two of them share a month, then gaps of several months
    made = [request(START - timedelta(days=day), day) for day in days]
    WRITER.put_all(reversed(made))
    found = everything(TABLE.list_requests, limit)
    assert [one.id for one in found] == [one.id for one in made]


def test_requests_of_the_same_millisecond_are_each_listed_once() -> None:
    made = {request(START, number).id for number in range(10)}
    WRITER.put_all(request(START, number) for number in range(10))
    found = [one.id for one in everything(TABLE.list_requests, 3)]
    assert len(found) == 10
    assert set(found) == made


def test_requests_are_given_up_after_24_empty_months() -> None:
    now = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)  # the 31st: months before it are shorter
    table = EntitlementTable(MovableClock(product=now))
    within = datetime(2024, 4, 1, tzinfo=UTC)  # the 24th month, counted from now's own
    beyond = datetime(2024, 3, 31, 23, 59, 59, tzinfo=UTC)
    WRITER.put_all([request(beyond)])
    assert table.list_requests(10, None) == Page(())
    WRITER.put_all([request(within)])
    found = everything(table.list_requests, 1)
    assert [one.created for one in found] == [within, beyond]  # a month that has one starts the count anew
    assert EMPTY_MONTHS == 24
