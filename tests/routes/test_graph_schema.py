"""Every answer is an object of Microsoft's own type."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph_schema import faults, needs_schema
from tests.routes.attacking import Stage, stage
from tests.routes.entitling import (
    ASSIGNMENTS,
    CATALOGS,
    EM,
    KEPT,
    PACKAGES,
    POLICIES,
    REQUESTS,
    Office,
    by_self,
    by_users,
    manager,
    office,
    single,
    timing,
)

__all__ = ["office", "stage"]


def settings(office: Office) -> list[dict[str, Any]]:
    """Review settings of every kind."""
    fallback = {"fallbackReviewers": [single(office.bob.id)]}
    return [
        by_self(),
        by_users(office.ann),
        by_self(isSelfReview=False, primaryReviewers=[manager()], **fallback),
        by_self(isSelfReview=False, **fallback, **{"@accessReviews.ownersReview": True}),
        by_self(schedule={**timing(), "recurrence": None}),
        by_self(schedule=timing(pattern={"type": "weekly", "interval": 1}, duration="P7D")),
        by_self(schedule=timing(span={"type": "endDate", "endDate": "2028-01-01"})),
        by_self(schedule=timing(span={"type": "numbered", "numberOfOccurrences": 3})),
        {"isEnabled": False},
        by_self(isEnabled=False),
    ]


@needs_schema
def test_policies(office: Office) -> None:
    for number, given in enumerate(settings(office)):
        body = office.body(displayName=f"Policy {number}", reviewSettings=given, **KEPT)
        made = office.world.post(POLICIES, body)
        assert made.status == 201, made.text
        assert faults(made.json, "accessPackageAssignmentPolicy") == []
    expirations: list[Any] = [
        None,
        {"type": "afterDuration", "duration": "P1DT12H"},
        {"type": "afterDateTime", "endDateTime": "2027-01-01T00:00:00Z"},
        {"type": "notSpecified"},
    ]
    for expiration in expirations:
        changed = office.world.call("PATCH", f"{POLICIES}/{office.policy.id}", {"expiration": expiration})
        assert faults(changed.json, "accessPackageAssignmentPolicy") == []
    for one in office.world.get(f"{POLICIES}?$expand=accessPackage,catalog").json["value"]:
        assert faults(one, "accessPackageAssignmentPolicy") == []


@needs_schema
def test_catalogs_and_packages(office: Office) -> None:
    for one in office.world.get(f"{CATALOGS}?$expand=accessPackages($expand=assignmentPolicies)").json["value"]:
        assert faults(one, "accessPackageCatalog") == []
    for one in office.world.get(f"{PACKAGES}?$expand=catalog,assignmentPolicies").json["value"]:
        assert faults(one, "accessPackage") == []


@needs_schema
def test_assignments_and_requests(office: Office) -> None:
    world = office.world
    made = office.add(office.ann)
    assert faults(made.json, "accessPackageAssignmentRequest") == []
    office.add(office.bob, schedule={"startDateTime": "2026-03-09T00:00:00Z"})
    removal = {"requestType": "adminRemove", "assignment": {"id": made.json["assignment"]["id"]}}
    assert faults(world.post(REQUESTS, removal).json, "accessPackageAssignmentRequest") == []
    expand = "$expand=target,assignmentPolicy,accessPackage($expand=catalog)"
    found = world.get(f"{ASSIGNMENTS}?{expand}").json["value"]
    assert {one["state"] for one in found} == {"expired", "delivering"}
    for one in found:
        assert faults(one, "accessPackageAssignment") == []
    for one in world.get(f"{REQUESTS}?$expand=requestor,accessPackage,assignment($expand=target)").json["value"]:
        assert faults(one, "accessPackageAssignmentRequest") == []
    world.services.writer.remove(office.ann)
    for one in world.get(f"{ASSIGNMENTS}?$expand=target").json["value"]:
        assert faults(one, "accessPackageAssignment") == []


AR, REVIEW = "/v1.0/identityGovernance/accessReviews/definitions", "{definition}/instances/{review}"
EXPANDED = {
    f"{AR}?$expand=instances": "accessReviewScheduleDefinition",
    f"{AR}/{REVIEW}/decisions?$expand=insights": "accessReviewInstanceDecisionItem",
    "/v1.0/identityGovernance/accessReviews/historyDefinitions?$expand=instances": "accessReviewHistoryDefinition",
    f"{EM}/resources?$expand=roles,scopes": "accessPackageResource",
    f"{EM}/resourceRequests?$expand=catalog,resource": "accessPackageResourceRequest",
    f"{EM}/catalogs/{{catalog}}/resourceRoles?$expand=resource": "accessPackageResourceRole",
    f"{EM}/catalogs/{{catalog}}/resourceScopes?$expand=resource": "accessPackageResourceScope",
    f"{EM}/accessPackages/{{package}}/resourceRoleScopes?$expand=role($expand=resource),scope": (
        "accessPackageResourceRoleScope"
    ),
    f"{EM}/accessPackages?$expand=resourceRoleScopes($expand=role,scope)": "accessPackage",
    "/v1.0/users?$expand=manager": "user",
}


@needs_schema
@pytest.mark.parametrize("path", EXPANDED)
def test_whatever_is_expanded_is_of_microsofts_type_too(stage: Stage, path: str) -> None:
    reply = stage.world.get(stage.address(path))
    assert reply.status == 200 and reply.json["value"], reply.text
    for one in reply.json["value"]:
        assert faults(one, EXPANDED[path]) == []


@needs_schema
def test_the_check_itself_finds_faults() -> None:
    assert faults({"displayName": 7}, "accessPackage")
    assert faults({"nickname": "x"}, "accessPackage")
