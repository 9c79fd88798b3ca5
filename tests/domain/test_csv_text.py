"""CSV that comes back as it went in, and that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.csv_text import Kind, columns, harmless, heading, lines, original

TEXT = columns("a", "b")
MIXED = columns("text", "number", "moment", numbers=["number"], moments=["moment"])
# Half surrogates are no characters and cannot be written as UTF-8.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ODD_TEXT = st.text(alphabet="=+-@'\"\t\r\n,; a\u05d0\u202e\uff1d\u00e4\U0001f600\x00", max_size=12)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))
SEEDED = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@SEEDED
@given(st.lists(st.tuples(ANY_TEXT | ODD_TEXT, ANY_TEXT | ODD_TEXT), max_size=5))
def test_what_is_read_back_is_what_went_in(rows: list[tuple[str, str]]) -> None:
    """R151: quotes, line breaks, separators, right-to-left text; the apostrophe of a formula comes off again."""
    first, *found = read(heading(TEXT) + lines(TEXT, rows))
    assert first == ["a", "b"]
    assert [tuple(original(cell) for cell in row) for row in found] == rows


@SEEDED
@given(st.lists(st.tuples(ANY_TEXT | ODD_TEXT, ANY_TEXT | ODD_TEXT), min_size=1, max_size=5))
def test_no_cell_of_text_begins_like_a_formula(rows: list[tuple[str, str]]) -> None:
    for row in read(lines(TEXT, rows)):
        assert not any(cell.startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")) for cell in row)


@SEEDED
@given(ANY_TEXT | ODD_TEXT)
def test_text_is_changed_by_one_apostrophe_or_not_at_all(text: str) -> None:
    assert harmless(text) in (text, f"'{text}") and original(harmless(text)) == text


@SEEDED
@given(st.lists(st.tuples(ODD_TEXT, NUMBERS, MOMENTS), max_size=5))
def test_numbers_stay_numbers_and_moments_are_utc(rows: list[tuple[str, float, datetime]]) -> None:
    """A negative number is no formula: it is written as it is."""
    for (_, number, moment), found in zip(rows, read(lines(MIXED, rows)), strict=True):
        assert type(number)(found[1]) == number
        assert found[2] == f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_a_file_begins_with_the_mark_excel_needs_and_ends_lines_as_rfc_4180_says() -> None:
    data = heading(TEXT) + lines(TEXT, [("=1+1", None), ("-5", 'say "hi"\nthere')])
    assert data.decode() == '\ufeffa,b\r\n\'=1+1,\r\n\'-5,"say ""hi""\nthere"\r\n'


def test_the_same_minus_is_a_number_in_a_column_of_numbers() -> None:
    assert lines(MIXED, [("-5", -5, None)]) == b"'-5,-5,\r\n"


def test_half_a_surrogate_pair_does_not_stop_a_report() -> None:
    assert lines(TEXT, [("\ud800", "")]) == b"?,\r\n"


@pytest.mark.parametrize(("row"), [("x", "-5", None), ("x", True, None), (5, 5, None), ("x", 5, "2026")])
def test_a_value_of_another_kind_is_a_mistake_of_ours(row: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        lines(MIXED, [row])  # type: ignore[list-item]
    assert {column.kind for column in MIXED} == set(Kind)
