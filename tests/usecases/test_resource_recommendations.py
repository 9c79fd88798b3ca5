"""A recommendation about the package: by the use of its resources, frozen in the item, told with what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.items import DecisionItem, leaf_hash
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.storage.item_wire import from_wire, to_wire
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.open_review import open_due_review
from tests import factories
from tests.routes.entitling import EM
from tests.world import World

DAY = timedelta(days=1)
DEFINITIONS = "/v1.0/identityGovernance/accessReviews/definitions"


def told(name: str, at: Any, resource: str = "") -> dict[str, Any]:
    return {"userPrincipalName": f"{name}@example.com", "at": at.isoformat(), "resource": resource}


def send(world: World, *rows: dict[str, Any]) -> None:
    assert world.post("/api/v1/sign-ins", {"source": "Okta", "signIns": list(rows)}).status == 200


@pytest.fixture
def payroll(world: World) -> Any:
    """A package with an application whose use Okta has told of for 40 days: Ann uses it, Ben used it once, Cy
    never, Dee is not known to Okta."""
    organisation = factories.Organisation(world.services)
    boss = organisation.person("boss")
    people = [organisation.person(name, manager="boss", last_sign_in=None) for name in ("ann", "ben", "cy", "dee")]
    catalog = organisation.catalog()
    package = organisation.package(catalog=catalog)
    app = {"originSystem": "AadApplication", "originId": "payroll", "displayName": "Payroll"}
    body = {"requestType": "adminAdd", "catalog": {"id": catalog.id}, "resource": app}
    resource = world.post(f"{EM}/resourceRequests", body).json["resource"]["id"]
    role = {"originId": ids.NOBODY, "resource": {"id": resource}}
    assert world.post(f"{EM}/accessPackages/{package.id}/resourceRoleScopes", {"role": role}).status == 201
    start = world.clock.now().date() + 40 * DAY
    review = factories.by_manager(start, boss, justification_required=False)
    policy = organisation.policy(package, review=review)
    organisation.assign(policy, *people)
    now = world.clock.now()
    send(world, told("ben", now, "payroll"), told("cy", now))
    world.clock.advance(days=39)
    now = world.clock.now()
    send(world, told("ann", now, "Payroll"), told("ben", now), told("cy", now))
    world.clock.set((now + DAY).replace(hour=23, minute=50))
    return policy


def review_of(world: World, policy: Any) -> ReviewInstance:
    (found,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    return found  # type: ignore[no-any-return]


def items(world: World, review: ReviewInstance) -> dict[str, dict[str, Any]]:
    address = f"{DEFINITIONS}/{review.definition_id}/instances/{review.id}/decisions?$expand=insights"
    return {one["principal"]["displayName"]: one for one in world.get(address).json["value"]}


def ground(item: dict[str, Any]) -> tuple[Any, ...]:
    names = ("recommendationGround", "recommendationResource", "lastUsedDateTime")
    return (item["recommendation"], *(item.get(f"@accessReviews.{name}") for name in names))


def test_items_say_what_their_recommendation_is_about(world: World, payroll: Any) -> None:
    """R103, R104, G21."""
    world.clock.advance(minutes=10)
    world.tick()
    review = review_of(world, payroll)
    found = items(world, review)
    assert ground(found["Ann"]) == ("Approve", "resource", "Payroll", "2026-04-10T09:00:00Z")
    assert ground(found["Ben"]) == ("Deny", "resource", "Payroll", "2026-03-02T09:00:00Z")
    assert ground(found["Cy"]) == ("Deny", "resource", "Payroll", None)
    assert ground(found["Dee"]) == ("NoInfoAvailable", "person", None, None)
    (insight,) = found["Ben"]["insights"]
    assert insight["@accessReviews.recommendationResource"] == "Payroll"
    accept = f"{DEFINITIONS}/{review.definition_id}/instances/{review.id}/acceptRecommendations"
    assert world.post(accept, None, "boss@example.com").status == 204
    reasons = {name: one["justification"] for name, one in items(world, review).items()}
    assert reasons["Ben"] == "Recommendation accepted: last used 2026-03-02"
    assert reasons["Cy"] == "Recommendation accepted: never used"


def test_the_item_keeps_it_in_little_space_and_its_leaf_covers_it(world: World, payroll: Any) -> None:
    world.clock.advance(minutes=10)
    world.tick()
    review, boss = review_of(world, payroll), ids.guid("user", "boss")
    found = world.services.items.page(review.id, ids.set_of_one(boss), 0, 100, None).items
    for item in found:
        assert leaf_hash(item) == item.leaf
        assert from_wire(to_wire(item)) == item
    used: DecisionItem = next(one for one in found if one.last_used)
    assert leaf_hash(replace(used, last_used=None)) != used.leaf != leaf_hash(replace(used, resource=""))
    assert len(to_wire(used)["i"]["B"]) == 11


def test_it_costs_no_read_more_for_an_item(world: World, payroll: Any) -> None:
    """The use lies with the person, who is read anyway: 0.75 read units an item hold, and 1.02 write units."""
    organisation = factories.Organisation(world.services)
    people = [organisation.person(f"p{number}", manager="boss") for number in range(200)]
    organisation.assign(payroll, *people)
    send(world, *(told(f"p{number}", world.clock.now(), "payroll") for number in range(200)))
    world.clock.advance(minutes=10)
    with Meter() as meter:
        opened = open_due_review(world.services, ids.definition_id(payroll.id))
        assert opened
        advance_review(world.services, opened)
    population = meter.by_table["access-reviews-directory"], meter.by_table["access-reviews-entitlements"]
    assert sum(line.read_units for line in population) / 204 <= 0.75
    assert meter.by_table["access-reviews-items"].write_units == 204
