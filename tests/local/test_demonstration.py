"""The demonstration organisation as a first-time visitor finds it: a real instance, started once, only looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.client import Client
from local.demonstration.parts import PARTS
from local.demonstration.people import LEADER, UNREACHABLE, person_id, staff
from local.demonstration.reviews import STANDS_IN
from local.resources import Aws
from local.temporary import instance
from local.venvs import EMULATOR, ROOT
from tests.world import START

EM = "/v1.0/identityGovernance/entitlementManagement"


@dataclass
class Visitor:
    """Asks the running instance as one of its people."""

    client: Client
    tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, who: str = "admin") -> Any:
        if who not in self.tokens:
            self.tokens[who] = self.client.post("/_local/token", {"who": who})["token"]
        return self.client.get(path.replace(" ", "%20"), self.tokens[who])

    def values(self, path: str, who: str = "admin") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path, who)["value"]
        return found

    def reviews(self) -> dict[str, dict[str, Any]]:
        """The latest review of each package that had one, by the package's name."""
        found = {}
        for package in self.values(f"{EM}/accessPackages?$top=50"):
            for series in self.values(f"/api/v1/reviews?accessPackageId={package['id']}"):
                if series["latest"]:
                    found[package["displayName"]] = self.get(f"/api/v1/reviews/{series['latest']['id']}")
        return found

    def now(self) -> datetime:
        return datetime.fromisoformat(self.client.get("/_local/clock")["now"])


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    if not EMULATOR.python.exists():
        pytest.skip("the emulator's environment is missing: `python3 dev.py test` makes it")
    with instance(tmp_path_factory.mktemp("visited")) as client:
        yield Visitor(client)


def share(review: dict[str, Any]) -> float:
    """How much of it is decided."""
    counts = review["counts"]
    return 1 - counts["notReviewed"] / counts["total"]


def _ends(schedule: dict[str, Any] | None) -> bool:
    """Does an assignment of this schedule end on a date?"""
    return bool(schedule and (schedule["expiration"] or {}).get("endDateTime"))


def test_reviews_are_in_every_state(visitor: Visitor) -> None:
    """Half decided, hardly begun, closing tomorrow, closed with removals, held by the brake (G24), without a reviewer
    (G10), handed over, and others to come; and the clock says what time it really is."""
    found = visitor.reviews()
    assert visitor.client.get("/_local/clock")["offsetSeconds"] == 0
    closed = {name: one for name, one in found.items() if one["status"] in ("Applied", "Completed")}
    assert {name: one["status"] for name, one in closed.items()} == {"Payments": "Applied", "Source Code": "Completed"}
    assert closed["Source Code"]["waitingForConfirmation"] and closed["Payments"]["outcome"]["removed"] > 0
    running = {name: one for name, one in found.items() if one["status"] == "InProgress"}
    assert len(running) == 12
    ends = {name: datetime.fromisoformat(one["endDateTime"]) for name, one in running.items()}
    assert [name for name, end in ends.items() if end - visitor.now() < timedelta(days=2)] == ["Treasury Desk"]
    assert min(map(share, running.values())) < 0.1 and 0.4 < share(running["Finance Reporting"]) < 0.8
    assert running["Partner Portal"]["needsReviewer"] == 1


def test_a_review_that_closed_took_access_away_with_a_reason_for_the_person(visitor: Visitor) -> None:
    mails = visitor.client.get("/_local/mails")
    lost = next(mail["to"] for mail in mails if mail["subject"].endswith("Treasury Desk has ended"))
    results = [one["lastReview"] for one in visitor.values("/api/v1/my-access", lost)]
    assert [one["justification"] for one in results if one and one["outcome"] == "removed"] != [""]


def test_one_manager_has_ten_reports_in_eight_packages(visitor: Visitor) -> None:
    team = [user for user in staff(START) if user.manager_id == person_id(LEADER)]
    mine = visitor.values("/api/v1/reviews", person_id(LEADER))
    waiting = [one for one in mine if one["status"] == "InProgress"]
    assert len(team) == 10
    assert len({one["accessPackage"]["displayName"] for one in waiting}) == 8
    assert 50 <= sum(one["items"] for one in waiting) <= 70


def test_somebody_was_handed_items_and_somebody_could_not_be_told(visitor: Visitor) -> None:
    taken = visitor.values("/api/v1/reviews", person_id(STANDS_IN))
    assert [one["items"] for one in taken if one["accessPackage"]["displayName"] == "Treasury Desk"] == [6]
    unreachable = staff(START)[UNREACHABLE]
    assert unreachable.mail not in {mail["to"] for mail in visitor.client.get("/_local/mails")}


def test_somebody_has_tasks_and_said_what_became_of_others(visitor: Visitor) -> None:
    assert [one["operation"] for one in visitor.values("/api/v1/tasks")] == ["grant", "grant"]
    assert {one["state"] for one in visitor.values("/api/v1/tasks?ended=true")} == {"done", "notDone"}


def test_what_is_delivered_outside_is_there(visitor: Visitor) -> None:
    """Seen by a plain client at the emulator: a group of Identity Center and one of a user pool."""
    aws = Aws(visitor.client.get("/_local/health")["emulator"])
    instance = aws.client("sso-admin").list_instances()["Instances"][0]
    store, api = {"IdentityStoreId": instance["IdentityStoreId"]}, aws.client("identitystore")
    groups = {one["DisplayName"]: one["GroupId"] for one in api.list_groups(**store)["Groups"]}
    members = {
        name: len(api.list_group_memberships(**store, GroupId=group)["GroupMemberships"])
        for name, group in groups.items()
    }
    assert members == {"Platform engineers": 6, "Billing readers": 3, "Break-glass administrators": 2}
    cognito = aws.client("cognito-idp")
    pools = {one["Name"]: one["Id"] for one in cognito.list_user_pools(MaxResults=10)["UserPools"]}
    editors = cognito.list_users_in_group(UserPoolId=pools["customer-portal"], GroupName="portal-editors")["Users"]
    assert len(editors) == 6
    packages = {one["displayName"]: one["id"] for one in visitor.values(f"{EM}/accessPackages?$top=50")}
    for name in ("AWS Platform", "Customer Portal"):
        held = visitor.values(f"{EM}/assignments?$filter=accessPackage/id eq '{packages[name]}'")
        assert [one["state"] for one in held] == ["delivered"] * 6


def test_the_readme_tells_who_is_worth_being() -> None:
    """The README's table is what the sign-in page offers."""
    lines = re.findall(r"^\| `([^`]+)` \| (.+) \|$", Path(ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    table = [(who, what.replace("`", "")) for who, what in lines if "@" in who or who in ("admin", "auditor")]
    assert table == list(PARTS)
    assert {who for who, _ in PARTS if "@" in who} <= {user.principal_name for user in staff(START)}


def test_everything_has_an_example_that_works(visitor: Visitor) -> None:
    """The last one, for it lets time pass."""
    packages = {one["displayName"]: one["id"] for one in visitor.values(f"{EM}/accessPackages?$top=50")}
    rights = visitor.values(f"{EM}/accessPackages/{packages['Finance Reporting']}/resourceRoleScopes?$expand=role")
    requests = visitor.values(f"{EM}/assignmentRequests?$top=100")
    assert len(packages) == 21 and sorted(one["role"]["displayName"] for one in rights) == ["Members", "Reader"]
    ((name, both),) = [
        (one["displayName"], one["count"])
        for one in visitor.values(f"/api/v1/access-packages/{packages['Payments']}/incompatible-holders")
    ]
    assert name == "Treasury Desk" and both > 0
    assert len({one["role"] for one in visitor.values("/api/v1/roles")}) == 7
    assert len([one for one in requests if one["state"] == "scheduled"]) == 4
    assert len([one for one in requests if _ends(one["schedule"])]) == 6
    coverage = {one["coverage"] for one in visitor.values("/api/v1/coverage")}
    assert {"reviewed", "neverReviewed", "switchedOff"} <= coverage
    assert visitor.get("/api/v1/me/delegate", person_id(9))["to"] == person_id(STANDS_IN)
    before = len(visitor.client.get("/_local/mails"))
    visitor.client.post("/_local/clock", {"advance": "25h"})
    visitor.client.post("/_local/tick", {}, seconds=300)
    ended = [one for one in visitor.client.get("/_local/mails")[before:] if "Data Lake has ended" in one["subject"]]
    assert len(ended) == 1
    (once,) = visitor.values(f"/api/v1/reviews?accessPackageId={packages['Production Support']}")
    assert once["latest"]["status"] == "InProgress"
