"""The calendar entry for the day a review closes: an iCalendar file (RFC 5545), written by hand.

A library for it costs 44 ms of cold start and 5 MB; this needs six properties.
"""

from __future__ import annotations

from datetime import UTC, timedelta

from chalicelib.domain.notices import ReviewStarted, ReviewToDo
from chalicelib.domain.wording import count, moment
from chalicelib.domain.zones import local_date

_LINE_OCTETS = 75


def calendar(notice: ReviewStarted) -> str:
    """One all-day entry per review on its closing day in the policy's zone, with lines ended by CRLF.

    All-day, because a review closes at 23:59: an entry at that hour would remind people after the day's work.
    The entry's UID depends on the review alone, so that a repeated mail updates it instead of adding one.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Access Reviews//Access Reviews//EN",
        "METHOD:PUBLISH",
    ]
    for review in notice.reviews:
        lines += _event(review, notice)
    return "".join(f"{_fold(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(review: ReviewToDo, notice: ReviewStarted) -> list[str]:
    closes = local_date(review.closes, review.zone)
    title = f"Do you still need {review.package}?"
    if not review.oneself:
        title = f"Review access to {review.package} ({count('person', 'people', review.undecided)})"
    exact = moment(review.closes, notice.now, review.zone)
    return [
        "BEGIN:VEVENT",
        f"UID:{_escape(review.review_id)}@access-reviews",
        f"DTSTAMP:{notice.now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{closes:%Y%m%d}",
        f"DTEND;VALUE=DATE:{closes + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escape(title)}",
        f"DESCRIPTION:{_escape(f'The review closes on {exact}.')}\\n{_escape(review.link)}",
        f"URL:{review.link}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escape(text: str) -> str:
    """`text`, already a single line, as an iCalendar TEXT value."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _fold(line: str) -> str:
    """`line` broken before 75 octets, never inside a character; a continuation starts with a blank."""
    folded, used = "", 0
    for character in line:
        size = len(character.encode())
        if used + size > _LINE_OCTETS:
            folded, used = f"{folded}\r\n ", 1
        folded, used = folded + character, used + size
    return folded
