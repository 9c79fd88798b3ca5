"""Durations as Graph clients write them (R52, R59)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.schedules import format_days, parse_duration_days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("P14D", 14),
        ("P014D", 14),
        ("P2W", 14),
        ("P1M", 30),
        ("P3M", 90),
        ("P1Y", 365),
        ("P1Y1M1W1D", 403),
        ("PT336H", 14),
        ("P13DT24H", 14),
        ("P13DT23H59M60S", 14),
        ("P0D", 0),
        ("PT0S", 0),
        ("14 days, 0:00:00", 14),
        ("1 day, 0:00:00", 1),
        ("0:00:00", 0),
    ],
)
def test_iso_8601_and_pythons_own_text(text: str, days: int) -> None:
    """R52: ISO 8601; and what Graph's Python SDK makes of it in a read-change-write."""
    assert parse_duration_days(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "14",
        "14D",
        "p14d",
        "P14d",
        "P-14D",
        "-P14D",
        "+P14D",
        "P1.5D",
        "P1,5D",
        "PT1H",
        "P1DT12H",
        "P1D1W",
        "P14D ",
        " P14D",
        "P14D\n",
        "P\u0661D",
        "P1M\u0661D",
        "P9999999D",
        "P" + "9" * 100_000 + "D",
        "14 days",
        "14 days, 12:00:00",
        "-14 days, 0:00:00",
        "14 days, 0:00:00.5",
        "1 days, 24:00:00",
        "PT336H1S",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """R54: parts of a day, signs, fractions and texts of any other form; the field is named."""
    with pytest.raises(InvalidInput, match="whole days") as refused:
        parse_duration_days(text)
    assert refused.value.target == "reviewSettings/schedule/expiration/duration"
    assert len(refused.value.message) < 200


def test_the_field_can_be_another_one() -> None:
    """R54: the same forms appear in other fields; the refusal names the one at hand."""
    with pytest.raises(InvalidInput) as refused:
        parse_duration_days("soon", "expiration/duration")
    assert refused.value.target == "expiration/duration"


def test_days_come_back_in_both_forms() -> None:
    """R52: what we answer, and what the SDK then sends, is read as the same number."""
    for days in range(400):
        assert parse_duration_days(format_days(days)) == days
        assert parse_duration_days(str(timedelta(days=days))) == days
