"""The demonstration organisation has something to show for everything the product does."""

from __future__ import annotations

from typing import Any

from local import demonstration
from local.demonstration.people import person_id, staff
from tests.world import World

EM = "/v1.0/identityGovernance/entitlementManagement"


def values(world: World, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get(path).json["value"]
    return found


def shown(world: World) -> dict[str, list[Any]]:
    """What of it has an id or a number, in short."""
    packages = {one["displayName"]: one["id"] for one in values(world, f"{EM}/accessPackages?$top=50")}
    overlaps = values(world, f"/api/v1/access-packages/{packages['Payments']}/incompatible-holders")
    rights = values(world, f"{EM}/accessPackages/{packages['Finance Reporting']}/resourceRoleScopes?$expand=role")
    requests = values(world, f"{EM}/assignmentRequests?$top=100")
    ending = [one for one in requests if one["schedule"]["expiration"]["endDateTime"]]
    return {
        "packages": sorted(packages.items()),
        "incompatible": [(one["displayName"], one["count"]) for one in overlaps],
        "rights": sorted(one["role"]["displayName"] for one in rights),
        "roles": sorted({one["role"] for one in values(world, "/api/v1/roles")}),
        "scheduled": sorted(one["id"] for one in requests if one["state"] == "scheduled"),
        "ending": sorted(one["id"] for one in ending),
        "coverage": sorted({one["coverage"] for one in values(world, "/api/v1/coverage")}),
    }


def test_everything_has_an_example_that_works(world: World) -> None:
    demonstration.seed(world.services)
    people = staff(world.clock.now())
    found = shown(world)
    assert len(found["packages"]) == 12 and found["rights"] == ["Members", "Reader"]
    ((name, both),) = found["incompatible"]
    assert name == "Treasury Desk" and both > 0
    assert len(found["roles"]) == 7
    assert (len(found["scheduled"]), len(found["ending"])) == (4, 6)
    assert {"reviewed", "neverReviewed", "switchedOff"} <= {*found["coverage"]}
    absent = world.get("/api/v1/me/delegate", people[9].principal_name).json
    assert absent["to"] == person_id(15)
    world.clock.advance(days=1, minutes=1)
    world.tick()
    ended = [mail["to"] for mail in world.mails() if mail["subject"].endswith("has ended")]
    assert len(ended) == 1
    supported = f"/api/v1/reviews?accessPackageId={dict(found['packages'])['Production Support']}"
    (once,) = values(world, supported)
    assert once["latest"]["status"] == "InProgress"
