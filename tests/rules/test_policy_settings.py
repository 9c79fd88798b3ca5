"""What a policy's review settings are, and what comes of them, through the doors (R15-R19, R50, R75, R123, R147)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.schedules import Frequency, Schedule, occurrence
from tests.directories import add_group
from tests.house import House, house
from tests.routes.entitling import (
    POLICIES,
    REQUESTS,
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

__all__ = ["house", "office"]
WARNING = "@accessReviews.warning"
DEFINITIONS = "/v1.0/identityGovernance/accessReviews/definitions"


def test_assigning_needs_a_policy_of_that_very_package(office: Office) -> None:
    """R15: a package without a policy gives nothing out, and a policy belongs to one package for good."""
    bare = office.organisation.package("Bare")
    given = {"targetId": office.ann.id, "accessPackageId": bare.id}
    body = {"requestType": "adminAdd", "assignment": given}
    refused(office.world.post(REQUESTS, body), 400, "assignment/assignmentPolicyId")
    foreign = {**body, "assignment": {**given, "assignmentPolicyId": office.policy.id}}
    refused(office.world.post(REQUESTS, foreign), 400, "assignment/accessPackageId")
    own = f"{POLICIES}/{office.policy.id}"
    assert office.world.call("PATCH", own, {"accessPackage": {"id": bare.id}}).status == 200
    shown = office.world.get(f"{own}?$expand=accessPackage").json
    assert shown["accessPackage"]["id"] == office.package.id


@pytest.mark.parametrize("who", ["self-review", "specific reviewers"])
def test_the_five_basic_settings_make_a_review(office: Office, who: str) -> None:
    """R18: whether, from when, how often, how long, by whom; with nothing else said."""
    basic = by_self(schedule=timing("2026-03-02", "P7D", {"type": "absoluteMonthly", "interval": 1}))
    if who == "specific reviewers":
        basic |= {"isSelfReview": False, "primaryReviewers": [single(office.bob.id)]}
    office.add(office.ann)
    assert office.save({**basic, "isEnabled": False}).status == 200
    office.world.clock.advance(hours=15)
    office.world.tick()
    series = office.world.services.reviews
    assert series.definition(ids.definition_id(office.policy.id)) is None  # "Require access reviews: no"
    tomorrow = {**basic, "schedule": {**basic["schedule"], "startDateTime": "2026-03-03"}}
    assert office.save(tomorrow).status == 200
    office.world.clock.set(datetime(2026, 3, 3, 23, 59, 30, tzinfo=UTC))
    office.world.tick()
    (review,) = series.instances_of(ids.definition_id(office.policy.id), 5, None).items
    assert (review.opens, review.closes) == (
        datetime(2026, 3, 3, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 10, 23, 59, tzinfo=UTC),
    )
    reviewer = office.ann if who == "self-review" else office.bob
    assert [mail["to"] for mail in office.world.mails()] == [reviewer.mail]
    url = f"/api/v1/review-series/{review.definition_id}"
    assert office.world.get(url).json["next"][0]["date"] == "2026-04-03"


def test_two_policies_of_a_package_have_schedules_of_their_own(office: Office) -> None:
    """R16: other dates, other lengths, and a change of one leaves the other as it is."""
    assert office.save(by_self(schedule=timing("2026-03-02", "P7D", {"type": "weekly", "interval": 1}))).status == 200
    yearly = by_self(schedule=timing("2026-05-01", "P30D", {"type": "absoluteMonthly", "interval": 12}))
    other = office.world.post(POLICIES, office.body(displayName="Guests", reviewSettings=yearly)).json["id"]

    def dates(policy_id: str) -> list[str]:
        shown = office.world.get(f"/api/v1/review-series/{ids.definition_id(policy_id)}").json
        return [one["date"] for one in shown["next"]][:2]

    assert (dates(office.policy.id), dates(other)) == (["2026-03-02", "2026-03-09"], ["2026-05-01", "2027-05-01"])
    assert office.save(None).status == 200
    assert (dates(office.policy.id), dates(other)) == ([], ["2026-05-01", "2027-05-01"])


def test_managers_need_a_fallback_and_three_settings_are_advanced(office: Office) -> None:
    """R19: what silence does, helpers, reasons; kept as given, and on where nothing is said."""
    managers = by_self(isSelfReview=False, primaryReviewers=[manager()])
    refused(office.save(managers), 400, "reviewSettings/fallbackReviewers")
    given = managers | {
        "fallbackReviewers": [single(office.eve.id)],
        "expirationBehavior": "removeAccess",
        "isRecommendationEnabled": False,
        "isReviewerJustificationRequired": False,
    }
    shown = office.save(given).json["reviewSettings"]
    assert {name: shown[name] for name in given if name != "schedule"} == {
        name: value for name, value in given.items() if name != "schedule"
    }
    silent = {name: value for name, value in given.items() if not name.startswith("isRe")}
    shown = office.save(silent).json["reviewSettings"]
    assert (shown["isRecommendationEnabled"], shown["isReviewerJustificationRequired"]) == (True, True)


def test_weekly_is_offered_beside_the_four_frequencies(office: Office) -> None:
    """G4: yearly, half-yearly, quarterly, monthly, and weekly; days apart, and nothing in between."""
    patterns = {12: "2027-03-02", 6: "2026-09-02", 3: "2026-06-02", 1: "2026-04-02"}
    offered: list[tuple[Any, str]] = [({"type": "weekly", "interval": 1}, "2026-03-09")]
    offered += [({"type": "absoluteMonthly", "interval": n}, second) for n, second in patterns.items()]
    url = f"/api/v1/review-series/{ids.definition_id(office.policy.id)}"
    for pattern, second in offered:
        assert office.save(by_self(schedule=timing("2026-03-02", "P7D", pattern))).status == 200
        assert [one["date"] for one in office.world.get(url).json["next"]][:2] == ["2026-03-02", second]
    every_two = timing("2026-03-02", "P7D", {"type": "weekly", "interval": 2})
    refused(office.save(by_self(schedule=every_two)), 400, "reviewSettings/schedule/recurrence/pattern/interval")


@pytest.mark.parametrize(
    ("start", "sample"),
    [
        (date(2020, 1, 22), datetime(2020, 1, 23, 7, 59, tzinfo=UTC)),
        (date(2022, 7, 1), datetime(2022, 7, 2, 6, 59, tzinfo=UTC)),
    ],
)
def test_the_end_of_the_day_is_local(start: date, sample: datetime) -> None:
    """R50: the two samples of the reference, 23:59 at UTC-8 in winter and at UTC-7 in summer."""
    schedule = Schedule(start=start, zone="America/Los_Angeles", frequency=Frequency.QUARTERLY, duration_days=14)
    first = occurrence(schedule, 0)
    assert first is not None and first.opens == sample


def test_a_review_opens_at_the_end_of_the_local_day(office: Office) -> None:
    """R50, G1: an instant as the reference's samples have it is read and written as the end of that day over there."""
    span = {"type": "noEnd", "recurrenceTimeZone": "America/Los_Angeles"}
    shown = office.save(by_self(schedule=timing("2026-07-02T06:59:59.998Z", span=span))).json["reviewSettings"]
    assert shown["schedule"]["recurrence"]["range"]["startDate"] == "2026-07-01"
    assert shown["schedule"]["startDateTime"] == "2026-07-02T06:59:00Z"
    due = office.world.services.reviews.due_until(datetime(2026, 12, 1, tzinfo=UTC), 10)
    assert [row.when for row in due] == [datetime(2026, 7, 2, 6, 59, tzinfo=UTC)]


@pytest.mark.parametrize("who", ["a person", "members of a group", "oneself"])
def test_who_may_review_a_package(office: Office, who: str) -> None:
    """R75: specified reviewers, members of a group, and self-review; each asked by mail when the review opens."""
    crew = add_group("Crew", office.eve)
    start = timing("2026-03-02")
    chosen = {
        "a person": (by_users(office.bob, schedule=start), office.bob),
        "members of a group": (
            by_self(isSelfReview=False, primaryReviewers=[group(crew.id)], schedule=start),
            office.eve,
        ),
        "oneself": (by_self(schedule=start), office.ann),
    }
    settings, reviewer = chosen[who]
    office.add(office.ann)
    assert office.save(settings).status == 200
    office.world.clock.set(datetime(2026, 3, 2, 23, 59, 30, tzinfo=UTC))
    office.world.tick()
    assert [mail["to"] for mail in office.world.mails()] == [reviewer.mail]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expirationBehavior": "removeAccess"}, "everybody they did not decide on"),
        ({"expirationBehavior": "acceptAccessRecommendation"}, "without a recent sign-in"),
        ({"expirationBehavior": "keepAccess"}, None),
        ({"expirationBehavior": "removeAccess", "@accessReviews.autoApply": False}, None),
        ({"expirationBehavior": "removeAccess", "isEnabled": False}, None),
    ],
)
def test_who_saves_settings_under_which_silence_removes_is_warned(
    office: Office, changes: dict[str, Any], words: str | None
) -> None:
    """R123: in the answer that saves them, in the series, and without being in anybody's way when it is sent back."""
    saved = office.save(by_self(**changes)).json
    assert (words in saved[WARNING]) if words else (WARNING not in saved)
    assert office.world.call("PUT", f"{POLICIES}/{office.policy.id}", saved).json == {
        **saved,
        "modifiedDateTime": saved["modifiedDateTime"],
    }
    if saved["reviewSettings"]["isEnabled"]:
        series = office.world.get(f"{DEFINITIONS}/{ids.definition_id(office.policy.id)}").json
        assert series.get(WARNING) == saved.get(WARNING)


def test_the_warning_tells_from_when_on_removals_wait(office: Office) -> None:
    """R123, G24: how far silence goes is the policy's own brake."""
    settings = by_self(expirationBehavior="removeAccess", **{"@accessReviews.brake": {"count": 4, "share": 0.2}})
    assert "4 or more removals that exceed 20 %" in office.save(settings).json[WARNING]


def test_the_start_of_a_series_that_has_begun_moves_into_the_future_only(house: House) -> None:
    """R147, G3: the reference's provider cannot change it; here the past stays as it is and later ones re-anchor."""
    policy = house.policy(*house.staff("ann"))
    review = house.opened(policy)
    url = f"{POLICIES}/{policy.id}"
    settings = house.world.get(url).json["reviewSettings"]

    def moved(start: str) -> Any:
        return house.world.call(
            "PATCH", url, {"reviewSettings": {"schedule": {**settings["schedule"], "startDateTime": start}}}
        )

    refused(moved("2026-03-01"), 400, "reviewSettings/schedule/startDateTime")
    before = house.status(review)
    assert moved("2026-05-20").status == 200
    assert house.status(review) == before
    shown = house.world.get(f"/api/v1/review-series/{review.definition_id}").json
    assert [one["date"] for one in shown["next"]][:2] == ["2026-05-20", "2026-08-20"]
    assert shown["running"]["id"] == review.id


def test_expiry_in_days_is_0_to_3660(office: Office) -> None:
    """R180: of a policy and of a single assignment; the refusal names the member."""
    own = f"{POLICIES}/{office.policy.id}"
    for days in (0, 1, 3660):
        expiration = {"type": "afterDuration", "duration": f"P{days}D"}
        assert office.world.call("PATCH", own, {"expiration": expiration}).json["expiration"]["duration"] == f"P{days}D"
    for wrong in ("P3661D", "P99999D", "-P1D"):
        expiration = {"type": "afterDuration", "duration": wrong}
        refusal = refused(office.world.call("PATCH", own, {"expiration": expiration}), 400, "expiration/duration")
        assert wrong == "-P1D" or "0 to 3660" in refusal["message"].replace(",", "")
        refused(office.add(office.ann, schedule={"expiration": expiration}), 400, "schedule/expiration/duration")
    longest = {"type": "afterDuration", "duration": "P3660D"}
    assert office.add(office.ann, schedule={"expiration": longest}).status == 201
