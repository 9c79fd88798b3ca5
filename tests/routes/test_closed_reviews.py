"""Closed reviews of a period, and whether a closed review adds up, through the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.history import EndedReview
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Role
from chalicelib.usecases import closed_reviews as use_case
from tests.factories import ADMIN
from tests.routes.reporting import BOSS, Reviewed, path_of, reviewed
from tests.world import World

CLOSED = "/api/v1/closed-reviews"


@pytest.fixture
def closed(world: World) -> Reviewed:
    """A review in which ann was denied, bob approved, cy left out and dan never asked about; applied."""
    found = reviewed(world, no_response=NoResponse.REMOVE)
    found.org.grant(found.org.person("vera"), Role.AUDITOR)
    found.decide("ann", "Deny")
    found.decide("bob", "Approve")
    found.close()
    return found


def listed(world: World, query: str = "", as_: str = "admin@example.com") -> list[dict[str, Any]]:
    """Every row, over all pages."""
    rows, url = [], CLOSED + query
    while url:
        answer = world.get(url, as_)
        assert answer.status == 200, answer.text
        rows += answer.json["value"]
        url = path_of(answer.json["nextLink"]) if "nextLink" in answer.json else ""
    return rows


def equations(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in answer["balance"]["equations"]}


def test_a_closed_review_is_told_with_how_it_ended_and_adds_up(closed: Reviewed) -> None:
    (row,) = listed(closed.world, as_="vera@example.com")
    assert (row["id"], row["status"], row["accessPackage"]["displayName"]) == (
        closed.instance_id,
        "Applied",
        "Reporting",
    )
    assert row["population"] == {"read": 4, "counted": 4, "items": 4}
    assert row["outcome"]["denied"] == row["outcome"]["deniedByRule"] == row["outcome"]["approved"] == 1
    assert row["outcome"]["keptBecause"] == {"notAsked": 1}
    assert row["balance"]["balanced"] is True
    removals = {one["name"]: one["count"] for one in equations(row)["removals"]["terms"]}
    assert removals == {"removed": 2, "alreadyGone": 0, "failed": 0, "toRemove": 0}
    assert not row["deleted"] and not row["stoppedEarly"] and not row["waitingForConfirmation"]


def test_an_assignment_that_ended_meanwhile_is_counted_as_already_gone(world: World) -> None:
    """R120: nothing was there to remove, and it is not called a removal."""
    found = reviewed(world, auto_apply=False)
    found.decide("ann", "Deny")
    found.decide("bob", "Deny")
    found.close()
    waiting = equations(world.get(f"/api/v1/reviews/{found.instance_id}").json)["removals"]
    assert {one["name"]: one["count"] for one in waiting["terms"]}["toRemove"] == 2 and waiting["balanced"]
    held = world.services.entitlements.holding(found.org.people["ann"].id, found.package.id)
    body = {"requestType": "adminRemove", "assignment": {"id": held.assignment_id}}
    assert world.post("/v1.0/identityGovernance/entitlementManagement/assignmentRequests", body).status == 201
    assert world.post(f"/api/v1/reviews/{found.instance_id}/apply", {}).status == 204
    world.tick()
    status = world.get(f"/api/v1/reviews/{found.instance_id}").json
    terms = {one["name"]: one["count"] for one in equations(status)["removals"]["terms"]}
    assert (terms["removed"], terms["alreadyGone"], status["balance"]["balanced"]) == (1, 1, True)
    assert (status["outcome"]["removed"], status["outcome"]["alreadyGone"]) == (1, 1)


@pytest.mark.parametrize(
    ("member", "name"), [("counted", "population"), ("items", "decisions"), ("removed", "removals")]
)
def test_a_wrong_number_is_shown_as_unbalanced(closed: Reviewed, member: str, name: str) -> None:
    """A number that was altered behind the product's back is told on both addresses, with by how much."""
    world = closed.world
    state = world.services.reviews.state(closed.instance_id)
    world.services.reviews.checkpoint(replace(state, **{member: getattr(state, member) + 1}))
    (row,) = listed(world)
    for answer in (row, world.get(f"/api/v1/reviews/{closed.instance_id}").json):
        assert answer["balance"]["balanced"] is False
        wrong = equations(answer)[name]
        assert not wrong["balanced"] and wrong["difference"] in (1, -1)


def test_a_running_review_claims_nothing(world: World) -> None:
    found = reviewed(world)
    assert "balance" not in world.get(f"/api/v1/reviews/{found.instance_id}").json
    assert listed(world) == []


def test_only_those_who_see_all_of_a_review_are_told_whether_it_adds_up(closed: Reviewed) -> None:
    """G40: a reviewer sees the counts of a review and nothing about others' removals."""
    assert "balance" not in closed.world.get(f"/api/v1/reviews/{closed.instance_id}", BOSS).json


def test_owners_see_the_reviews_of_their_packages_and_others_none(closed: Reviewed) -> None:
    """R165, R167: rights decide; who has no role is refused."""
    org, world = closed.org, closed.world
    org.grant(org.person("owner"), Role.CATALOG_OWNER, f"catalog:{closed.package.catalog_id}")
    org.grant(org.person("keeper"), Role.PACKAGE_MANAGER, f"package:{closed.package.id}")
    org.grant(org.person("reader"), Role.CATALOG_READER, f"catalog:{closed.package.catalog_id}")
    org.grant(org.person("other"), Role.CATALOG_OWNER, f"catalog:{org.catalog('Elsewhere').id}")
    seen = {who: len(listed(world, as_=f"{who}@example.com")) for who in ("owner", "keeper", "reader", "other")}
    assert seen == {"owner": 1, "keeper": 1, "reader": 0, "other": 0}
    assert world.get(CLOSED, BOSS).status == 403


def test_a_period_and_a_package_narrow_the_list(closed: Reviewed) -> None:
    world = closed.world
    (row,) = listed(world)
    assert listed(world, "?from=2026-03-17") == []
    assert listed(world, "?to=2026-03-10") == []
    assert listed(world, f"?from=2026-03-01&to={row['endDateTime'][:10]}T23:59:59Z") == [row]
    assert listed(world, f"?accessPackageId={closed.package.id}") == [row]
    assert listed(world, f"?accessPackageId={ids.guid('nothing')}") == []


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=2001-01-01", "from"),
        ("accessPackageId=x", "accessPackageId"),
    ],
)
def test_filters_that_mean_nothing_are_refused_by_name(world: World, query: str, target: str) -> None:
    refused = world.get(f"{CLOSED}?{query}")
    assert (refused.status, refused.error.get("target")) == (400, target), refused.text


def test_the_review_of_a_deleted_series_stays_in_the_list(closed: Reviewed) -> None:
    """R144: lists of reviews leave it out, the past does not."""
    definition = ids.definition_id(closed.policy.id)
    deleted = closed.world.call("DELETE", f"/v1.0/identityGovernance/accessReviews/definitions/{definition}")
    assert deleted.status == 204, deleted.text
    closed.world.tick()
    (row,) = listed(closed.world)
    assert row["id"] == closed.instance_id


def test_a_page_of_fifty_costs_what_it_shows(closed: Reviewed) -> None:
    """One query a month and one a review, two for exceptions and three batch reads: at most three units a review,
    whatever their size."""
    services = closed.world.services
    instance, state = services.reviews.instance(closed.instance_id), services.reviews.state(closed.instance_id)
    rows: list[Any] = []
    for number in range(60):
        one, ends = ids.guid("made", str(number)), state.ends - timedelta(hours=number)
        rows += [replace(instance, id=one), replace(state, instance_id=one, ends=ends)]
        rows.append(EndedReview(instance_id=one, opens=instance.opens, ends=ends))
    services.writer.put_all(rows)
    now = closed.world.clock.now()
    with Meter() as meter:
        page = use_case.closed_reviews(services, ADMIN, now - timedelta(days=60), now, "", None)
    assert len(page.items) == use_case.PAGE
    assert meter.requests <= 8 + use_case.PAGE and meter.read_units <= 150


def test_pages_go_through_months_newest_first(closed: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Months without a review, a month's end within a page, and reviews of the same instant: each comes once."""
    services = closed.world.services
    instance, state = services.reviews.instance(closed.instance_id), services.reviews.state(closed.instance_id)
    rows: list[Any] = []
    for number, days in enumerate((0, 0, 1, 20, 95, 96, 330)):
        one = ids.guid("made", str(number))
        ends = state.ends - timedelta(days=days)
        rows += [replace(instance, id=one), replace(state, instance_id=one, ends=ends)]
        rows.append(EndedReview(instance_id=one, opens=instance.opens, ends=ends))
    services.writer.put_all(rows)
    whole = [one["endDateTime"] for one in listed(closed.world)]
    assert len(whole) == 8 and whole == sorted(whole, reverse=True)
    for size in (1, 2, 3):
        monkeypatch.setattr(use_case, "PAGE", size)
        paged = listed(closed.world)
        assert [one["endDateTime"] for one in paged] == whole
        assert len({one["id"] for one in paged}) == 8
    monkeypatch.setattr(use_case, "_EXAMINED", 2)
    assert listed(closed.world, f"?accessPackageId={ids.guid('nothing')}") == []
