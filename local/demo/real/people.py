"""People come in: an identity provider keeps them here over SCIM."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from local.demo.player import Player

LONG_GONE, LONG_AGO, AN_HOUR = "bob@example.com", 60, timedelta(hours=1)
MANAGER, GONE = "olivia@example.com", "dan@example.com"
REPORTS = ("ann@example.com", "bob@example.com", "cleo@example.com", GONE, "gus@example.com")
SCIM = "/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def provision(player: Player) -> dict[str, str]:
    """Provision a manager and her reports; ids by user name."""
    player.chapter("People arrive over SCIM")
    made = player.post("/api/v1/provisioning-clients", {"displayName": "Okta"})
    player.tell("The administrator makes a provisioning client; its token reaches SCIM and nothing else.")
    provider = Provider(player, made["token"])
    people = {MANAGER: provider.add(MANAGER, "")}
    for name in REPORTS:
        people[name] = provider.add(name, people[MANAGER])
    provider.switch_off(people[GONE])
    known = {user["userPrincipalName"]: user for user in player.all("/v1.0/users?$expand=manager")}
    managed = [name for name in REPORTS if (known[name].get("manager") or {}).get("id") == people[MANAGER]]
    player.check(managed == [*REPORTS], "everybody but Olivia has Olivia as manager", sorted(known))
    player.tell(f"{len(people)} people were provisioned: Olivia, and {len(REPORTS)} who report to her.")
    player.tell("Then Dan leaves: the provider switches him off (active: false), as Okta does.")
    return people


def sign_ins(player: Player, start: datetime) -> None:
    """An hour before the reviews, what the identity provider knows about sign-ins: Bob has not been seen for long."""
    player.chapter("Sign-ins come in, too")
    if player.now() < start - AN_HOUR:
        player.move_to(start - AN_HOUR)
    now = player.now()
    seen = {name: now - timedelta(days=LONG_AGO if name == LONG_GONE else 1) for name in REPORTS}
    batch = [{"userPrincipalName": name, "at": moment.isoformat()} for name, moment in seen.items()]
    done = player.post("/api/v1/sign-ins", {"source": "okta", "signIns": batch})
    taken = {one["status"] for one in done["results"]}
    player.check(len(done["results"]) == len(batch) and taken == {"updated"}, "every sign-in is taken in", done)
    player.tell(f"{len(batch)} sign-ins from the source okta: Bob's is {LONG_AGO} days old, the others' of yesterday.")


class Provider:
    """The identity provider, with its token."""

    def __init__(self, player: Player, token: str) -> None:
        self._player = player
        self._token = token

    def add(self, name: str, manager: str) -> str:
        """Provision somebody; their id."""
        given = name.split("@")[0].title()
        body: dict[str, Any] = {
            "schemas": [USER, ENTERPRISE],
            "userName": name,
            "externalId": f"okta-{given.lower()}",
            "displayName": given,
            "name": {"givenName": given, "familyName": "Example"},
            "emails": [{"value": name, "type": "work", "primary": True}],
            "active": True,
            ENTERPRISE: {"department": "Engineering"} | ({"manager": {"value": manager}} if manager else {}),
        }
        return str(self._send("POST", "/Users", body)["id"])

    def switch_off(self, user_id: str) -> None:
        """Somebody left."""
        operations = [{"op": "replace", "value": {"active": False}}]
        found = self._send("PATCH", f"/Users/{user_id}", {"schemas": [PATCH], "Operations": operations})
        self._player.check(found["active"] is False, "Dan's account is switched off", found)

    def _send(self, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/scim+json"}
        address = f"{self._player.client.url}{SCIM}{path}"
        return self._player.client.send(method, address, json.dumps(body).encode(), headers)
