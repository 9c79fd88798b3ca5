"""When timers are due, by the product's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local.timers import UnknownSchedule, due

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("expression", ["rate(1 minute)"])
def test_short_rates_are_always_due(expression: str) -> None:
    assert due(expression, MONDAY, MONDAY)


@pytest.mark.parametrize(
    ("expression", "period"),
    [
        ("rate(2 minutes)", timedelta(minutes=2)),
        ("rate(1 hour)", timedelta(hours=1)),
        ("rate(3 days)", timedelta(days=3)),
    ],
)
def test_longer_rates_wait_for_their_period(expression: str, period: timedelta) -> None:
    assert not due(expression, MONDAY, MONDAY + period - timedelta(seconds=1))
    assert due(expression, MONDAY, MONDAY + period)


@pytest.mark.parametrize(
    ("fields", "next_firing"),
    [
        ("* * * * ? *", MONDAY + MINUTE),
        ("0 10 * * ? *", datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
        ("30 9 * * ? *", datetime(2026, 3, 3, 9, 30, tzinfo=UTC)),
        ("0/20 * * * ? *", datetime(2026, 3, 2, 9, 40, tzinfo=UTC)),
        ("15,45 8-9 * * ? *", datetime(2026, 3, 2, 9, 45, tzinfo=UTC)),
        ("0 8 ? * TUE-THU *", datetime(2026, 3, 3, 8, 0, tzinfo=UTC)),
        ("0 8 ? * 1 *", datetime(2026, 3, 8, 8, 0, tzinfo=UTC)),
        ("0 0 1 jan,jul ? *", datetime(2026, 7, 1, tzinfo=UTC)),
        ("0 0 29 2 ? *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 1 1 ? 2040", datetime(2040, 1, 1, tzinfo=UTC)),
    ],
)
def test_cron(fields: str, next_firing: datetime) -> None:
    assert not due(f"cron({fields})", MONDAY, next_firing - MINUTE)
    assert due(f"cron({fields})", MONDAY, next_firing)
    assert due(f"cron({fields})", next_firing - timedelta(seconds=1), next_firing + timedelta(days=4000))
    assert not due(f"cron({fields})", next_firing, next_firing)


@pytest.mark.parametrize(
    "expression",
    ["", "daily", "rate(1 week)", "cron(0 0 * * *)", "cron(0 0 L * ? *)", "cron(60 0 * * ? *)", "cron(0/0 0 * * ? *)"],
)
def test_unknown_schedules_are_refused(expression: str) -> None:
    with pytest.raises(UnknownSchedule):
        due(expression, MONDAY, MONDAY)
