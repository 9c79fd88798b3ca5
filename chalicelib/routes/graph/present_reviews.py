"""Review definitions, instances and decision items as Graph writes them (graph-api.md section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.durations import format_days
from chalicelib.domain.history import scope_query
from chalicelib.domain.ids import NOBODY, guid
from chalicelib.domain.items import BY_RULE, DecisionItem
from chalicelib.domain.packages import NoResponse, ReviewerKind, ReviewSettings, SubjectSet
from chalicelib.domain.people import User
from chalicelib.domain.recommendations import LOOK_BACK
from chalicelib.domain.reviewers import reviewers_now
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance, Status
from chalicelib.domain.schedules import MONTHS_BETWEEN, Frequency
from chalicelib.routes.graph.bodies import NOTE
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.review_settings import warned
from chalicelib.usecases.contacted import Contacted

Json = dict[str, Any]
TYPE = "#microsoft.graph."
NO_ONE: Json = {"id": NOBODY, "displayName": "", "userPrincipalName": ""}
DEFAULTS = {NoResponse.KEEP: "None", NoResponse.REMOVE: "Deny", NoResponse.RECOMMENDATION: "Recommendation"}


def _person(user: User | None, user_id: str) -> Json:
    if not user_id:
        return dict(NO_ONE)
    name = user.display_name if user else ""
    return {"id": user_id, "displayName": name, "userPrincipalName": user.principal_name if user else ""}


def _scope(package_id: str, policy_id: str) -> Json:
    return query_scope(scope_query(package_id, policy_id))


def query_scope(query: str) -> Json:
    """An accessReviewQueryScope."""
    return {"@odata.type": f"{TYPE}accessReviewQueryScope", "query": query, "queryType": "MicrosoftGraph"}


def reviewer_scopes(subjects: Sequence[SubjectSet]) -> list[Json]:
    """Reviewers as query scopes."""
    return [_reviewer_scope(subject) for subject in subjects]


def _reviewer_scope(subject: SubjectSet) -> Json:
    base: Json = {"@odata.type": f"{TYPE}accessReviewReviewerScope", "queryType": "MicrosoftGraph"}
    if subject.kind == "targetManager":
        return {**base, "query": "./manager", "queryRoot": "decisions"}
    path = f"/users/{subject.id}" if subject.kind == "singleUser" else f"/groups/{subject.id}/transitiveMembers"
    return {**base, "query": path}


def _recipient(subject: SubjectSet) -> Json:
    scope = {**_reviewer_scope(subject), "@odata.type": f"{TYPE}accessReviewNotificationRecipientQueryScope"}
    return {"notificationTemplateType": "CompletedAdditionalRecipients", "notificationRecipientScope": scope}


def _reviewers(settings: ReviewSettings) -> list[Json]:
    if settings.reviewers is ReviewerKind.MANAGER:
        return reviewer_scopes([SubjectSet("targetManager")])
    return reviewer_scopes(settings.primary)


def _recurrence(settings: ReviewSettings) -> Json:
    schedule = settings.schedule
    end: Json = {"type": "noEnd"}
    if schedule.end:
        end = {"type": "endDate", "endDate": schedule.end.isoformat()}
    elif schedule.count or schedule.frequency is None:
        end = {"type": "numbered", "numberOfOccurrences": schedule.count or 1}
    span: Json = {**end, "startDate": schedule.start.isoformat(), "recurrenceTimeZone": schedule.zone}
    if schedule.frequency is None:
        return {"pattern": None, "range": span}
    if schedule.frequency is Frequency.WEEKLY:
        return {"pattern": {"type": "weekly", "interval": 1}, "range": span}
    interval = MONTHS_BETWEEN[schedule.frequency]
    return {"pattern": {"type": "absoluteMonthly", "interval": interval}, "range": span}


def _settings(settings: ReviewSettings) -> Json:
    decides = settings.no_response is not NoResponse.KEEP
    return {
        "mailNotificationsEnabled": True,
        "reminderNotificationsEnabled": True,
        "justificationRequiredOnApproval": settings.justification_required,
        "defaultDecisionEnabled": decides,
        "defaultDecision": DEFAULTS[settings.no_response],
        "instanceDurationInDays": settings.schedule.duration_days,
        "autoApplyDecisionsEnabled": settings.auto_apply,
        "recommendationsEnabled": settings.recommendations,
        "recommendationLookBackDuration": format_days(LOOK_BACK.days),
        "recommendationInsightSettings": _insight_settings() if settings.recommendations else [],
        "decisionHistoriesForReviewersEnabled": True,
        "recurrence": _recurrence(settings),
        "applyActions": [{"@odata.type": f"{TYPE}removeAccessApplyAction"}],
    }


def _insight_settings() -> list[Json]:
    return [
        {
            "@odata.type": f"{TYPE}userLastSignInRecommendationInsightSetting",
            "recommendationLookBackDuration": format_days(LOOK_BACK.days),
            "signInScope": "tenant",
        }
    ]


def definition(found: ReviewDefinition, status: str, creator: User | None) -> Json:
    """An accessReviewScheduleDefinition."""
    return {
        "id": found.id,
        "displayName": found.display_name,
        "descriptionForAdmins": found.description,
        "descriptionForReviewers": found.settings.reviewer_text,
        "createdBy": {"@odata.type": f"{TYPE}userIdentity", **_person(creator, found.created_by)},
        "createdDateTime": stamp(found.created),
        "lastModifiedDateTime": stamp(found.modified),
        "status": status,
        "scope": _scope(found.package_id, found.policy_id),
        "instanceEnumerationScope": None,
        "reviewers": _reviewers(found.settings),
        "fallbackReviewers": reviewer_scopes(found.settings.fallback),
        "additionalNotificationRecipients": [_recipient(one) for one in found.settings.recipients],
        "settings": _settings(found.settings),
        "@accessReviews.ownersReview": found.settings.reviewers is ReviewerKind.OWNERS,
        "@accessReviews.adHoc": found.ad_hoc,
        "@accessReviews.follows": found.follows or None,
        "@accessReviews.endedDateTime": stamp(found.ended),
        "@accessReviews.accessPackageId": found.package_id,
        "@accessReviews.assignmentPolicyId": found.policy_id,
        **warned(found.settings),
    }


def instance(found: ReviewInstance, state: InstanceState | None) -> Json:
    """An accessReviewInstance, with the reviewers it has now (R140)."""
    primary, fallback = reviewers_now(found, state)
    return {
        "id": found.id,
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(state.ends if state else found.closes),
        "status": (state.status if state else Status.INITIALIZING).value,
        "scope": _scope(found.package_id, found.policy_id),
        "reviewers": reviewer_scopes(primary),
        "fallbackReviewers": reviewer_scopes(fallback),
        "@accessReviews.displayName": found.name,
        "@accessReviews.definitionId": found.definition_id,
    }


def decision(item: DecisionItem, found: ReviewInstance, people: dict[str, User], note: bool = False) -> Json:
    """An accessReviewInstanceDecisionItem; people who decided are named at display. `note`: the caller may read
    the private note of the decision in force."""
    last = item.last
    reviewer = last.by if last and last.by != BY_RULE else ""
    shown = found.settings.recommendations
    return {
        "@odata.etag": f'W/"{len(item.history)}"',
        "id": item.id,
        "accessReviewId": found.id,
        "decision": item.decision.value,
        "justification": last.reason if last else "",
        "recommendation": item.recommendation.value if shown else "NoInfoAvailable",
        "reviewedBy": _person(people.get(reviewer), reviewer),
        "reviewedDateTime": _millis(last.at) if last else None,
        "applyResult": item.apply_result.value,
        "appliedBy": _person(people.get(item.applied_by), item.applied_by),
        "appliedDateTime": stamp(item.applied),
        "principal": {
            "@odata.type": f"{TYPE}userIdentity",
            "id": item.principal_id,
            "displayName": item.display_name,
            "userPrincipalName": item.principal_name,
        },
        "principalLink": f"/v1.0/users/{item.principal_id}",
        "resource": {
            "@odata.type": f"{TYPE}accessReviewInstanceDecisionItemAccessPackageAssignmentPolicyResource",
            "id": found.policy_id,
            "displayName": found.policy_name,
            "type": "AccessPackageAssignmentPolicy",
            "accessPackageId": found.package_id,
            "accessPackageDisplayName": found.package_name,
        },
        "resourceLink": f"/v1.0/identityGovernance/entitlementManagement/assignmentPolicies/{found.policy_id}",
        **_annotations(item, found, shown),
        **({NOTE: last.note} if note and last and last.note else {}),
    }


def _manager(item: DecisionItem) -> Json | None:
    return {"id": item.manager_id, "displayName": item.manager_name} if item.manager_id else None


def _annotations(item: DecisionItem, found: ReviewInstance, shown: bool) -> Json:
    more: Json = {
        "@accessReviews.assignmentId": item.assignment_id,
        "@accessReviews.assignedSince": stamp(item.assigned),
        "@accessReviews.reviewerReason": item.why,
        "@accessReviews.department": item.department,
        "@accessReviews.jobTitle": item.job_title,
        "@accessReviews.manager": _manager(item),
        "@accessReviews.changes": [change.value for change in item.changes],
    }
    if shown:
        more["@accessReviews.lastSignInDateTime"] = stamp(item.last_sign_in)
        more |= _ground(item, found)
    if item.cancelled is not None:
        more["@accessReviews.cancelled"] = item.cancelled.value
        more["@accessReviews.cancelledDateTime"] = stamp(item.cancelled_at)
    if item.last and item.last.on_behalf_of:
        more["@accessReviews.onBehalfOf"] = item.last.on_behalf_of
    if item.kept:
        more["@accessReviews.unansweredBecause"] = item.kept
    if item.last and item.last.by == BY_RULE:
        more["@accessReviews.decidedByRule"] = True
    return more


def _ground(item: DecisionItem, found: ReviewInstance) -> Json:
    """What the recommendation is about: a resource of the package, with its last use, or the person at large."""
    if not item.resource:
        return {"@accessReviews.recommendationGround": "person"}
    name = next((one.display_name for one in found.grounds if one.key == item.resource), None)
    return {
        "@accessReviews.recommendationGround": "resource",
        "@accessReviews.recommendationResource": name,
        "@accessReviews.lastUsedDateTime": stamp(item.last_used),
    }


def insights(item: DecisionItem, found: ReviewInstance) -> list[Json]:
    """The userSignInInsight behind an item's recommendation with every number it was computed from (R104, R105);
    none when the policy shows reviewers no decision helpers."""
    if not found.settings.recommendations:
        return []
    known = "known" if item.last_sign_in else "never" if item.never_signed_in else "unknown"
    return [
        {
            "@odata.type": f"{TYPE}userSignInInsight",
            "id": guid("insight", found.id, item.id),
            "insightCreatedDateTime": stamp(found.opens),
            "lastSignInDateTime": stamp(item.last_sign_in),
            "@accessReviews.signIn": known,
            "@accessReviews.daysSinceSignIn": (found.opens - item.last_sign_in).days if item.last_sign_in else None,
            "@accessReviews.inactiveAfterDays": LOOK_BACK.days,
            "@accessReviews.source": "directory" if item.sign_in_as_of else None,
            "@accessReviews.asOfDateTime": stamp(item.sign_in_as_of),
            "@accessReviews.oldestUsableDataInDays": found.settings.max_data_age_days,
            "@accessReviews.recommendation": item.recommendation.value,
            **_ground(item, found),
        }
    ]


def _millis(milliseconds: int) -> str:
    return stamp(datetime.fromtimestamp(milliseconds / 1000, UTC)) or ""


def reviewer(found: Contacted) -> Json:
    """An accessReviewReviewer: who was, or would have been, contacted, and with which mails (R76)."""
    mails = [{"kind": mail.kind, "state": mail.state, "sentDateTime": stamp(mail.sent)} for mail in found.mails]
    return {
        "id": found.row.user_id,
        "displayName": found.row.display_name,
        "userPrincipalName": found.row.principal_name,
        "createdDateTime": stamp(found.first),
        "@accessReviews.mails": mails,
        "@accessReviews.reviewerReason": found.row.reason,
    }
