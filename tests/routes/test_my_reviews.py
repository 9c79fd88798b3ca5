"""What greets people: the reviews waiting for them, and what they hold."""

from __future__ import annotations

from typing import Any

import pytest

from bench.meter import Meter
from chalicelib import bootstrap
from chalicelib.domain.people import User
from chalicelib.domain.resources import APPLICATION, SITE
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.usecases.test_delegation import absent, hand, settle
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def listed(world: World, who: User) -> list[dict[str, Any]]:
    world.drain()
    world.clock.advance(seconds=6)
    found: list[dict[str, Any]] = world.get("/api/v1/reviews", who.principal_name).json["value"]
    return found


def test_an_open_review_says_what_it_asks_for_and_what_follows(world: World, org: Organisation) -> None:
    """R97, R113: nobody needs a second address to know the rules."""
    boss, deputy, _, policy, _ = managed(world, org)
    opened(world, policy)
    (one,) = listed(world, boss)
    asked = {name: one[name] for name in ("timeZone", "justificationRequired", "noResponse", "removes")}
    assert asked == {
        "timeZone": "UTC",
        "justificationRequired": True,
        "noResponse": "keepAccess",
        "removes": "atClose",
    }
    assert one["mayHandOver"] and listed(world, deputy) == []


def test_a_closed_review_tells_how_it_ended_and_no_rules(world: World, org: Organisation) -> None:
    boss, _, people, policy, _ = managed(world, org, justification_required=False)
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    for person, decision in zip(people, ("Approve", "Deny", "DontKnow"), strict=True):
        decide(world, instance, boss, items[person.id]["id"], decision)
    closed(world, instance)
    (one,) = listed(world, boss)
    assert one["status"] == "Applied" and "mayHandOver" not in one and "justificationRequired" not in one
    assert one["counts"] == {
        "total": 3,
        "approved": 1,
        "denied": 1,
        "dontKnow": 1,
        "cancelled": 0,
        "notReviewed": 0,
    }


@pytest.mark.parametrize(
    ("settings", "may"), [({}, True), ({"delegation": False}, False)], ids=["allowed", "forbidden by the policy"]
)
def test_handing_over_is_offered_where_it_would_be_accepted(
    world: World, org: Organisation, settings: dict[str, Any], may: bool
) -> None:
    boss, _, _, policy, _ = managed(world, org, **settings)
    helper, third = org.person("helper"), org.person("third")
    instance = opened(world, policy)
    (one,) = listed(world, boss)
    assert one["mayHandOver"] is may
    assert (hand(world, instance, boss, helper).status == 200) is may
    if may:
        (given,) = listed(world, helper)
        assert given["mayHandOver"] is False, "one hop only"
        assert hand(world, instance, helper, third).status == 409


def test_nobody_hands_their_own_access_over(world: World, org: Organisation) -> None:
    ann, bob = org.person("ann"), org.person("bob")
    policy = org.policy(review=factories.by_oneself(world.clock.now().date()))
    org.assign(policy, ann)
    instance = opened(world, policy)
    (one,) = listed(world, ann)
    assert (one["selfReview"], one["reviewerReason"], one["mayHandOver"]) == (True, "self", False)
    assert hand(world, instance, ann, bob).status == 403


def test_those_a_list_names_by_id_come_with_their_names_in_one_answer(world: World, org: Organisation) -> None:
    boss, _, _, policy, _ = managed(world, org)
    helper = org.person("helper")
    instance = opened(world, policy)
    assert "people" in world.get("/api/v1/reviews", boss.principal_name).json
    hand(world, instance, boss, helper)
    for reader, named in ((boss, helper), (helper, boss)):
        reply = world.get("/api/v1/reviews", reader.principal_name).json
        assert [(one["id"], one["displayName"]) for one in reply["people"]] == [(named.id, named.display_name)]


def test_what_an_absence_handed_over_is_marked_and_names_the_delegate(world: World, org: Organisation) -> None:
    boss, _, _, policy, _ = managed(world, org)
    helper = org.person("helper")
    opened(world, policy)
    assert absent(world, boss, helper, 5).json["displayName"] == helper.display_name
    settle(world)
    assert world.get("/api/v1/me/delegate", boss.principal_name).json["displayName"] == helper.display_name
    ((given,),) = [one["handedOver"] for one in listed(world, boss)]
    assert given["standing"] is True and given["to"] == helper.id


def test_ten_reviews_are_listed_with_as_many_requests_as_one(world: World, org: Organisation) -> None:
    boss, deputy = org.person("boss"), org.person("deputy")
    ann = org.person("ann", manager="boss")
    for number in range(10):
        review = factories.by_manager(world.clock.now().date(), deputy)
        policy = org.policy(org.package(f"P{number}"), review=review)
        org.assign(policy, ann)
    opened(world, policy)
    bootstrap.use_clock(world.clock)  # nothing is remembered
    with Meter() as meter:
        reply = world.get("/api/v1/reviews", boss.principal_name).json
    assert len(reply["value"]) == 10
    assert meter.by_table["access-reviews-reviews"].requests == 4


# what people hold -----------------------------------------------------------------------------------------


def giving(world: World, org: Organisation) -> Any:
    """A package with two roles of an application and one of a site."""
    package = org.package("Ledger access")
    asked = (world.services, ADMIN, org.now)
    roles = (("read", "Reader"), ("write", "Editor"))
    for system, name, wanted in ((APPLICATION, "Ledger", ("write", "read")), (SITE, "Books", ("5",))):
        origin = f"https://example.com/{name}" if system == SITE else name
        offered = roles if system == APPLICATION else ()
        draft = ResourceDraft(
            catalog_id=package.catalog_id, origin_system=system, origin_id=origin, display_name=name, roles=offered
        )
        made = add_resource(*asked, org.operation(), draft)
        for role in wanted:
            add_role(*asked, org.operation(), package.id, made.resource_id, role)
    return package


def test_what_a_package_gives_is_told_by_names(world: World, org: Organisation) -> None:
    ann = org.person("ann")
    (held,) = org.assign(org.policy(giving(world, org)), ann)
    (entry,) = world.get("/api/v1/my-access", ann.principal_name).json["value"]
    grants = [(one["displayName"], one["originSystem"], one["role"]) for one in entry["accessPackage"]["grants"]]
    assert grants == [
        ("Books", SITE, "Members"),
        ("Ledger", APPLICATION, "Editor"),
        ("Ledger", APPLICATION, "Reader"),
    ]
    single = world.get(f"/api/v1/my-access/{held}", ann.principal_name).json
    assert single["accessPackage"] == entry["accessPackage"]


def test_people_know_of_an_open_review_only_where_they_answer_themselves(world: World, org: Organisation) -> None:
    """G18: of one that others answer they learn when it is closed."""
    boss, deputy = org.person("boss"), org.person("deputy")
    ann = org.person("ann", manager="boss")
    start = world.clock.now().date()
    own = org.policy(org.package("Own"), review=factories.by_oneself(start, justification_required=False))
    others = org.policy(org.package("Others"), review=factories.by_manager(start, deputy))
    org.assign(own, ann)
    org.assign(others, ann)
    opened(world, others)
    instance = opened(world, own)

    def shown() -> dict[str, Any]:
        value = world.get("/api/v1/my-access", ann.principal_name).json["value"]
        return {one["accessPackage"]["displayName"]: one for one in value}

    assert shown()["Others"]["openReview"] is None
    asked = shown()["Own"]["openReview"]
    assert (asked["reviewId"], asked["decision"]) == (instance.id, "NotReviewed")
    item = mine(world, instance, ann)[ann.id]["id"]
    assert decide(world, instance, ann, item, "Approve").status == 204
    found = shown()["Own"]
    assert found["openReview"]["decision"] == "Approve"
    single = world.get(f"/api/v1/my-access/{found['id']}", ann.principal_name).json
    assert single["openReview"] == found["openReview"]
    closed(world, instance)
    assert shown()["Own"]["openReview"] is None and shown()["Own"]["lastReview"]["outcome"] == "kept"
    assert boss.id not in world.get("/api/v1/my-access", ann.principal_name).text
