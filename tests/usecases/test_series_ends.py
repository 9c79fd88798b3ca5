"""Switching reviews off and on again, and the end of a series (G30, G32)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.packages import AssignmentPolicy, ReviewSettings
from chalicelib.domain.reviews import ReviewDefinition, Status
from tests.factories import by_oneself
from tests.usecases.desk import Desk, office
from tests.world import START

__all__ = ["office"]

TODAY = START.date()
START_TARGET = "reviewSettings/schedule/startDateTime"


def opens(day: date) -> datetime:
    """When a review of this date opens in UTC (G1)."""
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)


def series(office: Desk, policy: AssignmentPolicy) -> ReviewDefinition:
    found = office.definition(policy)
    assert found is not None
    return found


def other(settings: ReviewSettings, **timing: Any) -> ReviewSettings:
    """The settings with another schedule."""
    return replace(settings, schedule=replace(settings.schedule, **timing))


@pytest.mark.parametrize("how", ["switch", "left out"])
def test_switching_off_ends_the_series_and_leaves_the_running_review_alone(office: Desk, how: str) -> None:
    """G30, G32: an audit event of its own; no further occurrences."""
    settings = by_oneself(TODAY)
    policy = office.organisation.policy(review=settings)
    office.clock.advance(days=3)
    instance = office.opened(policy, settings)
    state = office.services.reviews.state(instance.id)
    office.save(policy, review=replace(settings, enabled=False) if how == "switch" else None)
    ended = series(office, policy)
    assert (ended.ended, ended.settings.enabled) == (office.now, False)
    assert [row for row, _ in office.agenda() if row > office.now] == []
    [recorded] = [one for one in office.recorded() if one.category == "Policy"]
    assert recorded.activity == "Delete access review"
    assert recorded.details["switchedOff"] is True
    assert office.services.reviews.state(instance.id) == state
    office.save(policy, description="Another text")
    assert [one.category for one in office.recorded()] == ["EntitlementManagement"]
    assert series(office, policy).ended == ended.ended


def test_switching_on_again_goes_on_with_the_next_date(office: Desk) -> None:
    settings = by_oneself(TODAY)
    policy = office.organisation.policy(review=settings)
    office.clock.advance(days=3)
    office.opened(policy, settings, Status.APPLIED)
    office.save(policy, review=None)
    office.clock.advance(days=3)
    office.save(policy, review=settings)
    assert (series(office, policy).ended, series(office, policy).settings.enabled) == (None, True)
    assert [row for row, _ in office.agenda() if row > office.now] == [opens(date(2026, 6, 2))]


def test_a_series_whose_dates_have_passed_cannot_be_switched_on_again(office: Desk) -> None:
    settings = by_oneself(TODAY, frequency=None)
    policy = office.organisation.policy(review=settings)
    office.save(policy, review=None)
    office.clock.advance(days=3)
    with pytest.raises(InvalidInput) as refusal:
        office.save(policy, review=settings)
    assert refusal.value.target == START_TARGET
    assert series(office, policy).ended is not None


def test_a_series_that_an_edit_brings_to_its_end_is_ended(office: Desk) -> None:
    settings = by_oneself(TODAY)
    policy = office.organisation.policy(review=settings)
    office.clock.advance(days=3)
    office.opened(policy, settings)
    office.save(policy, review=other(settings, end=date(2026, 5, 1)))
    assert series(office, policy).ended == office.now
    assert [row for row, _ in office.agenda() if row > office.now] == []
    office.save(policy, review=settings)
    assert series(office, policy).ended is None
    assert [row for row, _ in office.agenda() if row > office.now] == [opens(date(2026, 6, 2))]
