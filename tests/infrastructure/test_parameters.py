"""What whoever deploys is asked: each parameter explained, checked, and refused in words where two contradict."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.schedules import MAX_DURATION_DAYS
from chalicelib.settings import LEAST_RETENTION, Settings
from infrastructure.resolved import problems
from tests.infrastructure.ours import GIVEN, OURS


def test_every_parameter_says_what_it_is_and_belongs_to_one_group() -> None:
    groups = OURS["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(OURS["Parameters"])
    for name, one in OURS["Parameters"].items():
        assert one["Description"], name
        if "AllowedPattern" in one:
            assert one["ConstraintDescription"].startswith("must "), name
            assert "Default" not in one or re.fullmatch(one["AllowedPattern"], one["Default"]), name


def test_defaults_are_those_of_the_settings() -> None:
    settings = Settings()
    for name, value in OURS["Parameters"].items():
        field = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        if "Default" in value and hasattr(settings, field) and field != "stage":
            assert str(value["Default"]) == str(getattr(settings, field)), name


@pytest.mark.parametrize(("days", "fits"), [("0", True), ("29", False), ("30", True), ("365", True), ("7", False)])
def test_an_audit_log_is_kept_for_thirty_days_at_least(days: str, fits: bool) -> None:
    """R158, G39: as the settings have it, refused before anything is deployed."""
    pattern = OURS["Parameters"]["AuditRetentionDays"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, days)) is fits and (int(days) >= LEAST_RETENTION or days == "0") is fits


def test_names_are_kept_for_as_long_as_a_review_may_be_open() -> None:
    assert OURS["Parameters"]["NamesDays"]["MinValue"] > max(MAX_DURATION_DAYS.values()) + 30


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, ""),
        ({"Stage": "local"}, "Stage"),
        ({"OidcIssuer": "https://issuer.example.com"}, "OidcAudience"),
        ({"OidcIssuer": "https://issuer.example.com", "OidcAudience": "portal"}, ""),
        ({"OidcClientId": "portal"}, "OidcClientId"),
    ],
)
def test_parameters_that_contradict_one_another_are_refused_in_words(given: dict[str, str], word: str) -> None:
    found = problems(OURS, {**GIVEN, **given})
    assert bool(found) is bool(word) and all(word in one for one in found)
