"""Words for dates, amounts and names."""

import unicodedata
from datetime import UTC, datetime

import pytest

from chalicelib.domain import wording
from chalicelib.domain.errors import InvalidInput

NOW = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
PARIS = "Europe/Paris"


def test_a_moment_is_told_in_the_policys_zone():
    assert wording.moment(CLOSES, NOW, PARIS) == "Tuesday 31 March, 23:59 Paris time"
    assert wording.moment(CLOSES, NOW, "Asia/Tokyo") == "Wednesday 1 April, 06:59 Tokyo time"


def test_the_year_is_told_only_when_it_is_another_one_there():
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert wording.day(new_year, NOW, "UTC") == "Thursday 31 December"
    assert wording.day(new_year, NOW, PARIS) == "Friday 1 January 2027"
    assert wording.short_day(new_year, NOW, PARIS) == "Fri 1 January 2027"
    assert wording.calendar_date(new_year, new_year, PARIS) == "1 January"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT+5", "UTC-05:00"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("America/New_York", "New York time"),
        ("CET", "UTC+02:00"),
        ("Romance Standard Time", "Paris time"),
    ],
)
def test_zones_are_named_as_people_name_them(zone, words):
    assert wording.zone_words(zone, CLOSES) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 25, 22, 59, tzinfo=UTC), "today"),
        (datetime(2026, 3, 25, 23, 0, tzinfo=UTC), "tomorrow"),
        (CLOSES, "in 6 days"),
        (datetime(2026, 5, 23, 9, 0, tzinfo=UTC), "in 59 days"),
        (datetime(2026, 6, 25, 9, 0, tzinfo=UTC), "in 3 months"),
        (datetime(2028, 4, 1, 9, 0, tzinfo=UTC), "in 2 years"),
        (datetime(2026, 3, 24, 9, 0, tzinfo=UTC), "yesterday"),
    ],
)
def test_until_counts_calendar_days_of_the_zone(at, words):
    assert wording.until(at, NOW, PARIS) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 25, 0, 0, tzinfo=UTC), "today"),
        (datetime(2026, 3, 24, 23, 59, tzinfo=UTC), "yesterday"),
        (datetime(2026, 3, 13, 9, 0, tzinfo=UTC), "12 days ago"),
        (datetime(2025, 11, 25, 9, 0, tzinfo=UTC), "4 months ago"),
        (datetime(2025, 11, 26, 9, 0, tzinfo=UTC), "3 months ago"),
        (datetime(2024, 3, 25, 9, 0, tzinfo=UTC), "2 years ago"),
        (datetime(2026, 3, 26, 9, 0, tzinfo=UTC), "tomorrow"),
    ],
)
def test_ago_uses_the_largest_unit_a_person_would(at, words):
    assert wording.ago(at, NOW) == words


def test_bad_instants_and_zones_are_refused():
    with pytest.raises(InvalidInput):
        wording.moment(CLOSES, NOW, "Europe/Atlantis")
    with pytest.raises(ValueError):
        wording.until(CLOSES.replace(tzinfo=None), NOW, PARIS)


def test_amounts():
    assert wording.count("person", "people", 1) == "1 person"
    assert wording.count("person", "people", 0) == "0 people"
    assert wording.count("person", "people", 1234) == "1,234 people"
    assert (wording.share(1, 3), wording.share(0, 0)) == ("33%", "0%")
    assert wording.capital("éa B") == "Éa B"


def test_five_names_then_how_many_more():
    names = tuple("ABCDEFG")
    assert wording.abridged(names, 60) == (tuple("ABCDE"), 55)
    assert wording.abridged(names[:2], 2) == (("A", "B"), 0)
    assert wording.abridged(names[:2], 1) == (("A", "B"), 0)


def test_one_line_keeps_scripts_and_emoji_and_drops_what_nobody_sees():
    family, persian = "👩‍👩‍👧", "نمی\u200cخواهم"
    assert wording.one_line(f" Zoë \t{family}\r\n{persian} ", 100) == f"Zoë {family} {persian}"
    hidden = "".join(chr(point) for point in range(0x20)) + "\u202e\u2066\u200b\ufeff\x7f\x85\ud800\U000e0041"
    assert wording.one_line(f"a{hidden}b\u2028c", 100) in ("a b c", "ab c")
    assert wording.one_line("https://evil.example", 100) == "https: evil.example"
    assert wording.one_line("\u202e\u2066", 100) == ""


def test_many_lines_keeps_paragraphs():
    assert wording.many_lines("\r\n a  b \r\n\r\n\r\n\r\nc://d\x00\n", 100) == "a b\n\nc://d"
    assert wording.many_lines("x\n" * 500, 1_000) == "\n".join("x" * 12) + "…"


@pytest.mark.parametrize("limit", [1, 2, 5, 20])
def test_trimmed_text_is_never_longer_than_asked(limit):
    for text in ("a" * 50, "👩‍👩‍👧" * 10, "ab, cd, ef, gh, ij", ""):
        trimmed = wording.trim(text, limit)
        assert len(trimmed) <= limit
        assert trimmed.endswith("…") == (len(text) > limit)
    assert unicodedata.category(wording.trim("a👩‍👩b", 4)[-2]) != "Cf"
