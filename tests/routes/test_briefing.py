"""What a reviewer reads before they decide: what the package gives, the rules, who was decided about before."""

from __future__ import annotations

from typing import Any

import pytest

from bench.meter import Meter
from chalicelib import bootstrap
from chalicelib.domain.ids import NOBODY
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.factories import Organisation
from tests.routes.test_reviewer_sees import closed, decide, items_of, opened, pair
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def briefing(world: World, instance: ReviewInstance, who: str) -> Any:
    reply = world.get(f"/api/v1/reviews/{instance.id}/briefing", f"{who}@example.com")
    return reply.json if reply.status == 200 else reply.status


def earlier(world: World, instance: ReviewInstance, who: User, *item_ids: str) -> Any:
    address = f"/api/v1/reviews/{instance.id}/earlier-decisions?items={','.join(item_ids)}"
    return {one["id"]: one for one in world.get(address, who.principal_name).json["value"]}


def grants(world: World, package_id: str, catalog_id: str) -> None:
    """Two roles of an application, through the API."""
    app = {"originSystem": "AadApplication", "originId": "ledger", "displayName": "Ledger", "description": "Bookings"}
    em = "/v1.0/identityGovernance/entitlementManagement"
    made = world.post(
        f"{em}/resourceRequests", {"requestType": "adminAdd", "catalog": {"id": catalog_id}, "resource": app}
    )
    role = {"originId": NOBODY, "resource": {"id": made.json["resource"]["id"]}}
    body = {"role": role, "scope": {"isRootScope": True}}
    assert world.post(f"{em}/accessPackages/{package_id}/resourceRoleScopes", body).status == 201


def test_a_reviewer_reads_what_the_package_gives_and_what_the_policy_says(world: World, org: Organisation) -> None:
    _, _, _, policy, _ = pair(world, org, no_response=NoResponse.REMOVE, reviewer_text="Please be quick.")
    grants(world, policy.package_id, policy.catalog_id)
    found = briefing(world, opened(world, policy), "one")
    assert found["accessPackage"]["displayName"] == "Reporting" and found["timeZone"] == "UTC"
    ledger = {"displayName": "Ledger", "description": "Bookings", "originSystem": "AadApplication"}
    assert found["grants"] == [{**ledger, "role": "Default Access"}]
    assert found["rules"] == {
        "reviewers": "specific",
        "justificationRequired": True,
        "removes": "atClose",
        "noResponse": "removeAccess",
        "recommendations": True,
        "handOver": True,
        "ownDecision": False,
        "text": "Please be quick.",
    }
    asked = {"items": 1, "undecided": 1, "because": ["named"], "selfReview": False, "withOthers": True}
    assert found["asked"] == {**asked, "onBehalfOf": []}


@pytest.mark.parametrize(
    ("settings", "when"),
    [({"cut_now": True}, "atOnce"), ({"auto_apply": False}, "afterConfirmation"), ({}, "atClose")],
)
def test_the_briefing_says_when_a_deny_takes_effect(
    world: World, org: Organisation, settings: dict[str, Any], when: str
) -> None:
    """R96, R117, G24, G48: at the close, after a confirmation, or at once."""
    _, _, _, policy, _ = pair(world, org, **settings)
    assert briefing(world, opened(world, policy), "two")["rules"]["removes"] == when


def test_who_may_look_is_briefed_and_not_asked_and_a_stranger_finds_nothing(world: World, org: Organisation) -> None:
    _, _, ann, policy, _ = pair(world, org)
    org.person("vera"), org.person("eve")
    org.grant(org.people["vera"], Role.AUDITOR)
    instance = opened(world, policy)
    assert briefing(world, instance, "vera")["asked"] is None
    assert briefing(world, instance, "eve") == briefing(world, instance, "ann") == 404 and ann.id


def test_whoever_decides_for_somebody_is_told_for_whom(world: World, org: Organisation) -> None:
    one, _, _, policy, _ = pair(world, org)
    eve = org.person("eve")
    instance = opened(world, policy)
    body = {"to": eve.id, "reason": "away"}
    assert world.post(f"/api/v1/reviews/{instance.id}/hand-over", body, one.principal_name).status == 200
    world.clock.advance(seconds=10)
    assert briefing(world, instance, "eve")["asked"]["onBehalfOf"] == [{"id": one.id, "displayName": "One"}]


def test_rows_tell_the_manager_at_the_opening(world: World, org: Organisation) -> None:
    """Frozen with the item, so that a list reads nothing for it and a change of manager does not alter the review."""
    chief, one = org.person("chief"), org.person("one")
    ann, bob = org.person("ann", manager="chief"), org.person("bob")
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one))
    org.assign(policy, ann, bob)
    instance = opened(world, policy)
    org.person("ann", manager="one")
    rows = items_of(world, instance, one)
    assert rows[ann.id]["@accessReviews.manager"] == {"id": chief.id, "displayName": "Chief"}
    assert rows[bob.id]["@accessReviews.manager"] is None


def test_rows_of_a_self_review_tell_no_manager(world: World, org: Organisation) -> None:
    org.person("chief")
    ann = org.person("ann", manager="chief")
    policy = org.policy(review=factories.by_oneself(world.clock.now().date()))
    org.assign(policy, ann)
    assert items_of(world, opened(world, policy), ann)[ann.id]["@accessReviews.manager"] is None


def again(world: World, org: Organisation, *names: str):
    """Two reviews of these people: in the first, all but the last were decided. The second is open."""
    one, two, ann, policy, _ = pair(world, org)
    org.assign(policy, *(org.person(name) for name in names))
    first = opened(world, policy)
    for person, item in items_of(world, first, one).items():
        if person != ann.id:
            assert decide(world, first, one, item["id"], "Approve", justification="needed").status == 204
    closed(world, first)
    world.clock.advance(days=8 - (world.clock.now() - first.opens).days)
    return one, two, ann, first, opened(world, policy)


def test_rows_tell_what_the_former_review_decided(world: World, org: Organisation) -> None:
    one, _, ann, first, second = again(world, org, "bea")
    assert first.id != second.id
    new = {person: item["id"] for person, item in items_of(world, second, one).items()}
    found = earlier(world, second, one, *new.values())
    bea = found[new[org.people["bea"].id]]
    assert (bea["decision"], bea["byRule"], bea["review"]["id"]) == ("Approve", False, first.id)
    silent = found[new[ann.id]]
    assert (silent["decision"], silent["reviewedDateTime"]) == ("NotReviewed", None) and silent["unansweredBecause"]
    assert earlier(world, first, one, *new.values()) == {}


def test_earlier_decisions_are_told_of_items_one_may_see(world: World, org: Organisation) -> None:
    """G11: not of one's own, and to a stranger there is no such review."""
    one, two, _, _, second = again(world, org, "bea")
    eve = org.person("eve")
    wanted = [item["id"] for item in items_of(world, second, one).values()]
    address = f"/api/v1/reviews/{second.id}/earlier-decisions?items={wanted[0]}"
    assert world.get(address, eve.principal_name).status == 404
    assert earlier(world, second, two, *wanted).keys() == set(wanted)
    elsewhere = "ffffffff-ffff-ffff-ffff-ffffffffffff"
    assert earlier(world, second, two, elsewhere) == {}


def test_earlier_decisions_of_more_items_cost_no_more_requests(world: World, org: Organisation) -> None:
    one, _, _, _, second = again(world, org, *(f"p{number}" for number in range(12)))
    wanted = [item["id"] for item in items_of(world, second, one).values()]

    def cost(*item_ids: str) -> int:
        with Meter() as meter:
            assert len(earlier(world, second, one, *item_ids)) == len(item_ids)
        return int(meter.requests)

    cost(wanted[0])  # warm
    assert cost(*wanted) <= cost(wanted[0])


@pytest.mark.parametrize("wrong", ["x", ",", "ffffffff-ffff-ffff-ffff-ffffffffffff," * 2])
def test_items_that_are_none_are_refused(world: World, org: Organisation, wrong: str) -> None:
    _, _, _, policy, _ = pair(world, org)
    instance = opened(world, policy)
    reply = world.get(f"/api/v1/reviews/{instance.id}/earlier-decisions?items={wrong}", "one@example.com")
    assert (reply.status, reply.error["target"]) == (400, "items")


def test_at_most_fifty_items_at_once(world: World, org: Organisation) -> None:
    _, _, _, policy, _ = pair(world, org)
    instance = opened(world, policy)
    many = ",".join(f"ffffffff-ffff-ffff-ffff-{number:012d}" for number in range(51))
    reply = world.get(f"/api/v1/reviews/{instance.id}/earlier-decisions?items={many}", "one@example.com")
    assert (reply.status, reply.error["target"]) == (400, "items") and "50" in reply.error["message"]
