"""Zone names from clients, and local clock times as UTC instants (G1, G2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from chalicelib.domain import zones
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.zones import first_instant, local_date, today_in, zone

LATE = time(23, 59)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("UTC", "UTC"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Argentina Standard Time", "America/Argentina/Buenos_Aires"),
    ],
)
def test_iana_and_windows_names_are_accepted(name: str, iana: str) -> None:
    """G1: Graph clients on Windows send Windows names; what is stored is the IANA name."""
    assert zone(name).key == iana


def test_every_windows_name_leads_to_a_zone() -> None:
    """G1: a typing error in the table would otherwise show only when somebody uses the name."""
    assert [name for name, iana in zones._WINDOWS_ZONES.items() if zone(name).key != iana] == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " UTC",
        "UTC\n",
        "europe/paris",
        "Europe",
        "Europe/",
        "/etc/passwd",
        "../../etc/passwd",
        "Europe/../Europe/Paris",
        "Europe//Paris",
        "localtime",
        "posixrules",
        "right/UTC",
        "posix/UTC",
        "Factory",
        "tzdata.zi",
        "zone.tab",
        "__init__.py",
        "Europe/__init__.py",
        "Europe\\Paris",
        "C:\\x",
        "UTC\0",
        "é",
        "\ud800",
        "X" * 100_000,
        "+02:00",
        "GMT+25",
        "Pacific standard time",
    ],
)
def test_hostile_or_unknown_names_are_refused_and_never_reach_a_file(name: str) -> None:
    """G1: always the same error with the field's name, and never an echo of unbounded length."""
    with pytest.raises(InvalidInput, match="not a known time zone") as refused:
        zone(name)
    assert refused.value.target == "reviewSettings/schedule/recurrence/range/recurrenceTimeZone"
    assert len(refused.value.message) < 250
    assert refused.value.message.encode()


@pytest.mark.parametrize(
    ("name", "day", "clock", "expected"),
    [
        ("UTC", date(2025, 7, 15), LATE, utc(2025, 7, 15, 23, 59)),
        ("Asia/Kathmandu", date(2025, 7, 15), LATE, utc(2025, 7, 15, 18, 14)),
        ("America/New_York", date(2025, 3, 9), time(2, 30), utc(2025, 3, 9, 7, 0)),  # 02:00 jumps to 03:00
        ("Australia/Lord_Howe", date(2025, 10, 5), time(2, 15), utc(2025, 10, 4, 15, 30)),  # by half an hour
        ("America/Nuuk", date(2024, 3, 30), LATE, utc(2024, 3, 31, 1, 0)),  # 23:00 jumps to midnight
        ("Pacific/Apia", date(2011, 12, 30), LATE, utc(2011, 12, 30, 10, 0)),  # that day was left out
        ("America/New_York", date(2025, 11, 2), time(1, 30), utc(2025, 11, 2, 5, 30)),  # comes twice
        ("America/Asuncion", date(2024, 3, 23), LATE, utc(2024, 3, 24, 2, 59)),  # 23:59 comes twice
    ],
)
def test_local_times_that_do_not_exist_or_come_twice(name: str, day: date, clock: time, expected: datetime) -> None:
    """G2: the first instant after the gap; the first of two."""
    assert first_instant(day, clock, name) == expected


def test_every_zone_opens_at_the_first_instant_its_clocks_show_2359() -> None:
    """G1, G2: in all zones, on the days around the clock changes and at month ends of some years."""
    days = [date(year, month, 28) + timedelta(days=n) for year in (2011, 2024) for month in (3, 12) for n in range(4)]
    for name in sorted(zones._names()):
        rules = zone(name)
        for day in days:
            found, wanted = first_instant(day, LATE, name), datetime.combine(day, LATE)
            assert found.astimezone(rules).replace(tzinfo=None) >= wanted, (name, day)
            just_before = (found - timedelta.resolution).astimezone(rules)
            assert just_before.replace(tzinfo=None) < wanted, (name, day)


def test_today_is_the_zones_own() -> None:
    """G3: at 11:30 UTC it is already tomorrow in Kiritimati and still yesterday at UTC-12."""
    now = utc(2025, 6, 1, 11, 30)
    assert today_in("Pacific/Kiritimati", now) == date(2025, 6, 2)
    assert today_in("UTC", now) == date(2025, 6, 1)
    assert local_date(now, "Dateline Standard Time") == date(2025, 5, 31)


def test_an_instant_without_a_zone_is_a_mistake() -> None:
    """G1: it would silently be read in the machine's zone."""
    with pytest.raises(ValueError, match="needs a time zone"):
        local_date(utc(2025, 6, 1).replace(tzinfo=None), "UTC")
