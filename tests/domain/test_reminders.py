"""When reviewers are reminded, and at which local hours (R79, G12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.reminders import Reminder, ReminderKind, reminders, send_window

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
OPENS = datetime(2025, 6, 1, 23, 59, tzinfo=PARIS).astimezone(UTC)


def planned(opens: datetime, closes: datetime, zone: ZoneInfo = PARIS) -> list[tuple[str, str]]:
    return [
        (each.kind.value, each.due.astimezone(zone).strftime("%m-%d %H:%M"))
        for each in reminders(opens, closes, zone.key)
    ]


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize("name", ["Europe/Paris", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Apia"])
def test_halfway_and_before_the_close(name: str) -> None:
    """R79, G12: 23:59 is nobody's hour, so each comes at 18:00 of its local day, wherever that is."""
    opens = datetime(2025, 6, 1, 23, 59, tzinfo=ZoneInfo(name)).astimezone(UTC)
    assert planned(opens, opens + 14 * DAY, ZoneInfo(name)) == [
        ("midpoint", "06-08 18:00"),
        ("lastCall3", "06-12 18:00"),
        ("lastCall1", "06-14 18:00"),
    ]


def test_the_midpoint_of_an_odd_duration_is_at_noon() -> None:
    """R79: open + (close - open)/2 as it is when it falls into the day."""
    assert planned(OPENS, OPENS + 25 * DAY)[0] == ("midpoint", "06-14 11:59")


def test_a_midpoint_in_the_night_waits_for_the_morning() -> None:
    """R79: before 08:00 it is moved to 08:00 of the same local day."""
    assert planned(paris(2025, 6, 1, 0, 0), paris(2025, 6, 11, 6, 0))[0] == ("midpoint", "06-06 08:00")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, [("midpoint", "06-02 11:59")]),
        (2, [("lastCall1", "06-02 18:00")]),
        (3, [("lastCall1", "06-03 18:00")]),
        (4, [("lastCall3", "06-02 18:00"), ("midpoint", "06-03 18:00"), ("lastCall1", "06-04 18:00")]),
        (6, [("lastCall3", "06-04 18:00"), ("lastCall1", "06-06 18:00")]),
    ],
)
def test_short_reviews_get_fewer_and_never_two_on_one_day(days: int, expected: list[tuple[str, str]]) -> None:
    """G12: of two on one local day the later kind stays; none before the review is open."""
    assert planned(OPENS, OPENS + days * DAY) == expected


def test_one_day_means_one_local_day() -> None:
    """G12: noon and 18:00 in Los Angeles are two dates in UTC and still one day to whoever reads the mail."""
    zone = ZoneInfo("America/Los_Angeles")
    opens = datetime(2025, 6, 1, 23, 59, tzinfo=zone).astimezone(UTC)
    assert planned(opens, opens + 3 * DAY, zone) == [("lastCall1", "06-03 18:00")]


def test_not_within_6_hours_of_the_opening_nor_2_hours_of_the_close() -> None:
    """G12: the start mail has just gone out, or it is too late to act; the limits themselves are allowed."""
    noon = paris(2025, 6, 2, 12, 0)
    kinds = [kind for kind, _ in planned(paris(2025, 6, 2, 6, 0), noon + timedelta(hours=6))]
    assert kinds == ["midpoint"]
    assert planned(paris(2025, 6, 2, 6, 1), noon + timedelta(hours=5, minutes=59)) == []
    assert planned(paris(2025, 6, 2, 0, 0), paris(2025, 6, 2, 10, 0)) == [("midpoint", "06-02 08:00")]
    assert planned(paris(2025, 6, 2, 0, 0), paris(2025, 6, 2, 9, 59)) == []


def test_days_before_the_close_are_calendar_days() -> None:
    """G2: 24 hours before the end of a day of 25 hours is the same day; the last call is the day before."""
    closes = paris(2025, 10, 26, 23, 59)
    assert planned(closes - 10 * DAY, closes)[-1] == ("lastCall1", "10-25 18:00")


def test_reminders_are_instants_in_utc_in_the_order_they_are_due() -> None:
    """R79: what the agenda stores."""
    found = reminders(OPENS, OPENS + 4 * DAY, "Europe/Paris")
    assert found[0] == Reminder(ReminderKind.LAST_CALL_3, datetime(2025, 6, 2, 16, 0, tzinfo=UTC))
    assert [each.due for each in found] == sorted(each.due for each in found)
    assert {each.due.tzinfo for each in found} == {UTC}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (paris(2025, 6, 1, 8, 0), paris(2025, 6, 1, 8, 0)),
        (paris(2025, 6, 1, 13, 37), paris(2025, 6, 1, 13, 37)),
        (paris(2025, 6, 1, 18, 0), paris(2025, 6, 1, 18, 0)),
        (paris(2025, 6, 1, 7, 59), paris(2025, 6, 1, 8, 0)),
        (paris(2025, 6, 1, 0, 0), paris(2025, 6, 1, 8, 0)),
        (paris(2025, 6, 1, 18, 0, 1), paris(2025, 6, 2, 8, 0)),
        (paris(2025, 3, 29, 22, 0), paris(2025, 3, 30, 8, 0)),  # the clocks change in that night
    ],
)
def test_mail_goes_out_between_eight_and_eighteen(now: datetime, expected: datetime) -> None:
    """R79, decided for all reminders: by day, in the policy's zone."""
    assert send_window(now, "Europe/Paris") == expected
    assert send_window(now, "Europe/Paris").tzinfo is UTC


def test_an_unknown_zone_is_refused() -> None:
    """G1: the same refusal as everywhere."""
    with pytest.raises(InvalidInput, match="not a known time zone"):
        reminders(OPENS, OPENS + DAY, "Europe/Atlantis")
    with pytest.raises(InvalidInput, match="not a known time zone"):
        send_window(OPENS, "Europe/Atlantis")
