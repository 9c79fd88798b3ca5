"""Policies with every kind of review, a review that happens once, and a reviewer who is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.packages import (
    AccessPackage,
    AssignmentPolicy,
    NoResponse,
    ReviewerKind,
    ReviewSettings,
    SubjectSet,
)
from chalicelib.domain.people import User
from chalicelib.domain.schedules import Frequency, Schedule
from chalicelib.usecases.delegates import name_delegate
from chalicelib.usecases.manage_definitions import DefinitionDraft, create_review
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy, draft_of, update_policy
from local.demonstration.steps import Steps

ZONE = "Europe/Paris"
NEVER_REVIEWED, SWITCHED_OFF = 5, 11  # numbers of policies
REMOVES_AT_ONCE, STAYS_WITH_ITS_REVIEWERS = 6, 3
AWAY, STANDS_IN = 9, 15  # numbers of people


def policies(steps: Steps, made: list[AccessPackage], people: list[User], stewards: str) -> list[AssignmentPolicy]:
    """One policy a package (a second one for the first), with every reviewer kind, frequency and outcome; one is
    not reviewed, and one not any more."""
    today = steps.now.date()
    found = []
    for number, package in enumerate(made):
        draft = PolicyDraft(
            display_name="Employees",
            description=f"Employees with {package.display_name}",
            review=_review(number, today, people, stewards),
        )
        found.append(create_policy(*steps.under("policy", number), package.id, draft))
    partners = PolicyDraft(display_name="Partners", review=_review(0, today + timedelta(days=7), people, stewards))
    found.append(create_policy(*steps.under("policy", "partners"), made[0].id, partners))
    over = found[SWITCHED_OFF]
    settings = _review(0, today + timedelta(days=30), people, stewards)
    reviewed = update_policy(*steps.under("reviews", "on"), over, replace(draft_of(over), review=settings))
    found[SWITCHED_OFF] = update_policy(
        *steps.under("reviews", "off"), reviewed, replace(draft_of(reviewed), review=None)
    )
    return found


def _review(number: int, today: date, people: list[User], stewards: str) -> ReviewSettings | None:
    """The review settings of the numbered policy; two of twelve have none."""
    frequencies = (Frequency.QUARTERLY, Frequency.MONTHLY, Frequency.WEEKLY, Frequency.HALF_YEARLY, Frequency.ANNUAL)
    frequency = frequencies[number % 5]
    days = {Frequency.WEEKLY: 5, Frequency.MONTHLY: 14}.get(frequency, 21)
    start = today + timedelta(days=number)
    schedule = Schedule(start=start, zone=ZONE, frequency=frequency, duration_days=days)
    fallback = (SubjectSet("singleUser", people[8].id),)
    outcome = (NoResponse.KEEP, NoResponse.REMOVE, NoResponse.RECOMMENDATION)[number % 3]
    kinds: tuple[dict[str, Any] | None, ...] = (
        {"reviewers": ReviewerKind.MANAGER, "primary": (SubjectSet("targetManager"),), "fallback": fallback},
        {"reviewers": ReviewerKind.SELF},
        {"reviewers": ReviewerKind.SPECIFIC, "primary": tuple(SubjectSet("singleUser", people[n].id) for n in (9, 10))},
        {"reviewers": ReviewerKind.SPECIFIC, "primary": (SubjectSet("groupMembers", stewards),), "fallback": fallback},
        {"reviewers": ReviewerKind.OWNERS, "fallback": fallback},
        None,
    )
    chosen = kinds[number % 6]
    if chosen is None:
        return None
    return ReviewSettings(
        schedule=schedule,
        no_response=outcome,
        cut_now=number == REMOVES_AT_ONCE,
        delegation=number != STAYS_WITH_ITS_REVIEWERS,
        **chosen,
    )


def one_time_review(steps: Steps, chosen: list[AssignmentPolicy], people: list[User]) -> None:
    """Somebody wants to know, once, about a policy that has no reviews of its own; it opens tonight."""
    settings = ReviewSettings(
        schedule=Schedule(start=steps.now.date(), zone=ZONE, frequency=None, duration_days=10),
        reviewers=ReviewerKind.SPECIFIC,
        primary=(SubjectSet("singleUser", people[10].id),),
        reviewer_text="The auditors asked who still supports production.",
    )
    draft = DefinitionDraft(display_name="Production Support, once for the audit", settings=settings)
    create_review(*steps.under("one-time"), chosen[NEVER_REVIEWED].id, draft)


def absence(steps: Steps, people: list[User]) -> None:
    """A named reviewer is away from tomorrow on, and says who reviews meanwhile."""
    away = StandingDelegate(
        user_id=people[AWAY].id,
        delegate_id=people[STANDS_IN].id,
        starts=steps.now + timedelta(days=1),
        ends=steps.now + timedelta(days=22),
        reason="Parental leave.",
    )
    name_delegate(steps.services, people[AWAY], away, steps.now, "demo-absence")
