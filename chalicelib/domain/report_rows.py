"""What stands in each report: its columns, and the row of one reviewed person, assignment or policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.csv_text import Row, columns
from chalicelib.domain.history import result_of
from chalicelib.domain.items import BY_RULE, ApplyResult, DecisionItem, Recommendation
from chalicelib.domain.lifetimes import state_at
from chalicelib.domain.people import SYSTEM, User
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance

People = Mapping[str, User]
NO_SERIES = ids.NOBODY  # what stands for the series of a one-time review (R153)
_REVIEW_TYPE = "AccessPackageAssignment"
_ADVICE = {Recommendation.APPROVE: "Approve", Recommendation.DENY: "Deny", Recommendation.NO_INFO: "No Info"}
_APPLIED = (ApplyResult.DONE, ApplyResult.GONE)

# One row per reviewed person, as the results page shows them (R151).
RESULTS = columns(
    "User",
    "Principal name",
    "User id",
    "Decision",
    "Reason",
    "Reviewed by",
    "On behalf of",
    "Date",
    "Recommendation",
    "Last sign-in",
    "Why this reviewer",
    "Apply result",
    "Applied by",
    "Applied at",
    "Unanswered because",
    "Assigned since",
    "Assignment id",
    "Private note",
    moments=("Date", "Last sign-in", "Applied at", "Assigned since"),
)

# Exactly those of R153, in its order.
HISTORY = columns(
    "AccessReviewId",
    "AccessReviewSeriesId",
    "ReviewType",
    "ResourceDisplayName",
    "ResourceId",
    "ReviewName",
    "CreatedDateTime",
    "ReviewStartDate",
    "ReviewEndDate",
    "ReviewStatus",
    "OwnerId",
    "OwnerName",
    "OwnerUPN",
    "PrincipalId",
    "PrincipalName",
    "PrincipalUPN",
    "PrincipalType",
    "ReviewDate",
    "ReviewResult",
    "Justification",
    "ReviewerId",
    "ReviewerName",
    "ReviewerUPN",
    "ReviewerEmailAddress",
    "AppliedByName",
    "AppliedByUPN",
    "AppliedByEmailAddress",
    "AppliedDate",
    "AccessRecommendation",
    "SubmissionResult",
    moments=("CreatedDateTime", "ReviewStartDate", "ReviewEndDate", "ReviewDate", "AppliedDate"),
)

# The assignments of a package (R156).
ASSIGNMENTS = columns(
    "User",
    "Principal name",
    "User id",
    "Policy",
    "State",
    "Status",
    "Assigned",
    "Starts",
    "Ends",
    "Ended",
    "Assignment id",
    moments=("Assigned", "Starts", "Ends", "Ended"),
)

# Who holds a package together with what it excludes (R14).
HOLDERS_OF_BOTH = columns(
    "User",
    "Principal name",
    "User id",
    "Assignment id",
    "Since",
    "Incompatible",
    "Incompatible id",
    "Kind",
    moments=("Since",),
)

COVERAGE = columns(
    "Catalog",
    "Catalog id",
    "Access package",
    "Access package id",
    "Policy",
    "Policy id",
    "Coverage",
    "Switched off by",
    "Switched off at",
    "Last completed review",
    "Last completed at",
    "Days since",
    "Live assignments",
    numbers=("Days since", "Live assignments"),
    moments=("Switched off at", "Last completed at"),
)


def people_of(item: DecisionItem) -> set[str]:
    """Ids of those who had a part in an item's result."""
    last = item.last
    named = {item.applied_by, *((last.by, last.on_behalf_of) if last else ())}
    return named - {"", BY_RULE}


def results_row(item: DecisionItem, instance: ReviewInstance, people: People, with_note: bool) -> Row:
    """The row of RESULTS for an item; people who decided are named as they are called today. `with_note`: may the
    private note be read by whom the file is for (G18)?"""
    last = item.last
    by_rule = last is not None and last.by == BY_RULE
    advised = instance.settings.recommendations
    return (
        item.display_name,
        item.principal_name,
        item.principal_id,
        item.decision.value,
        last.reason if last else "",
        SYSTEM.display_name if by_rule else _name(people, last.by if last else ""),
        _name(people, last.on_behalf_of if last else ""),
        _moment(last.at) if last else None,
        _ADVICE[item.recommendation] if advised else "",
        item.last_sign_in if advised else None,
        item.why,
        "" if item.apply_result is ApplyResult.NEW else item.apply_result.value,
        _applier(item, people)[0],
        item.applied,
        f"cancelled: {item.cancelled.value}" if item.cancelled else item.kept,
        item.assigned,
        item.assignment_id,
        last.note if last and with_note else "",
    )


def history_row(
    item: DecisionItem,
    instance: ReviewInstance,
    state: InstanceState,
    definition: ReviewDefinition | None,
    people: People,
) -> Row:
    """The row of HISTORY for an item of an ended review. Its owner is who set the review up."""
    last, owner = item.last, definition.created_by if definition else instance.saved_by
    one_time = instance.settings.schedule.frequency is None
    reviewer = last.by if last and last.by != BY_RULE else ""
    named = people.get(reviewer)
    result = result_of(item).value
    return (
        instance.id,
        NO_SERIES if one_time else instance.definition_id,
        _REVIEW_TYPE,
        instance.package_name,
        instance.package_id,
        instance.name,
        definition.created if definition else instance.opens,
        instance.opens,
        state.ends,
        state.status.value,
        owner,
        _name(people, owner),
        _upn(people, owner),
        item.principal_id,
        item.display_name,
        item.principal_name,
        "User",
        _moment(last.at) if last else None,
        result[0].upper() + result[1:],
        last.reason if last else "",
        reviewer,
        SYSTEM.display_name if last and not reviewer else _name(people, reviewer),
        _upn(people, reviewer),
        named.mail if named else "",
        *_applier(item, people),
        item.applied,
        _ADVICE[item.recommendation] if instance.settings.recommendations else _ADVICE[Recommendation.NO_INFO],
        "applied" if item.apply_result in _APPLIED else "not applied",
    )


def assignment_row(found: Assignment, policy_name: str, people: People, now: datetime) -> Row:
    """The row of ASSIGNMENTS for an assignment, in the state it has at `now`."""
    state = state_at(found, now)
    return (
        _name(people, found.target_id),
        _upn(people, found.target_id),
        found.target_id,
        policy_name,
        state.value,
        found.status,
        found.created,
        found.starts,
        found.ends,
        (found.expired or found.ends) if state.value == "expired" else None,
        found.id,
    )


def overlap_row(found: Assignment, people: People, kind: str, excluded_id: str, excluded: str) -> Row:
    """The row of HOLDERS_OF_BOTH for an assignment and the entry of the lists it goes against."""
    person = found.target_id
    return _name(people, person), _upn(people, person), person, found.id, found.starts, excluded, excluded_id, kind


def _name(people: People, user_id: str) -> str:
    found = people.get(user_id)
    return found.display_name if found else user_id


def _upn(people: People, user_id: str) -> str:
    found = people.get(user_id)
    return found.principal_name if found else ""


def _applier(item: DecisionItem, people: People) -> tuple[str, str, str]:
    """Name, principal name and address of who applied a result; without a person we did it ourselves."""
    if item.apply_result is ApplyResult.NEW:
        return "", "", ""
    found = people.get(item.applied_by)
    name = _name(people, item.applied_by) if item.applied_by else SYSTEM.display_name
    return name, found.principal_name if found else "", found.mail if found else ""


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
