"""Which packages of a person are shown to whom."""

from __future__ import annotations

from chalicelib.domain import ids
from chalicelib.domain.people import Role
from tests import factories
from tests.factories import Organisation
from tests.world import World


def names(world: World, person_id: str, as_: str) -> list[str] | int:
    reply = world.get(f"/api/v1/people/{person_id}/packages", f"{as_}@example.com")
    return [one["accessPackage"]["displayName"] for one in reply.json["value"]] if reply.status == 200 else reply.status


def test_everybody_sees_of_a_person_what_they_may_see_anyway(world: World) -> None:
    """R156, R165: a reviewer sees what is under review, and of the rest the packages they may see themselves."""
    organisation = Organisation(world.services)
    boss, ann = organisation.person("boss"), organisation.person("ann", manager="boss")
    review = factories.by_manager(world.clock.now().date(), boss, justification_required=False)
    packages = {name: organisation.package(name) for name in ("Alpha", "Beta", "Gamma")}
    policies = {name: organisation.policy(found) for name, found in packages.items() if name != "Alpha"}
    policies["Alpha"] = organisation.policy(packages["Alpha"], review=review)
    for policy in policies.values():
        organisation.assign(policy, ann)
    organisation.assign(policies["Beta"], boss)
    for name in ("mia", "rea", "eve", "vera"):
        organisation.person(name)
    organisation.grant(organisation.people["mia"], Role.ASSIGNMENT_MANAGER, f"package:{packages['Gamma'].id}")
    organisation.grant(organisation.people["rea"], Role.CATALOG_READER, f"catalog:{packages['Gamma'].catalog_id}")
    organisation.grant(organisation.people["vera"], Role.AUDITOR)
    assert names(world, ann.id, "boss") == 404  # no review is open yet
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    assert names(world, ann.id, "admin") == names(world, ann.id, "vera") == ["Alpha", "Beta", "Gamma"]
    assert names(world, ann.id, "ann") == ["Alpha", "Beta", "Gamma"]
    assert names(world, ann.id, "boss") == ["Alpha", "Beta"]
    assert names(world, ann.id, "mia") == ["Gamma"]
    assert names(world, ann.id, "rea") == names(world, ann.id, "eve") == 404
    assert names(world, ids.guid("nobody"), "admin") == names(world, "nobody", "admin") == 404
    world.clock.advance(days=15)
    world.tick()
    assert names(world, ann.id, "boss") == 404  # the review is over
    (alpha, *_) = world.get(f"/api/v1/people/{ann.id}/packages").json["value"]
    assert alpha["startDateTime"] == "2026-03-02T09:00:00Z" and alpha["endDateTime"] is None
    assert alpha["assignmentPolicy"]["displayName"] == "Staff"
    assert alpha["request"]["requestType"] == "adminAdd"
