"""The administrators' overview: what needs a person, what runs, what closed, and what opens in the year ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain.people import Role
from chalicelib.domain.reviews import Status
from chalicelib.usecases import notify_others
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.failing import MOST_ATTEMPTS, attempt_failed
from tests import factories
from tests.routes.reporting import BOSS, Reviewed, reviewed
from tests.world import Reply, World

OVERVIEW, LIVE, CALENDAR = "/api/v1/overview", "/api/v1/live-reviews", "/api/v1/calendar"
DEFINITIONS = "/v1.0/identityGovernance/accessReviews/definitions"


def needs(found: Reviewed, **query: str) -> list[str | None]:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return [one["needs"] for one in found.world.get(f"{LIVE}?{text}").json["value"]]


def numbers(found: Reviewed, as_: str = "admin@example.com") -> dict[str, Any]:
    body = found.world.get(OVERVIEW, as_).json
    return {name: body[name] for name in ("late", "failed", "waitingForConfirmation", "live")}


def fail(found: Reviewed) -> None:
    """The review stops going on, as if its tenth attempt had died."""
    services = found.world.services
    held = replace(services.reviews.state(found.instance_id), attempts=MOST_ATTEMPTS)
    saved = services.reviews.checkpoint(held)
    assert attempt_failed(services, saved, ValueError("no such bucket")) == Status.FAILED


def test_a_review_is_live_from_its_opening_until_its_results_are_applied(world: World) -> None:
    found = reviewed(world)
    assert numbers(found) == {"late": 0, "failed": 0, "waitingForConfirmation": 0, "live": 1}
    found.decide("ann", "Deny")
    found.close()
    assert numbers(found)["live"] == 0
    assert world.services.reviews.live_reviews(10, None).items == ()
    (closed,) = world.get(OVERVIEW).json["closed"]
    assert closed["id"] == found.instance_id and closed["outcome"]["removed"] == 1


def test_late_is_shown_first_with_who_has_not_begun(world: World) -> None:
    found = reviewed(world)
    world.clock.advance(days=8)
    body = world.get(OVERVIEW).json
    (row,) = body["running"]
    assert body["late"] == 1 and body["complete"] and row["needs"] == "late"
    assert row["idleReviewers"]["number"] == 1
    assert [one["displayName"] for one in row["idleReviewers"]["people"]] == ["Boss"]
    found.decide("ann", "Approve")
    found.decide("bob", "Approve")
    found.decide("cy", "Deny")
    world.drain()
    body = world.get(OVERVIEW).json
    (row,) = body["running"]
    assert body["late"] == 0 and row["needs"] is None and row["idleReviewers"]["number"] == 0
    assert row["days"] == [{"date": "2026-03-10", "decided": 3, "sum": 3}]


def test_items_that_nobody_can_decide_are_counted(world: World) -> None:
    """G10: dan has no manager, and his fallback is switched off."""
    found = reviewed(world)
    assert world.get(OVERVIEW).json["needsReviewer"] == {"items": 1, "reviews": 1}
    (row,) = world.get(f"{LIVE}?needs=reviewer").json["value"]
    assert row["id"] == found.instance_id and row["needsReviewer"] == 1


def test_removals_that_wait_are_a_number_until_they_are_confirmed(world: World) -> None:
    """G24: without auto-apply the review rests until somebody says so."""
    found = reviewed(world, auto_apply=False)
    found.decide("ann", "Deny")
    found.close()
    assert numbers(found)["waitingForConfirmation"] == 1
    assert needs(found, needs="confirmation") == ["confirmation"] and needs(found, needs="failed") == []
    assert world.post(f"/api/v1/reviews/{found.instance_id}/apply", {}).status == 204
    assert numbers(found)["waitingForConfirmation"] == 0
    world.tick()
    assert numbers(found)["live"] == 0


def test_a_failed_review_is_a_number_until_it_is_tried_again(world: World) -> None:
    found = reviewed(world)
    fail(found)
    assert numbers(found)["failed"] == 1
    (row,) = world.get(f"{LIVE}?needs=failed").json["value"]
    assert row["failure"]["error"] == "ValueError: no such bucket"
    assert world.post(f"/api/v1/reviews/{found.instance_id}/retry", {}).status == 204
    assert (numbers(found)["failed"], numbers(found)["live"]) == (0, 1)


def test_one_that_failed_while_it_told_of_its_result_waits_for_its_confirmation_afterwards(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = reviewed(world, auto_apply=False)
    found.decide("ann", "Deny")
    with monkeypatch.context() as broken:
        broken.setattr(notify_others, "finished", _unable)
        close_by_hand(found)
        assert numbers(found)["waitingForConfirmation"] == 0
        fail(found)
    assert world.post(f"/api/v1/reviews/{found.instance_id}/retry", {}).status == 204
    assert (numbers(found)["failed"], numbers(found)["waitingForConfirmation"]) == (0, 0)
    world.tick()
    assert (numbers(found)["failed"], numbers(found)["waitingForConfirmation"]) == (0, 1)


def close_by_hand(found: Reviewed) -> None:
    """Let the review run into its end, without waiting until all of its work is done."""
    world = found.world
    world.clock.advance(days=15)
    for _ in range(2):
        advance_review(world.services, found.instance_id)
        world.clock.seconds += world.services.settings.closing_wait_seconds + 1
    assert world.services.reviews.state(found.instance_id).status is Status.COMPLETED


def _unable(*_: object) -> None:
    raise ValueError("no mail today")


def test_reviews_of_a_deleted_series_are_not_shown_any_more(world: World) -> None:
    """R144."""
    found = reviewed(world, auto_apply=False)
    found.decide("ann", "Deny")
    definition = world.services.reviews.instance(found.instance_id).definition_id
    assert world.call("DELETE", f"{DEFINITIONS}/{definition}").status == 204
    world.tick()
    world.clock.advance(minutes=5)
    world.tick()
    assert world.services.reviews.state(found.instance_id).status is Status.COMPLETED
    assert numbers(found) == {"late": 0, "failed": 0, "waitingForConfirmation": 0, "live": 0}
    assert world.get(OVERVIEW).json["closed"] == []


@pytest.fixture
def two(world: World) -> Reviewed:
    """Two packages of two catalogs, each with an open review; `owner` owns the first, `reader` reads it."""
    found = reviewed(world)
    org = found.org
    review = factories.by_manager(world.clock.now().date() + timedelta(days=1), found.boss)
    org.assign(org.policy(org.package("Archive"), review=review), org.people["ann"])
    org.grant(org.person("owner"), Role.CATALOG_OWNER, f"catalog:{found.package.catalog_id}")
    org.grant(org.person("reader"), Role.CATALOG_READER, f"catalog:{found.package.catalog_id}")
    org.grant(org.person("auditor"), Role.AUDITOR)
    world.clock.advance(days=1)
    world.tick()
    return found


def names(reply: Reply) -> set[str]:
    return {one["accessPackage"]["displayName"] for one in reply.json["value"]}


def test_owners_see_the_reviews_of_their_catalogs(two: Reviewed) -> None:
    """R165, G40: auditors see all, owners their own, catalog readers no progress at all."""
    world = two.world
    assert names(world.get(LIVE, "auditor@example.com")) == {"Reporting", "Archive"}
    assert names(world.get(LIVE, "owner@example.com")) == {"Reporting"}
    assert names(world.get(LIVE, "reader@example.com")) == set()
    assert [numbers(two, f"{who}@example.com")["live"] for who in ("auditor", "owner", "reader")] == [2, 1, 0]
    assert world.get(OVERVIEW, BOSS).status == 403


def test_the_calendar_has_every_opening_of_the_year_ahead(two: Reviewed) -> None:
    world = two.world
    reply = world.get(CALENDAR, "owner@example.com")
    assert [one["date"] for one in reply.json["value"]] == ["2026-06-02", "2026-09-02", "2026-12-02", "2027-03-02"]
    assert reply.json["value"][0]["startDateTime"] == "2026-06-02T23:59:00Z"
    assert reply.json["value"][0]["timeZone"] == "UTC"
    assert names(world.get(CALENDAR)) == {"Reporting", "Archive"}
    window = f"{CALENDAR}?from=2026-06-03&to=2026-06-04"
    assert [one["date"] for one in world.get(window).json["value"]] == ["2026-06-03"]
    assert names(world.get(CALENDAR, "reader@example.com")) == {"Reporting"}


def test_a_series_that_is_switched_off_is_not_in_the_calendar(two: Reviewed) -> None:
    world = two.world
    definition = world.services.reviews.instance(two.instance_id).definition_id
    assert world.post(f"{DEFINITIONS}/{definition}/stop", {}).status == 204
    assert names(world.get(CALENDAR)) == {"Archive"}


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("from=tomorrow", "from"),
        ("to=2026-13-01", "to"),
        ("from=2026-06-01&to=2026-05-01", "to"),
        ("from=2026-06-01&to=2027-12-01", "to"),
    ],
)
def test_a_calendar_needs_a_window_of_dates(world: World, query: str, target: str) -> None:
    reply = world.get(f"{CALENDAR}?{query}")
    assert (reply.status, reply.error["target"]) == (400, target)


def test_a_long_calendar_is_paged_by_series(two: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.usecases import calendar

    monkeypatch.setattr(calendar, "MOST", 1)
    world = two.world
    first = world.get(CALENDAR).json
    token = first["nextLink"].partition("?")[2]
    second = world.get(f"{CALENDAR}?{token}").json
    seen = [{one["accessPackage"]["displayName"] for one in page["value"]} for page in (first, second)]
    assert len(seen[0]) == len(seen[1]) == 1 and seen[0] != seen[1] and "nextLink" not in second


def test_the_overview_reads_what_it_shows(two: Reviewed) -> None:
    """Two reviews: a query for the live ones and for each month of closed ones, and for each review its progress and
    its reviewers."""
    two.world.get(OVERVIEW)
    with Meter() as meter:
        assert two.world.get(OVERVIEW).status == 200
    print(meter.table())
    assert meter.read_units <= 12 and meter.write_units == 0
