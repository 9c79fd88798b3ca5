"""What a notice refuses to hold."""

from dataclasses import fields

import pytest

from chalicelib.domain.notices import AccessEnded, Reminder, ReviewStarted
from tests.emails import samples


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "/reviews/1",
        "https://a.example/\r\nBcc: x",
        "https://a.example/ x",
        'https://a.example/"onclick="x',
        "https://a.example/<b>",
        "https://a.example/'x",
        "https://a.example/\u202e",
        "https://" + "a" * 3_000,
        "",
    ],
)
def test_a_link_is_a_plain_address(link):
    with pytest.raises(ValueError, match="link"):
        samples.to_do(link=link)


def test_instants_numbers_and_lists_are_checked():
    with pytest.raises(ValueError, match="closes"):
        samples.to_do(closes=samples.CLOSES.replace(tzinfo=None))
    with pytest.raises(ValueError, match="people"):
        samples.to_do(people=-1)
    with pytest.raises(ValueError, match="why"):
        samples.to_do(why="none")
    with pytest.raises(ValueError, match="at least one"):
        ReviewStarted(now=samples.NOW, reviews=())
    with pytest.raises(ValueError, match="now"):
        Reminder(now=samples.NOW.replace(tzinfo=None), kind="manual", reviews=(samples.to_do(),))


def test_whoever_loses_access_cannot_be_told_who_decided_g15():
    allowed = {
        "now",
        "package",
        "ended",
        "zone",
        "review",
        "cause",
        "link",
        "had_since",
        "reason",
        "request_link",
    }
    assert {part.name for part in fields(AccessEnded)} == allowed


def test_everybody_in_a_finished_review_is_counted_once():
    review = samples.SAMPLES["finished"]
    assert review.people == 45 + 6 + 2 + 5 + 2
