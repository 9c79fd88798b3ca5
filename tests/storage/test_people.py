"""The directory and the audit log in the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.people import Membership, Role, RoleGrant
from chalicelib.storage.audit import AuditTable
from chalicelib.storage.people import DirectoryTable
from chalicelib.storage.writer import TableWriter
from chalicelib.usecases.ports import Drop, Page
from tests.directories import add_group, add_people, join, person

pytestmark = pytest.mark.usefixtures("aws")
TABLE = DirectoryTable()
LONG = "x" * 1_025


def everything(source: Callable[[int, str | None], Page[Any]], limit: int) -> list[Any]:
    """Every entity of a source; fails where a page is empty while more follows."""
    found: list[Any] = []
    after = None
    while True:
        page = source(limit, after)
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        assert page.items
        after = page.next


def test_finds_a_person_by_id_and_by_name_without_case() -> None:
    ada = person("Ada")
    add_people(ada)
    assert TABLE.user(ada.id) == replace(ada, version=1)
    assert TABLE.user_by_principal_name("ADA@Example.com") == replace(ada, version=1)
    assert TABLE.user(ids.NOBODY) is None
    assert TABLE.user_by_principal_name("nobody@example.com") is None


@pytest.mark.parametrize("text", ["", LONG])
def test_text_that_cannot_be_a_key_finds_nothing(text: str) -> None:
    assert TABLE.user(text) is None
    assert TABLE.group(text) is None
    assert TABLE.user_by_principal_name(text) is None
    assert TABLE.users([text]) == {}
    assert TABLE.ids_by_principal_names([text]) == {}


def test_a_prefix_that_is_too_long_finds_nobody() -> None:
    assert TABLE.users_by_display_name(LONG, 10, None) == Page(())
    assert TABLE.users_by_principal_name(LONG, 10, None) == Page(())


def test_finds_many_people_at_once() -> None:
    crowd = [person(f"Person {number}") for number in range(120)]
    add_people(*crowd)
    wanted = [one.id for one in crowd]
    assert TABLE.users([*wanted, wanted[0], ids.NOBODY]).keys() == set(wanted)
    names = [one.principal_name.upper() for one in crowd]
    assert TABLE.ids_by_principal_names([*names, "nobody@example.com"]) == {one.principal_name: one.id for one in crowd}


@pytest.mark.parametrize("limit", [1, 7, 40, 100])
def test_lists_everybody_once(limit: int) -> None:
    crowd = {person(f"Person {number}").id for number in range(40)}
    add_people(*(person(f"Person {number}") for number in range(40)))
    found = [user.id for user in everything(TABLE.list_users, limit)]
    assert len(found) == 40
    assert set(found) == crowd


def test_an_empty_directory_is_one_empty_page() -> None:
    assert TABLE.list_users(10, None) == Page(())
    assert TABLE.list_groups(10, None) == Page(())


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_finds_people_by_the_start_of_their_names(limit: int) -> None:
    add_people(*map(person, ["Anna Berg", "anna Adams", "ANNIKA", "Bert", "Äne"]))

    def by_display_name(prefix: str) -> list[str]:
        return [
            user.display_name
            for user in everything(lambda n, after: TABLE.users_by_display_name(prefix, n, after), limit)
        ]

    assert by_display_name("ANN") == ["anna Adams", "Anna Berg", "ANNIKA"]
    assert by_display_name("ä") == ["Äne"]
    assert by_display_name("anna c") == []
    assert len(by_display_name("")) == 5
    found = everything(lambda n, after: TABLE.users_by_principal_name("Anna.", n, after), limit)
    assert [user.display_name for user in found] == ["anna Adams", "Anna Berg"]
    assert len(everything(lambda n, after: TABLE.users_by_principal_name("", n, after), limit)) == 5


def test_whoever_the_index_still_lists_under_an_old_name_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    add_people(person("Zoe"), person("Anna"))
    pages = {None: Page((person("Zoe").id,), "more"), "more": Page((person("Anna").id,))}
    monkeypatch.setattr("chalicelib.storage.people._ids_by_display_name", lambda prefix, limit, after: pages[after])
    assert TABLE.users_by_display_name("a", 1, None) == Page((replace(person("Anna"), version=1),))


def test_groups_know_their_members_and_members_their_groups() -> None:
    ada, bob = person("Ada"), person("Bob")
    inner = add_group("Inner", ada, bob)
    outer = add_group("Outer", ada, inner)
    assert TABLE.group(outer.id) == replace(outer, version=1)
    assert {group.id for group in everything(TABLE.list_groups, 1)} == {inner.id, outer.id}
    members = everything(lambda n, after: TABLE.members(outer.id, n, after), 1)
    assert {(member.member_id, member.member_kind) for member in members} == {
        (ada.id, "user"),
        (inner.id, "group"),
    }
    assert sorted(TABLE.groups_of(ada.id)) == sorted([inner.id, outer.id])
    assert TABLE.groups_of(inner.id) == [outer.id]
    TableWriter().commit("leave", Drop(Membership(group_id=inner.id, member_id=ada.id)))
    assert TABLE.groups_of(ada.id) == [outer.id]
    join(inner, ada)
    assert len(TABLE.groups_of(ada.id)) == 2


def test_reads_every_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.storage.base._WHOLE_PAGE", 2)
    grants = [RoleGrant(role=Role.AUDITOR, scope="", principal_id=ids.guid(number)) for number in range(5)]
    TableWriter().put_all(grants)
    assert {grant.principal_id for grant in TABLE.role_grants()} == {grant.principal_id for grant in grants}


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_lists_a_days_events_and_no_others(limit: int) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    events = [_event(midnight + timedelta(hours=number - 3)) for number in range(40)]
    TableWriter().put_all(events)
    found = everything(lambda n, after: AuditTable().events("2026-03-02", n, after), limit)
    assert sorted(found, key=lambda one: one.time) == events[3:27]
    assert everything(lambda n, after: AuditTable().events("2026-03-05", n, after), limit) == []


def _event(moment: datetime) -> AuditEvent:
    return AuditEvent(
        id=ids.request_id(moment, "test"),
        time=moment,
        category="Test",
        activity="Happened",
        actor_id=ids.NOBODY,
        target_kind="test",
        target_id=ids.NOBODY,
    )
