"""Every address of the Graph surface, driven by the unmodified msgraph-sdk: one table, path by verb.

Each row is one call of the SDK. It must arrive at the row's address and succeed, and what comes back must be an
object (or a page of objects) of Microsoft's own type, where their schema is at hand.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: python3 dev.py test installs it")

from msgraph.generated.models.access_package import AccessPackage
from msgraph.generated.models.access_package_assignment import AccessPackageAssignment
from msgraph.generated.models.access_package_assignment_policy import AccessPackageAssignmentPolicy
from msgraph.generated.models.access_review_instance_decision_item import AccessReviewInstanceDecisionItem
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from tests import graph_schema
from tests.described import description, named_address
from tests.routes import sdk_bodies as bodies
from tests.routes.attacking import ADMIN, BOSS, Stage, stage
from tests.routes.sdk_drive import (
    Drive,
    Play,
    added_catalog,
    added_package,
    added_policy,
    applied,
    changed_policy,
    changed_series,
    granted,
    granting,
    group_address,
    later,
    listing,
    package_address,
    reprocessed,
    reset,
    soon,
    unlisted,
)

__all__ = ["stage"]
V1 = "/v1.0"
EM = f"{V1}/identityGovernance/entitlementManagement"
AR = f"{V1}/identityGovernance/accessReviews"
ONE = f"{AR}/definitions/{{definition_id}}"
INSTANCES = f"{ONE}/instances"
INSTANCE = f"{INSTANCES}/{{instance_id}}"
ITEMS = f"{INSTANCE}/decisions"
REPORTS = f"{AR}/historyDefinitions"
RUNS = f"{REPORTS}/{{history_id}}/instances"
PACKAGE = f"{EM}/accessPackages/{{id}}"
CATALOG = f"{EM}/catalogs/{{id}}"
MINE = "filterByCurrentUser(on='reviewer')"


@dataclass(frozen=True)
class Row:
    """One call of the SDK. `kind` is Microsoft's type of what comes back (of each, for a page; "" for nothing or a
    bare number), `closed` the status of an address that the SDK has and Graph does not take."""

    play: Play
    kind: str = ""
    as_: str = ADMIN
    closed: int = 0


def on(where: Callable[[Drive], Any], kind: str, address: str, *values: str) -> dict[str, Row]:
    """The filterByCurrentUser addresses of a list."""

    def row(value: str) -> Row:
        return Row(lambda d: where(d).filter_by_current_user_with_on(value).get(), kind)

    return {f"GET {address}/filterByCurrentUser(on='{value}')": row(value) for value in values}


def counts(**lists: Callable[[Drive], Any]) -> dict[str, Row]:
    """The `$count` of each list, by its address."""

    def row(where: Callable[[Drive], Any]) -> Row:
        return Row(lambda d: where(d).count.get())

    return {f"GET {address}/$count": row(where) for address, where in lists.items()}


def listed(kind: str, address: str, where: Callable[[Drive], Any]) -> dict[str, Row]:
    """A list and its `$count`."""
    return {f"GET {address}": Row(lambda d: where(d).get(), kind), **counts(**{address: where})}


DIRECTORY = {
    f"GET {V1}/me": Row(lambda d: d.client.me.get(), "user"),
    **listed("user", f"{V1}/users", lambda d: d.client.users),
    f"GET {V1}/users/{{id}}": Row(lambda d: d.client.users.by_user_id(d.ids["user"]).get(), "user"),
    f"GET {V1}/users/{{id}}/manager": Row(lambda d: d.client.users.by_user_id(d.ids["user"]).manager.get(), "user"),
    **listed("group", f"{V1}/groups", lambda d: d.client.groups),
    f"GET {V1}/groups/{{id}}": Row(lambda d: d.group.get(), "group"),
    **listed("user", f"{V1}/groups/{{id}}/members", lambda d: d.group.members),
    f"GET {V1}/groups/{{id}}/members/graph.user": Row(lambda d: d.group.members.graph_user.get(), "user"),
    f"GET {V1}/groups/{{id}}/members/graph.group": Row(lambda d: d.group.members.graph_group.get(), "group"),
}
CATALOGS = {
    **listed("accessPackageCatalog", f"{EM}/catalogs", lambda d: d.em.catalogs),
    f"POST {EM}/catalogs": Row(lambda d: d.em.catalogs.post(bodies.catalog(d.name("New"))), "accessPackageCatalog"),
    f"GET {CATALOG}": Row(lambda d: d.catalog.get(), "accessPackageCatalog"),
    f"PATCH {CATALOG}": Row(lambda d: d.catalog.patch(bodies.catalog("Finance")), "accessPackageCatalog"),
    f"DELETE {CATALOG}": Row(lambda d: later(lambda one: one.delete(), added_catalog(d))),
    **listed("accessPackageResource", f"{CATALOG}/resources", lambda d: d.catalog.resources),
    f"GET {CATALOG}/resources/{{resource_id}}": Row(
        lambda d: d.catalog.resources.by_access_package_resource_id(d.ids["resource"]).get(), "accessPackageResource"
    ),
    **listed("accessPackageResourceRole", f"{CATALOG}/resourceRoles", lambda d: d.catalog.resource_roles),
    **listed("accessPackageResourceScope", f"{CATALOG}/resourceScopes", lambda d: d.catalog.resource_scopes),
    **listed("accessPackageResource", f"{EM}/resources", lambda d: d.em.resources),
    f"GET {EM}/resources/{{id}}": Row(
        lambda d: d.em.resources.by_access_package_resource_id(d.ids["resource"]).get(), "accessPackageResource"
    ),
    **listed("accessPackageResourceRequest", f"{EM}/resourceRequests", lambda d: d.em.resource_requests),
    f"POST {EM}/resourceRequests": Row(
        lambda d: d.em.resource_requests.post(bodies.resource(d.ids, d.name("app"))), "accessPackageResourceRequest"
    ),
    f"GET {EM}/resourceRequests/{{id}}": Row(
        lambda d: d.em.resource_requests.by_access_package_resource_request_id(d.ids["resource_request"]).get(),
        "accessPackageResourceRequest",
    ),
}
PACKAGES = {
    **listed("accessPackage", f"{EM}/accessPackages", lambda d: d.em.access_packages),
    **on(lambda d: d.em.access_packages, "accessPackage", f"{EM}/accessPackages", "allowedRequestor"),
    f"POST {EM}/accessPackages": Row(
        lambda d: d.em.access_packages.post(bodies.package(d.ids, d.name("New"))), "accessPackage"
    ),
    f"GET {PACKAGE}": Row(lambda d: d.package.get(), "accessPackage"),
    f"PATCH {PACKAGE}": Row(lambda d: d.package.patch(AccessPackage(is_hidden=True)), "accessPackage"),
    f"DELETE {PACKAGE}": Row(lambda d: later(lambda one: one.delete(), added_package(d))),
    **listed(
        "accessPackageResourceRoleScope", f"{PACKAGE}/resourceRoleScopes", lambda d: d.package.resource_role_scopes
    ),
    f"POST {PACKAGE}/resourceRoleScopes": Row(granting, "accessPackageResourceRoleScope"),
    f"GET {PACKAGE}/resourceRoleScopes/{{role_scope_id}}": Row(
        lambda d: d.package.resource_role_scopes.by_access_package_resource_role_scope_id(d.ids["role_scope"]).get(),
        "accessPackageResourceRoleScope",
    ),
    f"DELETE {PACKAGE}/resourceRoleScopes/{{role_scope_id}}": Row(
        lambda d: later(lambda one: one.delete(), granted(d))
    ),
    **listed(
        "accessPackage", f"{PACKAGE}/incompatibleAccessPackages", lambda d: d.package.incompatible_access_packages
    ),
    **listed("group", f"{PACKAGE}/incompatibleGroups", lambda d: d.package.incompatible_groups),
    **listed(
        "accessPackage",
        f"{PACKAGE}/accessPackagesIncompatibleWith",
        lambda d: d.other.access_packages_incompatible_with,
    ),
    f"GET {PACKAGE}/incompatibleAccessPackages/{{part}}": Row(
        lambda d: d.package.incompatible_access_packages.ref.get()
    ),
    f"GET {PACKAGE}/incompatibleGroups/{{part}}": Row(lambda d: d.package.incompatible_groups.ref.get()),
    f"POST {PACKAGE}/incompatibleAccessPackages/{{part}}": Row(
        lambda d: listing(d, d.package.incompatible_access_packages, package_address(d))
    ),
    f"POST {PACKAGE}/incompatibleGroups/{{part}}": Row(
        lambda d: listing(d, d.package.incompatible_groups, group_address(d))
    ),
    f"DELETE {PACKAGE}/incompatibleAccessPackages/{{part}}": Row(
        lambda d: unlisted(d, d.package.incompatible_access_packages, package_address(d))
    ),
    f"DELETE {PACKAGE}/incompatibleGroups/{{part}}": Row(
        lambda d: unlisted(d, d.package.incompatible_groups, group_address(d))
    ),
    f"DELETE {PACKAGE}/incompatibleAccessPackages/{{part}}/{{reference}}": Row(
        lambda d: listing(
            d,
            d.package.incompatible_access_packages,
            package_address(d),
            lambda d: d.package.incompatible_access_packages.by_access_package_id1(d.ids["other_package"]).ref.delete(),
        )
    ),
    f"DELETE {PACKAGE}/incompatibleGroups/{{part}}/{{reference}}": Row(
        lambda d: listing(
            d,
            d.package.incompatible_groups,
            group_address(d),
            lambda d: d.package.incompatible_groups.by_group_id(d.ids["group"]).ref.delete(),
        )
    ),
}
POLICY = "accessPackageAssignmentPolicy"
POLICIES = {
    **listed(POLICY, f"{EM}/assignmentPolicies", lambda d: d.em.assignment_policies),
    f"POST {EM}/assignmentPolicies": Row(
        lambda d: d.em.assignment_policies.post(bodies.policy(d.ids, d.name("New"))), POLICY
    ),
    f"GET {EM}/assignmentPolicies/{{id}}": Row(lambda d: d.policy(d.ids["policy"]).get(), POLICY),
    f"PUT {EM}/assignmentPolicies/{{id}}": Row(changed_policy, POLICY),
    f"DELETE {EM}/assignmentPolicies/{{id}}": Row(lambda d: later(lambda one: d.policy(one).delete(), added_policy(d))),
    **listed(POLICY, f"{PACKAGE}/assignmentPolicies", lambda d: d.package.assignment_policies),
    f"POST {PACKAGE}/assignmentPolicies": Row(
        lambda d: d.package.assignment_policies.post(AccessPackageAssignmentPolicy(display_name=d.name("New"))), POLICY
    ),
    f"GET {PACKAGE}/assignmentPolicies/{{policy_id}}": Row(
        lambda d: d.package.assignment_policies.by_access_package_assignment_policy_id(d.ids["policy"]).get(), POLICY
    ),
    f"PATCH {PACKAGE}/assignmentPolicies/{{policy_id}}": Row(
        lambda d: d.package.assignment_policies.by_access_package_assignment_policy_id(d.ids["policy"]).patch(
            AccessPackageAssignmentPolicy(description="Patched")
        ),
        POLICY,
    ),
    f"DELETE {PACKAGE}/assignmentPolicies/{{policy_id}}": Row(
        lambda d: later(
            lambda one: d.package.assignment_policies.by_access_package_assignment_policy_id(one).delete(),
            added_policy(d),
        )
    ),
}
HELD, REQUEST = "accessPackageAssignment", "accessPackageAssignmentRequest"
ASSIGNMENTS = {
    **listed(HELD, f"{EM}/assignments", lambda d: d.em.assignments),
    **on(lambda d: d.em.assignments, HELD, f"{EM}/assignments", "target", "createdBy", "targetManager"),
    f"GET {EM}/assignments/additionalAccess()": Row(lambda d: d.em.assignments.additional_access.get(), HELD),
    f"GET {EM}/assignments/additionalAccess(accessPackageId='{{accessPackageId}}',"
    "incompatibleAccessPackageId='{incompatibleAccessPackageId}')": Row(
        lambda d: d.em.assignments.additional_access_with_access_package_id_with_incompatible_access_package_id(
            d.ids["package"], d.ids["other_package"]
        ).get(),
        HELD,
    ),
    f"GET {EM}/assignments/{{id}}": Row(lambda d: d.assignment.get(), HELD),
    f"POST {EM}/assignments": Row(lambda d: d.em.assignments.post(AccessPackageAssignment()), closed=405),
    f"PATCH {EM}/assignments/{{id}}": Row(lambda d: d.assignment.patch(AccessPackageAssignment()), closed=405),
    f"DELETE {EM}/assignments/{{id}}": Row(lambda d: d.assignment.delete(), closed=405),
    f"POST {EM}/assignments/{{id}}/reprocess": Row(lambda d: d.assignment.reprocess.post()),
    **listed(REQUEST, f"{EM}/assignmentRequests", lambda d: d.requests),
    **on(
        lambda d: d.requests,
        REQUEST,
        f"{EM}/assignmentRequests",
        *("target", "createdBy", "approver", "targetOrRequestor", "targetManager", "requestForOthers"),
    ),
    f"POST {EM}/assignmentRequests": Row(Drive.wished, REQUEST),
    f"GET {EM}/assignmentRequests/{{id}}": Row(
        lambda d: d.requests.by_access_package_assignment_request_id(d.ids["request"]).get(), REQUEST
    ),
    f"DELETE {EM}/assignmentRequests/{{id}}": Row(lambda d: later(lambda one: one.delete(), d.wished())),
    f"POST {EM}/assignmentRequests/{{id}}/cancel": Row(
        lambda d: later(lambda one: one.cancel.post(), d.wished(soon(d)))
    ),
    f"POST {EM}/assignmentRequests/{{id}}/reprocess": Row(reprocessed),
}
SERIES, OCCURRENCE, ITEM = (
    "accessReviewScheduleDefinition",
    "accessReviewInstance",
    "accessReviewInstanceDecisionItem",
)
REVIEWS = {
    **listed(SERIES, f"{AR}/definitions", lambda d: d.ar.definitions),
    f"GET {AR}/definitions/{MINE}": Row(
        lambda d: d.ar.definitions.filter_by_current_user_with_on("reviewer").get(), SERIES, BOSS
    ),
    f"POST {AR}/definitions": Row(lambda d: d.ar.definitions.post(bodies.definition(d.ids, d.name("Once"))), SERIES),
    f"GET {ONE}": Row(lambda d: d.definition.get(), SERIES),
    f"PUT {ONE}": Row(changed_series),
    f"DELETE {ONE}": Row(lambda d: later(lambda one: one.delete(), d.series())),
    f"POST {ONE}/stop": Row(lambda d: later(lambda one: one.stop.post(), d.series())),
    **listed(OCCURRENCE, INSTANCES, lambda d: d.definition.instances),
    f"GET {INSTANCES}/{MINE}": Row(
        lambda d: d.definition.instances.filter_by_current_user_with_on("reviewer").get(), OCCURRENCE, BOSS
    ),
    f"GET {INSTANCE}": Row(lambda d: d.instance.get(), OCCURRENCE),
    f"PATCH {INSTANCE}": Row(lambda d: d.instance.patch(bodies.added_fallback(d.ids))),
    f"POST {INSTANCE}/stop": Row(lambda d: later(lambda one: one.stop.post(), d.review())),
    f"POST {INSTANCE}/applyDecisions": Row(applied),
    f"POST {INSTANCE}/sendReminder": Row(lambda d: d.instance.send_reminder.post()),
    f"POST {INSTANCE}/resetDecisions": Row(reset),
    f"POST {INSTANCE}/batchRecordDecisions": Row(
        lambda d: d.instance.batch_record_decisions.post(bodies.batch(d.ids)), as_=BOSS
    ),
    f"POST {INSTANCE}/acceptRecommendations": Row(lambda d: d.instance.accept_recommendations.post(), as_=BOSS),
    **listed("accessReviewReviewer", f"{INSTANCE}/contactedReviewers", lambda d: d.instance.contacted_reviewers),
    **listed(ITEM, ITEMS, lambda d: d.instance.decisions),
    f"GET {ITEMS}/{MINE}": Row(
        lambda d: d.instance.decisions.filter_by_current_user_with_on("reviewer").get(), ITEM, BOSS
    ),
    f"GET {ITEMS}/{{decision_id}}": Row(lambda d: d.item.get(), ITEM, BOSS),
    f"PATCH {ITEMS}/{{decision_id}}": Row(
        lambda d: d.item.patch(AccessReviewInstanceDecisionItem(decision="Deny", justification="left")), as_=BOSS
    ),
    **listed("governanceInsight", f"{ITEMS}/{{decision_id}}/insights", lambda d: d.item.insights),
}
HISTORY = {
    **listed("accessReviewHistoryDefinition", REPORTS, lambda d: d.ar.history_definitions),
    f"POST {REPORTS}": Row(
        lambda d: d.ar.history_definitions.post(bodies.history(d.stage.world.clock.now())),
        "accessReviewHistoryDefinition",
    ),
    f"GET {REPORTS}/{{history_id}}": Row(lambda d: d.report.get(), "accessReviewHistoryDefinition"),
    **listed("accessReviewHistoryInstance", RUNS, lambda d: d.report.instances),
    f"GET {RUNS}/{{run_id}}": Row(lambda d: d.run.get(), "accessReviewHistoryInstance"),
    f"POST {RUNS}/{{run_id}}/generateDownloadUri": Row(
        lambda d: d.run.generate_download_uri.post(), "accessReviewHistoryInstance"
    ),
}
TABLE: dict[str, Row] = {**DIRECTORY, **CATALOGS, **PACKAGES, **POLICIES, **ASSIGNMENTS, **REVIEWS, **HISTORY}
NOT_IN_THE_SDK = {
    f"PATCH {EM}/assignmentPolicies/{{id}}": "the SDK changes it by PUT, or through its package",
    f"PATCH {ONE}": "the SDK changes it by PUT",
    f"PUT {EM}/assignments": "refused for whoever tries (405)",
    f"POST {EM}/assignments/{{id}}": "refused for whoever tries (405)",
    f"PUT {EM}/assignments/{{id}}": "refused for whoever tries (405)",
    f"PATCH {EM}/assignments": "refused for whoever tries (405)",
    f"DELETE {EM}/assignments": "refused for whoever tries (405)",
    **{
        f"GET {path}/{{part}}": "takes only $count, which has a row of its own"
        for path in (
            f"{CATALOG}/resourceRoles",
            f"{CATALOG}/resourceScopes",
            f"{PACKAGE}/accessPackagesIncompatibleWith",
            f"{INSTANCE}/contactedReviewers",
            f"{ITEMS}/{{decision_id}}/insights",
        )
    },
    f"GET {V1}/groups/{{id}}/members/{{member}}": "takes only $count and the types, which have rows of their own",
}


def test_the_table_has_every_address_of_the_surface() -> None:
    told = {
        f"{method.upper()} {path}"
        for path, methods in description()["paths"].items()
        for method in methods
        if path.startswith(V1)
    }
    assert {*TABLE, *NOT_IN_THE_SDK} == told, {*TABLE, *NOT_IN_THE_SDK} ^ told
    assert not {*TABLE} & {*NOT_IN_THE_SDK}


@pytest.mark.parametrize("name", TABLE, ids=[name.replace("/v1.0/identityGovernance", "") for name in TABLE])
def test_the_unmodified_sdk_drives_it(stage: Stage, name: str) -> None:
    row = TABLE[name]
    drive = Drive(stage, row.as_)
    if row.closed:
        with pytest.raises(ODataError) as caught:
            asyncio.run(row.play(drive))
        assert caught.value.response_status_code == row.closed
    else:
        asyncio.run(row.play(drive))
    method, path, reply = drive.gateway.answered[-1]
    assert f"{method} {named_address(path, drive.stage.world.resource_of(path))}" == name
    if row.closed:
        return
    assert reply.status in (200, 201, 204), reply.text
    if row.kind:
        validate(reply.json, row.kind)


def validate(answer: Any, kind: str) -> None:
    """Against Microsoft's own type; of a page, each object."""
    if not graph_schema.SCHEMA_FILE.exists():
        return
    for one in answer.get("value", [answer]):
        assert graph_schema.faults(one, kind) == [], json.dumps(one)
