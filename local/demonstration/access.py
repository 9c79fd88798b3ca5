"""Groups, catalogs with their resources, packages and what they grant, and who looks after them."""

from __future__ import annotations

from chalicelib.domain.packages import AccessPackage, Catalog
from chalicelib.domain.people import Role, RoleGrant, User
from chalicelib.domain.resources import APPLICATION, GROUP, SITE
from chalicelib.usecases.groups import add_member, create_group
from chalicelib.usecases.incompatible import PACKAGE, list_incompatible
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog
from chalicelib.usecases.manage_packages import PackageDraft, create_package
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from chalicelib.usecases.roles import grant_role
from local.demonstration.steps import Steps

CATALOGS = {
    "Finance": ("Finance Reporting", "Payments", "Treasury Desk", "Audit Room"),
    "Engineering": ("Source Code", "Production Support", "Data Lake", "Build Farm"),
    "Workplace": ("Customer Records", "Travel Booking", "Partner Portal", "Facilities"),
    "Sales": ("Price Book", "Deal Desk", "Forecasts", "Contract Drafts", "Campaigns", "Customer Insight"),
}
APPLICATIONS = {"Finance": "Ledger", "Engineering": "Forge", "Workplace": "Front Desk", "Sales": "Pipeline"}
APP_ROLES = (("reader", "Reader"), ("editor", "Editor"))
SITE_MEMBERS = "5"
WHO_PAYS, WHO_KEEPS_THE_MONEY = "Payments", "Treasury Desk"


def groups(steps: Steps, people: list[User]) -> str:
    """A group of stewards with a nested group; the outer one's id."""
    inner = create_group(*steps.under("group", "inner"), "Package stewards, deputies")
    outer = create_group(*steps.under("group", "outer"), "Package stewards")
    for number in (3, 4):
        add_member(*steps.under("member", number), outer.id, people[number].id)
    add_member(*steps.under("member", "inner"), outer.id, inner.id, "group")
    add_member(*steps.under("member", 5), inner.id, people[5].id)
    return outer.id


def packages(steps: Steps, stewards: str) -> list[AccessPackage]:
    """The packages of each catalog, each with rights in its catalog's application; one pair is incompatible."""
    found = []
    for name, titles in CATALOGS.items():
        draft = CatalogDraft(display_name=name, description=f"What {name} people need")
        catalog = create_catalog(*steps.under("catalog", name), draft)
        application, site = _resources(steps, catalog)
        for number, title in enumerate(titles):
            wanted = PackageDraft(display_name=title, description=f"Access to {title}")
            package = create_package(*steps.under("package", title), catalog.id, wanted)
            add_role(*steps.under("right", title), package.id, application, APP_ROLES[number % 2][0])
            if number == 0:
                add_role(*steps.under("right", "site", title), package.id, site, SITE_MEMBERS)
            found.append(package)
    group = ResourceDraft(catalog_id=found[0].catalog_id, origin_system=GROUP, origin_id=stewards)
    resource = add_resource(*steps.under("resource", "stewards"), group).resource_id
    add_role(*steps.under("right", "stewards"), found[3].id, resource, f"Member_{stewards}")
    by_name = {package.display_name: package.id for package in found}
    pair = (by_name[WHO_PAYS], PACKAGE, by_name[WHO_KEEPS_THE_MONEY])
    list_incompatible(*steps.under("incompatible"), *pair)
    return found


def _resources(steps: Steps, catalog: Catalog) -> tuple[str, str]:
    """Ids of an application and a site in a catalog."""
    name = APPLICATIONS[catalog.display_name]
    application = ResourceDraft(
        catalog_id=catalog.id, origin_system=APPLICATION, origin_id=name.lower(), display_name=name, roles=APP_ROLES
    )
    address = f"https://sites.example.com/{catalog.display_name.lower()}"
    site = ResourceDraft(
        catalog_id=catalog.id,
        origin_system=SITE,
        origin_id=address,
        display_name=f"{catalog.display_name} site",
    )
    ids = [add_resource(*steps.under("resource", one.display_name), one).resource_id for one in (application, site)]
    return ids[0], ids[1]


def roles(steps: Steps, people: list[User], made: list[AccessPackage]) -> None:
    """Somebody in every role: an auditor, somebody who makes catalogs, owners of each catalog, a reader of one,
    managers of packages and of assignments."""
    catalogs = list(dict.fromkeys(package.catalog_id for package in made))
    wanted = [
        (Role.AUDITOR, "", 6),
        (Role.CATALOG_CREATOR, "", 14),
        (Role.CATALOG_READER, f"catalog:{catalogs[1]}", 13),
    ]
    wanted += [(Role.CATALOG_OWNER, f"catalog:{catalog}", 1 + number) for number, catalog in enumerate(catalogs)]
    wanted += [(Role.PACKAGE_MANAGER, f"package:{package.id}", 7) for package in made[:6]]
    wanted += [(Role.ASSIGNMENT_MANAGER, f"package:{package.id}", 11) for package in made[4:8]]
    for number, (role, scope, person) in enumerate(wanted):
        grant = RoleGrant(role=role, scope=scope, principal_id=people[person].id, created=steps.now)
        grant_role(*steps.under("role", number), grant)
