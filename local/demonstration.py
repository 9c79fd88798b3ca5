"""The demonstration organisation: 300 people, 3 catalogs, 12 packages, every reviewer kind, every assignment state.

Always the same: names, ids and numbers come from fixed lists and a seeded generator.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentState, Holding
from chalicelib.domain.packages import (
    AccessPackage,
    AssignmentPolicy,
    NoResponse,
    ReviewerKind,
    ReviewSettings,
    SubjectSet,
)
from chalicelib.domain.people import Actor, PrincipalName, Role, RoleGrant, User
from chalicelib.domain.schedules import Frequency, Schedule
from chalicelib.usecases.groups import add_member, create_group
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog
from chalicelib.usecases.manage_packages import PackageDraft, create_package
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy
from chalicelib.usecases.ports import Services

SEED = 20260302
PEOPLE = 300
ZONE = "Europe/Paris"
FIRST = (
    "Ada",
    "Amir",
    "Ana",
    "Anton",
    "Aroha",
    "Bea",
    "Bilal",
    "Bruno",
    "Carla",
    "Chen",
    "Clara",
    "Dana",
    "Diego",
    "Elif",
    "Emma",
    "Farid",
    "Femi",
    "Gita",
    "Hana",
    "Hugo",
    "Ines",
    "Ivan",
    "Jana",
    "Jonas",
    "Kaito",
    "Kofi",
    "Lara",
    "Leila",
    "Linus",
    "Maria",
    "Mateo",
    "Mei",
    "Nadia",
    "Nils",
    "Noor",
    "Olga",
    "Omar",
    "Pavel",
    "Priya",
    "Rosa",
    "Samir",
    "Sofia",
    "Tariq",
    "Thea",
    "Uma",
    "Viktor",
    "Wanda",
    "Yara",
    "Yusuf",
    "Zoe",
)
LAST = (
    "Adeyemi",
    "Bauer",
    "Castro",
    "Dubois",
    "Eriksen",
    "Fontaine",
    "Garcia",
    "Haddad",
    "Ibrahim",
    "Jansen",
    "Kowalski",
    "Laurent",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Petrov",
    "Quist",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ueda",
    "Vasquez",
    "Weber",
    "Xu",
    "Yilmaz",
    "Zeman",
)
DEPARTMENTS = ("Finance", "Sales", "Engineering", "Operations", "People", "Legal")
CATALOGS = {
    "Finance": ("Finance Reporting", "Payments", "Treasury Desk", "Audit Room"),
    "Engineering": ("Source Code", "Production Support", "Data Lake", "Build Farm"),
    "Workplace": ("Customer Records", "Travel Booking", "Partner Portal", "Facilities"),
}
ADMIN_NAME = "admin@example.com"


def administrator(now: datetime) -> User:
    """The administrator every local instance has."""
    return User(
        id=ids.guid("first-administrator", ADMIN_NAME),
        display_name="Alex Admin",
        principal_name=ADMIN_NAME,
        mail=ADMIN_NAME,
        created=now - timedelta(days=1500),
        department="People",
        job_title="Identity administrator",
        last_sign_in=now - timedelta(hours=2),
        sign_in_as_of=now,
    )


def seed_administrator(services: Services) -> None:
    """Only the administrator, with the role; for an empty instance."""
    admin = administrator(services.clock.now())
    grant = RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=admin.id, created=services.clock.now())
    services.writer.put_all([admin, PrincipalName(name=admin.principal_name, user_id=admin.id), grant])


def seed(services: Services) -> None:
    """The whole organisation. Writing it twice gives the same again."""
    seed_administrator(services)
    now = services.clock.now()
    people = staff(now)
    services.writer.put_all(
        entity for user in people for entity in (user, PrincipalName(name=user.principal_name, user_id=user.id))
    )
    actor = Actor(administrator(now).id, ADMIN_NAME, "Alex Admin", frozenset({(Role.ADMINISTRATOR, "")}))
    stewards = _groups(services, actor, now, people)
    packages = _packages(services, actor, now)
    _roles(services, now, people, packages)
    policies = _policies(services, actor, now, packages, people, stewards)
    services.writer.put_all(_assignments(policies, people, now))


def staff(now: datetime) -> list[User]:
    """Three hundred people: a tree of managers, some without one, guests who accepted and who did not, a disabled
    manager, people who never signed in and people nobody knows about."""
    chance = random.Random(SEED)
    people: list[User] = []
    for number in range(PEOPLE):
        name = f"{FIRST[number % len(FIRST)]} {LAST[(number * 7 + number // len(FIRST)) % len(LAST)]}"
        guest = number >= 270
        host = "partner.example.net" if guest else "example.com"
        principal = f"{name.lower().replace(' ', '.')}{number}@{host}"
        people.append(_person(number, name, principal, guest, now, chance))
    return people


def _person(number: int, name: str, principal: str, guest: bool, now: datetime, chance: random.Random) -> User:
    manager = "" if number == 0 or number % 37 == 0 else _id((number - 1) // 9)
    sign_in = chance.choice((1, 1, 2, 3, 5, 8, 13, 21, 45, 134, 0, -1))
    return User(
        id=_id(number),
        display_name=name,
        principal_name=principal,
        mail=principal,
        user_type="Guest" if guest else "Member",
        invitation=("accepted" if number % 2 else "pending") if guest else "",
        enabled=number not in (12, 55, 190),
        created=now - timedelta(days=chance.randint(40, 2200)),
        department=DEPARTMENTS[number % len(DEPARTMENTS)],
        job_title=_title(number),
        manager_id=manager,
        given_name=name.split()[0],
        surname=name.split()[1],
        last_sign_in=now - timedelta(days=sign_in) if sign_in > 0 else None,
        never_signed_in=sign_in == 0,
        sign_in_as_of=now if sign_in >= 0 else None,
    )


def _id(number: int) -> str:
    return ids.guid("demonstration", number)


def _title(number: int) -> str:
    if number == 0:
        return "Chief executive"
    return "Head of " + DEPARTMENTS[number % 6] if number < 10 else ("Team lead", "Analyst", "Specialist")[number % 3]


def _groups(services: Services, actor: Actor, now: datetime, people: list[User]) -> str:
    """A group of stewards with a nested group; returns the outer one's id."""
    inner = create_group(services, actor, now, "demo-group-inner", "Package stewards, deputies")
    outer = create_group(services, actor, now, "demo-group-outer", "Package stewards")
    for number in (3, 4):
        add_member(services, actor, now, f"demo-member-{number}", outer.id, people[number].id)
    add_member(services, actor, now, "demo-member-inner", outer.id, inner.id, "group")
    add_member(services, actor, now, "demo-member-5", inner.id, people[5].id)
    return outer.id


def _packages(services: Services, actor: Actor, now: datetime) -> list[AccessPackage]:
    found = []
    for catalog_name, names in CATALOGS.items():
        draft = CatalogDraft(display_name=catalog_name, description=f"What {catalog_name} people need")
        catalog = create_catalog(services, actor, now, f"demo-catalog-{catalog_name}", draft, retried=True)
        for name in names:
            package = PackageDraft(display_name=name, description=f"Access to {name}")
            found.append(
                create_package(services, actor, now, f"demo-package-{name}", catalog.id, package, retried=True)
            )
    return found


def _roles(services: Services, now: datetime, people: list[User], packages: list[AccessPackage]) -> None:
    grants = [RoleGrant(role=Role.AUDITOR, scope="", principal_id=people[6].id, created=now)]
    for number, catalog in enumerate(dict.fromkeys(package.catalog_id for package in packages)):
        scope = f"catalog:{catalog}"
        grants.append(RoleGrant(role=Role.CATALOG_OWNER, scope=scope, principal_id=people[1 + number].id, created=now))
    for package in packages[:6]:
        scope = f"package:{package.id}"
        grants.append(RoleGrant(role=Role.PACKAGE_MANAGER, scope=scope, principal_id=people[7].id, created=now))
    services.writer.put_all(grants)


def _policies(
    services: Services,
    actor: Actor,
    now: datetime,
    packages: list[AccessPackage],
    people: list[User],
    stewards: str,
) -> list[AssignmentPolicy]:
    """One policy a package (a second one for the first), with every reviewer kind, frequency and outcome."""
    today = now.date()
    found = []
    for number, package in enumerate(packages):
        review = _review(number, today, people, stewards)
        draft = PolicyDraft(
            display_name="Employees", description=f"Employees with {package.display_name}", review=review
        )
        found.append(create_policy(services, actor, now, f"demo-policy-{number}", package.id, draft, retried=True))
    partners = PolicyDraft(display_name="Partners", review=_review(0, today + timedelta(days=7), people, stewards))
    found.append(create_policy(services, actor, now, "demo-policy-partners", packages[0].id, partners, retried=True))
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
    return None if chosen is None else ReviewSettings(schedule=schedule, no_response=outcome, **chosen)


def _assignments(policies: list[AssignmentPolicy], people: list[User], now: datetime) -> list[object]:
    """About a thousand assignments; one in twenty in a state other than delivered, one in forty still to begin."""
    chance = random.Random(SEED + 1)
    entities: list[object] = []
    for policy in policies[:-1]:
        for user in chance.sample(people[:270], 80):
            entities += _held(policy, user, now, chance)
    for user in people[270:]:
        entities += _held(policies[-1], user, now, chance)
    return entities


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
    elif draw < 0.075:
        assignment = replace(assignment, starts=now + timedelta(days=20))
    elif draw < 0.12:
        ended = replace(assignment, state=AssignmentState.EXPIRED, expired=now - timedelta(days=5))
        return [ended]
    holding = Holding(target_id=user.id, package_id=policy.package_id, assignment_id=assignment.id)
    return [assignment, holding]
