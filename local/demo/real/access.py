"""Connections, packages whose rights lie outside, and what was there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.demo.player import Player
from local.demo.real.people import MANAGER
from local.demo.real.systems import BILLING, EDITORS, PLATFORM, THERE_ALREADY, Systems
from local.demo.setting import DAYS, EM, ZONE

CENTER, POOL = "identity-center", "customer-portal"  # names of connections
HOLDERS = ("ann@example.com", "bob@example.com", "cleo@example.com")


@dataclass(frozen=True)
class Made:
    """A package and its policy."""

    title: str
    package: str
    policy: str


def connect(player: Player, systems: Systems) -> None:
    """Tell the product where the systems are."""
    player.chapter("The administrator connects them")
    settings = {"identityStoreId": systems.store, "instanceArn": systems.instance}
    for name, kind, title, chosen in (
        (CENTER, "identityCenter", "IAM Identity Center", settings),
        (POOL, "cognito", "Customer portal", {"userPoolId": systems.pool}),
    ):
        body = {"name": name, "kind": kind, "displayName": title, "settings": chosen}
        made = player.post("/api/v1/connectors", body)
        player.check(not made["problem"], f"the connection {name} was tried and works", made)
        player.tell(f"Connection {name} ({kind}): tried, nothing is wrong.")


def adopt(player: Player, systems: Systems) -> str:
    """A group that is there already becomes a package, its member an assignment; the package's id."""
    player.chapter("What is there already is adopted")
    wish = {"connection": CENTER, "groups": [{"originId": systems.groups[BILLING]}]}
    seen = _adoption(player, "/api/v1/adoptions/preview", wish)
    counts = seen["totals"]
    player.check((counts["members"], counts["assigned"]) == (1, 1), "the preview names one member", seen)
    player.check(not _packages(player), "a preview makes nothing", _packages(player))
    player.tell(f"A preview: {BILLING} would become a package, and Gus would hold it.")
    done = _adoption(player, "/api/v1/adoptions", wish)
    package = str(done["groups"][0]["accessPackage"]["id"])
    held = _states(player, package)
    player.check(held == {THERE_ALREADY: "delivered"}, "Gus holds the package of the group he is in", held)
    player.check(systems.in_center(BILLING) == [THERE_ALREADY], "nothing changed there", systems.in_center(BILLING))
    again = _adoption(player, "/api/v1/adoptions", wish)["totals"]
    player.check((again["assigned"], again["unchanged"]) == (0, 1), "adopting again changes nothing", again)
    player.tell("Adopted: Gus has an assignment. Adopting the group again changes nothing.")
    return package


def _adoption(player: Player, path: str, wish: dict[str, Any]) -> dict[str, Any]:
    """Begin it and let it end; how it ended."""
    begun = player.post(path, wish)
    player.tick()
    found: dict[str, Any] = player.get(f"/api/v1/adoptions/{begun['id']}")
    player.check(found["finishedDateTime"] is not None and "error" not in found, "the adoption ends", found)
    return found


def _packages(player: Player) -> list[str]:
    return [package["displayName"] for package in player.all(f"{EM}/accessPackages")]


def packages(player: Player, systems: Systems, start: datetime, people: dict[str, str]) -> tuple[Made, Made]:
    """A package in each system, reviewed by the managers of those who hold it."""
    player.chapter("Two access packages, delivered into these systems")
    catalog = player.post(f"{EM}/catalogs", {"displayName": "Cloud"})["id"]
    review = _review(people[MANAGER], start)
    platform = _package(player, catalog, "AWS Platform", CENTER, systems.groups[PLATFORM], review)
    portal = _package(player, catalog, "Customer Portal", POOL, EDITORS, review)
    player.tell(f"AWS Platform is membership of {PLATFORM}, Customer Portal membership of {EDITORS}.")
    return platform, portal


def _package(player: Player, catalog: str, title: str, connection: str, group: str, review: dict[str, Any]) -> Made:
    named = {"displayName": title, "description": f"Member of {group}", "catalog": {"id": catalog}}
    package = player.post(f"{EM}/accessPackages", named)["id"]
    wanted = {"originSystem": "AadGroup", "originId": group, "@accessReviews.connector": connection}
    body = {"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": wanted}
    player.post(f"{EM}/resourceRequests", body)
    listed = player.all(f"{EM}/catalogs/{catalog}/resources?$expand=roles,scopes")
    resource = next(one for one in listed if one["originId"] == group)
    (role,) = resource["roles"]
    asked = {"originId": role["originId"], "originSystem": "AadGroup", "resource": {"id": resource["id"]}}
    scope = {"originId": resource["scopes"][0]["originId"], "originSystem": "AadGroup"}
    player.post(f"{EM}/accessPackages/{package}/resourceRoleScopes", {"role": asked, "scope": scope})
    wish = {"displayName": "Engineers", "accessPackage": {"id": package}, "reviewSettings": review}
    policy = player.post(f"{EM}/assignmentPolicies", wish)["id"]
    return Made(title, package, policy)


def _review(fallback: str, start: datetime) -> dict[str, Any]:
    """By each person's manager, every three months, from today on."""
    return {
        "isEnabled": True,
        "expirationBehavior": "keepAccess",
        "isRecommendationEnabled": True,
        "primaryReviewers": [{"@odata.type": "#microsoft.graph.targetManager", "managerLevel": 1}],
        "fallbackReviewers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": fallback}],
        "schedule": {
            "startDateTime": start.isoformat(),
            "expiration": {"type": "afterDuration", "duration": f"P{DAYS}D"},
            "recurrence": {
                "pattern": {"type": "absoluteMonthly", "interval": 3},
                "range": {"type": "noEnd", "startDate": f"{start:%Y-%m-%d}", "recurrenceTimeZone": ZONE},
            },
        },
    }


def assign(player: Player, systems: Systems, made: tuple[Made, Made], people: dict[str, str]) -> None:
    """Give both packages to three people; they are members there when the assignments say so."""
    for one in made:
        for name in HOLDERS:
            wanted = {"targetId": people[name], "assignmentPolicyId": one.policy, "accessPackageId": one.package}
            player.post(f"{EM}/assignmentRequests", {"requestType": "adminAdd", "assignment": wanted})
    player.tick()
    for one in made:
        held = _states(player, one.package)
        player.check(held == dict.fromkeys(HOLDERS, "delivered"), f"{one.title} is delivered to three", held)
    player.check(systems.in_center(PLATFORM) == [*HOLDERS], "all are members", systems.in_center(PLATFORM))
    player.check(systems.in_pool() == [*HOLDERS], "all are members", systems.in_pool())
    player.tell("Ann, Bob and Cleo get both. Read at the systems themselves:")
    show(player, systems)


def show(player: Player, systems: Systems) -> None:
    """Who is a member, as the systems outside say it."""
    for where, members in ((PLATFORM, systems.in_center(PLATFORM)), (EDITORS, systems.in_pool())):
        player.tell(f"  {where.ljust(20)}{', '.join(members) or 'nobody'}")


def _states(player: Player, package: str) -> dict[str, str]:
    """The state of each assignment to a package, by its holder's user name."""
    chosen = f"{EM}/assignments?$filter=accessPackage/id eq '{package}'&$expand=target"
    names = {user["id"]: user["userPrincipalName"] for user in player.all("/v1.0/users")}
    return {names[one["target"]["objectId"]]: one["state"] for one in player.all(chosen)}
