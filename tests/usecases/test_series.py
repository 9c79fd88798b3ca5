"""What saving review settings does to the series of a policy (G3, G30, G32, G41)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.packages import AssignmentPolicy, ReviewSettings
from chalicelib.domain.reviews import ReviewDefinition, Status
from chalicelib.domain.schedules import Frequency
from chalicelib.usecases.manage_packages import PackageDraft, update_package
from chalicelib.usecases.manage_policies import delete_policy
from tests.factories import ADMIN, by_oneself
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


def test_switching_on_makes_series_agenda_row_and_event_in_the_commit_of_the_policy(office: Desk) -> None:
    """R17: while the policy is made."""
    settings = by_oneself(date(2026, 4, 1))
    policy = office.organisation.policy(review=settings)
    made = series(office, policy)
    assert made.id == ids.definition_id(policy.id)
    assert made.display_name == "Reporting: Staff"
    assert (made.policy_id, made.package_id, made.catalog_id) == (
        policy.id,
        policy.package_id,
        policy.catalog_id,
    )
    assert (made.settings, made.saved_by, made.created_by) == (settings, ADMIN.id, ADMIN.id)
    assert (made.not_before, made.ended) == (None, None)
    assert office.agenda() == [(opens(date(2026, 4, 1)), made.id)]
    assert sorted((one.category, one.activity) for one in office.recorded()) == [
        ("EntitlementManagement", "Create access package assignment policy"),
        ("Policy", "Create access review"),
    ]


def test_a_policy_without_reviews_has_no_series(office: Desk) -> None:
    off = replace(by_oneself(date(2026, 4, 1)), enabled=False)
    for number, review in enumerate((None, off)):
        package = office.organisation.package(f"P{number}")
        policy = office.organisation.policy(package, review=review)
        assert office.definition(policy) is None
        assert len(office.recorded()) == 1
    assert office.agenda() == []


def test_switching_on_while_editing(office: Desk) -> None:
    """R17."""
    policy = office.organisation.policy()
    office.save(policy, review=by_oneself(TODAY))
    assert [row for row, _ in office.agenda()] == [opens(TODAY)]
    assert "Create access review" in [one.activity for one in office.recorded()]


@pytest.mark.parametrize(
    ("zone", "start", "allowed"),
    [
        ("UTC", TODAY, True),
        ("UTC", TODAY - timedelta(days=1), False),
        ("Pacific/Kiritimati", TODAY, False),  # there it is tomorrow already
        ("Pacific/Kiritimati", TODAY + timedelta(days=1), True),
        ("Pacific/Pago_Pago", TODAY - timedelta(days=1), False),
    ],
)
def test_a_new_start_is_today_or_later_in_the_policys_zone(office: Desk, zone: str, start: date, allowed: bool) -> None:
    """G3."""
    office.clock.set(START.replace(hour=12))
    settings = by_oneself(start, zone=zone)
    if allowed:
        office.organisation.policy(review=settings)
        return
    with pytest.raises(InvalidInput) as refusal:
        office.organisation.policy(review=settings)
    assert refusal.value.target == START_TARGET
    assert office.agenda() == []


def test_until_the_first_occurrence_the_start_is_free_but_for_the_past(office: Desk) -> None:
    """G3."""
    settings = by_oneself(date(2026, 5, 31))
    policy = office.organisation.policy(review=settings)
    for start in (date(2026, 6, 30), TODAY, date(2026, 4, 1)):
        office.save(policy, review=other(settings, start=start))
        assert office.agenda() == [(opens(start), ids.definition_id(policy.id))]
    with pytest.raises(InvalidInput) as refusal:
        office.save(policy, review=other(settings, start=TODAY - timedelta(days=1)))
    assert refusal.value.target == START_TARGET
    assert series(office, policy).settings.schedule.start == date(2026, 4, 1)


def test_an_unchanged_start_in_the_past_is_accepted(office: Desk) -> None:
    """G3."""
    settings = by_oneself(TODAY)
    policy = office.organisation.policy(review=settings)
    office.clock.advance(days=40)
    office.opened(policy, settings, Status.APPLIED)
    before = office.agenda()
    office.save(policy, review=replace(settings, justification_required=False))
    office.save(policy, review=other(settings, duration_days=20))
    assert series(office, policy).settings == other(settings, duration_days=20)
    assert office.agenda() == before
    assert "Update access review" in [one.activity for one in office.recorded()]


def test_once_a_review_has_begun_only_a_future_start_is_accepted_and_re_anchors(office: Desk) -> None:
    """G3."""
    settings = by_oneself(TODAY, duration_days=14)
    policy = office.organisation.policy(review=settings)
    office.clock.advance(days=40)
    office.opened(policy, settings, Status.APPLIED)
    today = office.now.date()
    for refused in (today, today - timedelta(days=1)):
        with pytest.raises(InvalidInput) as refusal:
            office.save(policy, review=other(settings, start=refused))
        assert refusal.value.target == START_TARGET
    office.save(policy, review=other(settings, start=date(2026, 5, 5)))
    assert (opens(date(2026, 5, 5)), ids.definition_id(policy.id)) in office.agenda()
    assert opens(date(2026, 6, 2)) not in [row for row, _ in office.agenda()]  # the quarter after the old start


def test_a_change_of_frequency_waits_for_the_scheduled_close_of_the_running_review(office: Desk) -> None:
    """G30: the first date of the new series, counted from the same anchor, after the running one's close."""
    settings = by_oneself(TODAY, duration_days=25)  # closes on 27 March
    policy = office.organisation.policy(review=settings)
    office.clock.advance(days=3)
    instance = office.opened(policy, settings)
    state = office.services.reviews.state(instance.id)
    office.save(policy, review=other(settings, frequency=Frequency.WEEKLY, duration_days=7))
    assert [row for row, _ in office.agenda() if row > office.now] == [opens(date(2026, 3, 30))]
    floor = series(office, policy).not_before
    assert floor is not None
    assert instance.closes - timedelta(seconds=1) < floor <= instance.closes
    assert office.services.reviews.state(instance.id) == state
    assert office.services.reviews.instance(instance.id) == replace(instance, version=1)


def test_a_new_occurrence_may_open_at_the_very_close_of_the_running_one(office: Desk) -> None:
    settings = by_oneself(TODAY, duration_days=14)  # closes on 16 March at 23:59, a date of the weekly series
    policy = office.organisation.policy(review=settings)
    office.clock.advance(days=3)
    office.opened(policy, settings)
    office.save(policy, review=other(settings, frequency=Frequency.WEEKLY, duration_days=7))
    assert [row for row, _ in office.agenda() if row > office.now] == [opens(date(2026, 3, 16))]
    office.save(policy, review=other(settings, frequency=Frequency.MONTHLY, duration_days=7))
    assert [row for row, _ in office.agenda() if row > office.now] == [opens(date(2026, 4, 2))]


def test_a_change_of_frequency_without_an_open_review_counts_from_now(office: Desk) -> None:
    settings = by_oneself(TODAY, duration_days=14)
    policy = office.organisation.policy(review=settings)
    office.clock.set(datetime(2026, 3, 20, tzinfo=UTC))
    office.opened(policy, settings, Status.APPLIED)
    office.save(policy, review=other(settings, frequency=Frequency.WEEKLY, duration_days=7))
    assert [row for row, _ in office.agenda() if row > office.now] == [opens(date(2026, 3, 23))]


def test_saving_the_same_settings_changes_and_records_nothing(office: Desk) -> None:
    settings = by_oneself(TODAY)
    policy = office.organisation.policy(review=settings)
    before = series(office, policy)
    office.clock.advance(hours=1)
    office.save(policy, review=by_oneself(TODAY), allowed_target_scope="allMemberUsers")
    assert [one.category for one in office.recorded()] == ["EntitlementManagement"]
    assert series(office, policy) == before


def test_the_series_follows_the_names_of_its_policy_and_its_package(office: Desk) -> None:
    """G41."""
    package = office.organisation.package()
    policy = office.organisation.policy(package, review=by_oneself(TODAY))
    office.save(policy, display_name="Employees")
    assert series(office, policy).display_name == "Reporting: Employees"
    stored = office.services.entitlements.package(package.id)
    assert stored is not None
    draft = PackageDraft(display_name="Reports")
    update_package(office.services, ADMIN, office.now, office.operation(), stored, draft)
    assert series(office, policy).display_name == "Reports: Employees"
    assert [row for row, _ in office.agenda()] == [opens(TODAY)]


def test_the_series_of_a_deleted_policy_ends(office: Desk) -> None:
    policy = office.organisation.policy(review=by_oneself(TODAY))
    delete_policy(office.services, ADMIN, office.now, office.operation(), policy.id)
    assert series(office, policy).ended == office.now
    assert office.agenda() == []
    [recorded] = [one for one in office.recorded() if one.category == "Policy"]
    assert recorded.activity == "Delete access review"


@pytest.mark.parametrize(("name", "value"), [("brake_count", 3), ("self_decision", True), ("delegation", False)])
def test_every_changed_setting_is_recorded_with_both_values(office: Desk, name: str, value: object) -> None:
    """R162."""
    settings = by_oneself(TODAY)
    policy = office.organisation.policy(review=settings)
    office.save(policy, review=replace(settings, **{name: value}))  # type: ignore[arg-type]
    [recorded] = [one for one in office.recorded() if one.category == "Policy"]
    assert recorded.changes == {name: [getattr(settings, name), value]}
