"""The JSON of an accessReviewScheduleDefinition, read: what is reviewed, by whom, when and how.

Members that change nothing here are not looked at; those that ask for something this service does not do are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain.durations import format_days, parse_duration_days
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.packages import NoResponse, ReviewerKind, ReviewSettings, SubjectSet
from chalicelib.domain.recommendations import LOOK_BACK
from chalicelib.domain.review_rules import LONGEST_REVIEWER_TEXT, check_settings
from chalicelib.domain.reviews import ReviewDefinition
from chalicelib.domain.schedules import Schedule, today_in
from chalicelib.domain.zones import zone
from chalicelib.routes.graph.reading import Reader
from chalicelib.routes.graph.review_schedule import read_schedule
from chalicelib.routes.graph.reviewer_sets import NAMESPACE, kind_of
from chalicelib.usecases.manage_definitions import DefinitionDraft

LOOKED_BACK, SIGN_IN_INSIGHT = "recommendationLookBackDuration", "userLastSignInRecommendationInsightSetting"
OWNERS = "@accessReviews.ownersReview"
_PLACE = re.compile(r"/?(?:(?:v1\.0|beta)/)?(users|groups)/([A-Za-z0-9._-]{1,128})(/.*)?")
_MEMBERS = re.compile(r"/(?:transitiveM|m)embers(?:/microsoft\.graph\.user)?/?")
_PACKAGE = re.compile(r"accessPackage(?:Id|/id) eq '([^']{1,128})'", re.IGNORECASE)
_POLICY = re.compile(r"(?:accessPackageA|a)ssignmentPolicy(?:Id|/id) eq '([^']{1,128})'", re.IGNORECASE)
_HOW = (
    "Must name an access package's assignment policy: a query over accessPackageAssignments with accessPackageId and "
    "assignmentPolicyId, or an accessReviewAccessPackageAssignmentPolicyScope with its resourceId."
)
_KINDS = {"users": "singleUser", "groups": "groupMembers"}
_ELSEWHERE = (
    ("reviewSettings/schedule/expiration/duration", "settings/instanceDurationInDays"),
    ("settings/expiration/duration", "settings/instanceDurationInDays"),
    ("reviewSettings/schedule/startDateTime", "settings/recurrence/range/startDate"),
    ("settings/startDateTime", "settings/recurrence/range/startDate"),
    ("reviewSettings/schedule/", "settings/"),
    ("reviewSettings/primaryReviewers", "reviewers"),
    ("reviewSettings/fallbackReviewers", "fallbackReviewers"),
    ("reviewSettings/@accessReviews.additionalNotificationRecipients", "additionalNotificationRecipients"),
    ("reviewSettings/@accessReviews.descriptionForReviewers", "descriptionForReviewers"),
)


@contextmanager
def in_terms_of_a_definition() -> Iterator[None]:
    """A refusal inside names the member of the definition, not that of a policy's review settings."""
    try:
        yield
    except InvalidInput as problem:
        target = problem.target or ""
        for there, here in _ELSEWHERE:
            if target.startswith(there):
                place = re.sub(r"/(?:userId|groupId)$", "/query", target.removeprefix(there))
                raise InvalidInput(problem.message, here + place) from problem
        raise


def read_scope(reader: Reader) -> tuple[str, str]:
    """The package ("" when it is not named) and the policy that a new definition reviews. Raises InvalidInput."""
    scope = reader.inner("scope")
    if scope is None:
        raise reader.refused("scope", _HOW)
    resources = scope.many("resourceScopes")
    if len(resources) > 1:
        raise scope.refused("resourceScopes", "Must have one scope: one assignment policy.")
    found = resources[0] if resources else scope
    if kind_of(found).lower() == "accessreviewaccesspackageassignmentpolicyscope":
        package, policy = found.identifier("accessPackageId"), found.identifier("resourceId")
    else:
        query = found.text("query")
        asked = "assignments" in query.lower()
        package, policy = (_first(pattern, query) if asked else "" for pattern in (_PACKAGE, _POLICY))
    if not policy:
        raise reader.refused("scope", _HOW)
    return package, policy


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].lower() if found else ""


def read_new(reader: Reader, default_zone: str, now: datetime) -> DefinitionDraft:
    """What a new definition says. Flags that are left out are false, as Graph has it. Raises InvalidInput."""
    settings = reader.inner("settings") or Reader({}, "settings")
    if not settings.gives("instanceDurationInDays"):
        raise settings.refused("instanceDurationInDays", "Must be given: how many days reviewers have.")
    once = Schedule(start=today_in(default_zone, now), zone=default_zone, frequency=None, duration_days=1)
    blank = ReviewSettings(schedule=once, recommendations=False, justification_required=False, auto_apply=False)
    return DefinitionDraft(
        display_name=reader.name(),
        description=reader.text("descriptionForAdmins"),
        settings=_settings(reader, blank, now),
    )


def read_changed(reader: Reader, found: ReviewDefinition, now: datetime) -> DefinitionDraft:
    """A definition with the members that are given laid over its own, inside settings as well."""
    return DefinitionDraft(
        display_name=reader.name() if reader.gives("displayName") else found.display_name,
        description=reader.text("descriptionForAdmins", found.description),
        settings=_settings(reader, found.settings, now),
    )


def _settings(reader: Reader, before: ReviewSettings, now: datetime) -> ReviewSettings:
    _refuse_unsupported(reader)
    given = reader.inner("settings") or Reader({}, "settings")
    _refuse_other_ways(given)
    text = reader.text("descriptionForReviewers", before.reviewer_text, LONGEST_REVIEWER_TEXT)
    settings = replace(
        before,
        schedule=_schedule(given, before.schedule, now),
        no_response=_no_response(given, before.no_response),
        recommendations=given.flag("recommendationsEnabled", before.recommendations),
        justification_required=given.flag("justificationRequiredOnApproval", before.justification_required),
        auto_apply=given.flag("autoApplyDecisionsEnabled", before.auto_apply),
        reviewer_text=text.strip(),
        recipients=_recipients(reader) if reader.gives("additionalNotificationRecipients") else before.recipients,
    )
    settings = _with_reviewers(reader, settings)
    check_settings(settings)
    return settings


def _refuse_unsupported(reader: Reader) -> None:
    if reader.many("stageSettings"):
        raise reader.refused("stageSettings", "Must be left out: reviews have one stage.")
    if reader.gives("instanceEnumerationScope"):
        raise reader.refused("instanceEnumerationScope", "Must be left out: there is one instance a recurrence.")


def _refuse_other_ways(given: Reader) -> None:
    for name in ("mailNotificationsEnabled", "reminderNotificationsEnabled"):
        if not given.flag(name, True):
            raise given.refused(name, "Must be true or left out: whoever is asked is told and reminded.")
    for place, action in enumerate(given.many("applyActions")):
        if kind_of(action).lower() not in ("", "removeaccessapplyaction"):
            raise given.refused(f"applyActions/{place}", "Must be #microsoft.graph.removeAccessApplyAction.")
    given.flag("decisionHistoriesForReviewersEnabled", True)
    _refuse_other_insights(given)


def _refuse_other_insights(given: Reader) -> None:
    """Recommendations come from the last sign-in to anything, within 30 days: nothing else can be asked for."""
    for place, one in enumerate(given.many("recommendationInsightSettings")):
        if kind_of(one).lower() not in ("", SIGN_IN_INSIGHT.lower()):
            wanted = f"Must be #{NAMESPACE}{SIGN_IN_INSIGHT}: recommendations come from the last sign-in."
            raise given.refused(f"recommendationInsightSettings/{place}", wanted)
        one.choice("signInScope", ("tenant",), "tenant")
        _refuse_other_look_back(one)
    _refuse_other_look_back(given)


def _refuse_other_look_back(given: Reader) -> None:
    text = given.text(LOOKED_BACK, longest=64)
    if text and parse_duration_days(text, given.target(LOOKED_BACK)) != LOOK_BACK.days:
        raise given.refused(LOOKED_BACK, f"Must be {format_days(LOOK_BACK.days)}, or left out.")


def _no_response(given: Reader, before: NoResponse) -> NoResponse:
    """What silence means (G19): approving in a reviewer's place is not offered, keeping access is."""
    words = {NoResponse.KEEP: "None", NoResponse.REMOVE: "Deny", NoResponse.RECOMMENDATION: "Recommendation"}
    enabled = given.flag("defaultDecisionEnabled", before is not NoResponse.KEEP)
    word = given.choice("defaultDecision", (*words.values(), "Approve"), words[before])
    if enabled and word == "Approve":
        raise given.refused("defaultDecision", f"Must be one of: {', '.join(words.values())} (None keeps access).")
    chosen = {word: outcome for outcome, word in words.items()}
    return chosen[word] if enabled else NoResponse.KEEP


def _schedule(given: Reader, before: Schedule, now: datetime) -> Schedule:
    """Duration and recurrence; null is one-time. A range without a start date begins as before (new: today)."""
    days = given.whole("instanceDurationInDays") if given.gives("instanceDurationInDays") else before.duration_days
    if not 1 <= days <= 366:
        raise given.refused("instanceDurationInDays", "Must be 1 or more days, and end before the next review begins.")
    if not given.mentions("recurrence"):
        return replace(before, duration_days=days)
    recurrence = given.inner("recurrence")
    if recurrence is None:
        return replace(before, frequency=None, end=None, count=None, duration_days=days)
    span = recurrence.inner("range") or Reader({})
    members: dict[str, Any] = {"recurrence": recurrence.members, "expiration": {"duration": f"P{days}D"}}
    if not span.gives("startDate"):
        zone_name = zone(span.text("recurrenceTimeZone", longest=64) or before.zone).key
        moved = zone_name != before.zone and before.frequency is None
        members["startDateTime"] = (today_in(zone_name, now) if moved else before.start).isoformat()
    return read_schedule(Reader(members, given.path), before.zone, True)


def _with_reviewers(reader: Reader, settings: ReviewSettings) -> ReviewSettings:
    """Who reviews. Empty reviewers mean each person's own review, but for owners' reviews, which show none either."""
    if reader.gives("fallbackReviewers"):
        settings = replace(settings, fallback=_subjects(reader, "fallbackReviewers"))
    owners = reader.flag(OWNERS, settings.reviewers is ReviewerKind.OWNERS)
    if not reader.gives("reviewers") and not reader.gives(OWNERS):
        return settings
    primary = _subjects(reader, "reviewers") if reader.gives("reviewers") else settings.primary
    if owners:
        kind = ReviewerKind.OWNERS
    elif any(subject.kind == "targetManager" for subject in primary):
        kind = ReviewerKind.MANAGER
        known = settings.primary if settings.reviewers is ReviewerKind.MANAGER else ()
        primary = known if known and len(primary) == 1 else primary  # how many levels up is no member of a scope
    else:
        kind = ReviewerKind.SPECIFIC if primary else ReviewerKind.SELF
    return replace(settings, reviewers=kind, primary=primary)


def _subjects(reader: Reader, name: str) -> tuple[SubjectSet, ...]:
    return tuple(_subject(one) for one in reader.many(name))


def _recipients(reader: Reader) -> tuple[SubjectSet, ...]:
    found = []
    for one in reader.many("additionalNotificationRecipients"):
        kind = "CompletedAdditionalRecipients"
        one.choice("notificationTemplateType", (kind,), kind)
        scope = one.inner("notificationRecipientScope")
        if scope is None:
            raise one.refused("notificationRecipientScope", "Must be given: a query for a user or a group.")
        found.append(_subject(scope))
    return tuple(found)


def _subject(reader: Reader) -> SubjectSet:
    """A reviewer or recipient scope: `/users/{id}`, `/groups/{id}/transitiveMembers` or `./manager`."""
    query = reader.text("query", longest=512)
    if query.lower() in ("./manager", "manager"):
        return SubjectSet("targetManager")
    place = _PLACE.fullmatch(query)
    rest = place[3] if place else None
    fits = place is not None and (rest is None if place[1] == "users" else rest is None or _MEMBERS.fullmatch(rest))
    if place is None or not fits:
        raise reader.refused("query", "Must be /users/{id}, /groups/{id}/transitiveMembers, or ./manager.")
    return SubjectSet(_KINDS[place[1]], place[2].lower())
