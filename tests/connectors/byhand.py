"""A world with a system that only people change: a service desk, its boss, a resource, and what one does with tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.domain.connections import Connection
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import Role, User
from chalicelib.domain.resources import Right
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from tests.factories import ADMIN, Organisation
from tests.outside import Outside, plug_in
from tests.routes.entitling import REQUESTS
from tests.world import Reply, World

TASKS = "/api/v1/tasks"
DESK, ADMINISTRATOR = "desk@example.com", "admin@example.com"


class ByHand:
    """The connection `site` gives its tasks to the service desk; with `seen`, another connection reads the system."""

    def __init__(self, world: World, seen: bool = False, **settings: str) -> None:
        self.world, self.services, self.clock = world, world.services, world.clock
        self.org = Organisation(world.services)
        self.desk, self.ann, self.bob = (self.org.person(name) for name in ("desk", "ann", "bob"))
        self.outside: Outside = plug_in(world.services)
        known = {"assignedTo": DESK, "dueDays": "5", "instructions": "Sign in to the site console."}
        known |= {"verifyWith": "outside"} if seen else {}
        made = Connection(
            name="site",
            kind="manual",
            display_name="Site systems",
            settings=known | settings,
            created=self.clock.now(),
            modified=self.clock.now(),
        )
        self.services.writer.put_all([made])
        self.catalog = self.org.catalog()
        draft = ResourceDraft(
            catalog_id=self.catalog.id,
            origin_system="AadApplication",
            origin_id="scanners",
            display_name="Warehouse scanners",
            connector="site",
            roles=(("operator", "Operator"),),
        )
        self.resource = add_resource(self.services, ADMIN, self.clock.now(), self.org.operation(), draft).resource_id
        self.right = Right("site", "AadApplication", "scanners", "operator")

    @property
    def connector(self) -> Any:
        found = self.services.connectors.get("site")
        assert found is not None
        return found

    def package(self, name: str = "Scanning") -> tuple[AccessPackage, AssignmentPolicy]:
        package = self.org.package(name, self.catalog)
        asked = (self.services, ADMIN, self.clock.now(), self.org.operation())
        add_role(*asked, package.id, self.resource, "operator")
        return package, self.org.policy(package)

    def assign(self, policy: AssignmentPolicy, person: User) -> str:
        (made,) = self.org.assign(policy, person)
        self.world.tick()
        return made

    def remove(self, assignment_id: str) -> None:
        body = {"requestType": "adminRemove", "assignment": {"id": assignment_id}}
        assert self.world.post(REQUESTS, body).status == 201
        self.world.tick()

    def own_catalog(self, person: User) -> None:
        self.org.grant(person, Role.CATALOG_OWNER, f"catalog:{self.catalog.id}")

    def tasks(self, as_: str = DESK, query: str = "") -> list[dict[str, Any]]:
        """A list of tasks, page after page."""
        found: list[dict[str, Any]] = []
        address: str | None = f"{TASKS}{query}"
        while address:
            reply = self.world.get(address, as_)
            assert reply.status == 200, reply.text
            found += reply.json["value"]
            address = reply.json.get("nextLink", "").partition("/api/v1/tasks")[2] or None
            address = address and f"{TASKS}{address}"
        return found

    def task(self, as_: str = DESK) -> dict[str, Any]:
        """The only open task somebody has."""
        (found,) = self.tasks(as_)
        return found

    def say(self, task: dict[str, Any], what: str, as_: str = DESK, **body: str) -> Reply:
        reply = self.world.post(f"{TASKS}/{task['id']}/{what}", body, as_)
        self.world.tick()
        return reply

    def mailed(self) -> list[tuple[str, str]]:
        """To whom and with which subject."""
        return [(mail["to"], mail["subject"]) for mail in self.world.mails()]

    def later(self, **span: float) -> None:
        self.clock.advance(**span)
        self.world.tick()

    def agenda(self) -> list[str]:
        rows = self.services.reviews.due_until(self.clock.now() + timedelta(days=60), 100)
        return [row.kind for row in rows if row.kind in ("newTasks", "tasksDue")]
