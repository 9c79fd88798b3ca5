"""Policies with every kind of review, a review that happens once, and a reviewer who is away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

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
from local.demonstration.people import person_id
from local.demonstration.steps import Steps

ZONE = "Europe/Paris"
REVIEWER, AWAY, ON_DUTY, STANDS_IN = 8, 9, 10, 15  # numbers of people
FALLBACK = (SubjectSet("singleUser", person_id(REVIEWER)),)


@dataclass(frozen=True)
class Plan:
    """The reviews of one policy. `starts`: so many days from the first start of the instance on."""

    starts: int
    frequency: Frequency
    days: int
    kind: str
    outcome: NoResponse = NoResponse.KEEP
    more: Mapping[str, Any] = field(default_factory=dict)


# By number of the policy; Production Support (5) is never reviewed, and Facilities (11) not any more.
NEVER_REVIEWED, SWITCHED_OFF = 5, 11
PLANS = {
    0: Plan(-12, Frequency.QUARTERLY, 21, "managers"),
    1: Plan(-20, Frequency.MONTHLY, 14, "oneself"),
    2: Plan(-11, Frequency.WEEKLY, 5, "named", NoResponse.RECOMMENDATION),
    3: Plan(-6, Frequency.HALF_YEARLY, 21, "stewards", more={"delegation": False}),
    4: Plan(-24, Frequency.ANNUAL, 21, "owners", NoResponse.REMOVE),
    6: Plan(-5, Frequency.MONTHLY, 14, "managers", more={"cut_now": True}),
    7: Plan(-2, Frequency.WEEKLY, 5, "oneself", NoResponse.REMOVE),
    8: Plan(3, Frequency.HALF_YEARLY, 21, "named", NoResponse.RECOMMENDATION),
    9: Plan(12, Frequency.ANNUAL, 21, "stewards"),
    10: Plan(-8, Frequency.QUARTERLY, 21, "one", NoResponse.REMOVE),
    11: Plan(30, Frequency.QUARTERLY, 21, "managers"),
    **{
        number: Plan(-4, (Frequency.MONTHLY, Frequency.QUARTERLY)[number % 2], 14, "managers")
        for number in range(12, 18)
    },
    18: Plan(7, Frequency.QUARTERLY, 21, "managers"),
}
SELF_REVIEWED = tuple(number for number, plan in PLANS.items() if plan.kind == "oneself")
REVIEWED_BY_ONE = next(number for number, plan in PLANS.items() if plan.kind == "one")
TEAM_PACKAGES = range(12, 18)


def local_day(moment: datetime) -> date:
    """The day it is where the reviews are."""
    return moment.astimezone(ZoneInfo(ZONE)).date()


def policies(steps: Steps, made: list[AccessPackage], today: date, stewards: str) -> list[AssignmentPolicy]:
    """One policy a package, and a last one for partners; every reviewer kind, frequency and outcome. One is not
    reviewed, and one not any more. `today` is the day of the first start."""
    found = []
    for number, package in enumerate(made):
        draft = PolicyDraft(
            display_name="Employees",
            description=f"Employees with {package.display_name}",
            review=_review(number, today, stewards),
        )
        found.append(create_policy(*steps.under("policy", number), package.id, draft))
    partners = PolicyDraft(display_name="Partners", review=_review(len(made), today, stewards))
    found.append(create_policy(*steps.under("policy", "partners"), made[0].id, partners))
    over = found[SWITCHED_OFF]
    found[SWITCHED_OFF] = update_policy(*steps.under("reviews", "off"), over, replace(draft_of(over), review=None))
    return found


def _review(number: int, today: date, stewards: str) -> ReviewSettings | None:
    """The review settings of the numbered policy."""
    plan = PLANS.get(number)
    return settings_of(plan, today, stewards) if plan else None


def settings_of(plan: Plan, today: date, stewards: str = "") -> ReviewSettings:
    """The review settings that a plan means; `stewards` is the group of that name, where they review."""
    schedule = Schedule(
        start=today + timedelta(days=plan.starts), zone=ZONE, frequency=plan.frequency, duration_days=plan.days
    )
    return ReviewSettings(schedule=schedule, no_response=plan.outcome, **_reviewers(plan.kind, stewards), **plan.more)


def _reviewers(kind: str, stewards: str) -> dict[str, Any]:
    """Who reviews."""
    named = tuple(SubjectSet("singleUser", person_id(one)) for one in (AWAY, ON_DUTY))
    kinds: dict[str, dict[str, Any]] = {
        "managers": {
            "reviewers": ReviewerKind.MANAGER,
            "primary": (SubjectSet("targetManager"),),
            "fallback": FALLBACK,
        },
        "oneself": {"reviewers": ReviewerKind.SELF},
        "named": {"reviewers": ReviewerKind.SPECIFIC, "primary": named},
        "one": {"reviewers": ReviewerKind.SPECIFIC, "primary": named[1:]},
        "stewards": {
            "reviewers": ReviewerKind.SPECIFIC,
            "primary": (SubjectSet("groupMembers", stewards),),
            "fallback": FALLBACK,
        },
        "owners": {"reviewers": ReviewerKind.OWNERS, "fallback": FALLBACK},
    }
    return kinds[kind]


def one_time_review(steps: Steps, chosen: list[AssignmentPolicy], people: list[User]) -> None:
    """Somebody wants to know, once, about a policy that has no reviews of its own; it opens tonight."""
    settings = ReviewSettings(
        schedule=Schedule(start=local_day(steps.now), zone=ZONE, frequency=None, duration_days=10),
        reviewers=ReviewerKind.SPECIFIC,
        primary=(SubjectSet("singleUser", people[ON_DUTY].id),),
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
