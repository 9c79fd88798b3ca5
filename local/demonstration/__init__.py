"""The demonstration organisation: 300 people, 3 catalogs with their resources, 12 packages, two of them incompatible,
every role, every reviewer kind, every assignment state, a standing delegate and a one-time review.

Always the same: names, ids and numbers come from fixed lists and a seeded generator.
"""

from __future__ import annotations

from chalicelib.domain.people import Actor, PrincipalName, Role, RoleGrant
from chalicelib.usecases.ports import Services
from local.demonstration.access import groups, packages, roles
from local.demonstration.holdings import dated, past
from local.demonstration.people import ADMIN_NAME, administrator, staff
from local.demonstration.reviews import absence, one_time_review, policies
from local.demonstration.steps import Steps


def seed_administrator(services: Services) -> None:
    """Only the administrator, with the role; for an empty instance."""
    admin = administrator(services.clock.now())
    grant = RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=admin.id, created=services.clock.now())
    services.writer.put_all([admin, PrincipalName(name=admin.principal_name, user_id=admin.id), grant])


def seed(services: Services) -> None:
    """The whole organisation, into an empty directory. What has a past is written as it stands; everything else is
    made by the product's own use cases, with its audit events, requests and timers."""
    seed_administrator(services)
    now = services.clock.now()
    people = staff(now)
    services.writer.put_all(
        entity for user in people for entity in (user, PrincipalName(name=user.principal_name, user_id=user.id))
    )
    actor = Actor(administrator(now).id, ADMIN_NAME, "Alex Admin", frozenset({(Role.ADMINISTRATOR, "")}))
    steps = Steps(services, actor, now)
    stewards = groups(steps, people)
    made = packages(steps, stewards)
    roles(steps, people, made)
    chosen = policies(steps, made, people, stewards)
    services.writer.put_all(past(chosen, people, now))
    dated(steps, chosen, people)
    one_time_review(steps, chosen, people)
    absence(steps, people)
