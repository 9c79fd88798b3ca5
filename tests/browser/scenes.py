"""The organisations that pictures are taken of: each a world to fill, and who looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.people import PrincipalName, Role, User
from chalicelib.usecases.assign import holding_of
from chalicelib.usecases.roles import roles_of
from local import demonstration
from tests.browser.nasty import nasty
from tests.browser.organisation import NOW, PEOPLE, Office, employ
from tests.browser.story import contoso, evening
from tests.factories import Organisation, by_manager
from tests.world import World

MANY = 5_000


@dataclass(frozen=True)
class Scene:
    """`make` fills an empty world; `lookers` are names in the office's people."""

    make: Callable[[World], Office]
    lookers: tuple[str, ...]
    says: str


def _nasty(world: World) -> Office:
    return contoso(world, nasty())


def _empty(world: World) -> Office:
    """People with roles, and nothing else."""
    office, org = Office(), Organisation(world.services)
    world.clock.product = NOW
    employ(world, office)
    org.grant(office.people["auditor"], Role.AUDITOR)
    return office


def _late(world: World) -> Office:
    """An hour before everything closes, and hardly anything is decided."""
    office = contoso(world)
    for day in (7, 9):
        evening(world, 3, day)
    world.clock.set(datetime(2026, 3, 16, 22, 59, tzinfo=UTC))
    world.tick()
    return office


def _many(world: World) -> Office:
    """Nora has five thousand people to decide about in one review."""
    office, org = Office(), Organisation(world.services)
    world.clock.product = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    employ(world, office)
    package = org.package("Warehouse", org.catalog("Logistics"))
    policy = org.policy(package, "Staff", by_manager(date(2026, 3, 1), office.people["deputy"]))
    office.packages["Warehouse"], office.policies["Warehouse, Staff"] = package.id, policy.id
    world.services.writer.put_all(_crowd(world, office, policy))
    world.clock.set(datetime(2026, 3, 1, 23, 59, 30, tzinfo=UTC))
    world.tick()
    world.clock.set(NOW)
    found = world.services.reviews.instances_of(office.series("Warehouse, Staff"), 5, None).items
    office.reviews["managers"] = found[0].id
    return office


def _crowd(world: World, office: Office, policy):  # type: ignore[no-untyped-def]
    first = [words[0].split()[0] for words in PEOPLE.values()]
    last = [words[0].split()[1] for words in PEOPLE.values()]
    now = world.clock.now()
    for number in range(MANY):
        name = f"{first[number % len(first)]} {last[number // len(first) % len(last)]}"
        principal = f"{name.lower().replace(' ', '.')}{number}@example.com"
        person = User(
            id=ids.guid("crowd", number),
            display_name=name,
            principal_name=principal,
            mail=principal,
            department=("Inbound", "Outbound", "Returns")[number % 3],
            job_title=("Picker", "Packer", "Driver", "Lead")[number % 4],
            manager_id=office.people["nora"].id,
            last_sign_in=now - timedelta(days=number % 200 + 1),
            sign_in_as_of=now,
        )
        since = now - timedelta(days=30 + number % 900)
        held = Assignment(
            id=ids.assignment_id(policy.id, person.id, "crowd"),
            policy_id=policy.id,
            package_id=policy.package_id,
            target_id=person.id,
            created=since,
            starts=since,
        )
        yield from (person, PrincipalName(name=principal, user_id=person.id), held, holding_of(held))


def _demonstration(world: World) -> Office:
    """What `dev.py run` shows: a month of reviews behind it, and some under way."""
    demonstration.seed(world.clock.now(), world.drain_stream)
    bootstrap.use_clock(world.clock)
    world.tick()
    office, services = Office(), world.services
    office.catalogs = {one.display_name: one.id for one in services.entitlements.list_catalogs(100, None).items}
    office.packages = {one.display_name: one.id for one in services.entitlements.list_packages(100, None).items}
    for name, package_id in office.packages.items():
        for policy in services.entitlements.policies_of_package(package_id, 10, None).items:
            office.policies[f"{name}, {policy.display_name}"] = policy.id
    for name in office.policies:
        for number, one in enumerate(services.reviews.instances_of(office.series(name), 3, None).items):
            office.reviews[f"{name}, {number}"] = one.id
    office.people = _parts(world)
    held = services.entitlements.assignments_of_person(office.people["ada"].id, 2, None).items
    office.assignments = {one.id: one.id for one in held}
    return office


def _parts(world: World) -> dict[str, User]:
    """Somebody for each part in the demonstration organisation."""
    people = world.services.people
    everybody = people.list_users(400, None).items
    wanted = {Role.ADMINISTRATOR: "admin", Role.AUDITOR: "auditor", Role.CATALOG_OWNER: "owner"}
    wanted |= {Role.PACKAGE_MANAGER: "packager", Role.CATALOG_CREATOR: "creator"}
    found: dict[str, User] = {}
    for user in everybody:
        for role, _ in roles_of(world.services, user):
            found.setdefault(wanted.get(role, "somebody"), user)
    reviewers = [user for user in everybody if world.services.reviews.my_reviews(user.id, 5, None).items]
    found["nora"] = max(reviewers, key=lambda user: len(world.services.reviews.my_reviews(user.id, 50, None).items))
    holders = (one for one in reviewers if world.services.entitlements.assignments_of_person(one.id, 1, None).items)
    found["ada"] = next(user for user in holders if user.id != found["nora"].id)
    return found


ALL = ("admin", "auditor", "owner", "packager", "creator", "nora", "ada")
FEW = ("admin", "nora", "ada")
SCENES = {
    "demonstration": Scene(_demonstration, ALL, "the demonstration organisation"),
    "contoso": Scene(contoso, ALL, "every kind of review once"),
    "nasty": Scene(_nasty, FEW, "very long, foreign and odd names"),
    "empty": Scene(_empty, ("admin", "auditor", "ada"), "nothing there yet"),
    "late": Scene(_late, FEW, "everything late"),
    "many": Scene(_many, ("admin", "nora"), "five thousand rows"),
}
