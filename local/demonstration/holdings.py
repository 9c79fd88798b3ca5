"""Who holds what: eight hundred assignments with a past, and some that begin or end soon."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentState
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.usecases.assign import Wish, assign, holding_of
from local.demonstration.people import MEMBERS, SEED, TEAM
from local.demonstration.reviews import ON_DUTY, REVIEWED_BY_ONE, SELF_REVIEWED, TEAM_PACKAGES
from local.demonstration.steps import Steps

SAMPLE, ONE_BY_ONE = 60, 16  # people a package; fewer where everybody answers for themself
TEAMS = {0: (range(28, 155), 60), 6: (range(64, 155), 36)}  # whose managers review: people of some teams, and how many
OTHERS, MANY = range(100, 145), 10  # whence the others of the packages of one team come, and how many they are
BEGINS = (5, 20, 40, 90)  # in so many days
ENDS = (1, 3, 7, 14, 30, 60)


def held_before(policies: list[AssignmentPolicy], people: list[User], now: datetime) -> list[object]:
    """Some eight hundred assignments; one in twenty in a state other than delivered, some ended."""
    chance = random.Random(SEED + 1)
    entities: list[object] = []
    for number, policy in enumerate(policies[:-1]):
        for user in _holders(number, people, chance):
            entities += _held(policy, user, now, chance)
    for user in people[MEMBERS:]:
        entities += _held(policies[-1], user, now, chance)
    return entities


def _holders(number: int, people: list[User], chance: random.Random) -> list[User]:
    """Who holds the package of the numbered policy."""
    if number in TEAM_PACKAGES:
        return [people[one] for one in (*TEAM, *chance.sample(OTHERS, MANY))]
    if number in TEAMS:
        teams, many = TEAMS[number]
        return [people[one] for one in chance.sample(teams, many)]
    chosen = chance.sample(people[:MEMBERS], ONE_BY_ONE if number in SELF_REVIEWED else SAMPLE)
    reviewer = people[ON_DUTY]  # holds what nobody else reviews: that item needs a reviewer
    return [reviewer, *(user for user in chosen if user != reviewer)] if number == REVIEWED_BY_ONE else chosen


def _held(policy: AssignmentPolicy, user: User, now: datetime, chance: random.Random) -> list[object]:
    since = now - timedelta(days=chance.randint(10, 700))
    assignment = Assignment(
        id=ids.assignment_id(policy.id, user.id, "demonstration"),
        policy_id=policy.id,
        package_id=policy.package_id,
        target_id=user.id,
        created=since,
        starts=since,
    )
    draw = chance.random()
    if draw < 0.05:
        state = chance.choice(
            (AssignmentState.DELIVERING, AssignmentState.PARTIALLY_DELIVERED, AssignmentState.DELIVERY_FAILED)
        )
        assignment = replace(assignment, state=state)
    elif draw < 0.1:
        return [replace(assignment, state=AssignmentState.EXPIRED, expired=now - timedelta(days=5))]
    return [assignment, holding_of(assignment)]


def dated(steps: Steps, policies: list[AssignmentPolicy], people: list[User]) -> None:
    """Assignments by the administrator's own hand: some begin later, some run out soon, from tomorrow on."""
    for number, days in enumerate(BEGINS):
        _assign(steps, policies[7], _free(steps, policies[7], people, number), f"begins-{days}", starts=days)
    for number, days in enumerate(ENDS):
        _assign(steps, policies[6], _free(steps, policies[6], people, number), f"ends-{days}", ends=days)


def _free(steps: Steps, policy: AssignmentPolicy, people: list[User], number: int) -> User:
    """The next person who does not hold the package, from a place of their own on."""
    for user in people[100 + 10 * number :]:
        if user.enabled and steps.services.entitlements.holding(user.id, policy.package_id) is None:
            return user
    raise AssertionError("everybody holds the package")


def _assign(steps: Steps, policy: AssignmentPolicy, user: User, name: str, starts: int = 0, ends: int = 0) -> None:
    expiration: dict[str, Any] | None = None
    if ends:
        until = (steps.now + timedelta(days=ends)).replace(microsecond=0)
        expiration = {"type": "afterDateTime", "endDateTime": until.isoformat()}
    wish = Wish(
        target_id=user.id,
        policy_id=policy.id,
        justification="Stands in for a colleague.",
        starts=steps.now + timedelta(days=starts) if starts else None,
        expiration=expiration,
    )
    assign(*steps.under("assignment", name), wish)
