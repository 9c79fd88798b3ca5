"""A stage for bad input (brief, section 7): a world with one of everything, what a route takes, and what the
tables hold. Each door's test file has a table of its routes; `attacks` sends what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import dynamodb_backends

from chalicelib.domain import ids
from chalicelib.domain.agenda import Job
from chalicelib.domain.connections import Connection
from chalicelib.domain.packages import AccessPackage, Catalog
from chalicelib.domain.people import Group, Membership, Role, RoleGrant, User
from chalicelib.domain.resources import Right
from chalicelib.storage.tables import TABLES
from tests import factories
from tests.conftest import account, empty_world
from tests.factories import Organisation
from tests.routes.adopting import adopted
from tests.world import World

ADMIN, BOSS, ANN, EVE = "admin@example.com", "boss@example.com", "ann@example.com", "eve@example.com"

HISTORY = "/v1.0/identityGovernance/accessReviews/historyDefinitions"


@dataclass(frozen=True)
class Stage:
    """A world with one of everything. `ids` has the value of each path parameter of a table's address."""

    world: World
    organisation: Organisation
    ids: dict[str, str]

    def address(self, path: str) -> str:
        """A path with real ids: `{package}` stands for the id of the package, and so on."""
        return path.format(**self.ids)


def set_stage(world: World) -> Stage:
    """An open review of two people by their manager, a scheduled assignment, a group, a role, an import."""
    organisation = Organisation(world.services)
    boss = organisation.person("boss")
    ann, bob = (organisation.person(name, manager="boss") for name in ("ann", "bob"))
    eve = organisation.person("eve")
    catalog = organisation.catalog()
    package = organisation.package(catalog=catalog)
    review = factories.by_manager(world.clock.now().date(), boss, justification_required=False)
    policy = organisation.policy(package, review=review)
    assignment, _ = organisation.assign(policy, ann, bob)
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew", created=world.clock.now())
    world.services.writer.put_all([crew, Membership(group_id=crew.id, member_id=bob.id)])
    world.services.writer.put_all([RoleGrant(role=Role.AUDITOR, scope="", principal_id=boss.id)])
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    definition = ids.definition_id(policy.id)
    (instance,) = world.services.reviews.instances_of(definition, 5, None).items
    (item, *_) = world.services.items.page(instance.id, ids.set_of_one(boss.id), 0, 100, None).items
    (request, *_) = world.services.entitlements.list_requests(1, None).items
    roles = world.get("/api/v1/roles").json["value"]
    uploaded = world.call(
        "POST", "/api/v1/imports/people", "displayName,userPrincipalName\n", headers={"content-type": "text/csv"}
    )
    exported = world.post("/api/v1/audit/exports", {})
    world.get("/v1.0/identityGovernance/entitlementManagement/catalogs")  # makes the built-in catalog
    world.tick()
    window = {
        f"reviewHistoryPeriod{end}DateTime": f"{year}-01-01T00:00:00Z" for end, year in (("Start", 2020), ("End", 2027))
    }
    history = world.post(HISTORY, {"displayName": "Report", **window}).json["id"]
    world.tick()
    (run,) = world.get(f"{HISTORY}/{history}/instances").json["value"]
    link = world.post(f"{HISTORY}/{history}/instances/{run['id']}/generateDownloadUri").json["downloadUri"]
    made = {"created": world.clock.now(), "status": "done", "arguments": {"what": "results"}}
    export = Job(id=ids.guid("export"), kind="export", subject_id=instance.id, actor_id=factories.ADMIN.id, **made)
    world.services.writer.put_all([export])
    reports = {"history": history, "run": run["id"], "export": export.id, "download": link.rpartition("/")[2]}
    known = {"user": ann.id, "boss": boss.id, "eve": eve.id, "group": crew.id, "catalog": catalog.id}
    known |= {"package": package.id, "policy": policy.id, "assignment": assignment, "request": request.id}
    known |= granting(world, organisation, catalog, package, crew)
    known |= {"definition": definition, "review": instance.id, "item": item.id, "role": roles[0]["id"]}
    known |= {**reports, "import": uploaded.json["id"], "template": "reviewStarted"}
    provisioning = world.post("/api/v1/provisioning-clients", {"displayName": "Entra ID"}).json["id"]
    known |= {"audit_export": exported.json["id"], "client": provisioning, **by_hand(world, boss, ann)}
    known |= {"source": world.services.sources.sources()[0].id}
    known |= adopted(world)
    return Stage(world, organisation, known)


def by_hand(world: World, boss: User, ann: User) -> dict[str, str]:
    """A connection whose tasks the boss gets, one open task, and another connection that nothing uses."""
    now = world.clock.now()
    for name in ("site", "spare"):
        made = Connection(
            name=name,
            kind="manual",
            display_name=name.title(),
            settings={"assignedTo": BOSS},
            created=now,
            modified=now,
        )
        world.services.writer.put_all([made])
    world.services.connectors.get("site").revoke(Right("site", "AadApplication", "scanners", "operator"), ann)
    (task,) = world.services.tasks.all_tasks(True, 5, None).items
    world.tick()
    return {"task": task.id, "connection": "spare"}


def granting(
    world: World, organisation: Organisation, catalog: Catalog, package: AccessPackage, crew: Group
) -> dict[str, str]:
    """The package grants a role of an application and excludes the group and another package."""
    em = "/v1.0/identityGovernance/entitlementManagement"
    roles = [{"originId": "user", "displayName": "User"}, {"originId": "other", "displayName": "Other"}]
    app = {"originSystem": "AadApplication", "originId": "payroll", "displayName": "Payroll", "roles": roles}
    body = {"requestType": "adminAdd", "catalog": {"id": catalog.id}, "resource": app}
    made = world.post(f"{em}/resourceRequests", body).json
    here, resource = f"{em}/accessPackages/{package.id}", made["resource"]["id"]
    role = {"originId": "user", "resource": {"id": resource}}
    role_scope = world.post(f"{here}/resourceRoleScopes", {"role": role}).json["id"]
    other = organisation.package("Other", catalog)
    world.post(f"{here}/incompatibleAccessPackages/$ref", {"@odata.id": f"/accessPackages/{other.id}"})
    world.post(f"{here}/incompatibleGroups/$ref", {"@odata.id": f"/groups/{crew.id}"})
    return {
        "resource": resource,
        "resource_request": made["id"],
        "role_scope": role_scope,
        "other_package": other.id,
    }


@dataclass(frozen=True)
class Route:
    """What one route takes. `path` names real objects (`{package}`), `body` makes a right body.

    `words` are the members of the body that take one of a few words, `loose` those whose type is not checked.
    `stranger` is the answer to a person without any rights; `lists` tells
    that it takes the query options of a list, `strict` that it refuses unknown members, `closed` that it refuses
    everybody.
    """

    path: str
    body: Callable[[Stage], dict[str, Any]] | None = None
    as_: str = ADMIN
    words: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    stranger: tuple[int, ...] = (403, 404)
    lists: bool = False
    strict: bool = False
    public: bool = False
    closed: bool = False


def contents() -> dict[str, dict[tuple[str, str], Any]]:
    """Everything in every table, by key."""
    backend = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
    found = {}
    for table in TABLES:
        rows = [row.to_json()["Attributes"] for row in backend.get_table(table.Meta.table_name).all_items()]
        found[table.Meta.table_name] = {(row["pk"]["S"], row["sk"]["S"]): row for row in rows}
    return found


@contextmanager
def unharmed() -> Iterator[None]:
    """Nothing in any table may change inside."""
    before = contents()
    yield
    assert contents() == before


def routes_under(prefix: str) -> set[str]:
    """Every "METHOD /path" of the app under a prefix."""
    import app as front

    return {f"{method} {path}" for path, held in front.app.routes.items() for method in held if path.startswith(prefix)}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One stage for all attacks of a file: none of them may leave a trace."""
    with account():
        yield set_stage(empty_world())
