"""Which review settings are accepted, beyond the rules of their schedule (G10, G11, R68-R70), and what silence
means under them (G19, G24)."""

from __future__ import annotations

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.items import Decision, Recommendation
from chalicelib.domain.packages import NoResponse, ReviewerKind, ReviewSettings, SubjectSet
from chalicelib.domain.schedules import check

PRIMARY = "reviewSettings/primaryReviewers"
FALLBACK = "reviewSettings/fallbackReviewers"
RECIPIENTS = "reviewSettings/@accessReviews.additionalNotificationRecipients"
REVIEWER_TEXT = "reviewSettings/@accessReviews.descriptionForReviewers"
LONGEST_REVIEWER_TEXT = 256  # characters (R78, R181)
MOST_NAMED = 100  # users and groups named in one list
MOST_LEVELS = 4


def check_settings(settings: ReviewSettings) -> None:
    """Raise InvalidInput, naming the field and what it allows, unless these settings can make a review.

    Settings that are off may be incomplete, but not contradictory.
    """
    check(settings.schedule)
    _check_subjects(settings)
    _check_numbers(settings)
    if not settings.enabled:
        return
    if settings.reviewers is ReviewerKind.SPECIFIC and not settings.primary:
        raise InvalidInput("Name at least one reviewer, or set isSelfReview to true.", PRIMARY)
    if settings.reviewers in (ReviewerKind.MANAGER, ReviewerKind.OWNERS) and not settings.fallback:
        who = "manager" if settings.reviewers is ReviewerKind.MANAGER else "owner"
        raise InvalidInput(f"A fallback reviewer is needed for people without a {who} (R70).", FALLBACK)


def _check_subjects(settings: ReviewSettings) -> None:
    kind = settings.reviewers
    if kind in (ReviewerKind.SELF, ReviewerKind.OWNERS) and settings.primary:
        asked = "people review their own access" if kind is ReviewerKind.SELF else "the owners review"
        raise InvalidInput(f"Must be empty when {asked}.", PRIMARY)
    if kind is ReviewerKind.SELF and settings.fallback:
        raise InvalidInput("Must be empty when people review their own access.", FALLBACK)
    managers = [subject for subject in settings.primary if subject.kind == "targetManager"]
    if managers and len(settings.primary) > 1:
        raise InvalidInput("Either one targetManager, or users and groups.", PRIMARY)
    if any(not 1 <= subject.level <= MOST_LEVELS for subject in managers):
        raise InvalidInput(f"Must be 1 (the manager) to {MOST_LEVELS}.", f"{PRIMARY}/0/managerLevel")
    _check_lists(settings)


def _check_lists(settings: ReviewSettings) -> None:
    if any(subject.kind == "targetManager" for subject in settings.fallback):
        raise InvalidInput("Fallback reviewers are users (singleUser) and groups (groupMembers).", FALLBACK)
    if any(subject.kind == "targetManager" for subject in settings.recipients):
        raise InvalidInput("Recipients are users (singleUser) and groups (groupMembers).", RECIPIENTS)
    lists = ((settings.primary, PRIMARY), (settings.fallback, FALLBACK), (settings.recipients, RECIPIENTS))
    for subjects, target in lists:
        if len(subjects) > MOST_NAMED:
            raise InvalidInput(f"At most {MOST_NAMED} users and groups.", target)
        if len(set(subjects)) < len(subjects):
            raise InvalidInput("A user or group is named twice.", target)


def _check_numbers(settings: ReviewSettings) -> None:
    if not 1 <= settings.max_data_age_days <= 365:
        raise InvalidInput("Must be 1 to 365 days.", "reviewSettings/@accessReviews.maxDataAge")
    if len(settings.reviewer_text) > LONGEST_REVIEWER_TEXT:
        raise InvalidInput(f"At most {LONGEST_REVIEWER_TEXT} characters are sent.", REVIEWER_TEXT)
    if settings.brake_count < 1:
        raise InvalidInput("Must be 1 or more.", "reviewSettings/@accessReviews.brake/count")
    if not 0 <= settings.brake_percent <= 100:
        raise InvalidInput("Must be 0 to 1.", "reviewSettings/@accessReviews.brake/share")


def new_subjects(subjects: tuple[SubjectSet, ...], known: tuple[SubjectSet, ...]) -> list[tuple[int, SubjectSet]]:
    """The named users and groups that were not named before, with their place in the list. Who left the
    directory meanwhile must not keep the rest of a policy from being edited."""
    return [
        (place, subject)
        for place, subject in enumerate(subjects)
        if subject.kind != "targetManager" and subject not in known
    ]


def silence_warning(settings: ReviewSettings | None) -> str | None:
    """What to tell whoever saves settings under which silent reviewers can cost everybody their access (R123)."""
    if settings is None or not settings.enabled or not settings.auto_apply:
        return None
    if settings.no_response is NoResponse.KEEP:
        return None
    removed = settings.no_response is NoResponse.REMOVE
    who = "everybody they did not decide on" if removed else "everybody without a recent sign-in"
    return (
        f"If reviewers do not answer, {who} loses access when the review closes. Only {settings.brake_count} or more "
        f"removals that exceed {settings.brake_percent} % of the people reviewed wait for a confirmation."
    )


def unanswered(settings: ReviewSettings, recommendation: Recommendation) -> tuple[Decision | None, str]:
    """What becomes of an item whose reviewers were asked and stayed silent: the rule's decision, and the reason.
    None keeps the item undecided and its access (R113, G19)."""
    if settings.no_response is NoResponse.REMOVE:
        return Decision.DENY, "noResponse"
    if settings.no_response is NoResponse.RECOMMENDATION:
        if recommendation is Recommendation.NO_INFO:
            return None, "noInformation"
        return Decision(recommendation.value), "recommendation"
    return None, "noResponse"


def brakes(settings: ReviewSettings, outstanding: int, total: int) -> bool:
    """Are so many removals of a review of `total` people that they wait for a confirmation (G24)?"""
    return outstanding >= settings.brake_count and outstanding * 100 > settings.brake_percent * total
