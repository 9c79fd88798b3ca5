"""Time zones: which names are accepted, and how a local date and clock time become an instant in UTC.

The rules come from the pinned `tzdata` package and never from the machine, so that every process computes the
same instants. A name is looked up in that package's list before any file is opened; hostile names cannot
reach a file.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidInput

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

ZONE_TARGET = "reviewSettings/schedule/recurrence/range/recurrenceTimeZone"

# Graph clients on Windows send these; the counterparts are the world-wide defaults of Unicode CLDR.
_WINDOWS_ZONES = {
    "Dateline Standard Time": "Etc/GMT+12",
    "UTC-11": "Etc/GMT+11",
    "Hawaiian Standard Time": "Pacific/Honolulu",
    "Alaskan Standard Time": "America/Anchorage",
    "Pacific Standard Time": "America/Los_Angeles",
    "US Mountain Standard Time": "America/Phoenix",
    "Mountain Standard Time": "America/Denver",
    "Central America Standard Time": "America/Guatemala",
    "Central Standard Time": "America/Chicago",
    "Central Standard Time (Mexico)": "America/Mexico_City",
    "Canada Central Standard Time": "America/Regina",
    "SA Pacific Standard Time": "America/Bogota",
    "Eastern Standard Time": "America/New_York",
    "US Eastern Standard Time": "America/Indiana/Indianapolis",
    "Atlantic Standard Time": "America/Halifax",
    "SA Western Standard Time": "America/La_Paz",
    "Pacific SA Standard Time": "America/Santiago",
    "Newfoundland Standard Time": "America/St_Johns",
    "E. South America Standard Time": "America/Sao_Paulo",
    "SA Eastern Standard Time": "America/Cayenne",
    "Argentina Standard Time": "America/Argentina/Buenos_Aires",
    "Greenland Standard Time": "America/Nuuk",
    "Azores Standard Time": "Atlantic/Azores",
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "W. Europe Standard Time": "Europe/Berlin",
    "Central Europe Standard Time": "Europe/Budapest",
    "Romance Standard Time": "Europe/Paris",
    "Central European Standard Time": "Europe/Warsaw",
    "W. Central Africa Standard Time": "Africa/Lagos",
    "GTB Standard Time": "Europe/Bucharest",
    "FLE Standard Time": "Europe/Kyiv",
    "E. Europe Standard Time": "Europe/Chisinau",
    "Egypt Standard Time": "Africa/Cairo",
    "South Africa Standard Time": "Africa/Johannesburg",
    "Israel Standard Time": "Asia/Jerusalem",
    "Turkey Standard Time": "Europe/Istanbul",
    "Arab Standard Time": "Asia/Riyadh",
    "E. Africa Standard Time": "Africa/Nairobi",
    "Russian Standard Time": "Europe/Moscow",
    "Iran Standard Time": "Asia/Tehran",
    "Arabian Standard Time": "Asia/Dubai",
    "Pakistan Standard Time": "Asia/Karachi",
    "India Standard Time": "Asia/Kolkata",
    "Sri Lanka Standard Time": "Asia/Colombo",
    "Nepal Standard Time": "Asia/Kathmandu",
    "Bangladesh Standard Time": "Asia/Dhaka",
    "SE Asia Standard Time": "Asia/Bangkok",
    "China Standard Time": "Asia/Shanghai",
    "Singapore Standard Time": "Asia/Singapore",
    "Taipei Standard Time": "Asia/Taipei",
    "W. Australia Standard Time": "Australia/Perth",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Korea Standard Time": "Asia/Seoul",
    "Cen. Australia Standard Time": "Australia/Adelaide",
    "AUS Central Standard Time": "Australia/Darwin",
    "E. Australia Standard Time": "Australia/Brisbane",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Tasmania Standard Time": "Australia/Hobart",
    "New Zealand Standard Time": "Pacific/Auckland",
    "Samoa Standard Time": "Pacific/Apia",
}


@cache
def _names() -> frozenset[str]:
    """Every IANA name. "Factory" is tzdata's marker for "nobody has chosen a zone", which is not a choice."""
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split()) - {"Factory"}


@cache
def _load(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo  # it looks for the machine's zones when it is imported, which takes milliseconds

    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def zone(name: str) -> ZoneInfo:
    """The zone called `name`, an IANA name or a Windows one; `.key` of the result is the IANA name to store.

    Raises InvalidInput for anything else.
    """
    known = _WINDOWS_ZONES.get(name, name)
    if known not in _names():
        shown = name if len(name) <= 64 else f"{name[:64]}..."
        raise InvalidInput(
            f"{shown!r} is not a known time zone. Give an IANA name such as 'Europe/Paris' (case matters) "
            "or a Windows name such as 'Pacific Standard Time'.",
            ZONE_TARGET,
        )
    return _load(known)


def local_time(instant: datetime, zone_name: str) -> datetime:
    """`instant` as the clock on the wall shows it in the zone.

    Raises InvalidInput for an unknown zone, ValueError for a naive `instant` (it would be read in the
    machine's zone).
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(zone(zone_name))


def local_date(instant: datetime, zone_name: str) -> date:
    """The date the calendar on the wall shows at `instant` in the zone. Raises as `local_time`."""
    return local_time(instant, zone_name).date()


def today_in(zone_name: str, now: datetime) -> date:
    """Today's date in the zone. Raises as `local_time`."""
    return local_date(now, zone_name)


def first_instant(day: date, clock: time, zone_name: str) -> datetime:
    """The first instant, in UTC, at which the zone's clocks show `clock` on `day` (G2).

    A time that comes twice means the first of the two. A time that clocks jump over means the first instant
    after the jump, be it an hour or (Apia, 30 December 2011) a whole day. Raises InvalidInput (unknown zone).
    """
    rules = zone(zone_name)
    local = datetime.combine(day, clock, tzinfo=rules)
    found = local.astimezone(UTC)
    if found.astimezone(rules).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _end_of_gap(local)


def _end_of_gap(local: datetime) -> datetime:
    """The instant of the jump that skips `local`, by bisection to the second.

    In a gap, fold=1 applies the offset of after the jump and so lands before it; fold=0 the other way round.
    """
    before, after = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
    wanted = local.replace(tzinfo=None)

    def passed(seconds: int) -> bool:
        shown = (before + timedelta(seconds=seconds)).astimezone(local.tzinfo)
        return shown.replace(tzinfo=None) >= wanted

    span = int((after - before).total_seconds())
    return before + timedelta(seconds=bisect_left(range(span), True, key=passed))
