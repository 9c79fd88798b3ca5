"""The calendar entry, read back as a calendar program would."""

import re

import pytest

from chalicelib.domain.notices import ReviewStarted
from chalicelib.emails.render import render
from tests.emails import samples
from tests.emails.hostile import HOSTILE, infected
from tests.emails.samples import BRANDING, NOW, SAMPLES

FRAME = ["BEGIN", "VERSION", "PRODID", "METHOD"]
EVENT = ["BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "TRANSP", "END"]


def read(notice: ReviewStarted) -> list[tuple[str, str]]:
    """Properties and values, after checking line ends, line length and folding."""
    text = render(notice, BRANDING).calendar
    assert text is not None and text.endswith("\r\n")
    lines = text.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 and not re.search(r"[\x00-\x1f\x7f]", line) for line in lines)
    unfolded = text.replace("\r\n ", "").split("\r\n")[:-1]
    return [(name.split(";")[0], value) for name, _, value in (line.partition(":") for line in unfolded)]


def plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_one_all_day_entry_on_the_closing_day_of_the_zone():
    properties = dict(read(SAMPLES["started"])[4:-1])
    assert properties["DTSTART"] == "20260331" and properties["DTEND"] == "20260401"
    assert properties["DTSTAMP"] == "20260325T090000Z"
    assert properties["SUMMARY"] == "Review access to Finance Reporting (60 people)"
    assert "Tuesday 31 March, 23:59 Paris time" in plain(properties["DESCRIPTION"])
    assert properties["URL"] == samples.to_do().link
    east = dict(read(ReviewStarted(now=NOW, reviews=(samples.to_do(zone="Asia/Tokyo"),))))
    assert east["DTSTART"] == "20260401"


def test_it_is_published_with_a_name_that_stays():
    first, again = (dict(read(ReviewStarted(now=now, reviews=(samples.to_do(),)))) for now in (NOW, samples.CLOSES))
    assert first["METHOD"] == "PUBLISH" and first["VERSION"] == "2.0"
    assert first["UID"] == again["UID"] == "0b2f7c2e-7f0e-4a53-9a3d-1c1f6e7f0001.4@access-reviews"


def test_a_self_review_is_asked_in_the_entry_too():
    assert dict(read(SAMPLES["started-self"]))["SUMMARY"] == "Do you still need Finance Reporting?"


def test_several_reviews_are_several_entries():
    names = [name for name, _ in read(SAMPLES["started-several"])]
    assert names == [*FRAME, *EVENT * 3, "END"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_adds_or_ends_a_property(text):
    entries = read(infected(SAMPLES["started"], text))
    assert [name for name, _ in entries] == [*FRAME, *EVENT, "END"]


def test_text_is_escaped():
    notice = ReviewStarted(now=NOW, reviews=(samples.to_do(package="a;b,c\\n"),))
    summary = dict(read(notice))["SUMMARY"]
    assert "a\\;b\\,c\\\\n" in summary
    assert plain(summary) == "Review access to a;b,c\\n (60 people)"
