"""Bad input on every route of the Graph surface: refused clearly, nothing changed (brief, section 7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.attacking import BOSS, HISTORY, Route, Stage, routes_under, stage
from tests.routes.attacks import attack
from tests.routes.entitling import KEPT, by_self, by_users, group, manager, single, timing

__all__ = ["stage"]
EM = "/v1.0/identityGovernance/entitlementManagement"
AR = "/v1.0/identityGovernance/accessReviews/definitions"
INSTANCE, REVIEW = f"{AR}/{{definition_id}}/instances/{{instance_id}}", f"{AR}/{{definition}}/instances/{{review}}"
RUN = f"{HISTORY}/{{history_id}}/instances/{{run_id}}"
PACKAGE, ONE = f"{EM}/accessPackages/{{id}}", f"{EM}/accessPackages/{{package}}"
OPEN = (200,)


def catalog(stage: Stage) -> dict[str, Any]:
    return {"displayName": "New", "description": "d", "state": "published", "isExternallyVisible": True}


def package(stage: Stage) -> dict[str, Any]:
    return {
        "displayName": "New",
        "description": "d",
        "isHidden": False,
        "catalog": {"id": stage.ids["catalog"]},
    }


def reviewers(stage: Stage) -> dict[str, Any]:
    scope = {"query": f"/users/{stage.ids['eve']}", "queryType": "MicrosoftGraph", "queryRoot": ""}
    return {"fallbackReviewers": [scope]}


def policy(stage: Stage) -> dict[str, Any]:
    ann, eve = stage.organisation.people["ann"], stage.organisation.people["eve"]
    settings = by_users(
        ann,
        fallbackReviewers=[single(eve.id), group(stage.ids["group"])],
        isRecommendationEnabled=True,
        isReviewerJustificationRequired=True,
        schedule=timing(span={"type": "numbered", "numberOfOccurrences": 3, "recurrenceTimeZone": "Europe/Berlin"}),
        **{
            "@accessReviews.autoApply": True,
            "@accessReviews.maxDataAge": "P7D",
            "@accessReviews.delegation": True,
            "@accessReviews.selfDecision": False,
            "@accessReviews.cutNow": False,
            "@accessReviews.reviewRegrants": False,
            "@accessReviews.ownersReview": False,
            "@accessReviews.brake": {"count": 5, "percent": 10},
            "@accessReviews.descriptionForReviewers": "Look closely.",
            "@accessReviews.additionalNotificationRecipients": [single(eve.id)],
        },
    )
    return {
        "displayName": "New",
        "description": "d",
        "@accessReviews.isEnabled": True,
        "allowedTargetScope": "allMemberUsers",
        "expiration": {"type": "afterDuration", "duration": "P30D"},
        "accessPackage": {"id": stage.ids["package"]},
        "reviewSettings": settings,
        **KEPT,
    }


def changed_policy(stage: Stage) -> dict[str, Any]:
    """The package of a policy cannot change: a member that is given is not looked at."""
    body = policy(stage)
    del body["accessPackage"]
    return body


def by_manager(stage: Stage) -> dict[str, Any]:
    body = changed_policy(stage)
    body["reviewSettings"] = by_self(
        isSelfReview=False, primaryReviewers=[manager()], fallbackReviewers=[single(stage.ids["eve"])]
    )
    return body


def request(stage: Stage) -> dict[str, Any]:
    return {
        "requestType": "adminAdd",
        "justification": "needed",
        "schedule": {
            "startDateTime": "2026-04-01T00:00:00Z",
            "expiration": {"type": "afterDateTime", "endDateTime": "2026-05-01T00:00:00Z"},
        },
        "assignment": {
            "target": {"objectId": stage.ids["eve"]},
            "assignmentPolicyId": stage.ids["policy"],
            "accessPackage": {"id": stage.ids["package"]},
        },
    }


def changed_definition(stage: Stage) -> dict[str, Any]:
    recipient = {"query": f"/users/{stage.ids['eve']}", "queryType": "MicrosoftGraph"}
    return {
        "descriptionForAdmins": "d",
        "descriptionForReviewers": "Look closely.",
        "reviewers": [{"query": f"/users/{stage.ids['eve']}", "queryType": "MicrosoftGraph"}],
        "fallbackReviewers": [{"query": f"/groups/{stage.ids['group']}/transitiveMembers"}],
        "additionalNotificationRecipients": [
            {"notificationTemplateType": "CompletedAdditionalRecipients", "notificationRecipientScope": recipient}
        ],
        "settings": {
            "mailNotificationsEnabled": True,
            "reminderNotificationsEnabled": True,
            "justificationRequiredOnApproval": True,
            "defaultDecisionEnabled": True,
            "defaultDecision": "Deny",
            "instanceDurationInDays": 10,
            "autoApplyDecisionsEnabled": True,
            "recommendationsEnabled": True,
            "recommendationLookBackDuration": "P30D",
            "recommendationInsightSettings": [
                {"@odata.type": "#microsoft.graph.userLastSignInRecommendationInsightSetting", "signInScope": "tenant"}
            ],
            "recurrence": {
                "pattern": {"type": "absoluteMonthly", "interval": 3},
                "range": {"type": "numbered", "startDate": "2026-05-02", "numberOfOccurrences": 2},
            },
        },
    }


def definition(stage: Stage) -> dict[str, Any]:
    query = (
        "/identityGovernance/entitlementManagement/accessPackageAssignments?$filter=(accessPackageId eq "
        f"'{stage.ids['package']}' and assignmentPolicyId eq '{stage.ids['policy']}')"
    )
    return {"displayName": "Once", "scope": {"query": query}, **changed_definition(stage)}


def decision(stage: Stage) -> dict[str, Any]:
    return {"decision": "Approve", "justification": "needed", "@accessReviews.privateNote": "ask again"}


def decisions(stage: Stage) -> dict[str, Any]:
    return {
        "decision": "Approve",
        "justification": "needed",
        "principalId": stage.ids["user"],
        "resourceId": stage.ids["policy"],
    }


def reason(stage: Stage) -> dict[str, Any]:
    return {"justification": "as recommended"}


def report(stage: Stage) -> dict[str, Any]:
    query = "/identityGovernance/accessReviews/definitions?$filter=contains(scope/query, 'accessPackageAssignments')"
    span = {"type": "numbered", "numberOfOccurrences": 3, "startDate": "2026-05-01", "recurrenceTimeZone": "UTC"}
    pattern = {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 1}
    return {
        "displayName": "Report",
        "decisions": ["approve", "deny"],
        "scopes": [{"query": query, "queryType": "MicrosoftGraph"}],
        "reviewHistoryPeriodStartDateTime": "2026-01-01T00:00:00Z",
        "reviewHistoryPeriodEndDateTime": "2026-04-01T00:00:00Z",
        "scheduleSettings": {"reportRange": "P1M", "recurrence": {"pattern": pattern, "range": span}},
    }


def resource_request(stage: Stage) -> dict[str, Any]:
    return {
        "requestType": "adminAdd",
        "catalog": {"id": stage.ids["catalog"]},
        "resource": {
            "originSystem": "AadApplication",
            "originId": "ledger",
            "displayName": "Ledger",
            "description": "d",
            "roles": [{"originId": "r", "displayName": "R"}],
            "@accessReviews.connector": "recorded",
        },
    }


def role_scope(stage: Stage) -> dict[str, Any]:
    return {
        "role": {"originId": "other", "resource": {"id": stage.ids["resource"]}},
        "scope": {"isRootScope": True},
    }


def package_reference(stage: Stage) -> dict[str, Any]:
    return {"@odata.id": f"https://graph.example.com{EM}/accessPackages/{stage.ids['other_package']}"}


def group_reference(stage: Stage) -> dict[str, Any]:
    return {"@odata.id": f"https://graph.example.com/v1.0/groups/{stage.ids['group']}"}


POLICY_WORDS = (
    "allowedTargetScope",
    "expiration/type",
    "reviewSettings/expirationBehavior",
    "reviewSettings/schedule/recurrence/pattern/type",
    "reviewSettings/schedule/recurrence/range/type",
)
DEFINITION_WORDS = (
    "additionalNotificationRecipients/0/notificationTemplateType",
    "settings/defaultDecision",
    "settings/recommendationInsightSettings/0/signInScope",
    "settings/recurrence/pattern/type",
    "settings/recurrence/range/type",
)
NO_MATTER = (  # members of query scopes that say nothing new
    "reviewers/0/queryType",
    "additionalNotificationRecipients/0/notificationRecipientScope/queryType",
)
TABLE = {
    "GET /v1.0/me": Route("/v1.0/me", stranger=OPEN),
    "GET /v1.0/users": Route("/v1.0/users", stranger=OPEN, lists=True),
    "GET /v1.0/users/{id}": Route("/v1.0/users/{user}", stranger=OPEN),
    "GET /v1.0/users/{id}/manager": Route("/v1.0/users/{user}/manager", stranger=OPEN),
    "GET /v1.0/groups": Route("/v1.0/groups", stranger=OPEN, lists=True),
    "GET /v1.0/groups/{id}": Route("/v1.0/groups/{group}", stranger=OPEN),
    "GET /v1.0/groups/{id}/members": Route("/v1.0/groups/{group}/members", stranger=OPEN, lists=True),
    "GET /v1.0/groups/{id}/members/{member}": Route(
        "/v1.0/groups/{group}/members/graph.user", stranger=OPEN, lists=True
    ),
    f"GET {EM}/catalogs": Route(f"{EM}/catalogs", stranger=OPEN, lists=True),
    f"POST {EM}/catalogs": Route(f"{EM}/catalogs", catalog, words=("state",)),
    f"GET {EM}/catalogs/{{id}}": Route(f"{EM}/catalogs/{{catalog}}"),
    f"PATCH {EM}/catalogs/{{id}}": Route(f"{EM}/catalogs/{{catalog}}", catalog, words=("state",)),
    f"DELETE {EM}/catalogs/{{id}}": Route(f"{EM}/catalogs/{{catalog}}"),
    f"GET {EM}/accessPackages": Route(f"{EM}/accessPackages", stranger=OPEN, lists=True),
    f"POST {EM}/accessPackages": Route(f"{EM}/accessPackages", package),
    f"GET {EM}/accessPackages/{{id}}": Route(f"{EM}/accessPackages/{{package}}"),
    f"PATCH {EM}/accessPackages/{{id}}": Route(
        f"{EM}/accessPackages/{{package}}", package, loose=("catalog", "catalog/id")
    ),
    f"DELETE {EM}/accessPackages/{{id}}": Route(f"{EM}/accessPackages/{{package}}"),
    f"GET {EM}/accessPackages/{{id}}/assignmentPolicies": Route(
        f"{EM}/accessPackages/{{package}}/assignmentPolicies", lists=True
    ),
    f"POST {EM}/accessPackages/{{id}}/assignmentPolicies": Route(
        f"{EM}/accessPackages/{{package}}/assignmentPolicies", changed_policy, words=POLICY_WORDS
    ),
    f"GET {EM}/accessPackages/{{id}}/assignmentPolicies/{{policy_id}}": Route(
        f"{EM}/accessPackages/{{package}}/assignmentPolicies/{{policy}}"
    ),
    f"PATCH {EM}/accessPackages/{{id}}/assignmentPolicies/{{policy_id}}": Route(
        f"{EM}/accessPackages/{{package}}/assignmentPolicies/{{policy}}", changed_policy, words=POLICY_WORDS
    ),
    f"DELETE {EM}/accessPackages/{{id}}/assignmentPolicies/{{policy_id}}": Route(
        f"{EM}/accessPackages/{{package}}/assignmentPolicies/{{policy}}"
    ),
    f"GET {EM}/assignmentPolicies": Route(f"{EM}/assignmentPolicies", stranger=OPEN, lists=True),
    f"POST {EM}/assignmentPolicies": Route(f"{EM}/assignmentPolicies", policy, words=POLICY_WORDS),
    f"GET {EM}/assignmentPolicies/{{id}}": Route(f"{EM}/assignmentPolicies/{{policy}}"),
    f"PUT {EM}/assignmentPolicies/{{id}}": Route(
        f"{EM}/assignmentPolicies/{{policy}}", changed_policy, words=POLICY_WORDS
    ),
    f"PATCH {EM}/assignmentPolicies/{{id}}": Route(
        f"{EM}/assignmentPolicies/{{policy}}",
        by_manager,
        words=("allowedTargetScope", "expiration/type", "reviewSettings/expirationBehavior"),
    ),
    f"DELETE {EM}/assignmentPolicies/{{id}}": Route(f"{EM}/assignmentPolicies/{{policy}}"),
    f"GET {EM}/assignmentRequests": Route(f"{EM}/assignmentRequests", stranger=OPEN, lists=True),
    f"POST {EM}/assignmentRequests": Route(
        f"{EM}/assignmentRequests", request, words=("requestType", "schedule/expiration/type")
    ),
    f"GET {EM}/assignmentRequests/{{id}}": Route(f"{EM}/assignmentRequests/{{request}}"),
    f"DELETE {EM}/assignmentRequests/{{id}}": Route(f"{EM}/assignmentRequests/{{request}}"),
    f"POST {EM}/assignmentRequests/{{id}}/cancel": Route(f"{EM}/assignmentRequests/{{request}}/cancel"),
    f"GET {EM}/assignments": Route(f"{EM}/assignments", stranger=OPEN, lists=True),
    f"GET {EM}/assignments/{{id}}": Route(f"{EM}/assignments/{{assignment}}"),
    **{
        f"{verb} {EM}/assignments": Route(f"{EM}/assignments", closed=True)
        for verb in ("POST", "PUT", "PATCH", "DELETE")
    },
    **{
        f"{verb} {EM}/assignments/{{id}}": Route(f"{EM}/assignments/{{assignment}}", closed=True)
        for verb in ("POST", "PUT", "PATCH", "DELETE")
    },
    f"GET {HISTORY}": Route(HISTORY, stranger=OPEN, lists=True),
    f"POST {HISTORY}": Route(
        HISTORY,
        report,
        words=(
            "decisions/0",
            "scopes/0/queryType",
            "scopes/0/query",
            "scheduleSettings/reportRange",
            "scheduleSettings/recurrence/pattern/type",
            "scheduleSettings/recurrence/range/type",
        ),
    ),
    f"GET {HISTORY}/{{history_id}}": Route(f"{HISTORY}/{{history}}"),
    f"GET {HISTORY}/{{history_id}}/instances": Route(f"{HISTORY}/{{history}}/instances", lists=True),
    f"GET {RUN}": Route(f"{HISTORY}/{{history}}/instances/{{run}}"),
    f"POST {RUN}/generateDownloadUri": Route(f"{HISTORY}/{{history}}/instances/{{run}}/generateDownloadUri"),
    f"POST {EM}/assignments/{{id}}/reprocess": Route(f"{EM}/assignments/{{assignment}}/reprocess"),
    f"POST {EM}/assignmentRequests/{{id}}/reprocess": Route(f"{EM}/assignmentRequests/{{request}}/reprocess"),
    f"GET {EM}/resources": Route(f"{EM}/resources", stranger=OPEN, lists=True),
    f"GET {EM}/resources/{{id}}": Route(f"{EM}/resources/{{resource}}"),
    f"GET {EM}/catalogs/{{id}}/resources": Route(f"{EM}/catalogs/{{catalog}}/resources", lists=True),
    f"GET {EM}/catalogs/{{id}}/resources/{{resource_id}}": Route(f"{EM}/catalogs/{{catalog}}/resources/{{resource}}"),
    f"GET {EM}/catalogs/{{id}}/resourceRoles": Route(f"{EM}/catalogs/{{catalog}}/resourceRoles", lists=True),
    f"GET {EM}/catalogs/{{id}}/resourceScopes": Route(f"{EM}/catalogs/{{catalog}}/resourceScopes", lists=True),
    **{
        f"GET {EM}/catalogs/{{id}}/{listed}/{{part}}": Route(f"{EM}/catalogs/{{catalog}}/{listed}/$count")
        for listed in ("resourceRoles", "resourceScopes")
    },
    f"GET {EM}/resourceRequests": Route(f"{EM}/resourceRequests", stranger=OPEN, lists=True),
    f"POST {EM}/resourceRequests": Route(
        f"{EM}/resourceRequests", resource_request, words=("requestType", "resource/originSystem")
    ),
    f"GET {EM}/resourceRequests/{{id}}": Route(f"{EM}/resourceRequests/{{resource_request}}"),
    f"GET {PACKAGE}/resourceRoleScopes": Route(f"{ONE}/resourceRoleScopes", lists=True),
    f"POST {PACKAGE}/resourceRoleScopes": Route(f"{ONE}/resourceRoleScopes", role_scope),
    f"GET {PACKAGE}/resourceRoleScopes/{{role_scope_id}}": Route(f"{ONE}/resourceRoleScopes/{{role_scope}}"),
    f"DELETE {PACKAGE}/resourceRoleScopes/{{role_scope_id}}": Route(f"{ONE}/resourceRoleScopes/{{role_scope}}"),
    f"GET {PACKAGE}/accessPackagesIncompatibleWith": Route(f"{ONE}/accessPackagesIncompatibleWith", lists=True),
    **{
        f"GET {PACKAGE}/{listed}": Route(f"{ONE}/{listed}", lists=True)
        for listed in ("incompatibleAccessPackages", "incompatibleGroups")
    },
    f"GET {PACKAGE}/accessPackagesIncompatibleWith/{{part}}": Route(f"{ONE}/accessPackagesIncompatibleWith/$count"),
    **{
        f"{verb} {PACKAGE}/{listed}/{{part}}": Route(f"{ONE}/{listed}/$ref", body if verb == "POST" else None)
        for verb in ("GET", "POST", "DELETE")
        for listed, body in (("incompatibleAccessPackages", package_reference), ("incompatibleGroups", group_reference))
    },
    f"DELETE {PACKAGE}/incompatibleAccessPackages/{{part}}/{{reference}}": Route(
        f"{ONE}/incompatibleAccessPackages/{{other_package}}/$ref"
    ),
    f"DELETE {PACKAGE}/incompatibleGroups/{{part}}/{{reference}}": Route(f"{ONE}/incompatibleGroups/{{group}}/$ref"),
    f"GET {AR}": Route(AR, stranger=OPEN, lists=True),
    f"GET {AR}/{{definition_id}}": Route(f"{AR}/{{definition}}"),
    f"POST {AR}": Route(AR, definition, words=DEFINITION_WORDS, loose=NO_MATTER),
    f"PUT {AR}/{{definition_id}}": Route(
        f"{AR}/{{definition}}", changed_definition, words=DEFINITION_WORDS, loose=NO_MATTER
    ),
    f"PATCH {AR}/{{definition_id}}": Route(
        f"{AR}/{{definition}}", changed_definition, words=DEFINITION_WORDS, loose=NO_MATTER
    ),
    f"DELETE {AR}/{{definition_id}}": Route(f"{AR}/{{definition}}"),
    f"POST {AR}/{{definition_id}}/stop": Route(f"{AR}/{{definition}}/stop"),
    f"POST {INSTANCE}/sendReminder": Route(f"{REVIEW}/sendReminder"),
    f"POST {INSTANCE}/resetDecisions": Route(f"{REVIEW}/resetDecisions"),
    f"GET {AR}/{{definition_id}}/instances": Route(f"{AR}/{{definition}}/instances", lists=True),
    f"GET {INSTANCE}": Route(REVIEW),
    f"PATCH {INSTANCE}": Route(REVIEW, reviewers),
    f"GET {INSTANCE}/contactedReviewers": Route(f"{REVIEW}/contactedReviewers", lists=True),
    f"GET {INSTANCE}/contactedReviewers/{{part}}": Route(f"{REVIEW}/contactedReviewers/$count"),
    f"POST {INSTANCE}/stop": Route(f"{REVIEW}/stop"),
    f"POST {INSTANCE}/applyDecisions": Route(f"{REVIEW}/applyDecisions"),
    f"POST {INSTANCE}/acceptRecommendations": Route(f"{REVIEW}/acceptRecommendations", reason, as_=BOSS),
    f"POST {INSTANCE}/batchRecordDecisions": Route(
        f"{REVIEW}/batchRecordDecisions", decisions, as_=BOSS, words=("decision",)
    ),
    f"GET {INSTANCE}/decisions": Route(f"{REVIEW}/decisions", as_=BOSS, lists=True),
    f"GET {INSTANCE}/decisions/{{decision_id}}": Route(f"{REVIEW}/decisions/{{item}}", as_=BOSS),
    f"GET {INSTANCE}/decisions/{{decision_id}}/insights": Route(
        f"{REVIEW}/decisions/{{item}}/insights", as_=BOSS, lists=True
    ),
    f"GET {INSTANCE}/decisions/{{decision_id}}/insights/{{part}}": Route(
        f"{REVIEW}/decisions/{{item}}/insights/$count", as_=BOSS
    ),
    f"PATCH {INSTANCE}/decisions/{{decision_id}}": Route(
        f"{REVIEW}/decisions/{{item}}", decision, as_=BOSS, words=("decision",)
    ),
}


def test_the_table_has_every_route() -> None:
    assert set(TABLE) == routes_under("/v1.0/")


@pytest.mark.parametrize("name", TABLE, ids=[name.replace("/v1.0/identityGovernance", "") for name in TABLE])
def test_bad_input_is_refused_and_changes_nothing(stage: Stage, name: str) -> None:
    attack(stage, TABLE, name)
