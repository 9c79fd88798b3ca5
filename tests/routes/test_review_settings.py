"""Review settings in Graph's JSON: every leniency towards clients, every refusal (G1-G6, G10, R47-R59, R68-R70)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.packages import ReviewerKind, SubjectSet
from chalicelib.domain.schedules import Frequency
from tests.directories import add_group
from tests.routes.entitling import (
    POLICIES,
    Office,
    by_self,
    by_users,
    group,
    manager,
    office,
    single,
    timing,
)

__all__ = ["office"]
SCHEDULE = "reviewSettings/schedule"
PATTERN, RANGE = f"{SCHEDULE}/recurrence/pattern", f"{SCHEDULE}/recurrence/range"
PRIMARY, FALLBACK = "reviewSettings/primaryReviewers", "reviewSettings/fallbackReviewers"


def stored(office: Office, settings: Any) -> Any:
    """What the product understood."""
    reply = office.save(settings)
    assert reply.status == 200, reply.text
    return office.world.services.entitlements.policy(office.policy.id).review


def test_the_defaults_are_the_documented_ones(office: Office) -> None:
    found = stored(office, by_self())
    assert (found.recommendations, found.justification_required, found.auto_apply) == (True, True, True)
    assert (found.delegation, found.self_decision, found.cut_now) == (True, False, False)
    assert (found.brake_count, found.brake_percent, found.max_data_age_days) == (10, 30, 7)
    assert (found.schedule.frequency, found.schedule.duration_days) == (Frequency.QUARTERLY, 14)
    assert (found.schedule.start, found.schedule.zone) == (date(2026, 4, 1), "UTC")


def test_everything_given_comes_back_and_again(office: Office) -> None:
    team = add_group("Team", office.eve)
    settings = by_self(
        isEnabled=True,
        expirationBehavior="acceptAccessRecommendation",
        isRecommendationEnabled=False,
        isReviewerJustificationRequired=False,
        isSelfReview=False,
        primaryReviewers=[single(office.ann.id), group(team.id)],
        fallbackReviewers=[single(office.bob.id)],
        schedule=timing(span={"type": "numbered", "numberOfOccurrences": 4, "recurrenceTimeZone": "Asia/Tokyo"}),
    )
    settings |= {
        "@accessReviews.autoApply": False,
        "@accessReviews.maxDataAge": "P3D",
        "@accessReviews.delegation": False,
        "@accessReviews.ownersReview": False,
        "@accessReviews.selfDecision": True,
        "@accessReviews.cutNow": True,
        "@accessReviews.reviewRegrants": True,
        "@accessReviews.brake": {"count": 25, "share": 0.07},
    }
    shown = office.save(settings).json["reviewSettings"]
    assert {name: shown[name] for name in settings if name != "schedule"} == {
        name: value for name, value in settings.items() if name != "schedule"
    }
    assert shown["schedule"] == {
        "startDateTime": "2026-04-01T14:59:00Z",
        "expiration": {"type": "afterDuration", "duration": "P14D", "endDateTime": None},
        "recurrence": {
            "pattern": {"type": "absoluteMonthly", "interval": 3},
            "range": {
                "type": "numbered",
                "startDate": "2026-04-01",
                "endDate": None,
                "numberOfOccurrences": 4,
                "recurrenceTimeZone": "Asia/Tokyo",
            },
        },
    }
    assert office.save(shown).json["reviewSettings"] == shown


@pytest.mark.parametrize(
    ("primary", "fallback", "kind"),
    [
        ([manager(2)], True, ReviewerKind.MANAGER),
        ([{"odata.type": "microsoft.graph.TargetManager", "managerLevel": 0}], True, ReviewerKind.MANAGER),
        ([{"@odata.type": "#microsoft.graph.singleUser", "userId": "ann", "x": 1}], False, ReviewerKind.SPECIFIC),
        ([{"userId": "ann"}], False, ReviewerKind.SPECIFIC),
        ([], True, ReviewerKind.OWNERS),
    ],
)
def test_kinds_of_reviewers(office: Office, primary: list[Any], fallback: bool, kind: ReviewerKind) -> None:
    named = [{**one, "userId": office.ann.id} if one.get("userId") else one for one in primary]
    settings = by_self(isSelfReview=False, primaryReviewers=named)
    settings["fallbackReviewers"] = [single(office.bob.id)] if fallback else []
    if kind is ReviewerKind.OWNERS:
        settings["@accessReviews.ownersReview"] = True
    found = stored(office, settings)
    assert found.reviewers is kind
    assert found.fallback == ((SubjectSet("singleUser", office.bob.id),) if fallback else ())


@pytest.mark.parametrize(
    ("pattern", "frequency"),
    [
        ({"type": "weekly", "interval": 1}, Frequency.WEEKLY),
        ({"type": "Weekly", "daysOfWeek": ["Wednesday"], "firstDayOfWeek": "sunday"}, Frequency.WEEKLY),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 1}, Frequency.MONTHLY),
        ({"type": "absoluteMonthly", "interval": 3, "month": 0, "dayOfMonth": 0, "daysOfWeek": []}, "quarterly"),
        ({"type": "absoluteMonthly", "interval": 6}, Frequency.HALF_YEARLY),
        ({"type": "absoluteMonthly", "interval": 12.0}, Frequency.ANNUAL),
        ({"type": "absoluteYearly", "interval": 1, "month": 4, "dayOfMonth": 1}, Frequency.ANNUAL),
    ],
)
def test_frequencies(office: Office, pattern: Any, frequency: str) -> None:
    found = stored(office, by_self(schedule=timing(pattern=pattern, duration="P7D")))
    assert found.schedule.frequency == frequency


@pytest.mark.parametrize(
    "recurrence", [None, {"pattern": None, "range": {"type": "numbered", "numberOfOccurrences": 1}}]
)
def test_a_review_that_happens_once(office: Office, recurrence: Any) -> None:
    settings = by_self(schedule={**timing(), "recurrence": recurrence})
    assert stored(office, settings).schedule.frequency is None
    shown = office.world.get(f"{POLICIES}/{office.policy.id}").json["reviewSettings"]
    assert shown["schedule"]["recurrence"]["pattern"] is None
    assert office.save(shown).json["reviewSettings"] == shown


@pytest.mark.parametrize(
    ("start", "zone", "day"),
    [
        ("2026-04-01T00:00:00Z", "", "2026-04-01"),
        ("2026-04-01T23:30:00Z", "Europe/Berlin", "2026-04-02"),
        ("2026-04-01T03:00:00Z", "America/New_York", "2026-03-31"),
        ("2026-04-01T03:00:00Z", "Eastern Standard Time", "2026-03-31"),
        ("2026-04-01T00:30:00+02:00", "UTC", "2026-03-31"),
        ("2026-04-01T06:59:59.9980000Z", "America/Los_Angeles", "2026-03-31"),
        ("2026-04-01T23:59:00", "", "2026-04-01"),
        ("2026-04-01", "America/Los_Angeles", "2026-04-01"),
        (None, "Pacific/Auckland", "2026-05-05"),
        ("0001-01-01T00:00:00Z", "", "2026-05-05"),
    ],
)
def test_the_start_date_is_the_date_in_the_policys_zone(office: Office, start: Any, zone: str, day: str) -> None:
    span = {"type": "noEnd", "startDate": "2026-05-05T00:00:00Z", "recurrenceTimeZone": zone or None}
    found = stored(office, by_self(schedule=timing(start=start, span=span)))
    assert found.schedule.start.isoformat() == day
    shown = office.world.get(f"{POLICIES}/{office.policy.id}").json["reviewSettings"]
    assert office.save(shown).json["reviewSettings"] == shown


@pytest.mark.parametrize(
    ("span", "end", "count"),
    [
        ({"type": "endDate", "endDate": "2027-04-01T00:00:00Z"}, date(2027, 4, 1), None),
        ({"type": "EndDate", "endDate": "2027-04-01", "numberOfOccurrences": 9}, date(2027, 4, 1), None),
        ({"type": "numbered", "numberOfOccurrences": 2}, None, 2),
        ({"type": "noEnd", "endDate": "0001-01-01", "numberOfOccurrences": 0}, None, None),
        ({}, None, None),
    ],
)
def test_ranges(office: Office, span: Any, end: date | None, count: int | None) -> None:
    found = stored(office, by_self(schedule={**timing(), "recurrence": {**timing()["recurrence"], "range": span}}))
    assert (found.schedule.end, found.schedule.count) == (end, count)


@pytest.mark.parametrize("duration", ["P14D", "P2W", "PT336H", "14 days, 0:00:00"])
def test_durations(office: Office, duration: str) -> None:
    assert stored(office, by_self(schedule=timing(duration=duration))).schedule.duration_days == 14


def test_shares_of_the_brake(office: Office) -> None:
    for given, percent in (({"share": 0.29}, 29), ({"percent": 55}, 55), ({"share": 1}, 100), ({"share": None}, 30)):
        assert stored(office, by_self(**{"@accessReviews.brake": given})).brake_percent == percent


@pytest.mark.parametrize(
    "settings",
    [
        {"isEnabled": False},
        {"isEnabled": False, "isSelfReview": True, "expirationBehavior": "removeAccess", "schedule": None},
        {"isEnabled": False, "schedule": {}, "@accessReviews.cutNow": True},
    ],
)
def test_settings_that_are_off_come_back(office: Office, settings: dict[str, Any]) -> None:
    shown = office.save(settings).json["reviewSettings"]
    expected = {name: value for name, value in settings.items() if name != "schedule"}
    assert {name: shown[name] for name in expected} == expected
    assert shown["schedule"] is None
    assert office.save(shown).json["reviewSettings"] == shown
    assert office.world.services.reviews.definition(ids.definition_id(office.policy.id)) is None


def test_settings_that_are_off_keep_their_schedule_and_can_be_switched_on(office: Office) -> None:
    off = by_users(office.ann, isEnabled=False)
    shown = office.save(off).json["reviewSettings"]
    assert (shown["isEnabled"], shown["schedule"]["startDateTime"]) == (False, "2026-04-01T23:59:00Z")
    patch = {"reviewSettings": {"isEnabled": True}}
    on = office.world.call("PATCH", f"{POLICIES}/{office.policy.id}", patch).json["reviewSettings"]
    assert on == {**shown, "isEnabled": True}
    due = office.world.services.reviews.due_until(datetime(2026, 4, 2, tzinfo=UTC), 10)
    assert [row.when for row in due] == [datetime(2026, 4, 1, 23, 59, tzinfo=UTC)]


def test_who_left_the_directory_does_not_stop_other_changes(office: Office) -> None:
    shown = office.save(by_users(office.ann)).json["reviewSettings"]
    office.world.services.writer.remove(office.ann)
    assert office.save({**shown, "expirationBehavior": "removeAccess"}).status == 200
