"""Graph's accessPackageAssignmentReviewSettings to domain ReviewSettings and back (brief, decision 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from chalicelib.domain.durations import format_days, parse_duration_days
from chalicelib.domain.packages import NoResponse, ReviewerKind, ReviewSettings
from chalicelib.domain.review_rules import LONGEST_REVIEWER_TEXT, check_settings, silence_warning
from chalicelib.routes.graph.reading import Reader
from chalicelib.routes.graph.review_schedule import is_given, read_schedule, schedule_object
from chalicelib.routes.graph.reviewer_sets import reviewer_objects, reviewers

PREFIX = "@accessReviews."
REVIEWER_TEXT, RECIPIENTS = PREFIX + "descriptionForReviewers", PREFIX + "additionalNotificationRecipients"
_DEFAULTS: dict[str, Any] = {one.name: one.default for one in fields(ReviewSettings)}
_OFF_WITHOUT_SCHEDULE = {"startDateTime": "2000-01-01", "expiration": {"duration": "P1D"}}


def read_review(value: Mapping[str, Any] | None, default_zone: str) -> tuple[ReviewSettings | None, Any]:
    """Review settings, and the JSON to keep for settings that are off and have no schedule (they are no
    ReviewSettings, but come back as they were given).

    Raises InvalidInput with the JSON path and the allowed values or range.
    """
    if value is None:
        return None, None
    reader = Reader(value, "reviewSettings")
    enabled = reader.flag("isEnabled", False)
    if not reader.gives("isEnabled"):
        raise reader.refused("isEnabled", "Must be true or false.")
    schedule = reader.inner("schedule")
    if schedule is not None and is_given(schedule):
        settings = _settings(reader, schedule, default_zone, enabled)
        check_settings(settings)
        return settings, None
    if enabled:
        raise reader.refused("schedule", "Must be given: when reviews start, and how long they stay open.")
    settings = _settings(reader, Reader(_OFF_WITHOUT_SCHEDULE), default_zone, enabled)
    check_settings(settings)
    return None, {**review_object(settings), "schedule": None}


def _settings(reader: Reader, schedule: Reader, default_zone: str, enabled: bool) -> ReviewSettings:
    default = None if enabled else NoResponse.KEEP
    no_response = NoResponse(reader.choice("expirationBehavior", list(NoResponse), default))
    primary = reviewers(reader, "primaryReviewers")
    kind = _kind(reader, any(subject.kind == "targetManager" for subject in primary))
    brake_count, brake_percent = _brake(reader.inner(PREFIX + "brake"))
    return ReviewSettings(
        schedule=read_schedule(schedule, default_zone, enabled),
        enabled=enabled,
        reviewers=kind,
        primary=primary,
        fallback=reviewers(reader, "fallbackReviewers"),
        no_response=no_response,
        recommendations=reader.flag("isRecommendationEnabled", True),
        justification_required=reader.flag("isReviewerJustificationRequired", True),
        auto_apply=reader.flag(PREFIX + "autoApply", True),
        max_data_age_days=_data_age(reader),
        delegation=reader.flag(PREFIX + "delegation", True),
        self_decision=reader.flag(PREFIX + "selfDecision", False),
        cut_now=reader.flag(PREFIX + "cutNow", False),
        review_regrants=reader.flag(PREFIX + "reviewRegrants", False),
        brake_count=brake_count,
        brake_percent=brake_percent,
        reviewer_text=reader.text(REVIEWER_TEXT, longest=LONGEST_REVIEWER_TEXT).strip(),
        recipients=reviewers(reader, RECIPIENTS),
    )


def _kind(reader: Reader, names_manager: bool) -> ReviewerKind:
    alone, owners = reader.flag("isSelfReview", False), reader.flag(PREFIX + "ownersReview", False)
    if alone and owners:
        raise reader.refused("isSelfReview", f"Must be false with {PREFIX}ownersReview.")
    if alone:
        return ReviewerKind.SELF
    if owners:
        return ReviewerKind.OWNERS
    return ReviewerKind.MANAGER if names_manager else ReviewerKind.SPECIFIC


def _data_age(reader: Reader) -> int:
    """Days after which imported sign-in data is too old to recommend anything."""
    name = PREFIX + "maxDataAge"
    text = reader.text(name, longest=64)
    return parse_duration_days(text, reader.target(name)) if text else int(_DEFAULTS["max_data_age_days"])


def _brake(reader: Reader | None) -> tuple[int, int]:
    """From how many removals, and from which percentage on, they wait for a confirmation (G24)."""
    count, percent = _DEFAULTS["brake_count"], _DEFAULTS["brake_percent"]
    if reader is None:
        return count, percent
    if reader.gives("percent"):
        percent = reader.members["percent"]
    elif reader.gives("share"):
        percent = _percent(reader.members["share"])
    if type(percent) is not int or not 0 <= percent <= 100:
        raise reader.refused("share", "Must be a number from 0 to 1 in steps of 0.01 (or percent, 0 to 100).")
    return reader.whole("count") if reader.gives("count") else count, percent


def _percent(share: object) -> int | None:
    percent = round(float(share) * 100, 6) if isinstance(share, int | float) else 0.5
    return int(percent) if percent.is_integer() and not isinstance(share, bool) else None


def review_object(settings: ReviewSettings) -> dict[str, Any]:
    """Review settings as Graph writes them, with our annotations."""
    return {
        "isEnabled": settings.enabled,
        "expirationBehavior": settings.no_response.value,
        "isRecommendationEnabled": settings.recommendations,
        "isReviewerJustificationRequired": settings.justification_required,
        "isSelfReview": settings.reviewers is ReviewerKind.SELF,
        "primaryReviewers": reviewer_objects(settings.primary),
        "fallbackReviewers": reviewer_objects(settings.fallback),
        "schedule": schedule_object(settings.schedule),
        PREFIX + "autoApply": settings.auto_apply,
        PREFIX + "maxDataAge": format_days(settings.max_data_age_days),
        PREFIX + "delegation": settings.delegation,
        PREFIX + "ownersReview": settings.reviewers is ReviewerKind.OWNERS,
        PREFIX + "selfDecision": settings.self_decision,
        PREFIX + "cutNow": settings.cut_now,
        PREFIX + "reviewRegrants": settings.review_regrants,
        REVIEWER_TEXT: settings.reviewer_text,
        RECIPIENTS: reviewer_objects(settings.recipients),
        PREFIX + "brake": {"count": settings.brake_count, "share": settings.brake_percent / 100},
    }


def warned(settings: ReviewSettings | None) -> dict[str, str]:
    """The annotation of a policy or series whose silent reviewers can cost people their access (R123), else nothing."""
    warning = silence_warning(settings)
    return {PREFIX + "warning": warning} if warning else {}
