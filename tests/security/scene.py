"""The prepared world of the matrix of rights: one of everything, and somebody for every column of `rights.txt`.

Ann holds three packages. Of the first a review is open: her manager Rita reviews her, Carl reviews Bob, and Aron, who
is away, Cleo; Dora stands in for him. A review of the second took her access away, one of the third waits for a
confirmation before it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes import auth
from tests import factories
from tests.factories import Organisation
from tests.groups_outside import GroupsOutside, plug_in_groups
from tests.house import House
from tests.routes.adopting import CONNECTION
from tests.routes.attacking import Stage
from tests.scim.clients import new_client
from tests.security.things import provisioned, removals, things
from tests.simulation.checks import contents
from tests.simulation.point import Call, Proceed
from tests.simulation.worlds import Simulated, simulated
from tests.world import World, token

# Every column but the first (nobody signed in) and the last (a program's token of the SCIM door): who it is.
PEOPLE = {
    "nobody": "eve",  # in the directory, without any role or access
    "subject": "ann",  # holds the packages, is reviewed
    "reviewer": "rita",  # of Ann, whose decision item the addresses name
    "fellow": "carl",  # reviewer of somebody else in the same review
    "delegate": "dora",  # stands in for Aron; the addresses name the item he handed over
    "absent": "aron",  # the same item, for him who handed it over
    "elsewhere": "elsa",  # owner of another catalog, with a package and a review of her own
    "reader": "rene",  # catalog reader
    "assigner": "asa",  # assignment manager of the packages
    "manager": "mona",  # package manager of the packages
    "owner": "olaf",  # owner of the catalog
    "creator": "cory",  # catalog creator
    "sender": "sina",  # sends sign-ins
    "auditor": "audra",
    "admin": "admin",
}


@dataclass
class Scene:
    """The stage, the token of a provisioning client, and how everything was at the beginning."""

    stage: Stage
    scim: str
    outside: GroupsOutside
    product: Simulated | None = None
    kept: Any = None
    before: dict[str, dict[Any, Any]] = field(default_factory=dict)
    known: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    read: tuple[int, int] = (0, 0)
    written: bool = False

    @property
    def world(self) -> World:
        return self.stage.world

    def authorization(self, who: str) -> dict[str, str]:
        """The header by which a column shows who it is."""
        if who == "anonymous":
            return {}
        return {"authorization": f"Bearer {self.scim if who == 'scim' else token(f'{PEOPLE[who]}@example.com')}"}

    def keep(self, product: Simulated) -> None:
        """Remember everything as it is now, and what this process knows of everybody's roles."""
        for who in PEOPLE:
            self.world.get("/api/v1/me", None, headers=self.authorization(who))
        self.product, self.kept, self.before = product, product.cloud.snapshot(), contents(product)
        self.known, self.written = (dict(auth._people), dict(auth._roles)), False
        self.read = self.world.streamed, self.world.told

    def note(self, call: Call, proceed: Proceed) -> Any:
        """A hook of the point of all AWS calls: has anything been written?"""
        self.written = self.written or not call.reads
        return proceed()

    def changed(self) -> set[tuple[str, tuple[str, str]]]:
        """Table and key of each row that is otherwise than at the beginning."""
        if not self.written:
            return set()
        return {
            (table, key)
            for table, rows in contents(self.product).items()
            for key in rows.keys() | self.before[table].keys()
            if rows.get(key) != self.before[table].get(key)
        }

    def contents(self) -> dict[str, dict[Any, Any]]:
        """Every row of every table."""
        return contents(self.product)

    def restore(self) -> None:
        """Put everything back to the beginning, and what this process knows of it."""
        if not self.written or self.product is None:
            return
        self.product.cloud.restore(self.kept)
        self.world.streamed, self.world.told = self.read
        bootstrap.use_clock(self.world.clock)
        self.world.services.connectors.fixed[CONNECTION] = self.outside
        auth.forget()
        auth._people.update(self.known[0])
        auth._roles.update(self.known[1])
        self.written = False


@contextmanager
def prepared() -> Iterator[Scene]:
    """The scene, to be asked and restored as often as one likes."""
    with simulated("memory") as product:
        scene = set_scene(product.world)
        with product.point.hooked(scene.note):
            scene.keep(product)
            yield scene


def set_scene(world: World) -> Scene:
    """The prepared world."""
    house = House(world)
    organisation = house.organisation
    outside = plug_in_groups(world.services, CONNECTION)
    outside.join("crew", "ann", "somebody")
    for name in PEOPLE.values():
        if name != "admin":
            organisation.person(name, manager={"ann": "rita"}.get(name, ""))
    bob, cleo = organisation.person("bob", manager="carl"), organisation.person("cleo", manager="aron")
    catalog, elsewhere = organisation.catalog("Home"), organisation.catalog("Elsewhere")
    first, second, third, empty = (
        organisation.package(name, catalog) for name in ("First", "Second", "Third", "Empty")
    )
    _appoint(organisation, (catalog, organisation.catalog("Empty")), elsewhere, (first, second, third, empty))
    known = {"catalog": catalog.id, "package": first.id, "other_catalog": elsewhere.id}
    known |= {"empty_catalog": _catalog(world, "Empty"), "empty_package": empty.id}
    known |= {"empty_policy": organisation.policy(empty, "Empty").id}
    known |= _removing(house, second, "removed", None) | _removing(house, third, "waiting", 1)
    policy = _policy(house, first, "First")
    assignment, *_ = organisation.assign(policy, house.organisation.people["ann"], bob, cleo)
    _away(house)
    _policy(house, organisation.package("Theirs", elsewhere), "Theirs", organisation.people["elsa"])
    review = house.opened(policy)
    assert house.decide(review, organisation.people["carl"], "Bob", "Approve").status == 204
    known |= {"policy": policy.id, "assignment": assignment, "review": review.id, "definition": review.definition_id}
    known |= _items(house, review) | removals(house, review, assignment, known) | things(house, catalog, first, review)
    known |= {name: person.id for name, person in organisation.people.items()} | {"user": organisation.people["ann"].id}
    made = new_client(world, "Okta")
    scene = Scene(Stage(world, organisation, known | {"client": made.id}), made.token, outside)
    known["scim_user"], known["scim_group"] = provisioned(world, scene.authorization("scim"))
    scene.stage.ids.update(known)
    world.tick()
    return scene


def _catalog(world: World, name: str) -> str:
    page = world.services.entitlements.list_catalogs(50, None)
    return next(one.id for one in page.items if one.display_name == name)


def _appoint(
    organisation: Organisation, homes: tuple[Catalog, ...], elsewhere: Catalog, packages: tuple[AccessPackage, ...]
) -> None:
    people = organisation.people
    organisation.grant(people["elsa"], Role.CATALOG_OWNER, f"catalog:{elsewhere.id}")
    for catalog in homes:
        organisation.grant(people["rene"], Role.CATALOG_READER, f"catalog:{catalog.id}")
        organisation.grant(people["olaf"], Role.CATALOG_OWNER, f"catalog:{catalog.id}")
    for package in packages:
        organisation.grant(people["asa"], Role.ASSIGNMENT_MANAGER, f"package:{package.id}")
        organisation.grant(people["mona"], Role.PACKAGE_MANAGER, f"package:{package.id}")
    for name, role in (("cory", Role.CATALOG_CREATOR), ("sina", Role.SIGN_IN_SENDER), ("audra", Role.AUDITOR)):
        organisation.grant(people[name], role)


def _policy(house: House, package: AccessPackage, name: str, *reviewers: User, **settings: Any) -> AssignmentPolicy:
    today = house.world.clock.now().date()
    chosen: dict[str, Any] = {"justification_required": False, **settings}
    review = factories.by_people(today, *reviewers, **chosen) if reviewers else None
    review = review or factories.by_manager(today, house.deputy, **chosen)
    return house.organisation.policy(package, name, review=review)


def _removing(house: House, package: AccessPackage, name: str, brake: int | None) -> dict[str, str]:
    """A review that denied Ann and Bob; with a brake the removals wait for a confirmation."""
    people = house.organisation.people
    more = {} if brake is None else {"brake_count": brake}
    policy = _policy(house, package, name, people["rita"], **more)
    house.organisation.assign(policy, people["ann"], people["bob"])
    review = house.opened(policy)
    for one in ("Ann", "Bob"):
        assert house.decide(review, people["rita"], one, "Deny", "Moved on.").status == 204
    house.world.post(house.url(review, "stop"))
    for _ in range(3):
        house.world.tick()
        house.world.clock.advance(minutes=1, seconds=1)
    listed = house.world.get(house.url(review, "decisions")).json["value"]
    items = {one["principal"]["displayName"]: one["id"] for one in listed}
    found = {"review": review.id, "definition": review.definition_id, "package": package.id}
    found |= {"item": items["Ann"], "other": items["Bob"]}
    return {f"{name}_{what}": held for what, held in found.items()}


def _away(house: House) -> None:
    now = house.world.clock.now()
    until = now + timedelta(days=10)
    times = {"startDateTime": now.isoformat(), "endDateTime": until.isoformat()}
    body = {"to": house.organisation.people["dora"].id, "reason": "holiday", **times}
    assert house.world.call("PUT", "/api/v1/me/delegate", body, "aron@example.com").status == 200


def _items(house: House, review: ReviewInstance) -> dict[str, str]:
    people = house.organisation.people
    found = {"item": house.items(review, people["rita"])["Ann"]["id"]}
    return found | {"lent": house.items(review, people["dora"])["Cleo"]["id"]}
