"""The published size rules, one test a rule."""

from __future__ import annotations

from typing import Any

import pytest

from bench.sizes import (
    EVENTUAL,
    STRONG,
    canonical,
    item_size,
    number_size,
    read_units,
    value_size,
    write_units,
)


def test_an_item_is_its_names_and_values() -> None:
    assert item_size({"pk": {"S": "abc"}, "n": {"N": "7"}}) == (2 + 3) + (1 + 2)


def test_no_item_has_no_size() -> None:
    assert item_size(None) == 0


def test_names_and_texts_count_in_utf8_bytes() -> None:
    assert item_size({"größe": {"S": "€"}}) == 7 + 3


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 1),
        ("7", 2),
        ("42", 2),
        ("123", 3),
        ("-123", 4),
        ("1700000000", 2),
        ("1700000001", 6),
        ("0.00012", 2),
        ("1.50", 2),
        ("-1E+20", 3),
        ("12345678901234567890123456789012345678", 20),
    ],
)
def test_a_number_is_one_byte_per_two_significant_digits_one_more_and_its_sign(text: str, size: int) -> None:
    assert number_size(text) == size


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"B": b"\x00\x01\x02"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "é"]}, 1 + 2),
        ({"NS": ["1", "-123"]}, 2 + 4),
        ({"BS": [b"ab", b"c"]}, 3),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 3 + (1 + 2) + (1 + 2)),
        ({"M": {"key": {"S": "ab"}}}, 3 + (1 + 3 + 2)),
        ({"L": [{"M": {"k": {"L": []}}}]}, 3 + 1 + (3 + 1 + 1 + 3)),
    ],
)
def test_each_type_has_its_size(value: dict[str, Any], size: int) -> None:
    assert value_size(value) == size


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (2049, 3)])
def test_a_write_unit_is_a_started_kilobyte(size: int, units: int) -> None:
    assert write_units(size) == units


@pytest.mark.parametrize(("size", "units"), [(0, 1), (4096, 1), (4097, 2), (399_360, 98)])
def test_a_read_unit_is_four_started_kilobytes_and_half_if_eventual(size: int, units: int) -> None:
    assert read_units(size, STRONG) == units
    assert read_units(size, EVENTUAL) == units / 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "1.0"}, {"N": "1"}),
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}),
        ({"NS": ["1", "2"]}, {"NS": ["2", "1.0"]}),
        ({"L": [{"M": {"k": {"N": "10"}}}]}, {"L": [{"M": {"k": {"N": "1E1"}}}]}),
    ],
)
def test_equal_values_are_equal_however_written(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert canonical(one) == canonical(other)


def test_thirty_eight_digits_are_told_apart() -> None:
    assert canonical({"N": "1" * 38}) != canonical({"N": "1" * 37 + "2"})
