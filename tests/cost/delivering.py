"""A review whose removals go through a connector, measured: for tests and for `bench cost`."""

from __future__ import annotations

from datetime import timedelta

from bench.meter import Meter
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.reviews import Status
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.outside import plug_in
from tests.world import World

PEOPLE = 20
ONCE = 30  # write units a review costs once when it is applied; 4 of them for the watch, 4 to have it sealed


def granting(world: World, org: Organisation, connector: str) -> AccessPackage:
    """A package with one role through a connector, or with none."""
    catalog = org.catalog()
    package = org.package(catalog=catalog)
    if connector:
        draft = ResourceDraft(
            catalog_id=catalog.id,
            origin_system="AadApplication",
            origin_id="x",
            display_name="X",
            connector=connector,
            roles=(("user", "User"),),
        )
        made = add_resource(world.services, ADMIN, org.now, org.operation(), draft)
        add_role(world.services, ADMIN, org.now, org.operation(), package.id, made.resource_id, "user")
    return package


def removed(world: World, connector: str) -> tuple[Meter, int]:
    """A review that denies everybody's assignment to a package with one role; what closing and applying cost."""
    org, outside = Organisation(world.services), plug_in(world.services)
    boss, package = org.person("boss"), granting(world, org, connector)
    review = factories.by_people(org.now.date(), boss, justification_required=False, brake_count=1_000)
    policy = org.policy(package, review=review)
    org.assign(policy, *(org.person(f"p{number}") for number in range(PEOPLE)))
    world.clock.set(org.now.replace(hour=23, minute=59, second=30))
    world.tick()
    assert len(outside.held) == (PEOPLE if connector == "outside" else 0)
    (mine,) = world.get("/api/v1/reviews", "boss@example.com").json["value"]
    instance = world.services.reviews.instance(mine["id"])
    url = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    reply = world.post(f"{url}/batchRecordDecisions", {"decision": "Deny"}, "boss@example.com")
    assert reply.status == 204, reply.text
    world.drain()
    world.clock.set(instance.closes + timedelta(seconds=5))
    advance_review(world.services, instance.id)
    world.clock.seconds += world.services.settings.closing_wait_seconds + 1
    with Meter() as meter:
        advance_review(world.services, instance.id)
        world.clock.advance(minutes=1)
        advance_review(world.services, instance.id)
    state = world.services.reviews.state(instance.id)
    assert (state.status, state.removed, outside.held) == (Status.APPLIED, PEOPLE, set())
    return meter, PEOPLE
