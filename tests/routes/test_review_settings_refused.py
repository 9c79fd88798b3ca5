"""Review settings that are refused, each with the path of the member (G3-G5, G10, R54-R57, R70)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.entitling import (
    NOBODY,
    Office,
    by_self,
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
    """R54, G5."""
    message = refused(office.save(by_self(schedule=timing(duration="P89D"))), 400)["message"]
    assert "1 to 88" in message
