"""Files that name people are forgotten: what the product was seen to write, held against the bucket's rules.

One run of the whole product (tests/security/story.py) writes every kind of file there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from chalicelib.domain.history import FILE_LIFE
from chalicelib.settings import settings
from tests.infrastructure.ours import PLAIN
from tests.security.scene import PEOPLE
from tests.security.story import played

RULES = PLAIN["FilesBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
# What stays: ids and numbers of reviews, by which the former review, the list of removals and their checks go; what an
# adoption is about and how it ended.
KEPT = ("reviews/", "adoptions/")


def days(rules: list[dict[str, Any]], key: str, tags: str) -> int | None:
    """After how many days a file is gone; None for one that stays."""
    tagged = {(name, value) for name, values in parse_qs(tags).items() for value in values}
    found = [
        int(one["ExpirationInDays"])
        for one in rules
        if "ExpirationInDays" in one
        and key.startswith(one.get("Prefix", ""))
        and {(tag["Key"], tag["Value"]) for tag in one.get("TagFilters", [])} <= tagged
    ]
    return min(found, default=None)


@pytest.fixture(scope="module")
def written() -> Iterator[dict[str, tuple[str, bytes]]]:
    """What was written into the files bucket: tags and content by key."""
    yield played().files


def test_every_file_that_names_somebody_is_forgotten(written: dict[str, tuple[str, bytes]]) -> None:
    names = [f"{who}@example.com".encode() for who in PEOPLE.values()]
    naming = {key for key, (_, data) in written.items() if any(one in data for one in names)}
    assert {key.partition("/")[0] for key in naming} >= {"reviews", "adoptions", "audit-exports"}
    stays = [key for key in naming if days(RULES, key, written[key][0]) is None]
    assert not stays


def test_what_is_not_forgotten_is_what_later_reviews_and_auditors_go_by(written: dict[str, tuple[str, bytes]]) -> None:
    stays = [key for key, (tags, _) in written.items() if days(RULES, key, tags) is None]
    assert stays and not [key for key in stays if not key.startswith(KEPT)]


def test_no_rule_is_about_files_that_nobody_writes(written: dict[str, tuple[str, bytes]]) -> None:
    for rule in RULES:
        if "ExpirationInDays" in rule:
            assert [key for key, (tags, _) in written.items() if days([rule], key, tags)], rule["Id"]


def test_reports_are_there_for_as_long_as_their_links_say() -> None:
    """R183: thirty days."""
    for key in ("exports/1/report.csv", "exports/1/pack.zip", "audit-exports/1.jsonl"):
        assert (days(RULES, key, "") or 0) > FILE_LIFE.days
    assert settings().bucket not in (settings().evidence_bucket, "")
