"""What the tests of the entitlement routes share: addresses, bodies, and an organisation to use them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import Role, RoleGrant, User
from tests.factories import Organisation
from tests.world import Reply, World

EM = "/v1.0/identityGovernance/entitlementManagement"
CATALOGS, PACKAGES = f"{EM}/catalogs", f"{EM}/accessPackages"
POLICIES, ASSIGNMENTS, REQUESTS = f"{EM}/assignmentPolicies", f"{EM}/assignments", f"{EM}/assignmentRequests"
NOBODY = "11111111-2222-3333-4444-555555555555"
MALFORMED = ["{", "[]", '"text"', "nul", '{"displayName": "\\ud800"}', b"\xff\xfe", "[" * 100_000]
RETRY = {"Retry-Attempt": "1"}

# Members of a policy that are stored and given back, as clients send them.
KEPT: dict[str, Any] = {
    "specificAllowedTargets": [{"@odata.type": "#microsoft.graph.groupMembers", "groupId": "g", "description": "d"}],
    "requestorSettings": {"enableTargetsToSelfAddAccess": True, "onBehalfRequestors": []},
    "requestApprovalSettings": {
        "isApprovalRequiredForAdd": True,
        "stages": [
            {
                "durationBeforeAutomaticDenial": "P2D",
                "isApproverJustificationRequired": False,
                "primaryApprovers": [{"@odata.type": "#microsoft.graph.requestorManager", "managerLevel": 1}],
            }
        ],
    },
    "automaticRequestSettings": {"requestAccessForAllowedTargets": False, "gracePeriodBeforeAccessRemoval": "P7D"},
    "notificationSettings": {"isAssignmentNotificationDisabled": True},
}


@dataclass
class Office:
    """A world with a package that has one policy, and three people."""

    world: World
    organisation: Organisation
    package: AccessPackage
    policy: AssignmentPolicy
    ann: User
    bob: User
    eve: User

    def grant(self, user: User, role: Role, scope: str) -> None:
        """Give somebody a role."""
        self.world.services.writer.put_all([RoleGrant(role=role, scope=scope, principal_id=user.id)])

    def add(self, user: User, **more: Any) -> Reply:
        """Assign somebody through the policy."""
        given = {"targetId": user.id, "assignmentPolicyId": self.policy.id, "accessPackageId": self.package.id}
        return self.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": given, **more})

    def save(self, settings: Any) -> Reply:
        """Replace the policy with one that has these review settings."""
        return self.world.call("PUT", f"{POLICIES}/{self.policy.id}", self.body(reviewSettings=settings))

    def body(self, **more: Any) -> dict[str, Any]:
        """The body of a policy of the package."""
        return {"displayName": "Staff", "accessPackage": {"id": self.package.id}, **more}


def open_office(world: World) -> Office:
    """An office in a fresh world."""
    organisation = Organisation(world.services)
    ann, bob, eve = (organisation.person(name) for name in ("ann", "bob", "eve"))
    package = organisation.package()
    return Office(world, organisation, package, organisation.policy(package), ann, bob, eve)


def by_self(**more: Any) -> dict[str, Any]:
    """Review settings that are complete: quarterly self-review from 1 April 2026 on, in UTC."""
    return {
        "isEnabled": True,
        "expirationBehavior": "keepAccess",
        "isSelfReview": True,
        "schedule": timing(),
        **more,
    }


def by_users(*users: User, **more: Any) -> dict[str, Any]:
    """Review settings with these people as reviewers."""
    return by_self(isSelfReview=False, primaryReviewers=[single(user.id) for user in users], **more)


def single(user_id: str) -> dict[str, str]:
    """One person as a subject set."""
    return {"@odata.type": "#microsoft.graph.singleUser", "userId": user_id}


def group(group_id: str) -> dict[str, str]:
    """A group's members as a subject set."""
    return {"@odata.type": "#microsoft.graph.groupMembers", "groupId": group_id}


def manager(level: int = 1) -> dict[str, Any]:
    """The manager as a subject set."""
    return {"@odata.type": "#microsoft.graph.targetManager", "managerLevel": level}


def timing(
    start: Any = "2026-04-01T00:00:00Z",
    duration: Any = "P14D",
    pattern: Any = "quarterly",
    span: Any = None,
) -> dict[str, Any]:
    """A schedule as clients send it."""
    quarterly = {"type": "absoluteMonthly", "interval": 3}
    recurrence = {"pattern": quarterly if pattern == "quarterly" else pattern, "range": span or {"type": "noEnd"}}
    expiration = {"type": "afterDuration", "duration": duration}
    return {"startDateTime": start, "expiration": expiration, "recurrence": recurrence}


def refused(reply: Reply, status: int, target: str | None = None) -> dict[str, Any]:
    """Check that an answer is this refusal, in Graph's shape, and give its error."""
    assert reply.status == status, reply.text
    error = reply.error
    assert error["message"] and error["code"] and error["innerError"]["request-id"]
    if target is not None:
        assert error["target"] == target, error
    return error


@pytest.fixture
def office(world: World) -> Office:
    return open_office(world)


def change(kind: str, assignment_id: str, **more: Any) -> dict[str, Any]:
    """The body of a request about an assignment that exists."""
    return {"requestType": kind, "assignment": {"id": assignment_id}, **more}


def added(office: Office, user: Any, **more: Any) -> str:
    """The id of a new assignment."""
    reply = office.add(user, **more)
    assert reply.status == 201, reply.text
    return str(reply.json["assignment"]["id"])


def shown(office: Office, assignment_id: str) -> dict[str, Any]:
    """An assignment as it stands now, with its target."""
    found: dict[str, Any] = office.world.get(f"{ASSIGNMENTS}/{assignment_id}?$expand=target").json
    return found
