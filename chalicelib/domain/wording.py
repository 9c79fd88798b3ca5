"""Words for dates, amounts and names, as a person would say them.

Everything here is pure: the present is an argument, zones are IANA names, instants are aware datetimes. An
unknown zone raises InvalidInput, an instant without an offset ValueError.
Tables of names are used instead of strftime, whose answer depends on the machine's locale.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from chalicelib.domain.zones import local_date, local_time
from chalicelib.domain.zones import zone as zone_rules

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_JOINERS = "\u200c\u200d"  # Persian and emoji are misspelt without them; every other invisible character goes
_DAYS_BEFORE_MONTHS = 60
_MONTHS_BEFORE_YEARS = 24
_LINES = 12


def zone_words(zone: str, at: datetime) -> str:
    """The zone as a person says it: "Paris time", "Buenos Aires time", "UTC", "UTC+05:30".

    Zones without a place in their name (Etc/GMT+5, CET) are given by their offset at `at`: "Etc/GMT+5" lies
    five hours *behind* UTC, which nobody expects to read.
    """
    area, _, place = zone_rules(zone).key.rpartition("/")
    if area and area != "Etc":
        return f"{place.replace('_', ' ')} time"
    offset = local_time(at, zone).strftime("%z")
    return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"


def calendar_date(at: datetime, now: datetime, zone: str) -> str:
    """ "31 March"; with the year when it is not the present one in `zone`."""
    then = local_time(at, zone)
    year = "" if then.year == local_time(now, zone).year else f" {then.year}"
    return f"{then.day} {_MONTHS[then.month - 1]}{year}"


def day(at: datetime, now: datetime, zone: str) -> str:
    """ "Tuesday 31 March"; with the year as in `calendar_date`."""
    return f"{_DAYS[local_time(at, zone).weekday()]} {calendar_date(at, now, zone)}"


def short_day(at: datetime, now: datetime, zone: str) -> str:
    """ "Tue 31 March", for subjects and narrow places; with the year as in `calendar_date`."""
    return f"{_DAYS[local_time(at, zone).weekday()][:3]} {calendar_date(at, now, zone)}"


def moment(at: datetime, now: datetime, zone: str) -> str:
    """ "Tuesday 31 March, 23:59 Paris time"."""
    return f"{day(at, now, zone)}, {local_time(at, zone):%H:%M} {zone_words(zone, at)}"


def until(at: datetime, now: datetime, zone: str) -> str:
    """ "today", "tomorrow", "in 6 days", "in 3 months", by the calendar of `zone`; the past as `ago`."""
    then, today = local_date(at, zone), local_date(now, zone)
    if then < today:
        return ago(at, now, zone)
    if (then - today).days <= 1:
        return ("today", "tomorrow")[(then - today).days]
    return f"in {_span(today, then)}"


def ago(at: datetime, now: datetime, zone: str = "UTC") -> str:
    """ "today", "yesterday", "12 days ago", "4 months ago", "2 years ago"; the future as `until`."""
    then, today = local_date(at, zone), local_date(now, zone)
    if then > today:
        return until(at, now, zone)
    if (today - then).days <= 1:
        return ("today", "yesterday")[(today - then).days]
    return f"{_span(then, today)} ago"


def count(one: str, many: str, number: int) -> str:
    """A number with its noun: count("person", "people", 1234) is "1,234 people"."""
    return f"{number:,} {one if number == 1 else many}"


def share(part: int, whole: int) -> str:
    """How much `part` is of `whole`, in whole percent: "40%". Nothing of nothing is "0%"."""
    return f"{round(100 * part / whole) if whole else 0}%"


def one_line(text: str, limit: int) -> str:
    """`text` made harmless for one line: a name, a subject, a header.

    Line breaks and tabs become blanks; control, bidirectional, invisible and undecodable characters go. An
    address loses its "://", so that a mail program makes no link of a name. At most `limit` characters.
    """
    words = " ".join(_visible(text).split())
    return trim(words.replace("://", ": "), limit)


def many_lines(text: str, limit: int) -> str:
    """`text` made harmless where line breaks belong to it: a note, a reason. Addresses stay.

    At most twelve lines, one empty line in a row, no blanks at line ends, at most `limit` characters.
    """
    lines = [" ".join(_visible(line).split()) for line in text.strip().splitlines()]
    kept = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    rest = "…" if len(kept) > _LINES else ""
    return trim("\n".join(kept[:_LINES]) + rest, limit)


def trim(text: str, limit: int) -> str:
    """`text` if it has at most `limit` characters, else its beginning and an ellipsis within `limit`."""
    if len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)].rstrip(_JOINERS + " \n,;:-\ufe0f") + "…"


def abridged(names: tuple[str, ...], total: int, shown: int = 5) -> tuple[tuple[str, ...], int]:
    """At most `shown` of the `names`, and how many of the `total` people are not among them."""
    first = names[:shown]
    return first, max(total - len(first), 0)


def capital(sentence: str) -> str:
    """`sentence` with a capital first letter and the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def _span(start: date, end: date) -> str:
    """The time from `start` to `end` in the largest unit that a person would use."""
    days = (end - start).days
    if days < _DAYS_BEFORE_MONTHS:
        return count("day", "days", days)
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if months < _MONTHS_BEFORE_YEARS:
        return count("month", "months", months)
    return count("year", "years", months // 12)


def _visible(text: str) -> str:
    """`text` without what the eye cannot see; separators and control characters become blanks."""
    return "".join(_harmless(character) for character in text)


def _harmless(character: str) -> str:
    kind = unicodedata.category(character)
    if character in _JOINERS:
        return character
    if kind in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Cn", "Co") else character
