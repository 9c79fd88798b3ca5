"""The setting of the story: people, a package, its policy, assignments."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local.demo.player import Player
from local.loading import load

ZONE = "Europe/Paris"
DAYS = 14
MANAGER, DEPUTY, HELPER = "olivia@example.com", "frank@example.com", "hana@example.com"
AUDITOR = "ida@example.com"
REPORTS = ("ann@example.com", "bob@example.com", "cleo@example.com", "dan@example.com")
ALONE = ("eve@example.com", "finn@example.com", "gus@example.com")
DENIED, OPEN, LEAVING = "bob@example.com", "dan@example.com", "gus@example.com"
LEAVES_AFTER = 5  # days
EM = "/v1.0/identityGovernance/entitlementManagement"
AR = "/v1.0/identityGovernance/accessReviews/definitions"


def import_people(player: Player, folder: Path) -> dict[str, str]:
    """Import the people; their ids by principal name."""
    player.chapter("The organisation")
    seen = (player.now() - timedelta(days=3)).strftime("%Y-%m-%d")
    rows = [f"{name},{name.split('@')[0].title()},{name},{MANAGER},{seen}" for name in REPORTS]
    rows += [
        f"{name},{name.split('@')[0].title()},{name},,{seen}" for name in (*ALONE, MANAGER, DEPUTY, HELPER, AUDITOR)
    ]
    file = folder / "people.csv"
    file.write_text("\n".join(["userPrincipalName,displayName,mail,manager,lastSignIn", *rows]), encoding="utf-8")
    done = load(player.client, "people", file)
    player.check(done["created"] == len(rows) and not done["bad"], f"{len(rows)} people are imported", done)
    player.tell(
        f"{len(rows)} people were imported. Olivia manages Ann, Bob, Cleo and Dan; Eve, Finn and Gus have no manager."
    )
    return {user["userPrincipalName"]: user["id"] for user in player.all("/v1.0/users")}


def auditor(player: Player, people: dict[str, str]) -> None:
    """Ida may read everything and change nothing."""
    player.post("/api/v1/roles", {"role": "auditor", "principalId": people[AUDITOR]})
    player.tell("Ida is an auditor: she sees everything and changes nothing.")


def start_day(player: Player) -> datetime:
    """23:59 in the zone, today; tomorrow when today's has all but passed."""
    soon = player.now().astimezone(ZoneInfo(ZONE)) + timedelta(minutes=5)
    return datetime.combine(soon.date(), time(23, 59), ZoneInfo(ZONE))


def package_and_policy(player: Player, people: dict[str, str], start: datetime) -> dict[str, Any]:
    """The package with what it grants, and its policy; the policy with the package's id."""
    player.chapter("An access package, and a policy with access reviews switched on")
    catalog = player.post(f"{EM}/catalogs", {"displayName": "Finance"})
    named = {"displayName": "Finance Reporting", "description": "Read the books", "catalog": {"id": catalog["id"]}}
    package = player.post(f"{EM}/accessPackages", named)
    _right(player, catalog["id"], package["id"])
    policy: dict[str, Any] = player.post(f"{EM}/assignmentPolicies", _policy_body(package, people[DEPUTY], start))
    kept = policy["reviewSettings"]["schedule"]["expiration"]["duration"]
    player.check(kept == f"P{DAYS}D", "the policy keeps its review settings", policy["reviewSettings"])
    player.tell(
        f"The policy of the package Finance Reporting is reviewed every three months, from {start:%A %-d %B} on, for "
        f"{DAYS} days, by each person's manager; where there is none, by Frank. Who is not answered for keeps access."
    )
    return {**policy, "packageId": package["id"]}


def _right(player: Player, catalog: str, package: str) -> None:
    """The package grants a role of an application in its catalog."""
    ledger = {
        "originSystem": "AadApplication",
        "originId": "ledger",
        "displayName": "Ledger",
        "roles": [{"originId": "reader", "displayName": "Reader"}],
    }
    body = {"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": ledger}
    player.post(f"{EM}/resourceRequests", body)
    (resource,) = player.exactly(1, f"{EM}/catalogs/{catalog}/resources?$expand=roles,scopes", "resource")
    role = {"originId": "reader", "originSystem": "AadApplication", "resource": {"id": resource["id"]}}
    scope = {"originId": resource["scopes"][0]["originId"], "originSystem": "AadApplication"}
    player.post(f"{EM}/accessPackages/{package}/resourceRoleScopes", {"role": role, "scope": scope})
    player.tell("The package Finance Reporting grants the role Reader of the application Ledger.")


def _policy_body(package: dict[str, Any], deputy: str, start: datetime) -> dict[str, Any]:
    span = {"type": "noEnd", "startDate": f"{start:%Y-%m-%d}", "recurrenceTimeZone": ZONE}
    review = {
        "isEnabled": True,
        "expirationBehavior": "keepAccess",
        "isRecommendationEnabled": True,
        "isReviewerJustificationRequired": True,
        "isSelfReview": False,
        "primaryReviewers": [{"@odata.type": "#microsoft.graph.targetManager", "managerLevel": 1}],
        "fallbackReviewers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": deputy}],
        "schedule": {
            "startDateTime": start.isoformat(),
            "expiration": {"type": "afterDuration", "duration": f"P{DAYS}D"},
            "recurrence": {"pattern": {"type": "absoluteMonthly", "interval": 3}, "range": span},
        },
    }
    return {"displayName": "Employees", "accessPackage": {"id": package["id"]}, "reviewSettings": review}


def assign(player: Player, policy: dict[str, Any], people: dict[str, str], start: datetime) -> dict[str, str]:
    """Assign the package to seven people, to Gus not for long; assignment ids by principal name."""
    names, held = (*REPORTS, *ALONE), {}
    for name in names:
        wanted = {
            "targetId": people[name],
            "assignmentPolicyId": policy["id"],
            "accessPackageId": policy["packageId"],
        }
        body: dict[str, Any] = {"requestType": "adminAdd", "assignment": wanted}
        if name == LEAVING:
            ends = (start + timedelta(days=LEAVES_AFTER)).isoformat()
            body["schedule"] = {"expiration": {"type": "afterDateTime", "endDateTime": ends}}
        held[name] = player.post(f"{EM}/assignmentRequests", body)["assignment"]["id"]
    player.tick()
    states = {player.get(f"{EM}/assignments/{one}")["state"] for one in held.values()}
    player.check(states == {"delivered"}, "every assignment is delivered", states)
    player.tell(f"{len(held)} people now have the package through this policy, Gus for {LEAVES_AFTER} days more.")
    return held
