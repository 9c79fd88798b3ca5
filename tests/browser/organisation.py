"""Contoso: a small organisation in which everything a page can show is there once, on Monday 2 March 2026, 09:00 UTC.

| review | of | by | stands |
| --- | --- | --- | --- |
| managers | Ledger, Staff | everybody's manager: nora, omar; deputy for who has none | until 9 March, half decided |
| shared | Ledger, Partners | lena and max together | until 7 March, nothing decided |
| own | Source Code | everybody for themselves, ada among them | until 16 March |
| soon | Build Farm | nora by name | closes tonight at 23:59 |
| closed | Payments | everybody's manager | closed on 19 January, two removals done |
| waiting | Treasury | lena | closed, its removals wait for a confirmation |
| failed | Archive | lena | could not be closed |

Data Lake is reviewed for the first time in April, Old Tools by nobody, and the catalog Workplace is empty. What
happened to the reviews is told in tests/browser/story.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.packages import AssignmentPolicy, NoResponse, ReviewSettings
from chalicelib.domain.people import PrincipalName, Role, User
from chalicelib.domain.resources import APPLICATION, SITE
from chalicelib.domain.schedules import Frequency
from chalicelib.usecases.assign import holding_of
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from tests.factories import ADMIN, Organisation, by_manager, by_oneself, by_people
from tests.world import World

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

# name: display name, title, department, manager, days since the last sign-in (0 never, -1 unknown)
PEOPLE = {
    "admin": ("Alex Marin", "Identity administrator", "Engineering", "", 1),
    "nora": ("Nora Lindqvist", "Head of Finance", "Finance", "", 1),
    "omar": ("Omar Haddad", "Head of Engineering", "Engineering", "", 2),
    "lena": ("Lena Fischer", "Controller", "Finance", "nora", 1),
    "max": ("Max Okafor", "Controller", "Finance", "nora", 3),
    "deputy": ("Dora Petrov", "Chief of staff", "Office", "", 1),
    "owner": ("Otto Brandt", "Product owner", "Finance", "nora", 1),
    "packager": ("Pia Moreau", "Identity engineer", "Engineering", "omar", 1),
    "assigner": ("Asif Khan", "Service desk", "Engineering", "omar", 1),
    "reader": ("Rita Castro", "Analyst", "Finance", "nora", 4),
    "creator": ("Cleo Jansen", "Identity engineer", "Engineering", "omar", 1),
    "auditor": ("Agnes Weber", "Internal audit", "Audit", "", 1),
    "ada": ("Ada Nakamura", "Accountant", "Finance", "nora", 2),
    "ben": ("Ben Rossi", "Accountant", "Finance", "nora", 134),
    "cara": ("Cara Dubois", "Analyst", "Finance", "nora", 1),
    "dan": ("Dan Yilmaz", "Analyst", "Finance", "nora", 0),
    "eve": ("Eve Adeyemi", "Clerk", "Finance", "nora", -1),
    "finn": ("Finn Eriksen", "Developer", "Engineering", "omar", 5),
    "gita": ("Gita Rao", "Developer", "Engineering", "omar", 61),
    "hugo": ("Hugo Garcia", "Developer", "Engineering", "omar", 1),
    "ivy": ("Ivy Tanaka", "Founder", "Board", "", 20),
    "paul": ("Paul Quist", "Consultant", "", "lena", 45),
    "quin": ("Quin Vasquez", "Consultant", "", "lena", 12),
}
GUESTS = {"paul", "quin"}
PACKAGES = {
    "Ledger": ("Finance", "Read and post in the general ledger"),
    "Payments": ("Finance", "Prepare payments to suppliers"),
    "Treasury": ("Finance", "Bank accounts and cash positions"),
    "Archive": ("Finance", "Invoices of former years"),
    "Source Code": ("Engineering", "Repositories of all products"),
    "Build Farm": ("Engineering", "Start and watch builds"),
    "Data Lake": ("Engineering", "Raw events of the products"),
    "Old Tools": ("Engineering", "What nobody has switched off yet"),
}
HOLDERS = {
    "Ledger, Staff": ("ada", "ben", "cara", "dan", "eve", "finn", "gita", "ivy"),
    "Ledger, Partners": ("paul", "quin"),
    "Payments, Staff": ("ada", "ben", "cara", "finn", "hugo"),
    "Treasury, Staff": ("ada", "ben", "cara", "dan", "eve"),
    "Archive, Staff": ("ben", "dan"),
    "Source Code, Staff": ("ada", "finn", "gita", "hugo"),
    "Build Farm, Staff": ("finn", "gita", "hugo"),
    "Data Lake, Staff": ("finn", "gita"),
}
ROLES = {
    "auditor": (Role.AUDITOR, ""),
    "creator": (Role.CATALOG_CREATOR, ""),
    "owner": (Role.CATALOG_OWNER, "Finance"),
    "reader": (Role.CATALOG_READER, "Finance"),
    "packager": (Role.PACKAGE_MANAGER, "Engineering"),
    "assigner": (Role.ASSIGNMENT_MANAGER, "Engineering"),
}


Say = Callable[[str], str]


def plainly(text: str) -> str:
    """What is written is what is meant."""
    return text


@dataclass
class Office:
    """Who and what there is: people by name, ids by name. A policy's name is "Ledger, Staff". `say` puts other words
    in the place of every text that people wrote."""

    say: Say = plainly
    people: dict[str, User] = field(default_factory=dict)
    catalogs: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    assignments: dict[str, str] = field(default_factory=dict)  # "Ledger, Staff, ada"
    reviews: dict[str, str] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    adoptions: dict[str, str] = field(default_factory=dict)
    connectors: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)  # by whose access it is about

    def series(self, policy: str) -> str:
        """The id of a policy's series of reviews."""
        return ids.definition_id(self.policies[policy])

    def ids(self, kind: str) -> dict[str, str]:
        """The ids of everything of a kind, by name: `people`, `packages`, `series`, ..."""
        if kind == "people":
            return {name: user.id for name, user in self.people.items()}
        if kind == "series":
            return {name: self.series(name) for name in self.policies}
        found: dict[str, str] = getattr(self, kind)
        return found


def found(world: World, say: Say) -> Office:
    """Found the organisation in an empty world; its clock stands at `BEGAN` then."""
    world.clock.product = BEGAN
    office, org = Office(say), Organisation(world.services)
    employ(world, office)
    write = world.services.writer.put_all
    catalogs = {name: org.catalog(name) for name in ("Finance", "Engineering", "Workplace")}
    for name, catalog in catalogs.items():
        office.catalogs[name] = catalog.id
        write([replace(catalog, display_name=say(name), description=say(f"What {name} people need"))])
    for name, (home, text) in PACKAGES.items():
        package = org.package(name, catalogs[home])
        office.packages[name] = package.id
        write([replace(package, display_name=say(name), description=say(text))])
    _rights(world, office)
    for name, (role, home) in ROLES.items():
        org.grant(office.people[name], role, f"catalog:{office.catalogs[home]}" if home else "")
    for name, review in _reviews(office).items():
        package_name, _, title = name.partition(", ")
        package = world.services.entitlements.package(office.packages[package_name])
        policy = org.policy(package, title, review)
        write([replace(policy, display_name=say(title), description=say(f"{title} who work with {package_name}"))])
        _hold(world, office, name, policy)
    return office


def employ(world: World, office: Office) -> None:
    """Everybody, with what is known of their last sign-in as of the world's present."""
    now = world.clock.now()
    for name, (shown, title, department, manager, days) in PEOPLE.items():
        office.people[name] = User(
            id=ADMIN.id if name == "admin" else ids.guid("user", name),
            display_name=office.say(shown),
            principal_name=f"{name}@example.com",
            mail=f"{name}@example.com",
            user_type="Guest" if name in GUESTS else "Member",
            invitation="accepted" if name in GUESTS else "",
            created=BEGAN - timedelta(days=700),
            department=department and office.say(department),
            job_title=office.say(title),
            manager_id=ids.guid("user", manager) if manager else "",
            last_sign_in=now - timedelta(days=days) if days > 0 else None,
            never_signed_in=days == 0,
            sign_in_as_of=None if days < 0 else now,
        )
    people = office.people.values()
    names = [PrincipalName(name=user.principal_name, user_id=user.id) for user in people]
    world.services.writer.put_all([*people, *names])


def _rights(world: World, office: Office) -> None:
    """Finance and Engineering have an application and a site; every package but one grants a role in it."""
    for home, application in (("Finance", "SAP"), ("Engineering", "Forge")):
        draft = ResourceDraft(
            catalog_id=office.catalogs[home],
            origin_system=APPLICATION,
            origin_id=application.lower(),
            display_name=office.say(application),
            roles=(("reader", office.say("Reader")), ("editor", office.say("Editor"))),
        )
        site = ResourceDraft(
            catalog_id=office.catalogs[home],
            origin_system=SITE,
            origin_id=f"https://sites.example.com/{home.lower()}",
            display_name=office.say(f"{home} site"),
        )
        made = [_add(world, one) for one in (draft, site)]
        for number, name in enumerate(name for name, (where, _) in PACKAGES.items() if where == home):
            if name != "Old Tools":
                _grant(world, office.packages[name], made[0], ("reader", "editor")[number % 2])
            if number == 0:
                _grant(world, office.packages[name], made[1], "5")


def _add(world: World, draft: ResourceDraft) -> str:
    services = world.services
    return str(add_resource(services, ADMIN, services.clock.now(), services.clock.new_id(), draft).resource_id)


def _grant(world: World, package_id: str, resource_id: str, role: str) -> None:
    services = world.services
    add_role(services, ADMIN, services.clock.now(), services.clock.new_id(), package_id, resource_id, role)


def _reviews(office: Office) -> dict[str, ReviewSettings | None]:
    """The review settings of every policy."""
    nora, lena, max_, deputy = (office.people[name] for name in ("nora", "lena", "max", "deputy"))
    asked = {"reviewer_text": office.say("The auditors look at the ledger in April.")}
    paris = {"zone": "Europe/Paris"}
    removing: dict[str, Any] = {"no_response": NoResponse.REMOVE, "brake_count": 2, "brake_percent": 10}
    once = {"frequency": None, "duration_days": 14}
    return {
        "Ledger, Staff": by_manager(date(2026, 2, 23), deputy, **asked, **paris),
        "Ledger, Partners": by_people(date(2026, 2, 25), lena, max_, duration_days=10, **paris),
        "Payments, Staff": by_manager(date(2026, 1, 5), deputy, **paris),
        "Treasury, Staff": by_people(date(2026, 2, 9), lena, **removing, **paris),
        "Archive, Staff": by_people(date(2026, 2, 9), lena, zone="America/New_York", **once),
        "Source Code, Staff": by_oneself(
            date(2026, 2, 23), duration_days=21, no_response=NoResponse.REMOVE, brake_count=99
        ),
        "Build Farm, Staff": by_people(date(2026, 2, 26), nora, frequency=Frequency.MONTHLY, duration_days=4),
        "Data Lake, Staff": by_manager(date(2026, 4, 1), deputy, zone="America/New_York"),
    }


def _hold(world: World, office: Office, name: str, policy: AssignmentPolicy) -> None:
    """Assignments with a past, as an import would bring them."""
    office.policies[name] = policy.id
    rows: list[Any] = []
    for number, holder in enumerate(HOLDERS[name]):
        since = BEGAN - timedelta(days=40 + 67 * number)
        target = office.people[holder].id
        assignment = Assignment(
            id=ids.assignment_id(policy.id, target, "founded"),
            policy_id=policy.id,
            package_id=policy.package_id,
            target_id=target,
            created=since,
            starts=since,
        )
        office.assignments[f"{name}, {holder}"] = assignment.id
        rows += [assignment, holding_of(assignment)]
    world.services.writer.put_all(rows)
