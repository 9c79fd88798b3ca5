"""Rows of a people file: cells that are refused, what a row changes about a person, who may be a manager."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain import ids
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.imports import Record
from chalicelib.domain.people import User
from chalicelib.domain.person_rows import PersonRow, merged, parse_person
from chalicelib.domain.roster import Roster

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def person(**cells: str) -> PersonRow:
    return parse_person(Record(2, {"userPrincipalName": "Anna@example.com", **cells}), NOW)


def refused(**cells: str) -> str | None:
    with pytest.raises(InvalidInput) as problem:
        person(**cells)
    return problem.value.target


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("userPrincipalName", ""),
        ("userPrincipalName", "anna"),
        ("userPrincipalName", "anna berg@example.com"),
        ("id", "17"),
        ("userType", "Robot"),
        ("accountEnabled", "yes"),
        ("invitationState", "Declined"),
        ("createdDateTime", "31.03.2026"),
        ("lastSignIn", "2026-03-01T08:00:00"),
        ("lastSignIn", "20260301"),
        ("lastSignIn", "2026-02-30"),
        ("lastSignIn", "2026-03-05"),
        ("lastSignIn", "0001-01-01T00:00:00Z"),
        ("lastSignIn", "9999-12-31T23:59:59-14:00"),
        ("manager", "ANNA@example.com"),
    ],
)
def test_cells_that_are_refused(column: str, text: str) -> None:
    assert refused(**{column: text}) == column


def test_a_person_is_not_their_own_manager_by_id() -> None:
    assert refused(id=GUID, manager=GUID.upper()) == "manager"


def test_last_sign_in_is_an_instant_a_date_never_or_unknown() -> None:
    known = User(id="1", display_name="A", principal_name="Anna@example.com", last_sign_in=NOW, sign_in_as_of=NOW)
    later = NOW + timedelta(days=5)
    assert merged(person(lastSignIn=""), known, "1", None, later) == known
    never = merged(person(lastSignIn="Never"), known, "1", None, later)
    assert (never.last_sign_in, never.never_signed_in, never.sign_in_as_of) == (None, True, later)
    seen = merged(person(lastSignIn="2026-02-28T23:00:00.1234567-02:00"), never, "1", None, later)
    assert seen.last_sign_in == datetime(2026, 3, 1, 1, 0, 0, 123456, tzinfo=UTC) and not seen.never_signed_in
    day = merged(person(lastSignIn="2026-02-28"), None, "1", None, NOW)
    assert (day.last_sign_in, day.sign_in_as_of) == (datetime(2026, 2, 28, tzinfo=UTC), NOW)


def test_the_same_sign_in_is_refreshed_only_after_half_a_day() -> None:
    row = person(lastSignIn="never")
    first = merged(row, None, "1", None, NOW)
    assert merged(row, first, "1", None, NOW + timedelta(hours=11)) == first
    refreshed = merged(row, first, "1", None, NOW + timedelta(hours=12))
    assert refreshed.sign_in_as_of == NOW + timedelta(hours=12)
    assert merged(person(lastSignIn="2026-01-01"), refreshed, "1", None, NOW).sign_in_as_of == (refreshed.sign_in_as_of)


def test_missing_columns_keep_and_empty_cells_clear_what_we_know() -> None:
    known = User(
        id="1",
        display_name="Anna",
        principal_name="Anna@example.com",
        department="Sales",
        enabled=False,
        invitation="pending",
        user_type="Guest",
        manager_id="2",
        version=3,
    )
    assert merged(person(), known, "1", None, NOW) == known
    kept = {"displayName": "", "accountEnabled": "", "userType": "", "invitationState": ""}
    assert merged(person(**kept), known, "1", None, NOW) == known
    cleared = merged(person(department="", manager=""), known, "1", "", NOW)
    assert (cleared.department, cleared.manager_id, cleared.version) == ("", "", 3)
    assert merged(person(userType="member", invitationState=""), known, "1", None, NOW).invitation == ""


def test_a_manager_is_only_somebody_who_will_be_there() -> None:
    roster = Roster()
    managers = {"a": "b", "b": "c", "c": "nobody", "d": "e", "e": ""}
    for line, (name, manager) in enumerate(managers.items(), 2):
        cells = {"userPrincipalName": f"{name}@x", "manager": f"{manager}@x" if manager else ""}
        roster.add(parse_person(Record(line, cells), NOW))
    while unresolved := roster.unresolved(set()):
        roster.leave_out(unresolved)
    assert [roster.id_of(f"{name}@x") is not None for name in "abcde"] == [False, False, False, True, True]
    assert roster.id_of(ids.guid("user", "e@x")) == ids.guid("user", "e@x")


def test_the_first_row_of_a_person_counts() -> None:
    roster = Roster()
    other = "1" + GUID[1:]
    made = [person(id=GUID)]
    made += [
        parse_person(Record(line, {"userPrincipalName": name, "id": guid}), NOW)
        for line, name, guid in [(3, "ANNA@example.com", other), (4, "b@x", GUID), (5, "c@x", "")]
    ]
    for row in made:
        roster.add(row)
    assert [roster.repeats(row) for row in made] == [None, ("userPrincipalName", 2), ("id", 2), None]
