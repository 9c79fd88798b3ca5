"""The prepared world of the matrix of rights: one of everything, and somebody for every column of `rights.txt`.

Ann holds three packages. Of the first a review is open: her manager Rita reviews her, Carl reviews Bob, and Aron, who is
away, Cleo; Dora stands in for him. A review of the second took her access away, one of the third waits for a
confirmation before it does.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import dynamodb_backends
from moto.sqs import sqs_backends

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.agenda import Job
from chalicelib.domain.connections import Connection
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Group, Membership, Role, User
from chalicelib.domain.removals import Regrant, Removal, Standing
from chalicelib.domain.resources import Right as Outer
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes import auth
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.groups_outside import GroupsOutside, plug_in_groups
from tests.house import House
from tests.routes.adopting import CONNECTION, adoption
from tests.routes.attacking import HISTORY, Stage, contents, granting
from tests.scim.clients import new_client
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
    kept: bytes = b""
    before: dict[str, Any] | None = None

    @property
    def world(self) -> World:
        return self.stage.world

    def authorization(self, who: str) -> dict[str, str]:
        """The header by which a column shows who it is."""
        if who == "anonymous":
            return {}
        return {"authorization": f"Bearer {self.scim if who == 'scim' else token(f'{PEOPLE[who]}@example.com')}"}

    def keep(self) -> None:
        """Remember everything as it is now."""
        self.kept = pickle.dumps({name: table.items for name, table in _tables().items()})
        self.before = contents()

    def changed(self) -> bool:
        """Does any table hold something else than at the beginning?"""
        return contents() != self.before

    def restore(self) -> None:
        """Put every table back to the beginning, and forget what this process remembers."""
        for name, items in pickle.loads(self.kept).items():
            _tables()[name].items = items
        for queue in sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues.values():
            queue._messages.clear()
        bootstrap.use_clock(self.world.clock)
        self.world.services.connectors.fixed[CONNECTION] = self.outside
        auth.forget()


def _tables() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables


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
    first, second, third = (organisation.package(name, catalog) for name in ("First", "Second", "Third"))
    _appoint(organisation, catalog, elsewhere, (first, second, third))
    known = {"catalog": catalog.id, "package": first.id, "other_catalog": elsewhere.id}
    known |= _removing(house, second, "removed", None) | _removing(house, third, "waiting", 1)
    policy = _policy(house, first, "First")
    assignment, *_ = organisation.assign(policy, house.organisation.people["ann"], bob, cleo)
    _away(house)
    _policy(house, organisation.package("Theirs", elsewhere), "Theirs", organisation.people["elsa"])
    review = house.opened(policy)
    known |= {"policy": policy.id, "assignment": assignment, "review": review.id, "definition": review.definition_id}
    known |= _items(house, review) | _removals(house, review, assignment) | _things(house, catalog, first, review)
    known |= {name: person.id for name, person in organisation.people.items()} | {"user": organisation.people["ann"].id}
    made = new_client(world, "Okta")
    scene = Scene(Stage(world, organisation, known | {"client": made.id}), made.token, outside)
    known["scim_user"], known["scim_group"] = _provisioned(scene)
    scene.stage.ids.update(known)
    world.tick()
    return scene


def _appoint(
    organisation: Organisation, catalog: Catalog, elsewhere: Catalog, packages: tuple[AccessPackage, ...]
) -> None:
    people = organisation.people
    organisation.grant(people["elsa"], Role.CATALOG_OWNER, f"catalog:{elsewhere.id}")
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
    items = house.world.get(house.url(review, "decisions")).json["value"]
    item = next(one["id"] for one in items if one["principal"]["displayName"] == "Ann")
    return {f"{name}_review": review.id, f"{name}_item": item, f"{name}_package": package.id}


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


def _removals(house: House, review: ReviewInstance, assignment: str) -> dict[str, str]:
    """A removal that came back, and one whose delivery fails."""
    now, ann = house.world.clock.now(), house.organisation.people["ann"]
    back = Removal(
        instance_id=review.id,
        item_id=ids.guid("came back"),
        assignment_id=assignment,
        person_id=ann.id,
        standing=Standing.REMOVED,
        begun=now,
        regrants=(Regrant(noticed=now, assignment_id=assignment),),
    )
    failing = replace(back, item_id=ids.guid("failing"), standing=Standing.FAILING, regrants=())
    house.world.services.writer.put_all([back, failing])
    return {"back": back.item_id, "failing": failing.item_id}


def _things(house: House, catalog: Catalog, package: AccessPackage, review: ReviewInstance) -> dict[str, str]:
    """A group, resources, requests, reports, an import, an export, connections, a task, an adoption, a source."""
    world, organisation = house.world, house.organisation
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew", created=world.clock.now())
    world.services.writer.put_all([crew, Membership(group_id=crew.id, member_id=organisation.people["bob"].id)])
    (request, *_) = world.services.entitlements.list_requests(1, None).items
    found = {"group": crew.id, "request": request.id, **granting(world, organisation, catalog, package, crew)}
    started = world.post("/api/v1/adoptions", adoption())
    csv = {"content-type": "text/csv"}
    people = world.call("POST", "/api/v1/imports/people", "displayName,userPrincipalName\n", headers=csv)
    exported = world.post("/api/v1/audit/exports", {})
    window = {"reviewHistoryPeriodStartDateTime": "2020-01-01T00:00:00Z"}
    window |= {"reviewHistoryPeriodEndDateTime": "2027-01-01T00:00:00Z"}
    history = world.post(HISTORY, {"displayName": "Report", **window}).json["id"]
    world.get("/v1.0/identityGovernance/entitlementManagement/catalogs")  # makes the built-in catalog
    world.tick()
    (run,) = world.get(f"{HISTORY}/{history}/instances").json["value"]
    link = world.post(f"{HISTORY}/{history}/instances/{run['id']}/generateDownloadUri").json["downloadUri"]
    found |= {"history": history, "run": run["id"], "download": link.rpartition("/")[2]}
    found |= {"adoptable": CONNECTION, "adoption": started.json["id"], "import": people.json["id"]}
    found |= {"audit_export": exported.json["id"], "template": "reviewStarted"}
    made = {"created": world.clock.now(), "status": "done", "arguments": {"what": "results"}}
    export = Job(id=ids.guid("export"), kind="export", subject_id=review.id, actor_id=ADMIN.id, **made)
    world.services.writer.put_all([export])
    found["export"] = export.id
    roles = world.get("/api/v1/roles").json["value"]
    found["role"] = next(one["id"] for one in roles if one["role"] == "catalogReader")
    found["source"] = world.services.sources.sources()[0].id
    return found | _by_hand(house)


def _by_hand(house: House) -> dict[str, str]:
    """A connection whose task Rita has, and one that nothing uses."""
    services, now = house.world.services, house.world.clock.now()
    for name in ("site", "spare"):
        made = Connection(
            name=name,
            kind="manual",
            display_name=name.title(),
            settings={"assignedTo": "rita@example.com"},
            created=now,
            modified=now,
        )
        services.writer.put_all([made])
    right = Outer("site", "AadApplication", "scanners", "operator")
    services.connectors.get("site").revoke(right, house.organisation.people["ann"])
    (task,) = services.tasks.all_tasks(True, 5, None).items
    house.world.tick()
    return {"task": task.id, "connection": "spare"}


def _provisioned(scene: Scene) -> tuple[str, str]:
    """A person and a group that came through the SCIM door."""
    headers = scene.authorization("scim")
    person = scene.world.post("/scim/v2/Users", {"userName": "sam@example.com"}, None, headers=headers).json["id"]
    group = scene.world.post("/scim/v2/Groups", {"displayName": "Crew 2"}, None, headers=headers).json["id"]
    return person, group
