"""The demonstration organisation in mid-life: 300 people, 5 catalogs with their resources, 21 packages (two of them
incompatible, two delivered into systems outside, one by hand), every role, every reviewer kind, every assignment state,
and a month of reviews behind it.

Always the same: names, ids and numbers come from fixed lists and seeded generators, days count from the first start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.people import Actor, PrincipalName, Role, RoleGrant, User
from chalicelib.usecases.ports import Services
from local.demonstration.access import groups, packages, roles
from local.demonstration.holdings import dated, held_before
from local.demonstration.outside import outside
from local.demonstration.past import Past, PastClock
from local.demonstration.people import ADMIN_NAME, SEED, administrator, as_of, staff
from local.demonstration.reviews import absence, local_day, one_time_review, policies
from local.demonstration.steps import Steps
from local.demonstration.story import Story, play

BEFORE = timedelta(days=26)


def seed_administrator(services: Services) -> None:
    """Only the administrator, with the role; for an empty instance."""
    admin = administrator(services.clock.now())
    grant = RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=admin.id, created=services.clock.now())
    services.writer.put_all([admin, PrincipalName(name=admin.principal_name, user_id=admin.id), grant])


def seed(now: datetime, count: Callable[[], object]) -> None:
    """The whole organisation with its past, into an empty directory. What people hold is written as it stands;
    everything else is made by the product's own use cases and timers, on a clock that begins 26 days before `now`
    and ends there; `count` hands the items' stream to its handler. The caller sets its own clock afterwards."""
    beginning = now - BEFORE
    past = Past(PastClock(beginning, SEED), count)
    seed_administrator(past.services)
    people = staff(now)
    remember(past.services, as_of(people, now, beginning))
    actor = Actor(administrator(now).id, ADMIN_NAME, "Alex Admin", frozenset({(Role.ADMINISTRATOR, "")}))
    steps = Steps(past.services, actor, beginning)
    stewards = groups(steps, people)
    made = packages(steps, stewards)
    roles(steps, people, made)
    chosen = policies(steps, made, local_day(now), stewards)
    past.services.writer.put_all(held_before(chosen, people, beginning))
    play(past, Story(steps, people, chosen, now))
    today = replace(steps, now=now)
    dated(today, chosen, people)
    one_time_review(today, chosen, people)
    absence(today, people)
    outside(today, people)


def remember(services: Services, people: Iterable[User]) -> None:
    """Write people as the directory knows them now."""
    services.writer.put_all(
        entity for user in people for entity in (user, PrincipalName(name=user.principal_name, user_id=user.id))
    )
