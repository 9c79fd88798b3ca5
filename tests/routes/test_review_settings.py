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
    NOBODY,
    POLICIES,
    Office,
    by_self,
    by_users,
    group,
    manager,
    office,
    refused,
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
    ("changes", "target"),
    [
        ({"isEnabled": None}, "reviewSettings/isEnabled"),
        ({"isEnabled": "true"}, "reviewSettings/isEnabled"),
        ({"isSelfReview": 1}, "reviewSettings/isSelfReview"),
        ({"isRecommendationEnabled": "no"}, "reviewSettings/isRecommendationEnabled"),
        ({"isReviewerJustificationRequired": []}, "reviewSettings/isReviewerJustificationRequired"),
        ({"expirationBehavior": None}, "reviewSettings/expirationBehavior"),
        ({"expirationBehavior": "approveAccess"}, "reviewSettings/expirationBehavior"),
        ({"expirationBehavior": 3}, "reviewSettings/expirationBehavior"),
        ({"schedule": None}, SCHEDULE),
        ({"schedule": {}}, SCHEDULE),
        ({"schedule": "soon"}, SCHEDULE),
        ({"primaryReviewers": {}}, PRIMARY),
        ({"primaryReviewers": ["ann"]}, f"{PRIMARY}/0"),
        ({"primaryReviewers": [single(NOBODY)]}, PRIMARY),
        ({"fallbackReviewers": [single(NOBODY)]}, FALLBACK),
        ({"@accessReviews.autoApply": "false"}, "reviewSettings/@accessReviews.autoApply"),
        ({"@accessReviews.autoAplly": False}, "reviewSettings/@accessReviews.autoAplly"),
        ({"@accessReviews.maxDataAge": 7}, "reviewSettings/@accessReviews.maxDataAge"),
        ({"@accessReviews.maxDataAge": "P0D"}, "reviewSettings/@accessReviews.maxDataAge"),
        ({"@accessReviews.maxDataAge": "a week"}, "reviewSettings/@accessReviews.maxDataAge"),
        ({"@accessReviews.ownersReview": True}, "reviewSettings/isSelfReview"),
        ({"@accessReviews.brake": 5}, "reviewSettings/@accessReviews.brake"),
        ({"@accessReviews.brake": {"count": 0}}, "reviewSettings/@accessReviews.brake/count"),
        ({"@accessReviews.brake": {"count": "ten"}}, "reviewSettings/@accessReviews.brake/count"),
        ({"@accessReviews.brake": {"share": 30}}, "reviewSettings/@accessReviews.brake/share"),
        ({"@accessReviews.brake": {"share": 0.305}}, "reviewSettings/@accessReviews.brake/share"),
        ({"@accessReviews.brake": {"share": "30%"}}, "reviewSettings/@accessReviews.brake/share"),
        ({"@accessReviews.brake": {"share": True}}, "reviewSettings/@accessReviews.brake/share"),
        ({"@accessReviews.brake": {"percent": 101}}, "reviewSettings/@accessReviews.brake/share"),
    ],
)
def test_settings_that_are_refused(office: Office, changes: dict[str, Any], target: str) -> None:
    refused(office.save(by_self(**changes)), 400, target)
    assert office.world.services.entitlements.policy(office.policy.id).review is None


@pytest.mark.parametrize(
    ("primary", "fallback", "target"),
    [
        ([], [], PRIMARY),
        ([manager()], [], FALLBACK),
        ([manager()], [manager()], FALLBACK),
        ([manager(), "ann"], ["bob"], PRIMARY),
        ([manager(5)], ["bob"], f"{PRIMARY}/0/managerLevel"),
        ([{"@odata.type": "#microsoft.graph.targetManager", "managerLevel": "1"}], [], f"{PRIMARY}/0/managerLevel"),
        ([single(NOBODY)], [], f"{PRIMARY}/0/userId"),
        (["ann", group(NOBODY)], [], f"{PRIMARY}/1/groupId"),
        (["ann"], [single(NOBODY)], f"{FALLBACK}/0/userId"),
        (["ann", "ann"], [], PRIMARY),
        (["ann"] * 101, [], PRIMARY),
        ([{"@odata.type": "#microsoft.graph.singleUser"}], [], f"{PRIMARY}/0/userId"),
        ([{"@odata.type": "#microsoft.graph.singleUser", "userId": 7}], [], f"{PRIMARY}/0/userId"),
        ([{"@odata.type": "#microsoft.graph.singleUser", "userId": "a b"}], [], f"{PRIMARY}/0/userId"),
        ([{"@odata.type": "#microsoft.graph.internalSponsors"}], [], f"{PRIMARY}/0/@odata.type"),
        ([{}], [], f"{PRIMARY}/0/@odata.type"),
    ],
)
def test_reviewers_that_are_refused(office: Office, primary: list[Any], fallback: list[Any], target: str) -> None:
    people = {"ann": single(office.ann.id), "bob": single(office.bob.id)}
    settings = by_self(isSelfReview=False)
    settings["primaryReviewers"] = [people[one] if isinstance(one, str) else one for one in primary]
    settings["fallbackReviewers"] = [people[one] if isinstance(one, str) else one for one in fallback]
    refused(office.save(settings), 400, target)


def test_owners_need_a_fallback_and_no_others(office: Office) -> None:
    owners = by_self(isSelfReview=False, **{"@accessReviews.ownersReview": True})
    refused(office.save(owners), 400, FALLBACK)
    named = {"primaryReviewers": [single(office.ann.id)], "fallbackReviewers": [single(office.bob.id)]}
    refused(office.save(owners | named), 400, PRIMARY)


@pytest.mark.parametrize(
    ("schedule", "target"),
    [
        (timing(start=None), f"{SCHEDULE}/startDateTime"),
        (timing(start="soon"), f"{SCHEDULE}/startDateTime"),
        (timing(start="2026-13-01"), f"{SCHEDULE}/startDateTime"),
        (timing(start=20260401), f"{SCHEDULE}/startDateTime"),
        (timing(start="2026-03-01T23:59:00Z"), f"{SCHEDULE}/startDateTime"),
        (timing(start="9999-12-31T00:00:00Z"), f"{SCHEDULE}/startDateTime"),
        (
            timing(start="9999-12-31T23:59:00Z", span={"recurrenceTimeZone": "Asia/Tokyo"}),
            f"{SCHEDULE}/startDateTime",
        ),
        (timing(duration=None), f"{SCHEDULE}/expiration/duration"),
        (timing(duration=14), f"{SCHEDULE}/expiration/duration"),
        (timing(duration="P0D"), f"{SCHEDULE}/expiration/duration"),
        (timing(duration="P89D"), f"{SCHEDULE}/expiration/duration"),
        (timing(duration="two weeks"), f"{SCHEDULE}/expiration/duration"),
        (
            {**timing(), "expiration": {"type": "afterDateTime", "endDateTime": "2026-05-01T00:00:00Z"}},
            f"{SCHEDULE}/expiration/duration",
        ),
        ({**timing(), "expiration": {"type": "noExpiration", "duration": "P1D"}}, f"{SCHEDULE}/expiration/type"),
        ({**timing(), "recurrence": "monthly"}, f"{SCHEDULE}/recurrence"),
        (timing(pattern={"type": "daily", "interval": 1}), f"{PATTERN}/type"),
        (timing(pattern={"type": "relativeMonthly", "interval": 1}), f"{PATTERN}/type"),
        (timing(pattern={"interval": 1}), f"{PATTERN}/type"),
        (timing(pattern={"type": "absoluteMonthly"}), f"{PATTERN}/interval"),
        (timing(pattern={"type": "absoluteMonthly", "interval": 2}), f"{PATTERN}/interval"),
        (timing(pattern={"type": "absoluteMonthly", "interval": "3"}), f"{PATTERN}/interval"),
        (timing(pattern={"type": "absoluteMonthly", "interval": True}), f"{PATTERN}/interval"),
        (timing(pattern={"type": "weekly", "interval": 2}), f"{PATTERN}/interval"),
        (timing(pattern={"type": "absoluteYearly", "interval": 2}), f"{PATTERN}/interval"),
        (timing(pattern={"type": "absoluteMonthly", "interval": 3, "dayOfMonth": 15}), f"{PATTERN}/dayOfMonth"),
        (timing(pattern={"type": "absoluteYearly", "month": 5}), f"{PATTERN}/month"),
        (timing(pattern={"type": "weekly", "daysOfWeek": ["monday"]}), f"{PATTERN}/daysOfWeek"),
        (timing(pattern={"type": "weekly", "daysOfWeek": "monday"}), f"{PATTERN}/daysOfWeek"),
        (timing(pattern={"type": "weekly"}, duration="P8D"), f"{SCHEDULE}/expiration/duration"),
        (timing(pattern=None), f"{SCHEDULE}/recurrence/pattern"),
        (
            timing(pattern=None, span={"type": "numbered", "numberOfOccurrences": 2}),
            f"{RANGE}/numberOfOccurrences",
        ),
        (timing(span={"type": "for ever"}), f"{RANGE}/type"),
        (timing(span={"endDate": "2027-01-01"}), f"{RANGE}/type"),
        (timing(span={"type": "endDate"}), f"{RANGE}/endDate"),
        (timing(span={"type": "endDate", "endDate": "2027-02-30"}), f"{RANGE}/endDate"),
        (timing(span={"type": "endDate", "endDate": "2026-03-31"}), f"{RANGE}/endDate"),
        (timing(span={"type": "numbered"}), f"{RANGE}/numberOfOccurrences"),
        (timing(span={"type": "numbered", "numberOfOccurrences": -1}), f"{RANGE}/numberOfOccurrences"),
        (timing(span={"type": "noEnd", "recurrenceTimeZone": "Mars/Base"}), f"{RANGE}/recurrenceTimeZone"),
        (timing(span={"type": "noEnd", "recurrenceTimeZone": "../etc/passwd"}), f"{RANGE}/recurrenceTimeZone"),
        (timing(span={"type": "noEnd", "recurrenceTimeZone": 1}), f"{RANGE}/recurrenceTimeZone"),
    ],
)
def test_schedules_that_are_refused(office: Office, schedule: Any, target: str) -> None:
    refused(office.save(by_self(schedule=schedule)), 400, target)


def test_a_duration_out_of_range_names_the_range(office: Office) -> None:
    message = refused(office.save(by_self(schedule=timing(duration="P89D"))), 400)["message"]
    assert "1 to 88" in message


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
