"""How long audit events are kept (G39, R158, R184)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.settings import ConfigurationError, load, settings
from chalicelib.storage import rows
from chalicelib.storage.tables import AuditRow
from tests.factories import Organisation
from tests.world import World


def kept_until(world: World) -> set[object]:
    """When the table forgets the events of making a catalog."""
    Organisation(world.services).catalog("Kept")
    return {row.expires for row in AuditRow.scan()}


def test_events_are_kept_without_end_unless_a_deployment_says_otherwise(world: World) -> None:
    """G39: default no deletion."""
    assert kept_until(world) == {None}


def test_a_deployment_chooses_how_long_events_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """G39, R184: configurable."""
    monkeypatch.setattr(rows, "settings", lambda: replace(settings(), audit_retention_days=365))
    assert kept_until(world) == {world.clock.now() + timedelta(days=365)}


@pytest.mark.parametrize("days", ["1", "29", "-5"])
def test_events_are_kept_for_thirty_days_at_the_least(days: str) -> None:
    """G39, R158."""
    with pytest.raises(ConfigurationError, match="at least 30"):
        load({"ACCESS_REVIEWS_AUDIT_RETENTION_DAYS": days})
