"""CSV files: what is read, what is refused and where the fault is said to be."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.domain import assignment_rows, person_rows
from chalicelib.domain.assignment_rows import parse_assignment
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.imports import BadRow, Columns, Record, Row, check_header, lines_of, read
from chalicelib.domain.people import User
from chalicelib.domain.person_rows import COLUMNS, merged, parse_person
from chalicelib.domain.roster import Roster

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRA = (
    "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,"
    "usageLocation,streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,"
    "alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,"
    "creationType,directorySynced,invitationState,identityIssuer,createdDateTime"
)
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def rows(text: str | bytes, columns: Columns = COLUMNS) -> list[Row]:
    data = text.encode() if isinstance(text, str) else text
    return list(read(lines_of(data), columns))


def test_an_entra_export_is_understood() -> None:
    cells = dict.fromkeys(ENTRA.split(","), "")
    cells |= {
        "userPrincipalName": "Anna@example.com",
        "displayName": "Anna Berg",
        "id": GUID.upper(),
        "userType": "Guest",
        "accountEnabled": "True",
        "streetAddress": '"Main street 1\r\nBuilding 2"',
        "invitationState": "PendingAcceptance",
        "createdDateTime": "11/3/2024 4:05:06 PM",
    }
    (found,) = rows(ENTRA + "\r\n" + ",".join(cells.values()) + "\r\n")
    assert isinstance(found, Record)
    row = parse_person(found, NOW)
    assert (row.id, row.principal_name, row.name) == (GUID, "Anna@example.com", "anna@example.com")
    assert row.manager is None
    after = merged(row, None, row.id, None, NOW)
    assert after == User(
        id=GUID,
        display_name="Anna Berg",
        principal_name="Anna@example.com",
        user_type="Guest",
        invitation="pending",
        created=datetime(2024, 11, 3, 16, 5, 6, tzinfo=UTC),
    )


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_delimiters_and_line_ends(mark: bytes, delimiter: str, end: str) -> None:
    lines = [["User Principal Name", "DISPLAYNAME"], ["å@example.com", '"Berg, Anna; ""A"""'], ["", ""]]
    text = "".join(delimiter.join(line) + end for line in lines)
    cells = {"userPrincipalName": "å@example.com", "displayName": 'Berg, Anna; "A"'}
    assert rows(mark + text.encode()) == [Record(2, cells)]


def test_bad_rows_are_told_by_physical_line_and_good_ones_kept() -> None:
    text = (
        "userPrincipalName,displayName,streetAddress\n"
        'a@example.com,A,"one\ntwo\nthree"\n'
        "b@example.com,B\n"
        "\n"
        'c@example.com,"C\nC",x\n'
        f"d@example.com,{'D' * 257},x\n"
        "e@example.com,E,x,surplus\n"
        "f@example.com,F,x,\n"
        'g@example.com,"G"G,x\n'
        "h@example.com,H\x00,x\n"
        "i@example.com,I,x\n"
    )
    found = rows(text)
    good = [row.cells["displayName"] for row in found if isinstance(row, Record)]
    bad = [(row.line, row.column) for row in found if isinstance(row, BadRow)]
    assert good == ["A", "F", "I"]
    assert bad == [(5, ""), (7, "displayName"), (9, "displayName"), (10, ""), (12, ""), (13, "displayName")]


def test_a_quote_that_is_never_closed_names_the_lines_it_swallowed() -> None:
    found = rows('userPrincipalName,displayName\na@x,A\nb@x,"B\nc@x,C\n')
    assert isinstance(found[0], Record)
    assert isinstance(found[1], BadRow) and found[1].line == 3 and "lines 3 to 4" in found[1].reason
    assert len(found) == 2


def test_a_line_separator_inside_a_cell_does_not_split_the_row() -> None:
    (bad,) = rows("userPrincipalName,displayName\na@x,A\u2028B\n")
    assert bad == BadRow(2, "displayName", "Contains a line break or another control character.")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"displayName\nAnna\n",
        b"userPrincipalName,userprincipalname\n",
        b"id,objectId,userPrincipalName\n",
        "userPrincipalName\nå@example.com\n".encode("latin-1"),
        "userPrincipalName\n".encode("utf-16"),
        b'"userPrincipalName',
    ],
)
def test_files_that_cannot_be_used_at_all(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        check_header(data, COLUMNS)


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.domain.imports.MAX_ROWS", 2)
    assert len(rows("userPrincipalName\na@x\nb@x\n")) == 2
    with pytest.raises(InvalidInput, match="more than 2 rows"):
        rows("userPrincipalName\na@x\nb@x\nc@x\n")


def test_assignment_rows() -> None:
    text = "USER;package;policy;start;end\nAnna@x;Tools;;;2026-05-01\n;Tools;;;\n"
    text += "b@x;Tools;P;2026-05-02;2026-05-01\n"
    good, *bad = rows(text, assignment_rows.COLUMNS)
    assert isinstance(good, Record)
    row = parse_assignment(good)
    assert (row.user, row.package, row.policy, row.starts) == ("anna@x", "tools", "", None)
    assert row.ends == datetime(2026, 5, 1, tzinfo=UTC)
    targets = []
    for found in bad:
        assert isinstance(found, Record)
        with pytest.raises(InvalidInput) as problem:
            parse_assignment(found)
        targets.append(problem.value.target)
    assert targets == ["user", "end"]


def test_the_documented_columns_are_the_known_ones() -> None:
    text = (Path(__file__).parents[2] / "docs" / "imports.md").read_text()
    people, assignments = text.split("## People")[1].split("## Assignments")
    for part, columns in ((people, person_rows.COLUMNS), (assignments, assignment_rows.COLUMNS)):
        documented = re.findall(r"^\| `(\w+)` \|", part, re.M)
        assert sorted(documented) == sorted(columns.known)
        assert all(columns.named(name) == name for name in documented)
        for example in re.findall(r"```csv\n(.*?)```", part, re.S):
            assert all(isinstance(row, Record) for row in rows(example, columns))


def test_managers_may_stand_anywhere_in_a_long_file() -> None:
    blanks = "," * (ENTRA.count(",") - 1)
    text = ENTRA + ",manager\n"
    text += "".join(
        f"person{n}@example.com,Person {n}{blanks},person{n // 10}@example.com\n" for n in range(1_000, 0, -1)
    )
    roster = Roster()
    for row in read(lines_of(text.encode()), COLUMNS):
        assert isinstance(row, Record), row
        roster.add(parse_person(row, NOW))
    assert roster.unresolved(set()) == {"person0@example.com"}
    assert roster.unresolved({"person0@example.com"}) == set()
