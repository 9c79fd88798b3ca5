"""What a success or failure of a source tells: no instant moves backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.sources import SourceKind, after_failure, after_success, fell_silent, new_source

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRESH = after_success(new_source(SourceKind.SCIM, "okta", "Okta", NOW), NOW, "Okta", NOW - HOUR)


def test_what_arrives_late_moves_nothing_backwards() -> None:
    assert after_success(FRESH, NOW - HOUR, "Okta", NOW - 5 * HOUR) is FRESH
    later = after_success(FRESH, NOW + HOUR, "Okta", NOW - 2 * HOUR)
    assert (later.last_success, later.covers) == (NOW + HOUR, NOW - HOUR)


def test_data_never_reaches_into_the_future() -> None:
    assert after_success(FRESH, NOW, "Okta", NOW + 48 * HOUR).covers == NOW


def test_successes_of_one_minute_are_one() -> None:
    assert after_success(FRESH, NOW + timedelta(seconds=59), "Okta") is FRESH
    assert after_success(FRESH, NOW + timedelta(seconds=60), "Okta") is not FRESH


def test_a_failure_keeps_the_last_success_and_a_success_ends_it() -> None:
    broken = after_failure(FRESH, NOW + HOUR, "Okta", "refused " * 100)
    assert (broken.last_success, broken.last_failure) == (NOW, NOW + HOUR)
    assert broken.error.startswith("refused") and len(broken.error) <= 300
    assert after_failure(broken, NOW + HOUR, "Okta", "refused " * 100) is broken
    assert after_success(broken, NOW, "Okta").error, "a success before the failure ends nothing"
    assert after_success(broken, NOW + 2 * HOUR, "Okta").error == ""


@pytest.mark.parametrize(
    ("kind", "silent"),
    [
        (SourceKind.SCIM, True),
        (SourceKind.SIGN_INS, True),
        (SourceKind.CLOUD_TRAIL, True),
        (SourceKind.CSV, False),
        (SourceKind.TARGET, False),
    ],
)
def test_only_what_brings_news_by_itself_falls_silent(kind: SourceKind, silent: bool) -> None:
    source = after_success(new_source(kind, "x", "X", NOW), NOW, "X")
    assert not fell_silent(source, NOW + timedelta(days=7) - timedelta(seconds=1))
    assert fell_silent(source, NOW + timedelta(days=7)) is silent
