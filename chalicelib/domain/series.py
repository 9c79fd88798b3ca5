"""What is remembered about series beside their definitions: where they are found, what they opened and missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOfPackage:
    """Says that a package and policy have a series: their index, which outlives both."""

    package_id: str
    policy_id: str
    definition_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestReview:
    """The instance that opened last of a policy with several series, and the one `before` it. Whoever opens one
    replaces it as read: that keeps two series of one policy from opening at the same time (G6)."""

    policy_id: str
    instance_id: str
    before: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedOccurrence:
    """An occurrence that never opened, and why, as a sentence (G6)."""

    definition_id: str
    day: date
    opens: datetime
    reason: str
    version: int = 0


class Needs(StrEnum):
    """What a live review waits for that only a person can do."""

    NOTHING = ""
    RETRY = "failed"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveReview:
    """Says that a review is not over, so that it is found without walking every series. It is written when the
    review opens, goes when its results are applied or its series is deleted, and changes in the transactions that
    change what the review `needs`. `closes` as planned at the opening."""

    instance_id: str
    catalog_id: str
    package_id: str
    closes: datetime
    needs: Needs = Needs.NOTHING
    version: int = 0


def needs_of(state: InstanceState) -> Needs:
    """What a review waits for: a completed one that is off the agenda waits for somebody to confirm its removals."""
    if state.status is Status.FAILED:
        return Needs.RETRY
    waits = state.status is Status.COMPLETED and not state.due and state.confirmation is None
    return Needs.CONFIRMATION if waits else Needs.NOTHING


def live_review(instance: ReviewInstance, needs: Needs = Needs.NOTHING) -> LiveReview:
    """The row of a review that is not over."""
    return LiveReview(
        instance_id=instance.id,
        catalog_id=instance.catalog_id,
        package_id=instance.package_id,
        closes=instance.closes,
        needs=needs,
    )
