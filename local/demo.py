"""`dev.py demo`: one review from policy to result, played through the HTTP API and told step by step.

The story has its own small organisation, so that what happens can be told name by name.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local.client import Client, Failure
from local.demo_player import Player, Unexpected
from local.loading import load
from local.temporary import instance

ZONE = "Europe/Paris"
DAYS = 14
MANAGER, DEPUTY = "olivia@example.com", "frank@example.com"
REPORTS = ("ann@example.com", "bob@example.com", "cleo@example.com", "dan@example.com")
ALONE = ("eve@example.com", "finn@example.com")
DENIED, OPEN = "bob@example.com", "dan@example.com"
EM = "/v1.0/identityGovernance/entitlementManagement"
AR = "/v1.0/identityGovernance/accessReviews/definitions"
MINE = "filterByCurrentUser(on='reviewer')"


def main(argv: list[str]) -> int:
    """Play the review on an instance of its own; 0 only when every step went as expected."""
    argparse.ArgumentParser(prog="dev.py demo", description=__doc__).parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="access-reviews-demo-") as name:
            folder = Path(name)
            print("Starting an instance of its own ...", flush=True)
            with instance(folder, "--empty") as client:
                play(client, folder)
    except (Unexpected, Failure) as problem:
        print(f"\nThe demonstration stopped: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print("\nEvery step went as expected.")
    return 0


def play(client: Client, folder: Path) -> None:
    """The whole story. Raises Unexpected or Failure where it goes another way."""
    player = Player(client)
    people = _people(player, folder)
    start = _start_day(player)
    policy = _policy(player, people, start)
    held = _assignments(player, policy, people)
    definition, review = _opening(player, policy, start)
    _decisions(player, definition, review)
    _numbers(player, review)
    _closing(player, definition, review)
    _result(player, review, held)


def _people(player: Player, folder: Path) -> dict[str, str]:
    """Import the people; their ids by principal name."""
    player.chapter("The organisation")
    seen = (player.now() - timedelta(days=3)).strftime("%Y-%m-%d")
    rows = [f"{name},{name.split('@')[0].title()},{name},{MANAGER},{seen}" for name in REPORTS]
    rows += [f"{name},{name.split('@')[0].title()},{name},,{seen}" for name in (*ALONE, MANAGER, DEPUTY)]
    file = folder / "people.csv"
    file.write_text("\n".join(["userPrincipalName,displayName,mail,manager,lastSignIn", *rows]), encoding="utf-8")
    done = load(player.client, "people", file)
    player.check(done["created"] == len(rows) and not done["bad"], f"{len(rows)} people are imported", done)
    player.tell(
        f"{len(rows)} people were imported. Olivia manages Ann, Bob, Cleo and Dan; Eve and Finn have no manager."
    )
    return {user["userPrincipalName"]: user["id"] for user in player.all("/v1.0/users")}


def _start_day(player: Player) -> datetime:
    """23:59 in the zone, today; tomorrow when today's has all but passed."""
    soon = player.now().astimezone(ZoneInfo(ZONE)) + timedelta(minutes=5)
    return datetime.combine(soon.date(), time(23, 59), ZoneInfo(ZONE))


def _policy(player: Player, people: dict[str, str], start: datetime) -> dict[str, Any]:
    player.chapter("An access package, and a policy with access reviews switched on")
    catalog = player.post(f"{EM}/catalogs", {"displayName": "Finance"})
    named = {"displayName": "Finance Reporting", "description": "Read the books", "catalog": {"id": catalog["id"]}}
    package = player.post(f"{EM}/accessPackages", named)
    policy: dict[str, Any] = player.post(f"{EM}/assignmentPolicies", _policy_body(package, people[DEPUTY], start))
    kept = policy["reviewSettings"]["schedule"]["expiration"]["duration"]
    player.check(kept == f"P{DAYS}D", "the policy keeps its review settings", policy["reviewSettings"])
    player.tell(
        f"The policy of the package Finance Reporting is reviewed every three months, from {start:%A %-d %B} on, for "
        f"{DAYS} days, by each person's manager; where there is none, by Frank. Who is not answered for keeps access."
    )
    return {**policy, "packageId": package["id"]}


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


def _assignments(player: Player, policy: dict[str, Any], people: dict[str, str]) -> dict[str, str]:
    """Assign the package to six people; assignment ids by principal name."""
    names, held = (*REPORTS, *ALONE), {}
    for name in names:
        wanted = {
            "targetId": people[name],
            "assignmentPolicyId": policy["id"],
            "accessPackageId": policy["packageId"],
        }
        body = {"requestType": "adminAdd", "assignment": wanted}
        held[name] = player.post(f"{EM}/assignmentRequests", body)["assignment"]["id"]
    player.tick()
    states = {player.get(f"{EM}/assignments/{one}")["state"] for one in held.values()}
    player.check(states == {"delivered"}, "every assignment is delivered", states)
    player.tell(f"{len(held)} people now have the package through this policy.")
    return held


def _opening(player: Player, policy: dict[str, Any], start: datetime) -> tuple[str, str]:
    """Move to the evening; ids of the definition and the instance that opened by itself."""
    player.chapter("The review opens by itself")
    player.move_to(start + timedelta(seconds=30))
    chosen = f"contains(scope/query, '{policy['id']}')"
    (definition,) = player.exactly(1, f"{AR}?$filter={chosen}", "series of reviews for the policy")
    (review,) = player.exactly(1, f"{AR}/{definition['id']}/instances", "review of the series")
    player.check(review["status"] == "InProgress", "the review is in progress", review["status"])
    player.tell(f"It is {start:%H:%M} in {ZONE}. “{definition['displayName']}” is open; nobody had to start it.")
    mails = player.mails()
    asked = sorted(mail["to"] for mail in mails)
    player.check(asked == [DEPUTY, MANAGER], "Olivia and Frank get one mail each", asked)
    for mail in mails:
        player.tell(f"Mail to {mail['to']}: {mail['subject']}")
    words = next(mail["text"] for mail in mails if mail["to"] == MANAGER)
    player.quote("\n".join(words.splitlines()[:12]))
    return definition["id"], review["id"]


def _decisions(player: Player, definition: str, review: str) -> None:
    player.chapter("The reviewers decide")
    items = f"{AR}/{definition}/instances/{review}/decisions"
    for reviewer, expected in ((MANAGER, REPORTS), (DEPUTY, ALONE)):
        mine = {item["principal"]["userPrincipalName"]: item for item in player.all(f"{items}/{MINE}", reviewer)}
        player.check(set(mine) == set(expected), f"{reviewer} is asked about {expected}", sorted(mine))
        player.tell(f"{reviewer} is asked about {len(mine)} people:")
        for name in expected:
            player.tell(_decide(player, f"{items}/{mine[name]['id']}", name, reviewer, mine[name]["recommendation"]))
    bare = {"decision": "Approve"}
    refused = player.refused("PATCH", f"{items}/{mine[ALONE[0]]['id']}", bare, DEPUTY)
    player.check("justification" in refused, "approving without a justification is refused", refused)
    player.tell(f"An approval without a justification is refused: “{refused}”")


def _decide(player: Player, address: str, name: str, reviewer: str, recommended: str) -> str:
    """Decide about one person as the story wants it; the sentence that tells it."""
    if name == OPEN:
        return f"  {name}: recommended {recommended}; left open"
    deny = name == DENIED
    reason = "Moved to another team." if deny else "Still closes the books every month."
    body = {"decision": "Deny" if deny else "Approve", "justification": reason}
    player.send("PATCH", address, body, reviewer)
    return f"  {name}: recommended {recommended}; decided {body['decision']}, “{reason}”"


def _numbers(player: Player, review: str) -> None:
    player.chapter("Where the review stands")
    player.tick()
    found = player.get(f"/api/v1/reviews/{review}")
    expected = {"total": 6, "approved": 4, "denied": 1, "dontKnow": 0, "notReviewed": 1}
    player.check(found["counts"] == expected, f"the numbers are {expected}", found["counts"])
    done = found["reviewers"]
    player.check(done == {"total": 2, "finished": 1}, "one of two reviewers has finished", done)
    player.tell(
        "6 people: 4 approved, 1 denied, 1 not reviewed. 1 of 2 reviewers has finished. Nothing is removed yet."
    )


def _closing(player: Player, definition: str, review: str) -> None:
    player.chapter("The review closes by itself")
    address = f"{AR}/{definition}/instances/{review}"
    closes = datetime.fromisoformat(player.get(address)["endDateTime"])
    player.move_to(closes + timedelta(seconds=5))
    status = player.get(address)["status"]
    player.check(status == "Applied", "the review is applied", status)
    player.tell(f"It closed on {closes.astimezone(ZoneInfo(ZONE)):%A %-d %B at %H:%M} and is Applied.")


def _result(player: Player, review: str, held: dict[str, str]) -> None:
    """Exactly the denied assignment has ended, its holder was told, and the figures say so."""
    states = {name: player.get(f"{EM}/assignments/{one}")["state"] for name, one in held.items()}
    expected = {name: "expired" if name == DENIED else "delivered" for name in held}
    player.check(states == expected, "only the denied assignment has ended", states)
    outcome = player.get(f"/api/v1/reviews/{review}")["outcome"]
    sums = (outcome["approved"], outcome["denied"], outcome["kept"], outcome["removed"], outcome["removalFailures"])
    player.check(sums == (4, 1, 1, 1, 0), "4 approved, 1 denied, 1 kept, 1 removed, none failed", outcome)
    player.tell("Bob's assignment is expired. The other five are delivered, Dan's too: nobody answered for him.")
    ended = [mail for mail in player.mails() if mail["subject"].endswith("has ended")]
    player.check([mail["to"] for mail in ended] == [DENIED], "Bob alone is told that access has ended", ended)
    player.tell(f"Mail to {DENIED}: {ended[0]['subject']}")
    player.quote("\n".join(ended[0]["text"].splitlines()[:6]))
