"""Catalogs, packages, policies, assignments and requests as Graph objects.

Navigation properties are stubs with ids, for filters; `expand_entitlements` fills them when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState
from chalicelib.domain.lifetimes import request_state_at, state_at
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import SYSTEM, User
from chalicelib.routes.graph.expirations import expiration_object, lasting
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.odata_match import Kind
from chalicelib.routes.graph.policy_members import KEPT
from chalicelib.routes.graph.review_settings import review_object, warned

ENABLED = "@accessReviews.isEnabled"  # of a policy: Graph's v1.0 has no member for it (R21)
KNOWN_OF_CATALOG: dict[str, Kind] = {
    "id": "string",
    "displayname": "string",
    "description": "string",
    "catalogtype": "string",
    "state": "string",
    "isexternallyvisible": "bool",
    "createddatetime": "datetime",
    "modifieddatetime": "datetime",
}
KNOWN_OF_PACKAGE: dict[str, Kind] = {
    "id": "string",
    "displayname": "string",
    "description": "string",
    "ishidden": "bool",
    "createddatetime": "datetime",
    "modifieddatetime": "datetime",
    "catalog/id": "string",
}
KNOWN_OF_POLICY: dict[str, Kind] = {
    "id": "string",
    "displayname": "string",
    "description": "string",
    "allowedtargetscope": "string",
    "createddatetime": "datetime",
    "modifieddatetime": "datetime",
    "accesspackage/id": "string",
    "catalog/id": "string",
}
KNOWN_OF_ASSIGNMENT: dict[str, Kind] = {
    "id": "string",
    "state": "string",
    "status": "string",
    "expireddatetime": "datetime",
    "accesspackage/id": "string",
    "assignmentpolicy/id": "string",
    "target/objectid": "string",
}
KNOWN_OF_REQUEST: dict[str, Kind] = {
    "id": "string",
    "requesttype": "string",
    "state": "string",
    "createddatetime": "datetime",
    "completeddatetime": "datetime",
    "accesspackage/id": "string",
    "assignment/id": "string",
    "assignment/target/objectid": "string",
    "requestor/objectid": "string",
}
CATALOG_PROPERTIES = frozenset(
    {
        "id",
        "displayName",
        "description",
        "catalogType",
        "state",
        "isExternallyVisible",
        "createdDateTime",
        "modifiedDateTime",
    }
)
PACKAGE_PROPERTIES = frozenset({"id", "displayName", "description", "isHidden", "createdDateTime", "modifiedDateTime"})
POLICY_PROPERTIES = frozenset(
    {
        "id",
        "displayName",
        "description",
        "allowedTargetScope",
        "expiration",
        "reviewSettings",
        "createdDateTime",
        "modifiedDateTime",
        *KEPT,
    }
)
ASSIGNMENT_PROPERTIES = frozenset({"id", "state", "status", "expiredDateTime", "schedule"})
REQUEST_PROPERTIES = frozenset(
    {
        "id",
        "requestType",
        "state",
        "status",
        "justification",
        "answers",
        "schedule",
        "createdDateTime",
        "completedDateTime",
    }
)
_STATUS = {
    AssignmentState.DELIVERING: "Scheduled",
    AssignmentState.DELIVERED: "Delivered",
    AssignmentState.PARTIALLY_DELIVERED: "PartiallyDelivered",
    AssignmentState.EXPIRED: "Expired",
    AssignmentState.DELIVERY_FAILED: "DeliveryFailed",
}
_REQUEST_STATUS = {
    "delivered": "Fulfilled",
    "scheduled": "Scheduled",
    "canceled": "Canceled",
    "delivering": "Fulfilling",
    "partiallyDelivered": "PartiallyDelivered",
    "deliveryFailed": "DeliveryFailed",
}


def catalog_objects(catalogs: Sequence[Catalog]) -> list[dict[str, Any]]:
    """Catalogs in their order."""
    return [
        {
            "id": catalog.id,
            "displayName": catalog.display_name,
            "description": catalog.description,
            "catalogType": catalog.kind,
            "state": catalog.state,
            "isExternallyVisible": catalog.externally_visible,
            "createdDateTime": stamp(catalog.created),
            "modifiedDateTime": stamp(catalog.modified),
        }
        for catalog in catalogs
    ]


def package_objects(packages: Sequence[AccessPackage]) -> list[dict[str, Any]]:
    """Packages in their order."""
    return [
        {
            "id": package.id,
            "displayName": package.display_name,
            "description": package.description,
            "isHidden": package.hidden,
            "createdDateTime": stamp(package.created),
            "modifiedDateTime": stamp(package.modified),
            "catalog": {"id": package.catalog_id},
        }
        for package in packages
    ]


def policy_objects(policies: Sequence[AssignmentPolicy]) -> list[dict[str, Any]]:
    """Policies in their order."""
    return [
        {
            "id": policy.id,
            "displayName": policy.display_name,
            "description": policy.description,
            ENABLED: policy.enabled,
            "allowedTargetScope": policy.allowed_target_scope,
            "expiration": expiration_object(policy.expiration),
            **{name: policy.other.get(name) for name in KEPT},
            "reviewSettings": review_of(policy),
            "createdDateTime": stamp(policy.created),
            "modifiedDateTime": stamp(policy.modified),
            "accessPackage": {"id": policy.package_id},
            "catalog": {"id": policy.catalog_id},
            **warned(policy.review),
        }
        for policy in policies
    ]


def review_of(policy: AssignmentPolicy) -> dict[str, Any] | None:
    """The review settings of a policy; those that are off and have no schedule are kept as JSON."""
    if policy.review is not None:
        return review_object(policy.review)
    kept: dict[str, Any] | None = policy.other.get("reviewSettings")
    return kept


def assignment_objects(assignments: Sequence[Assignment], now: datetime) -> list[dict[str, Any]]:
    """Assignments in their order, in the state they have at `now`."""
    return [_assignment(assignment, state_at(assignment, now)) for assignment in assignments]


def _assignment(assignment: Assignment, state: AssignmentState) -> dict[str, Any]:
    expired = assignment.expired or assignment.ends
    return {
        "id": assignment.id,
        "state": state.value,
        "status": assignment.status or _STATUS[state],
        "expiredDateTime": stamp(expired) if state is AssignmentState.EXPIRED else None,
        "schedule": lasting(assignment.starts, assignment.ends),
        "accessPackage": {"id": assignment.package_id},
        "assignmentPolicy": {"id": assignment.policy_id},
        "target": {"objectId": assignment.target_id},
    }


def request_objects(requests: Sequence[AssignmentRequest], now: datetime) -> list[dict[str, Any]]:
    """Assignment requests in their order, in the state they have at `now`."""
    return [_request(request, request_state_at(request, now)) for request in requests]


def _request(request: AssignmentRequest, state: str) -> dict[str, Any]:
    completed = request.completed or (request.starts if state == "delivered" else None)
    found: dict[str, Any] = {
        "id": request.id,
        "requestType": request.type.value,
        "state": state,
        "status": request.status or _REQUEST_STATUS.get(state, state),
        "justification": request.justification or None,
        "answers": [],
        "schedule": lasting(request.starts, request.ends) if request.starts else None,
        "createdDateTime": stamp(request.created),
        "completedDateTime": stamp(completed),
        "accessPackage": {"id": request.package_id},
        "assignment": {"id": request.assignment_id, "target": {"objectId": request.target_id}},
        "requestor": {"objectId": request.requestor_id},
    }
    if request.instance_id:
        found["@accessReviews.instanceId"] = request.instance_id
        found["@accessReviews.decisionId"] = request.item_id
    return found


def subject_object(person_id: str, person: User | None) -> dict[str, Any]:
    """A person as Graph's accessPackageSubject; of one who has left only the id is known."""
    if person is None:
        name = SYSTEM.display_name if person_id == SYSTEM.id else ""
        return {"id": person_id, "objectId": person_id, "displayName": name, "subjectType": "notSpecified"}
    return {
        "id": person.id,
        "objectId": person.id,
        "displayName": person.display_name,
        "email": person.mail or None,
        "principalName": person.principal_name,
        "subjectType": "user",
    }
